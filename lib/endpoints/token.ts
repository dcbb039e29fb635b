// POST /oauth/token: body, client, grant, answer. Form or JSON; readable by scripts of the client's own origins only.
// RFC 6749 §3.2, §5.
import { proveOneTimeCode } from '@/lib/login/embedded-login';
import type { Client } from '@/lib/oidc/client';
import { parseClientCredentials } from '@/lib/oidc/client-authentication';
import { OAuthError } from '@/lib/oidc/errors';
import type { PasswordlessGrantDeps } from '@/lib/oidc/grants/passwordless-otp';
import type { Parameters } from '@/lib/oidc/parameters';
import { parseTokenParameters, serveGrant, type TokenResponse } from '@/lib/oidc/token-request';
import { AUTHORIZATION_CODE_GRANT, PATHS } from '@/lib/oidc/vocabulary';
import { readBody } from './body';
import { type ProofDeps, proveClient, tryOften } from './client-proof';
import { answerPreflight, exposeToOrigin } from './cors';
import type { Deps } from './deps';
import { contextOf, isPersonsAddress } from './request-context';
import { answerApi, respondJson } from './respond';

type TokenDeps = ProofDeps &
  Pick<
    Deps,
    | 'issuer'
    | 'random'
    | 'clients'
    | 'codes'
    | 'resourceServers'
    | 'defaultAudience'
    | 'tokenEvents'
    | 'refreshTokens'
    | 'refreshTokenStore'
    | 'families'
    | 'embedded'
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
    const client = await proveClient(deps, request.headers, { named, credentials });
    return respondJson(await serve(deps, request, { client, parameters }));
  });
  return exposeToOrigin(deps, response, { request, client: named });
}

/** One-time codes have limits of their own, by person; refresh tokens are signed, so that none can be guessed. */
async function serve(
  deps: TokenDeps,
  request: Request,
  { client, parameters }: { client: Client; parameters: Parameters },
): Promise<TokenResponse> {
  const { headers } = request;
  const askedFrom = { ip: deps.clientAddress(headers), userAgent: headers.get('user-agent') };
  const grant = () => serveGrant({ ...deps, ...codeProofs(deps, request), askedFrom }, client, parameters);
  const authorizationCode = parameters.values.get('code');
  if (parameters.values.get('grant_type') !== AUTHORIZATION_CODE_GRANT || authorizationCode === undefined)
    return grant();
  const { clientId } = client;
  const redemption = { limit: 'failed_redemptions', clientId, target: authorizationCode } as const;
  return tryOften(deps, { ...redemption, failure: 'invalid_grant', headers }, grant);
}

/**
 * How a one-time code that came with this request is proven.
 * @param forEveryClient true where a code that was asked for no client will do
 */
export function codeProofs(
  deps: Pick<Deps, 'embedded' | 'clientAddress' | 'clock'>,
  { headers }: Request,
  { forEveryClient = false } = {},
): Pick<PasswordlessGrantDeps, 'proveOneTimeCode'> {
  return {
    proveOneTimeCode: (proof) =>
      proveOneTimeCode(deps.embedded, proof, {
        context: contextOf(deps, headers, proof.client),
        forEveryClient,
        countsNetwork: isPersonsAddress(proof.client, headers),
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
