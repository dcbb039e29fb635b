// A person's browser without scripts: cookies, redirects, forms, and the headers a browser adds by itself. Faster than
// Chromium by far, and every header can be set, which attacks need. Talks node:http, because `fetch` keeps some headers
// (`Host`, `Sec-Fetch-Mode`) to itself.
import http from 'node:http';
import https from 'node:https';
import { type CookieJar, createCookieJar } from './cookie-jar';
import { type FormInput, fillIn, readText } from './html-form';

/** What came back, after the redirects that stay on the site. */
export type Visit = {
  /** The address of this answer. */
  url: URL;
  status: number;
  headers: Headers;
  html: string;
  /** The words of the page, markup removed. */
  text: string;
  /** Where the answer sends the browser: set when that is another site (a client's callback), else `null`. */
  leavesTo: URL | null;
  /** Every address of this walk, in order. */
  trail: URL[];
};

/** One HTTP request as sent; nothing is followed and nothing added but cookies. */
export type RawRequest = {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
};

/** A request that has not been sent. */
export type ComposedRequest = {
  url: URL;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: Uint8Array;
};

/** See {@link createVisitor}. */
export type Visitor = {
  jar: CookieJar;
  /** Types an address (or follows a link, when `from` is given) and walks on through redirects on the site. */
  open: (
    address: string | URL,
    options?: { headers?: Record<string, string>; from?: Visit },
  ) => Promise<Visit>;
  /** Fills in a form of the page, presses a button and walks on. */
  submit: (page: Visit, input?: FormInput & { headers?: Record<string, string> }) => Promise<Visit>;
  /** What {@link submit} would send as its first request, cookies included, for tests that send it in ways of their own. */
  compose: (page: Visit, input?: FormInput) => Promise<ComposedRequest>;
  /** One request with this visitor's cookies, redirects not followed. */
  send: (address: string | URL, request?: RawRequest) => Promise<Response>;
};

/** Firefox stops at 20; we never need more than a few. */
const MAX_REDIRECTS = 8;

/**
 * Creates a visitor of one site.
 *
 * @param site - origin of the site as the browser sees it, i.e. `ISSUER`
 * @param options.connectTo - where the server listens when that is not the site's own address: an https issuer behind
 * an imagined proxy, or the second of two processes
 * @param options.jar - of another visitor, whose browser goes on in other ways
 * @param options.headers - sent with every request (`User-Agent`, `Accept-Language`, `X-Forwarded-For`)
 */
export function createVisitor(
  site: string | URL,
  options: { connectTo?: string | URL; jar?: CookieJar; headers?: Record<string, string> } = {},
): Visitor {
  const { origin } = new URL(site);
  const jar = options.jar ?? createCookieJar();
  const own = { 'User-Agent': DEFAULT_USER_AGENT, 'Accept-Language': 'en', ...options.headers };

  async function send(address: string | URL, request: RawRequest = {}): Promise<Response> {
    const url = new URL(address, origin);
    const cookie = jar.headerFor(url);
    const headers = { ...own, ...(cookie === null ? {} : { Cookie: cookie }), ...request.headers };
    const target = url.origin === origin && options.connectTo ? new URL(options.connectTo) : url;
    const response = await exchange({
      url,
      target,
      method: request.method ?? 'GET',
      headers,
      body: request.body,
    });
    jar.store(url, response.headers.getSetCookie());
    return response;
  }

  async function walk(start: URL, first: RawRequest): Promise<Visit> {
    const trail: URL[] = [];
    let url = start;
    let request = first;
    while (trail.length <= MAX_REDIRECTS) {
      trail.push(url);
      const response = await send(url, request);
      const location = response.headers.get('location');
      const next =
        location !== null && response.status >= 300 && response.status < 400 ? new URL(location, url) : null;
      if (next === null || next.origin !== origin) return readVisit({ url, response, leavesTo: next, trail });
      await response.arrayBuffer();
      url = next;
      if (response.status < 307) request = { headers: withoutForm(request.headers) };
    }
    throw new Error(`More than ${MAX_REDIRECTS} redirects: ${trail.join(' → ')}`);
  }

  return {
    jar,
    send,
    open: (address, { headers = {}, from } = {}) =>
      walk(new URL(address, origin), {
        headers: {
          ...NAVIGATION,
          'Sec-Fetch-Site': from ? 'same-origin' : 'none',
          ...refererOf(from),
          ...headers,
        },
      }),
    async submit(page, { headers = {}, ...input } = {}) {
      const { url, ...request } = await press(page, input);
      return walk(url, { ...request, headers: { ...request.headers, ...headers } });
    },
    async compose(page, input = {}) {
      const { url, ...request } = await press(page, input);
      const cookie = jar.headerFor(url);
      const headers = { Host: url.host, ...own, ...(cookie && { Cookie: cookie }), ...request.headers };
      return { url, ...request, headers };
    },
  };
}

