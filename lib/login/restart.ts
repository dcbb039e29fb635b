// The way back into a login that cannot go on: the same authorization request once more. Everything in it was checked
// before and is checked again.
import type { AuthorizationRequest } from '@/lib/oidc/authorization-request';

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

/** The client's own front door: where it begins a sign-in, else the origin of its redirect URI; null for native apps. */
export function clientHome(client: { initiateLoginUri: string | null }, redirectUri: string): string | null {
  if (client.initiateLoginUri !== null) return client.initiateLoginUri;
  const { protocol, origin } = new URL(redirectUri);
  return protocol === 'https:' || protocol === 'http:' ? `${origin}/` : null;
}
