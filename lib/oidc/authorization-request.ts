// The authorization request: every rule of /authorize, in one list, in order (checkAuthorizationRequest).
// OpenID Connect Core §3.1.2.1, RFC 6749 §4.1.1, RFC 7636, RFC 9700.
import { userinfoAudience, WEB_TOKEN_LIFETIME_SECONDS } from './access-token';
import type { Client, ClientStore } from './client';
import { AuthorizationError, OAuthError, type ReturnAddress } from './errors';
import { byteLength, type Parameters, readParameter, requireParameter } from './parameters';
import { checkCodeChallenge } from './pkce';
import { type Prompt, parsePrompt } from './prompt';
import { findSoleRedirectUri, isRegisteredRedirectUri } from './redirect-uri';
import type { DefaultAudience, ResourceServer, ResourceServerStore } from './resource-server';
import {
  checkResponseType,
  holdsTokens,
  mayHoldTokens,
  parseResponseType,
  type ResponseTypeWord,
} from './response-type';
import { grantScope, hasScope } from './scope';
import type { TokenSigner } from './token-signer';
import {
  AUTHORIZATION_PARAMETERS,
  MAX_BYTES,
  REFRESH_TOKEN_GRANT,
  type RESPONSE_MODES,
  WEB_MESSAGE,
} from './vocabulary';

/** Those that are advertised, and Auth0's for silent authentication, which it does not advertise either. */
export type ResponseMode = (typeof RESPONSE_MODES)[number] | typeof WEB_MESSAGE;

