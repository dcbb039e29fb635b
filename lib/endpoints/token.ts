// POST /oauth/token: body, client, grant, answer. Form or JSON; readable by scripts of the client's own origins only.
// RFC 6749 §3.2, §5.
import type { Client } from '@/lib/oidc/client';
import { authenticateClient, parseClientCredentials } from '@/lib/oidc/client-authentication';
import { OAuthError } from '@/lib/oidc/errors';
import { parseTokenParameters, serveGrant } from '@/lib/oidc/token-request';
import { PATHS } from '@/lib/oidc/vocabulary';
import { readBody } from './body';
import { answerPreflight, exposeToOrigin } from './cors';
import type { Deps } from './deps';
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
    return respondJson(await serveGrant(deps, client, parameters));
  });
  return exposeToOrigin(deps, response, { request, client: named });
}

/** A secret in an address is in every log on the way. @see RFC 6749 §2.3.1 */
function refuseCredentialsInQuery(request: Request): void {
  const query = new URL(request.url).searchParams;
  if (query.has('client_secret') || query.has('client_id')) {
    throw new OAuthError('invalid_request', 'Parameters are read from the body, not from the query.');
  }
}
