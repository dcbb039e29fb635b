// Cookies as text: reading a Cookie header, writing a Set-Cookie value. On https every cookie of ours is a `__Host-` one,
// which no sub-domain can plant; on http (loopback only) browsers refuse that prefix and `Secure`, so both go.
// RFC 6265, RFC 6265bis §4.1.3.2.

export type Cookie = Readonly<{
  /** Without the prefix. */
  name: string;
  /** base64url or sealed text: nothing that a header would have to quote. */
  value: string;
  /** Sent with requests that other sites begin, frames and form posts included: `SameSite=None`, which needs https. */
  crossSite: boolean;
  /** Seconds; null ends with the browser session; 0 removes the cookie. */
  maxAgeSeconds: number | null;
}>;

/** Name a cookie goes by at this issuer. */
export function cookieName(issuer: string, name: string): string {
  return isSecure(issuer) ? `__Host-${name}` : name;
}

/**
 * The Set-Cookie value for a cookie: HttpOnly, for the whole origin and no other.
 * @throws TypeError for a name or value that would need quoting, which is a bug
 */
export function serializeCookie(issuer: string, cookie: Cookie): string {
  if (!/^[\w.-]+$/.test(cookie.name) || !/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/.test(cookie.value)) {
    throw new TypeError('a cookie may hold no blanks, quotes, commas, semicolons or backslashes');
  }
  const secure = isSecure(issuer);
  return [
    `${cookieName(issuer, cookie.name)}=${cookie.value}`,
    'Path=/',
    'HttpOnly',
    ...(secure ? ['Secure'] : []),
    `SameSite=${cookie.crossSite && secure ? 'None' : 'Lax'}`,
    ...(cookie.maxAgeSeconds === null ? [] : [`Max-Age=${cookie.maxAgeSeconds}`]),
  ].join('; ');
}

/** The cookies of a Cookie header by the names they go by. Of two with one name the first counts, as browsers order them. */
export function parseCookies(cookieHeader: string | null): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of (cookieHeader ?? '').split(';')) {
    const equals = pair.indexOf('=');
    if (equals < 0) continue;
    const name = pair.slice(0, equals).trim();
    if (!cookies.has(name)) cookies.set(name, pair.slice(equals + 1).trim());
  }
  return cookies;
}

function isSecure(issuer: string): boolean {
  return issuer.startsWith('https:');
}
