// The least an application can be: a public client written by hand, with the PKCE pair that RFC 7636 prints. For tests
// that look at the server and not at client libraries.
import { witness } from './evidence';
import type { App } from './operator';
import { callbackParameters } from './sign-in';
import type { Visit } from './visitor';

/** @see RFC 7636 appendix B */
export const PKCE = {
  verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
};

/** What `latchkey apps create` is told to register such a client. */
export const PUBLIC_CLIENT = ['--type', 'spa', '--callback', 'https://rp.test/cb', '--name'];

/** `/authorize?…` for an application, with the parameters that a test cares about. */
export function authorizePath(
  { client_id, callbacks: [redirect_uri = ''] }: Pick<App, 'client_id' | 'callbacks'>,
  parameters: Record<string, string> = {},
): string {
  const all = {
    client_id,
    redirect_uri,
    response_type: 'code',
    scope: 'openid email',
    state: 'state',
    code_challenge: PKCE.challenge,
    code_challenge_method: 'S256',
    ...parameters,
  };
  return `/authorize?${new URLSearchParams(all)}`;
}

/** The code that an answer carries to the client. @throws when it carries none; the message says what came instead */
export function authorizationCodeOf({ leavesTo, url, text }: Visit): string {
  const code = leavesTo && callbackParameters(leavesTo).get('code');
  if (!code) throw new Error(`No code: ${leavesTo?.href ?? `${url.pathname} says ${text}`}`);
  return code;
}

/** The body with which that code is redeemed. */
export function tokenRequest({ client_id, callbacks }: App, code: string): string {
  const fields = { client_id, code, code_verifier: PKCE.verifier, redirect_uri: callbacks[0] ?? '' };
  return new URLSearchParams({ grant_type: 'authorization_code', ...fields }).toString();
}

/** Redeems a code at the server that listens there; answers with the access token, or null when it was refused. */
export async function redeem(at: string, app: App, code: string): Promise<string | null> {
  const response = await fetch(new URL('/oauth/token', at), {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: tokenRequest(app, code),
  });
  const { access_token } = (await response.json()) as { access_token?: string };
  if (response.status === 200 && access_token !== undefined) return witness(access_token);
  if (response.status === 400) return null;
  throw new Error(`The token endpoint answered ${response.status}.`);
}
