// The request to sign out: every rule of /oidc/logout, in one list, in order (checkEndSessionRequest).
// OpenID Connect RP-Initiated Logout 1.0 §2, §3; `logout_hint` as Auth0 uses it.
import { parseUiLocales } from './authorization-request';
import { appendToQuery } from './authorization-response';
import type { Client, ClientStore } from './client';
import { OAuthError } from './errors';
import { type IdTokenHint, readIdTokenHint } from './id-token-hint';
import { type Parameters, readParameter } from './parameters';
import {
  isRegisteredPostLogoutRedirectUri,
  type LogoutAddresses,
  logoutAddressesOfNobody,
} from './redirect-uri';
import type { TokenSigner } from './token-signer';
import { MAX_BYTES } from './vocabulary';

/** A request to sign out that passed every rule. Plain JSON, so that it can wait sealed in a cookie. */
export type EndSessionRequest = Readonly<{
  /** Client the request comes from; null when it named none. */
  clientId: string | null;
  /** Registered by that client, or by the operator where none is named; compared as an exact string; null: nowhere to go but our own page. */
  postLogoutRedirectUri: string | null;
  /** Returned with the redirect, byte for byte. */
  state: string | null;
  /** `sid` that a verified id_token_hint or logout_hint names; null: nothing says whose session is meant. */
  hintedSessionId: string | null;
  /** BCP 47 tags in order of preference. */
  uiLocales: readonly string[];
}>;

type Deps = Readonly<{
  clients: Pick<ClientStore, 'find'>;
  /** Where anybody may be sent after a sign-out that names no client. */
  allowedLogoutUrls: () => readonly string[];
  signer: Pick<TokenSigner, 'verify' | 'verifyForClient'>;
}>;

/**
 * Turns parameters into a request to sign out. No broken rule redirects: the person is told.
 * @throws OAuthError `invalid_request`
 */
export async function checkEndSessionRequest(deps: Deps, parameters: Parameters): Promise<EndSessionRequest> {
  const hint = await checkIdTokenHint(deps, parameters);
  const client = await checkClient(deps, parameters, hint);
  return {
    clientId: client?.clientId ?? null,
    hintedSessionId: checkLogoutHint(parameters, hint),
    postLogoutRedirectUri: checkPostLogoutRedirectUri(
      parameters,
      client ?? logoutAddressesOfNobody(deps.allowedLogoutUrls()),
    ),
    state: readParameter(parameters, 'state', MAX_BYTES.state),
    uiLocales: parseUiLocales(readParameter(parameters, 'ui_locales')),
  };
}

/** Where the browser goes once the session has ended, or null: nowhere. @see RP-Initiated Logout 1.0 §3 */
export function postLogoutLocation(
  request: Pick<EndSessionRequest, 'postLogoutRedirectUri' | 'state'>,
): string | null {
  if (request.postLogoutRedirectUri === null) return null;
  return appendToQuery(
    request.postLogoutRedirectUri,
    request.state === null ? [] : [['state', request.state]],
  );
}

/** The hint may have expired, but it must be an ID token that we signed. @see RP-Initiated Logout 1.0 §4 */
async function checkIdTokenHint(deps: Deps, parameters: Parameters): Promise<IdTokenHint | null> {
  const sent = readParameter(parameters, 'id_token_hint', MAX_BYTES.jwt);
  if (sent === null) return null;
  const hint = await readIdTokenHint(deps, sent);
  if (hint === null)
    throw new OAuthError('invalid_request', 'The id_token_hint is not an ID token of this provider.');
  return hint;
}

/** `client_id` must be in the audience of the hint, which says whose it is where it names one. @see RP-Initiated Logout 1.0 §2 */
async function checkClient(
  deps: Deps,
  parameters: Parameters,
  hint: IdTokenHint | null,
): Promise<Client | null> {
  const named = readParameter(parameters, 'client_id');
  if (named !== null && hint?.audience.includes(named) === false) {
    throw new OAuthError('invalid_request', 'client_id is not the client of the id_token_hint.');
  }
  const [only = null, ...others] = hint?.audience ?? [];
  const clientId = named ?? (others.length === 0 ? only : null);
  if (clientId === null) return null;
  const client = await deps.clients.find(clientId);
  if (client === null) throw new OAuthError('invalid_request', 'There is no such client.');
  return client;
}

/** Auth0's clients send the `sid` as `logout_hint`; beside an id_token_hint it must agree with it. */
function checkLogoutHint(parameters: Parameters, hint: IdTokenHint | null): string | null {
  const logoutHint = readParameter(parameters, 'logout_hint');
  if (hint === null || hint.sessionId === null) return logoutHint;
  if (logoutHint !== null && logoutHint !== hint.sessionId) {
    throw new OAuthError('invalid_request', 'logout_hint is not the session of the id_token_hint.');
  }
  return hint.sessionId;
}

/** As registered by the client, or by the operator where none is known, query included. @see RP-Initiated Logout 1.0 §3 */
function checkPostLogoutRedirectUri(parameters: Parameters, allowed: LogoutAddresses): string | null {
  const requested = readParameter(parameters, 'post_logout_redirect_uri');
  if (requested === null) return null;
  if (!isRegisteredPostLogoutRedirectUri(allowed, requested)) {
    throw new OAuthError('invalid_request', 'This post_logout_redirect_uri is not registered.');
  }
  return requested;
}
