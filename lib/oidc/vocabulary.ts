// The words of the wire and its sizes, each written once: paths, scopes, grant types, caps.
// Lifetimes stand beside what they limit (authorization-code.ts) or are the client's own (client.ts).

/** Paths of the endpoints, relative to the issuer. Auth0's. */
export const PATHS = {
  authorize: '/authorize',
  pushedAuthorization: '/oauth/par',
  token: '/oauth/token',
  revocation: '/oauth/revoke',
  introspection: '/oauth/introspect',
  userinfo: '/userinfo',
  crossOriginAuthenticate: '/co/authenticate',
  otpChallenge: '/otp/challenge',
  resourceOwner: '/oauth/ro',
  usersOfOld: '/api/users',
  passwordlessStart: '/passwordless/start',
  passwordlessVerify: '/passwordless/verify',
  passwordlessVerifyRedirect: '/passwordless/verify_redirect',
  endSession: '/oidc/logout',
  auth0Logout: '/v2/logout',
  jwks: '/.well-known/jwks.json',
  openidConfiguration: '/.well-known/openid-configuration',
  authorizationServerMetadata: '/.well-known/oauth-authorization-server',
  livez: '/livez',
  metrics: '/metrics',
  readyz: '/readyz',
} as const;

/** Scopes that mean something here; any other is dropped. @see OpenID Connect Core §5.4 */
export const SCOPES = ['openid', 'profile', 'email', 'phone', 'address', 'offline_access'] as const;

/** The scope that asks for a refresh token. @see OpenID Connect Core §11 */
export const OFFLINE_ACCESS = 'offline_access';

/** What a request that names no scope is granted, as Auth0 does. */
export const DEFAULT_SCOPE = 'openid profile email';

/** @see OpenID Connect Core §3.1.2.1 */
export const PROMPTS = ['none', 'login', 'consent', 'select_account'] as const;

/** @see OAuth 2.0 Multiple Response Type Encoding Practices §2.1, OAuth 2.0 Form Post Response Mode §2 */
export const RESPONSE_MODES = ['query', 'fragment', 'form_post'] as const;

/** Auth0's response mode: a message to the page that frames us. */
export const WEB_MESSAGE = 'web_message';

/** @see RFC 6749 §4.1 */
export const AUTHORIZATION_CODE_GRANT = 'authorization_code';

/** Tokens at the front, with a code or without; Auth0's name for all of it. @see RFC 6749 §4.2 */
export const IMPLICIT_GRANT = 'implicit';

/**
 * Each with its words in alphabetical order; all but the first for clients with the implicit grant.
 * @see OAuth 2.0 Multiple Response Type Encoding Practices §3, §5
 */
export const RESPONSE_TYPES = [
  'code',
  'id_token',
  'token',
  'id_token token',
  'code id_token',
  'code token',
  'code id_token token',
] as const;

/** @see RFC 6749 §6 */
export const REFRESH_TOKEN_GRANT = 'refresh_token';

/** @see RFC 6749 §4.4 */
export const CLIENT_CREDENTIALS_GRANT = 'client_credentials';

/** Auth0's: a one-time code that an application's own page asked for. */
export const PASSWORDLESS_OTP_GRANT = 'http://auth0.com/oauth/grant-type/passwordless/otp';

/** The one way a client proves itself, as `token_endpoint_auth_method` spells it. @see RFC 8414 §2 */
export const TOKEN_ENDPOINT_AUTH_METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'none',
] as const;

/** Parameters of /authorize that are read; sent twice they are refused (RFC 6749 §3.1), others are ignored. */
export const AUTHORIZATION_PARAMETERS = [
  'audience',
  'client_id',
  'code_challenge',
  'code_challenge_method',
  'connection',
  'id_token_hint',
  'login_hint',
  'login_ticket',
  'max_age',
  'nonce',
  'prompt',
  'redirect_uri',
  'request',
  'request_uri',
  'response_mode',
  'response_type',
  'scope',
  'screen_hint',
  'state',
  'ui_locales',
] as const;

/** Longest values that are read, in bytes of UTF-8. */
export const MAX_BYTES = {
  /** Anything that has no cap of its own. */
  parameter: 2048,
  /** Two kilobytes and room to spare: clients keep a sealed return path in it. */
  state: 2560,
  nonce: 512,
  loginHint: 320,
  screenHint: 64,
  redirectUri: 1024,
  /** Identifier of an API. Auth0's length. */
  audience: 600,
  /** A signed JWT with profile claims. */
  jwt: 8192,
  /** The checked authorization request as JSON: it waits in a cookie. */
  authorizationRequest: 4096,
  /** A request body, on every endpoint. */
  body: 65_536,
} as const;

/** How many parameters one request may carry. */
export const MAX_PARAMETERS = 100;
