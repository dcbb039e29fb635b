// The request to sign out: every rule of /oidc/logout, in order. OpenID Connect RP-Initiated Logout 1.0 §2, §3.

/** A request to sign out that passed every rule. Plain JSON, so that it can wait sealed in a cookie. */
export type EndSessionRequest = Readonly<{
  /** Client the request comes from; null when it named none. */
  clientId: string | null;
  /** Registered by that client, compared as an exact string; null: nowhere to go but our own page. */
  postLogoutRedirectUri: string | null;
  /** Returned with the redirect, byte for byte. */
  state: string | null;
  /** `sid` that a verified id_token_hint or logout_hint names; null: nothing says whose session is meant. */
  hintedSessionId: string | null;
  /** BCP 47 tags in order of preference. */
  uiLocales: readonly string[];
}>;

/** Where the browser goes once the session has ended, or null: nowhere. @see RP-Initiated Logout 1.0 §3 */
export function postLogoutLocation(request: EndSessionRequest): string | null {
  if (request.postLogoutRedirectUri === null) return null;
  const location = new URL(request.postLogoutRedirectUri);
  if (request.state !== null) location.searchParams.append('state', request.state);
  return location.href;
}
