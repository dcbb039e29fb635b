// Redirect URIs, of sign-in and of sign-out: which may be registered, and which one of a request is a registered one. Strings
// are compared, never parsed and rebuilt, because two parsers that disagree are an open redirect. RFC 9700 §2.1 and §4.1,
// RFC 8252 §7 and §8; Auth0's rules for logout URLs.
import { getDomain } from 'tldts';
import type { ApplicationType, Client } from './client';
import { OAuthError } from './errors';
import { MAX_BYTES } from './vocabulary';

/**
 * Whether a request's redirect URI is one of the client's: the same string; or, for native clients, the same but for the
 * port of a loopback address; or, for clients created with wildcards, the same with one label in the place of `*`.
 * @see RFC 9700 §4.1.3, RFC 8252 §7.3
 */
export function isRegisteredRedirectUri(client: Client, redirectUri: string): boolean {
  if (isDangerousScheme(redirectUri)) return false;
  return client.redirectUris.some(
    (registered) =>
      isSame(client, registered, redirectUri) ||
      (client.applicationType === 'native' && differsInLoopbackPortOnly(registered, redirectUri)),
  );
}

/**
 * Whether a browser may be sent there after sign-out: the same string as one of the client's, or the same with one label in
 * the place of `*`.
 * @see OpenID Connect RP-Initiated Logout 1.0 §3
 */
export function isRegisteredPostLogoutRedirectUri(list: LogoutAddresses, uri: string): boolean {
  return list.postLogoutRedirectUris.some((registered) => isSame(list, registered, uri));
}

/** The same for Auth0's `returnTo`, whose query and fragment are the client's own business. */
export function isRegisteredReturnTo(list: LogoutAddresses, returnTo: string): boolean {
  const address = withoutQuery(returnTo);
  return list.postLogoutRedirectUris.some((registered) => isSame(list, withoutQuery(registered), address));
}

/** Where a browser may be sent after sign-out: what a client has of it. */
export type LogoutAddresses = Pick<Client, 'postLogoutRedirectUris' | 'wildcardRedirectUris'>;

/** The operator's own list, for a sign-out that names no client. Auth0's tenant has one beside those of its clients. */
export function logoutAddressesOfNobody(allowedLogoutUrls: readonly string[]): LogoutAddresses {
  return { postLogoutRedirectUris: allowedLogoutUrls, wildcardRedirectUris: false };
}

/** Where a browser goes after a sign-out that says no address: the first plain one; null where there is none. */
export function findFirstPostLogoutRedirectUri({ postLogoutRedirectUris }: Client): string | null {
  return postLogoutRedirectUris.find((uri) => !isWildcard(uri)) ?? null;
}

/**
 * The redirect URI a request may leave out: the client's only one, if it is a plain one.
 * @see RFC 6749 §3.1.2.3
 */
export function findSoleRedirectUri(client: Client): string | null {
  const [only, ...others] = client.redirectUris;
  if (only === undefined || others.length > 0 || isWildcard(only) || isDangerousScheme(only)) return null;
  return only;
}

/**
 * Checks that a redirect URI may be registered for a client.
 * @throws OAuthError whose description says in a sentence why not.
 * @see RFC 9700 §2.1, RFC 8252 §7, RFC 6749 §3.1.2
 */
