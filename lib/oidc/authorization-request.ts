// The authorization request: every rule of /authorize, in one list, in order (checkAuthorizationRequest).
// OpenID Connect Core §3.1.2.1, RFC 6749 §4.1.1, RFC 7636, RFC 9700.

export type ResponseMode = 'query' | 'fragment' | 'form_post';

/** A request that passed every rule. Travels sealed in the interaction's cookie, so it is plain JSON. */
export type AuthorizationRequest = Readonly<{
  clientId: string;
  /** Where the answer goes: registered, checked. */
  redirectUri: string;
  /** As the request said it; null when it left it out. */
  requestedRedirectUri: string | null;
  responseMode: ResponseMode;
  /** Granted scope, space separated, never empty. */
  scope: string;
  /** Returned byte for byte; null when it was not sent. */
  state: string | null;
  nonce: string | null;
  /** S256 challenge. */
  codeChallenge: string | null;
  prompt: readonly ('none' | 'login' | 'consent' | 'select_account')[];
  /** Seconds. */
  maxAgeSeconds: number | null;
  loginHint: string | null;
  /** `sub` of a verified id_token_hint. */
  hintedSubject: string | null;
  /** BCP 47 tags in order of preference. */
  uiLocales: readonly string[];
  /** Connection name asked for by `connection`. */
  connection: string | null;
  screenHint: string | null;
}>;