/** What the browser would send, but for cookies and what is on every request. */
async function press(page: Visit, input: FormInput): Promise<ComposedRequest> {
  const form = fillInOn(page, input);
  const url = new URL(form.action || page.url, page.url);
  const headers = { ...NAVIGATION, 'Sec-Fetch-Site': 'same-origin', ...refererOf(page) };
  if (form.method === 'get') {
    url.search = new URLSearchParams(form.entries).toString();
    return { url, method: 'GET', headers };
  }
  const { contentType, body } = await encode(form);
  const posted = { ...headers, Origin: originOf(page), 'Content-Type': contentType };
  return { url, method: 'POST', headers: posted, body };
}

function fillInOn(page: Visit, input: FormInput) {
  try {
    return fillIn(page.html, input);
  } catch (cause) {
    const told = `${page.status} at ${page.url.pathname}: ${page.text.slice(0, 200)}`;
    throw new Error(`${(cause as Error).message} The page was ${told}`, { cause });
  }
}

const DEFAULT_USER_AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

/** What a browser adds when the address bar changes. @see W3C Fetch Metadata Request Headers §2 */
const NAVIGATION = {
  Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'Sec-Fetch-Dest': 'document',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-User': '?1',
};

function refererOf(page: Visit | undefined): Record<string, string> {
  return page && !hidesItself(page) ? { Referer: page.url.href } : {};
}

/** @see Fetch Standard, "append a request Origin header": a page that sends no referrer posts as `null`. */
function originOf(page: Visit): string {
  return hidesItself(page) ? 'null' : page.url.origin;
}

function hidesItself(page: Visit): boolean {
  return page.headers.get('referrer-policy') === 'no-referrer';
}

/** A redirect that turns POST into GET also drops what spoke of the body. @see Fetch Standard, HTTP-redirect fetch */
function withoutForm(headers: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name !== 'Content-Type' && name !== 'Origin'),
  );
}

async function encode(form: { encoding: string; entries: [string, string][] }) {
  let payload: URLSearchParams | FormData = new URLSearchParams(form.entries);
  if (form.encoding === 'multipart/form-data') {
    payload = new FormData();
    for (const [name, value] of form.entries) payload.append(name, value);
  }
  const encoded = new Response(payload);
  const contentType = encoded.headers.get('content-type') ?? '';
  return { contentType, body: new Uint8Array(await encoded.arrayBuffer()) };
}

async function readVisit(
  visit: Pick<Visit, 'url' | 'leavesTo' | 'trail'> & { response: Response },
): Promise<Visit> {
  const { response, ...rest } = visit;
  const html = await response.text();
  return { ...rest, status: response.status, headers: response.headers, html, text: readText(html) };
}

type Exchange = {
  url: URL;
  /** Whom to connect to; the `Host` header stays that of `url`. */
  target: URL;
  method: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
};

function exchange({ url, target, method, headers, body }: Exchange): Promise<Response> {
  return new Promise((resolve, reject) => {
    const { request: begin } = target.protocol === 'https:' ? https : http;
    const request = begin(
      {
        // Node's own resolver asks for IPv6 first; servers under test listen on both or on IPv4.
        host: target.hostname === 'localhost' ? '127.0.0.1' : target.hostname,
        port: target.port,
        rejectUnauthorized: false, // nobody certifies a proxy of the harness
        path: url.pathname + url.search,
        method,
        headers: {
          Host: url.host,
          ...headers,
          ...(body === undefined ? {} : { 'Content-Length': `${Buffer.byteLength(body)}` }),
        },
      },
      (incoming) => receive(incoming).then(resolve, reject),
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** An answer of node:http, whole, as a web standard one. */
export async function receive(incoming: http.IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers = new Headers();
  for (let index = 0; index < incoming.rawHeaders.length; index += 2)
    headers.append(incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '');
  const status = incoming.statusCode ?? 0;
  const isEmpty = status === 204 || status === 304;
  return new Response(isEmpty ? null : new Uint8Array(Buffer.concat(chunks)), { status, headers });
}
