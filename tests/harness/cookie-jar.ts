// The cookies of one browser. Strict where a browser is strict: a cookie that breaks its prefix or lacks a secure
// origin is an error here, where a browser would drop it in silence. RFC 6265bis §4.1.3, §5.5-5.7.

/** A stored cookie with the attributes tests ask about. */
export type Cookie = {
  name: string;
  value: string;
  path: string;
  /** `null` is a session cookie. */
  expiresAt: Date | null;
  isSecure: boolean;
  isHttpOnly: boolean;
  sameSite: 'Strict' | 'Lax' | 'None' | null;
};

/** The cookies that one host set; hosts do not share (no cookie of ours has a `Domain`). */
export type CookieJar = {
  /** Takes the `Set-Cookie` lines of a response. */
  store: (url: URL, lines: readonly string[]) => void;
  /** The `Cookie` header for a request, `null` when there is nothing to send. */
  headerFor: (url: URL) => string | null;
  find: (host: string, name: string) => Cookie | null;
  list: (host: string) => Cookie[];
  forget: (host: string, name: string) => void;
  clear: () => void;
};

/** Creates an empty {@link CookieJar}. */
export function createCookieJar(): CookieJar {
  const hosts = new Map<string, Map<string, Cookie>>();
  const cookiesOf = (host: string) => hosts.get(host) ?? hosts.set(host, new Map()).get(host) ?? new Map();
  const live = (host: string): Cookie[] =>
    [...cookiesOf(host).values()].filter(
      ({ expiresAt }) => expiresAt === null || expiresAt.getTime() > Date.now(),
    );

  return {
    store(url, lines) {
      for (const cookie of lines.map(parseSetCookie)) {
        checkSetCookie(url, cookie);
        cookiesOf(url.hostname).set(`${cookie.name};${cookie.path}`, cookie);
      }
    },
    headerFor(url) {
      const sent = live(url.hostname)
        .filter(
          (cookie) => pathMatches(url.pathname, cookie.path) && (!cookie.isSecure || isTrustworthy(url)),
        )
        .sort((one, other) => other.path.length - one.path.length);
      return sent.map(({ name, value }) => `${name}=${value}`).join('; ') || null;
    },
    find: (host, name) => live(host).find((cookie) => cookie.name === name) ?? null,
    list: live,
    forget(host, name) {
      for (const [key, cookie] of cookiesOf(host)) if (cookie.name === name) cookiesOf(host).delete(key);
    },
    clear: () => hosts.clear(),
  };
}

/** Parses one `Set-Cookie` line, for tests that look at a response's cookies themselves. */
export function parseSetCookie(line: string): Cookie & { domain: string | null } {
  const [pair = '', ...rest] = line.split(';').map((piece) => piece.trim());
  const [name = '', value = ''] = pair.split(/=(.*)/s);
  const attributes = new Map(
    rest.map((piece): [string, string] => {
      const [attribute = '', setting = ''] = piece.split(/=(.*)/s);
      return [attribute.toLowerCase(), setting];
    }),
  );
  const maxAge = attributes.get('max-age');
  const expires = attributes.get('expires');
  const lasting = expires === undefined ? null : new Date(expires);
  return {
    name,
    value,
    path: attributes.get('path') ?? '/',
    domain: attributes.get('domain') ?? null,
    expiresAt: maxAge === undefined ? lasting : new Date(Date.now() + Number(maxAge) * 1000),
    isSecure: attributes.has('secure'),
    isHttpOnly: attributes.has('httponly'),
    sameSite: parseSameSite(attributes.get('samesite')),
  };
}

function parseSameSite(value: string | undefined): Cookie['sameSite'] {
  return (
    (['Strict', 'Lax', 'None'] as const).find((known) => known.toLowerCase() === value?.toLowerCase()) ?? null
  );
}

function checkSetCookie(url: URL, cookie: Cookie & { domain: string | null }): void {
  const refuse = (reason: string) =>
    new Error(`A browser at ${url.origin} drops the cookie ${cookie.name}: ${reason}.`);
  if (cookie.isSecure && !isTrustworthy(url)) throw refuse('Secure on an origin that is not');
  if (cookie.sameSite === 'None' && !cookie.isSecure) throw refuse('SameSite=None without Secure');
  if (cookie.name.startsWith('__Secure-') && !cookie.isSecure) throw refuse('__Secure- without Secure');
  if (!cookie.name.startsWith('__Host-')) return;
  if (!cookie.isSecure || cookie.path !== '/' || cookie.domain !== null)
    throw refuse('__Host- wants Secure, Path=/ and no Domain');
}

/** Chromium and Firefox count loopback names as secure. */
function isTrustworthy(url: URL): boolean {
  return url.protocol === 'https:' || url.hostname === 'localhost' || url.hostname.endsWith('.localhost');
}

function pathMatches(requested: string, path: string): boolean {
  return requested === path || requested.startsWith(path.endsWith('/') ? path : `${path}/`);
}
