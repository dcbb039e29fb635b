// POST /oauth/revoke: a client gives up a token, and with it everything issued from the same authorization. RFC 7009.
import { readAccessToken } from '@/lib/oidc/access-token';
import type { Client } from '@/lib/oidc/client';
import { parseClientCredentials } from '@/lib/oidc/client-authentication';
import { requireParameter } from '@/lib/oidc/parameters';
import { parseTokenParameters } from '@/lib/oidc/token-request';
import { MAX_BYTES, PATHS } from '@/lib/oidc/vocabulary';
import { readBody } from './body';
import { type ProofDeps, proveClient } from './client-proof';
import { answerPreflight, exposeToOrigin } from './cors';
import type { Deps } from './deps';
import { answerApi, respondEmpty } from './respond';

type RevokeDeps = ProofDeps &
  Pick<Deps, 'issuer' | 'clock' | 'clients' | 'families' | 'refreshTokens' | 'signer' | 'log'>;

/** 200 without a body, whatever the token was: unknown, expired, another client's. @see RFC 7009 §2.2 */
export async function revoke(deps: RevokeDeps, request: Request): Promise<Response> {
  if (request.method === 'OPTIONS')
    return answerApi(deps, PATHS.revocation, () => answerPreflight(deps, request, 'POST'));

  let named: Client | null = null;
  const response = await answerApi(deps, PATHS.revocation, async () => {
    const parameters = parseTokenParameters(await readBody(request, ['form', 'json']));
    const credentials = parseClientCredentials(request.headers.get('authorization'), parameters);
    named = await deps.clients.find(credentials.clientId);
    const { clientId } = await proveClient(deps, request.headers, { named, credentials });
    const token = requireParameter(parameters, 'token', MAX_BYTES.jwt);
    const familyId =
      deps.refreshTokens.read(token)?.familyId ?? (await readAccessToken(deps, token))?.familyId ?? null;
    // A token that a client got for itself belongs to no family, and ends by itself.
    if (familyId !== null) await deps.families.revoke({ familyId, clientId, now: deps.clock() });
    return respondEmpty(200);
  });
  return exposeToOrigin(deps, response, { request, client: named });
}