export function checkRegistrableRedirectUri(
  redirectUri: string,
  client: Pick<Client, 'wildcardRedirectUris'> & { applicationType: ApplicationType },
): void {
  if (redirectUri.length > MAX_BYTES.redirectUri)
    refuse(`is longer than ${MAX_BYTES.redirectUri} characters`);
  if (!/^[\x21-\x7e]+$/.test(redirectUri)) refuse('may hold printable ASCII only, without spaces');
  if (redirectUri.includes('\\')) refuse('holds a backslash');
  if (redirectUri.includes('#')) refuse('has a fragment');
  if (isDangerousScheme(redirectUri)) refuse('has a scheme that browsers act upon themselves');
  if (!URL.canParse(redirectUri)) refuse('is not an absolute URI');

  if (/^[^/]*\/\/[^/?]*@/.test(redirectUri)) refuse('holds a user name or password');

  const url = new URL(redirectUri);
  if (url.protocol === 'https:' || url.protocol === 'http:') {
    if (!/^https?:\/\/[^/]/.test(redirectUri)) refuse('does not begin with https:// and a host');
    if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
      refuse('is http, which is for loopback addresses; use https');
    }
  } else if (client.applicationType !== 'native') {
    refuse('has a scheme of its own, which is for native applications; use https');
  }
  if (isWildcard(redirectUri)) checkWildcard(redirectUri, client.wildcardRedirectUris);
}

function checkWildcard(redirectUri: string, allowed: boolean): void {
  if (!allowed) refuse('holds a *, which this client may not use');
  if (!/^https?:\/\/[^*/?.]*\*[^*/?.]*\.[^*/?.]+\.[^*/?]+(?:[/?][^*]*)?$/.test(redirectUri)) {
    refuse('may hold one *, in the left-most label of a host with at least two more labels');
  }
  // Names directly below a public suffix are anybody's to have: `*.vercel.app` would be everybody's deployments.
  const [, ...labels] = new URL(redirectUri.replace('*', 'x')).hostname.split('.');
  if (getDomain(labels.join('.'), { allowPrivateDomains: true }) === null)
    refuse('has its * where anybody may register a name');
}

function refuse(reason: string): never {
  throw new OAuthError('invalid_request', `The redirect URI ${reason}.`);
}

/** Schemes that run or show something in the browser instead of going to a client. Checked at registration and at use. */
const DANGEROUS_SCHEME =
  /^(?:about|blob|data|file|filesystem|ftp|intent|javascript|mailto|vbscript|view-source|wss?):/i;

function isDangerousScheme(uri: string): boolean {
  // Browsers drop leading blanks and controls, and tabs and newlines anywhere, before they look for the scheme.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is being looked for
  return DANGEROUS_SCHEME.test(uri.replace(/[\u0000-\u0020]/g, ''));
}

function isLoopbackHost(hostname: string): boolean {
  return /^(?:localhost|.+\.localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
}

const LOOPBACK_ORIGIN = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::(\d{1,5}))?(?=[/?]|$)/;

function differsInLoopbackPortOnly(registered: string, redirectUri: string): boolean {
  const port = LOOPBACK_ORIGIN.exec(redirectUri)?.[2];
  if (port !== undefined && Number(port) > 65_535) return false;
  return (
    LOOPBACK_ORIGIN.test(redirectUri) &&
    registered.replace(LOOPBACK_ORIGIN, '$1') === redirectUri.replace(LOOPBACK_ORIGIN, '$1')
  );
}

/** The same string; or, for a client that was created with wildcards, the same with one label in the place of `*`. */
function isSame(
  { wildcardRedirectUris }: Pick<Client, 'wildcardRedirectUris'>,
  registered: string,
  uri: string,
): boolean {
  return isWildcard(registered)
    ? wildcardRedirectUris && matchesWildcard(registered, uri)
    : registered === uri;
}

/** Strings are cut, not parsed: nothing before the first `?` or `#` may differ by a character. */
function withoutQuery(uri: string): string {
  return uri.split(/[?#]/, 1)[0] ?? '';
}

function isWildcard(uri: string): boolean {
  return uri.includes('*');
}

function matchesWildcard(registered: string, redirectUri: string): boolean {
  const star = registered.indexOf('*');
  const before = registered.slice(0, star);
  const after = registered.slice(star + 1);
  if (!redirectUri.startsWith(before) || !redirectUri.endsWith(after)) return false;
  // Exactly one label, in the spelling browsers give host names; nothing where the two overlap.
  const label = redirectUri.slice(before.length, redirectUri.length - after.length);
  return /^[a-z0-9-]{1,63}$/.test(label);
}
