// The way back into a login that cannot go on: the same authorization request once more. Everything in it was checked
// before and is checked again.
import type { AuthorizationRequest } from '@/lib/oidc/authorization-request';
import type { Client } from '@/lib/oidc/client';

/**
 * `/authorize?…` for the same request. Whom an id_token_hint
 * named is known, the hint itself is not kept: instead of it the request asks for a login, so that no session of somebody
 * else answers it.
 */
export function restartLocation(request: AuthorizationRequest): string {
  const parameters = new URLSearchParams();
  const add = (name: string, value: string | null) =>
    value !== null && value !== '' && parameters.set(name, value);
  add('response_type', request.responseType.join(' '));
  add('client_id', request.clientId);
  add('redirect_uri', request.requestedRedirectUri);
  add('response_mode', request.responseMode);
  add('scope', request.scope);
  add('audience', request.audience);
  add('state', request.state);
  add('nonce', request.nonce);
  add('code_challenge', request.codeChallenge);
  add('code_challenge_method', request.codeChallenge === null ? null : 'S256');
  const prompts = new Set(request.prompt);
  if (request.hintedSubject !== null) prompts.add('login');
  add('prompt', [...prompts].join(' '));
  add('max_age', request.maxAgeSeconds === null ? null : String(request.maxAgeSeconds));
  add('login_hint', request.loginHint);
  add('ui_locales', request.uiLocales.join(' '));
  add('connection', request.connection);
  add('screen_hint', request.screenHint);
  return `/authorize?${parameters}`;
}

/** A client, as far as a person can be sent back to it. */
type WayBack = Pick<Client, 'initiateLoginUri' | 'requirePushedRequests'>;

/**
 * Where the client itself begins a sign-in, told with whom; null where it named no such place.
 * @see OpenID Connect Core §4
 */
export function initiateLoginLocation(
  { initiateLoginUri }: Pick<WayBack, 'initiateLoginUri'>,
  issuer: string,
): string | null {
  if (initiateLoginUri === null) return null;
  const location = new URL(initiateLoginUri);
  location.searchParams.set('iss', issuer);
  return location.href;
}

/** The same request once more, where a browser may bring one; null where only the client can. */
export function startAgainLocation(
  client: WayBack,
  request: AuthorizationRequest,
  issuer: string,
): string | null {
  return client.requirePushedRequests ? initiateLoginLocation(client, issuer) : restartLocation(request);
}

/**
 * The way back into a login that is long over. The client's own beginning comes first: it may have forgotten what it asked
 * for, and would take the answer for a forgery.
 */
export function freshStartLocation(
  client: WayBack,
  request: AuthorizationRequest,
  issuer: string,
): string | null {
  return initiateLoginLocation(client, issuer) ?? startAgainLocation(client, request, issuer);
}

/** The client's own front door: where it begins a sign-in, else the origin of its redirect URI; null for native apps. */
export function clientHome(
  client: Pick<WayBack, 'initiateLoginUri'>,
  redirectUri: string,
  issuer: string,
): string | null {
  const beginning = initiateLoginLocation(client, issuer);
  if (beginning !== null) return beginning;
  const { protocol, origin } = new URL(redirectUri);
  return protocol === 'https:' || protocol === 'http:' ? `${origin}/` : null;
}
