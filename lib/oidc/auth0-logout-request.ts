// The request to sign out as Auth0's own clients make it: GET /v2/logout with client_id and returnTo.
// A listed returnTo is the only thing that may be redirected to; its query and fragment are the client's own business.
import type { ClientStore } from './client';
import type { EndSessionRequest } from './end-session-request';
import { OAuthError } from './errors';
import { type Parameters, readParameter } from './parameters';
import {
  findFirstPostLogoutRedirectUri,
  isRegisteredReturnTo,
  type LogoutAddresses,
  logoutAddressesOfNobody,
} from './redirect-uri';

type Deps = Readonly<{
  clients: Pick<ClientStore, 'find'>;
  /** Where anybody may be sent after a sign-out that names no client. */
  allowedLogoutUrls: () => readonly string[];
}>;

/**
 * Turns parameters into a request to sign out. `clientId` is null when none was named: whoever made the browser send it
 * is unknown, so the person has to be asked.
 * @throws OAuthError `invalid_request`
 */
export async function checkAuth0LogoutRequest(
  deps: Deps,
  parameters: Parameters,
): Promise<EndSessionRequest> {
  const clientId = readParameter(parameters, 'client_id');
  const returnTo = readParameter(parameters, 'returnTo');
  const client = clientId === null ? null : await deps.clients.find(clientId);
  if (clientId !== null && client === null)
    throw new OAuthError('invalid_request', 'There is no such client.');
  return {
    clientId,
    postLogoutRedirectUri:
      returnTo === null
        ? client && findFirstPostLogoutRedirectUri(client)
        : checkReturnTo(returnTo, client ?? logoutAddressesOfNobody(deps.allowedLogoutUrls())),
    state: null,
    hintedSessionId: null,
    uiLocales: [],
  };
}

function checkReturnTo(returnTo: string, allowed: LogoutAddresses): string {
  if (!isRegisteredReturnTo(allowed, returnTo)) {
    throw new OAuthError('invalid_request', 'The returnTo address is not among the allowed logout URLs.');
  }
  return returnTo;
}