/** A request that passed every rule. Travels sealed in the interaction's cookie, so it is plain JSON of at most 4 KiB. */
export type AuthorizationRequest = Readonly<{
  clientId: string;
  /** Where the answer goes: registered, checked. */
  redirectUri: string;
  /** As the request said it; null when it left it out. */
  requestedRedirectUri: string | null;
  responseMode: ResponseMode;
  /** What the answer carries. */
  responseType: readonly ResponseTypeWord[];
  /** Seconds that tokens handed out with the answer live; null where it carries a code alone. */
  webTokenLifetimeSeconds: number | null;
  /** Granted scope, space separated, never empty. */
  scope: string;
  /** Identifier of the API that access tokens are for; null: UserInfo alone. */
  audience: string | null;
  /** Returned byte for byte; null when it was not sent. */
  state: string | null;
  nonce: string | null;
  /** S256 challenge. */
  codeChallenge: string | null;
  prompt: readonly Prompt[];
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

export type AuthorizationRequestDeps = Readonly<{
  issuer: string;
  clients: Pick<ClientStore, 'find'>;
  resourceServers: Pick<ResourceServerStore, 'find'>;
  defaultAudience: DefaultAudience;
  signer: Pick<TokenSigner, 'verify'>;
}>;

/**
 * Turns parameters into a request that may be acted upon. Client and return address come first: until they are known to
 * be good, the person is told and nobody is redirected. Every later rule is told to the client.
 * @param brought.isPushed the client itself handed the parameters in
 * @throws AuthorizationError
 * @see RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.2
 */
export async function checkAuthorizationRequest(
  deps: AuthorizationRequestDeps,
  parameters: Parameters,
  { isPushed = false } = {},
): Promise<AuthorizationRequest> {
  let client: Client | null = null;
  let returnAddress: ReturnAddress | null = null;
  try {
    client = await loadClient(deps, parameters);
    returnAddress = checkReturnAddress(parameters, client);
    refuseRepeatedParameters(parameters);
    refuseRequestObjects(parameters);
    checkHowItCame(client, isPushed);
    const responseType = checkResponseType(requireParameter(parameters, 'response_type'), client);
    checkResponseMode(parameters, returnAddress);
    const api = await checkAudience(deps, parameters);
    const request: AuthorizationRequest = {
      ...returnAddress,
      requestedRedirectUri: readParameter(parameters, 'redirect_uri'),
      responseType,
      webTokenLifetimeSeconds: holdsTokens(responseType) ? webTokenLifetime(client, api) : null,
      scope: checkScope(parameters, { client, api, responseType }),
      audience: api?.identifier ?? null,
      nonce: checkNonce(parameters, responseType),
      codeChallenge: responseType.includes('code') ? checkCodeChallenge(parameters, client) : null,
      prompt: parsePrompt(readParameter(parameters, 'prompt')),
      maxAgeSeconds: checkMaxAge(parameters),
      hintedSubject: await checkIdTokenHint(deps, parameters, client),
      loginHint: readParameter(parameters, 'login_hint', MAX_BYTES.loginHint),
      uiLocales: parseUiLocales(readParameter(parameters, 'ui_locales')),
      connection: checkConnection(parameters, client),
      screenHint: readParameter(parameters, 'screen_hint', MAX_BYTES.screenHint),
    };
    checkSize(request);
    return request;
  } catch (error) {
    if (error instanceof OAuthError) throw new AuthorizationError(error, { client, returnAddress });
    throw error;
  }
}

async function loadClient(deps: AuthorizationRequestDeps, parameters: Parameters): Promise<Client> {
  const client = await deps.clients.find(requireParameter(parameters, 'client_id'));
  if (client === null) throw new OAuthError('unauthorized_client', 'There is no client with this client_id.');
  return client;
}

/** What it takes to tell the client anything. @see RFC 6749 §4.1.2.1, RFC 9700 §4.11 */
function checkReturnAddress(parameters: Parameters, client: Client): ReturnAddress {
  const redirectUri = checkRedirectUri(parameters, client);
  return {
    clientId: client.clientId,
    redirectUri,
    // An answer without the client's own state would look forged to it: a state that cannot be returned ends here.
    state: readParameter(parameters, 'state', MAX_BYTES.state),
    responseMode:
      parseResponseMode(parameters, { client, redirectUri }) ?? defaultResponseMode(parameters, client),
  };
}

/** The redirect URI must be a registered one; it may be left out where there is one only. @see RFC 6749 §3.1.2.3 */
function checkRedirectUri(parameters: Parameters, client: Client): string {
  const requested = readParameter(parameters, 'redirect_uri');
  if (requested !== null) {
    if (isRegisteredRedirectUri(client, requested)) return requested;
    throw new OAuthError('invalid_request', 'Callback URL mismatch: this redirect_uri is not registered.', {
      status: 403,
    });
  }
  const sole = findSoleRedirectUri(client);
  if (sole === null) throw new OAuthError('invalid_request', 'The parameter redirect_uri is required.');
  return sole;
}

/** A parameter that is read must not be sent twice: which one counts would depend on who looks. @see RFC 6749 §3.1 */
function refuseRepeatedParameters(parameters: Parameters): void {
  for (const name of AUTHORIZATION_PARAMETERS) {
    if (parameters.repeated.has(name)) readParameter(parameters, name);
  }
}

/** Request objects are refused whole, never half processed. @see OpenID Connect Core §6.1, §6.2 */
function refuseRequestObjects(parameters: Parameters): void {
  if (parameters.values.has('request')) {
    throw new OAuthError('request_not_supported', 'Request objects are not supported.');
  }
  if (parameters.values.has('request_uri')) {
    throw new OAuthError('request_uri_not_supported', 'Request objects by reference are not supported.');
  }
}

/** @see RFC 9126 §6 */
function checkHowItCame({ requirePushedRequests }: Client, isPushed: boolean): void {
  if (requirePushedRequests && !isPushed)
    throw new OAuthError('invalid_request', 'This client must push its authorization requests.');
}

/**
 * The mode that was asked for is the one that will be used. A message to a page that frames us is an answer without a
 * question: nobody may be asked anything in there, where another page decides what is around it (FRM-1).
 * @see OAuth 2.0 Multiple Response Type Encoding Practices §2.1
 */
function checkResponseMode(parameters: Parameters, { responseMode }: ReturnAddress): void {
  const requested = readParameter(parameters, 'response_mode');
  if (requested === WEB_MESSAGE && responseMode !== WEB_MESSAGE) {
    throw new OAuthError(
      'invalid_request',
      'The origin of the redirect_uri is no web origin of this client.',
    );
  }
  if (requested !== null && requested !== responseMode) {
    throw new OAuthError('invalid_request', 'This response_mode is not supported.');
  }
  if (responseMode === WEB_MESSAGE && readParameter(parameters, 'prompt') !== 'none') {
    throw new OAuthError('invalid_request', 'The response_mode web_message is for prompt=none.');
  }
}

/**
 * The API asked for, or the operator's default where none is; null for none but UserInfo.
 * @throws OAuthError `access_denied` for one that is not known here: its token would be good for nothing
 */
export async function checkAudience(
  deps: Pick<AuthorizationRequestDeps, 'issuer' | 'resourceServers' | 'defaultAudience'>,
  parameters: Parameters,
): Promise<ResourceServer | null> {
  const named = readParameter(parameters, 'audience', MAX_BYTES.audience);
  const audience = named ?? deps.defaultAudience();
  if (audience === null || audience === userinfoAudience(deps.issuer)) return null;
  const api = await deps.resourceServers.find(audience);
  // A default that has been removed since is none.
  if (api === null && named !== null)
    throw new OAuthError('access_denied', 'The audience is not an API known here.');
  return api;
}

/** A refresh token comes with a code, or not at all. @see RFC 6749 §3.3 and §4.2.2, OpenID Connect Core §3.2.2.1 */
function checkScope(
  parameters: Parameters,
  asked: { client: Client; api: ResourceServer | null; responseType: readonly ResponseTypeWord[] },
): string {
  const { client, api, responseType } = asked;
  // Read past readParameter: a line break in a scope is a malformed scope (invalid_scope), not just a bad character.
  const requested = parameters.values.get('scope') ?? null;
  const mayRefresh = responseType.includes('code') && client.grantTypes.includes(REFRESH_TOKEN_GRANT);
  const scope = grantScope(requested, { mayRefresh, api });
  if (responseType.includes('id_token') && !hasScope(scope, 'openid')) {
    throw new OAuthError('invalid_scope', 'The scope must hold openid where an ID token is asked for.');
  }
  return scope;
}

/** An ID token that comes by way of the browser is bound to the request it answers. @see OpenID Connect Core §3.2.2.1 */
function checkNonce(parameters: Parameters, responseType: readonly ResponseTypeWord[]): string | null {
  const readNonce = responseType.includes('id_token') ? requireParameter : readParameter;
  return readNonce(parameters, 'nonce', MAX_BYTES.nonce);
}

/** More eyes are on tokens that a browser carries, so they live shorter. Auth0's rule. */
function webTokenLifetime(client: Client, api: ResourceServer | null): number {
  return (
    api?.tokenLifetimeForWebSeconds ?? Math.min(client.accessTokenLifetimeSeconds, WEB_TOKEN_LIFETIME_SECONDS)
  );
}

/** Seconds since the person last proved who they are. @see OpenID Connect Core §3.1.2.1 */
function checkMaxAge(parameters: Parameters): number | null {
  const maxAge = readParameter(parameters, 'max_age');
  if (maxAge === null) return null;
  if (!/^\d{1,9}$/.test(maxAge))
    throw new OAuthError('invalid_request', 'max_age is not a number of seconds.');
  return Number(maxAge);
}

/** The hint may be old, but it must be ours and this client's. @see OpenID Connect Core §3.1.2.1 */
async function checkIdTokenHint(
  deps: AuthorizationRequestDeps,
  parameters: Parameters,
  client: Client,
): Promise<string | null> {
  const hint = readParameter(parameters, 'id_token_hint', MAX_BYTES.jwt);
  if (hint === null) return null;
  const claims = await deps.signer.verify(hint, { typ: 'JWT', allowExpired: true });
  if (claims === null || claims.aud !== client.clientId || typeof claims.sub !== 'string') {
    throw new OAuthError('invalid_request', 'The id_token_hint is not an ID token of this client.');
  }
  return claims.sub;
}

/** Auth0's `connection`: skips the choice of how to sign in. */
function checkConnection(parameters: Parameters, client: Client): string | null {
  const connection = readParameter(parameters, 'connection');
  if (connection !== null && !client.connections.includes(connection)) {
    throw new OAuthError('invalid_request', 'The connection is not enabled for this client.');
  }
  return connection;
}

/** The request waits in a cookie while the person signs in, and cookies are small. */
function checkSize(request: AuthorizationRequest): void {
  if (byteLength(JSON.stringify(request)) > MAX_BYTES.authorizationRequest) {
    throw new OAuthError('invalid_request', 'The parameters are too long together.');
  }
}

/**
 * The BCP 47 tags of `ui_locales`, in order. What is not one is passed over: locales are a wish, never an error.
 * @see OpenID Connect Core §3.1.2.1
 */
export function parseUiLocales(uiLocales: string | null): readonly string[] {
  return (uiLocales ?? '')
    .split(' ')
    .filter((tag) => /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}$/.test(tag))
    .slice(0, 10);
}

