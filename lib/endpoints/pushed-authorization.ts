// POST /oauth/par: a client hands in what its browser would otherwise bring to /authorize. RFC 9126.
import { parseClientCredentials } from '@/lib/oidc/client-authentication';
import { pushAuthorizationRequest } from '@/lib/oidc/pushed-request';
import { parseTokenParameters } from '@/lib/oidc/token-request';
import { PATHS } from '@/lib/oidc/vocabulary';
import { readBody } from './body';
import { type ProofDeps, proveClient } from './client-proof';
import type { Deps } from './deps';
import { answerApi, respondJson } from './respond';

type PushDeps = ProofDeps &
  Pick<
    Deps,
    'random' | 'clients' | 'resourceServers' | 'defaultAudience' | 'signer' | 'pushedRequests' | 'log'
  >;

/** 201 with the reference. No script may read it: clients that prove themselves do not run in pages. */
export async function pushedAuthorization(deps: PushDeps, request: Request): Promise<Response> {
  return answerApi(deps, PATHS.pushedAuthorization, async () => {
    const parameters = parseTokenParameters(await readBody(request, ['form']));
    const credentials = parseClientCredentials(request.headers.get('authorization'), parameters);
    const named = await deps.clients.find(credentials.clientId);
    const client = await proveClient(deps, request.headers, { named, credentials });
    return respondJson(await pushAuthorizationRequest(deps, client, parameters), 201);
  });
}
