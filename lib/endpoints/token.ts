// POST /oauth/token: body, client, grant, answer. Form or JSON; readable by scripts of the client's own origins only.
// RFC 6749 §3.2, §5.
import { proveOneTimeCode } from '@/lib/login/embedded-login';
import { type Client, isPublicClient } from '@/lib/oidc/client';
import { authenticateClient, parseClientCredentials } from '@/lib/oidc/client-authentication';
import { OAuthError } from '@/lib/oidc/errors';
import type { PasswordlessGrantDeps } from '@/lib/oidc/grants/passwordless-otp';
import { parseTokenParameters, serveGrant } from '@/lib/oidc/token-request';
import { PATHS } from '@/lib/oidc/vocabulary';
import { readBody } from './body';
import { answerPreflight, exposeToOrigin } from './cors';
import type { Deps } from './deps';
import { contextOf } from './request-context';
import { answerApi, respondJson } from './respond';

type TokenDeps = Pick<
  Deps,
  | 'issuer'
  | 'clock'
  | 'random'
  | 'clients'
  | 'verifySecret'
  | 'codes'
  | 'resourceServers'
  | 'tokenEvents'
  | 'refreshTokens'
  | 'refreshTokenStore'
  | 'families'
  | 'embedded'
  | 'clientAddress'
  | 'signer'
  | 'log'
>;

/** @see RFC 6749 §3.2, OpenID Connect Core §3.1.3 */
export async function token(deps: TokenDeps, request: Request): Promise<Response> {
  if (request.method === 'OPTIONS')
    return answerApi(deps, PATHS.token, () => answerPreflight(deps, request, 'POST'));

  let named: Client | null = null;
  const response = await answerApi(deps, PATHS.token, async () => {
    refuseCredentialsInQuery(request);
    const parameters = parseTokenParameters(await readBody(request, ['form', 'json']));
    const credentials = parseClientCredentials(request.headers.get('authorization'), parameters);
    // Known before it is proven, so that its own pages can read why they were refused.
    named = await deps.clients.find(credentials.clientId);
    const client = await authenticateClient(deps, named, credentials);
    return respondJson(await serveGrant({ ...deps, ...codeProofs(deps, request) }, client, parameters));
  });
  return exposeToOrigin(deps, response, { request, client: named });
}

/**
 * How a one-time code that came with this request is proven.
 * @param forEveryClient true where a code that was asked for no client will do
 */
export function codeProofs(
  deps: Pick<Deps, 'embedded' | 'clientAddress' | 'clock'>,
  request: Request,
  { forEveryClient = false } = {},
): Pick<PasswordlessGrantDeps, 'proveOneTimeCode'> {
  const context = contextOf(deps, request.headers);
  return {
    proveOneTimeCode: (proof) =>
      proveOneTimeCode(deps.embedded, proof, {
        context,
        forEveryClient,
        countsNetwork: isPublicClient(proof.client),
      }),
  };
}

/** A secret in an address is in every log on the way. @see RFC 6749 §2.3.1 */
function refuseCredentialsInQuery(request: Request): void {
  const query = new URL(request.url).searchParams;
  if (query.has('client_secret') || query.has('client_id')) {
    throw new OAuthError('invalid_request', 'Parameters are read from the body, not from the query.');
  }
}