/** The mode asked for, or null: none, or not one that this client's answers can take. */
function parseResponseMode(
  parameters: Parameters,
  { client, redirectUri }: { client: Client; redirectUri: string },
): ResponseMode | null {
  const requested = readParameter(parameters, 'response_mode');
  switch (requested) {
    case 'query':
      // Tokens in a query would end up in logs and in Referer headers.
      return defaultResponseMode(parameters, client) === 'query' ? requested : null;
    case 'fragment':
    case 'form_post':
      return requested;
    case WEB_MESSAGE:
      return mayBeMessaged(client, redirectUri) ? requested : null;
    default:
      return null;
  }
}

/**
 * Tokens, and errors in their place, go into the fragment. A client that has no leave for them reads its query.
 * @see OAuth 2.0 Multiple Response Type Encoding Practices §3, §5
 */
function defaultResponseMode(parameters: Parameters, client: Client): 'query' | 'fragment' {
  const words = parseResponseType(parameters.values.get('response_type') ?? null) ?? [];
  return holdsTokens(words) && mayHoldTokens(client) ? 'fragment' : 'query';
}

/** Its origin is one of the client's web origins, and one that a Content-Security-Policy can name to the letter. */
function mayBeMessaged(client: Client, redirectUri: string): boolean {
  const origin = URL.canParse(redirectUri) ? new URL(redirectUri).origin : '';
  return client.webOrigins.includes(origin) && /^https?:\/\/[a-z0-9.-]+(?::\d+)?$/.test(origin);
}

/** Whether the ID token is to say when the person proved who they are. @see OpenID Connect Core §2, `auth_time` */
export function isAuthTimeRequested({
  maxAgeSeconds,
  prompt,
}: Pick<AuthorizationRequest, 'maxAgeSeconds' | 'prompt'>): boolean {
  return maxAgeSeconds !== null || prompt.includes('login');
}
