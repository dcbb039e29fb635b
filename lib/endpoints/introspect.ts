// POST /oauth/introspect: a client asks whether a token it holds is still good. RFC 7662.
import { parseClientCredentials } from '@/lib/oidc/client-authentication';
import { introspect } from '@/lib/oidc/introspection';
import { requireParameter } from '@/lib/oidc/parameters';
import { parseTokenParameters } from '@/lib/oidc/token-request';
import { MAX_BYTES, PATHS } from '@/lib/oidc/vocabulary';
import { readBody } from './body';
import { type ProofDeps, proveClient } from './client-proof';
import type { Deps } from './deps';
import { answerApi, respondJson } from './respond';

type IntrospectDeps = ProofDeps &
  Pick<Deps, 'clients' | 'families' | 'refreshTokens' | 'refreshTokenStore' | 'signer' | 'log'>;

/** No script may read it: clients that prove themselves do not run in pages. `token_type_hint` is not needed, and not read. */
export async function introspection(deps: IntrospectDeps, request: Request): Promise<Response> {
  return answerApi(deps, PATHS.introspection, async () => {
    const parameters = parseTokenParameters(await readBody(request, ['form', 'json']));
    const credentials = parseClientCredentials(request.headers.get('authorization'), parameters);
    const named = await deps.clients.find(credentials.clientId);
    const client = await proveClient(deps, request.headers, { named, credentials });
    const token = requireParameter(parameters, 'token', MAX_BYTES.jwt);
    return respondJson(await introspect(deps, client, token));
  });
}
