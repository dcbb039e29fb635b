// Requests to addresses that somebody configured: HTTPS to the public internet, or to networks the operator named. Each name is resolved once, every address of it is judged, and the connection goes to one that was judged: no second
// answer of a DNS server counts. No redirect is followed, no body is kept. OWASP SSRF Prevention; IANA special-purpose
// registries (RFC 6890). security SRF-1, SRF-2, SRF-3.
import { lookup as resolve } from 'node:dns';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Why nothing was sent. Where the operator can open the way, the reason names the variable. */
export type OutboundRefusal =
  | 'not_a_url'
  | 'not_https'
  | 'credentials_in_url'
  | 'port_not_allowed'
  | 'not_in_OUTBOUND_PRIVATE_NETWORKS';

export type OutboundOutcome = Readonly<
  | { kind: 'answered'; status: number }
  | { kind: 'refused'; reason: OutboundRefusal }
  | { kind: 'timed_out' }
  | { kind: 'unreachable'; reason: string }
>;

export type OutboundPost = Readonly<{
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** Ends the request; its time ends it anyway. */
  signal: AbortSignal;
}>;

/** Never throws. */
export type GuardedFetch = (post: OutboundPost) => Promise<OutboundOutcome>;

/**
 * @param settings.privateNetworks CIDR notation; requests to them may go without TLS
 * @param settings.lookup the system's resolver, unless a test brings its own
 */
export function createGuardedFetch(settings: Guard): GuardedFetch {
  return ({ url, headers, body, signal }) =>
    guard(settings, { url, method: 'POST', headers, body, signal }, (response, resolve) => {
      resolve({ kind: 'answered', status: response.statusCode ?? 0 });
      discard(response);
    });
}

/** A small file from an address that somebody configured. Never throws. */
export type GuardedDownload = (asked: {
  url: string;
  maxBytes: number;
}) => Promise<
  OutboundOutcome | Readonly<{ kind: 'downloaded'; bytes: Buffer }> | Readonly<{ kind: 'too_large' }>
>;

/** @param settings as for {@link createGuardedFetch} */
export function createGuardedDownload(settings: Guard): GuardedDownload {
  return ({ url, maxBytes }) =>
    guard<Awaited<ReturnType<GuardedDownload>>>(
      settings,
      { url, method: 'GET', headers: { accept: 'image/*, font/*' }, body: null, signal: null },
      (response, resolve, reject) => {
        const status = response.statusCode ?? 0;
        if (status !== 200) {
          resolve({ kind: 'answered', status });
          return discard(response);
        }
        const chunks: Buffer[] = [];
        let received = 0;
        response.on('error', reject);
        response.on('data', (chunk: Buffer) => {
          received += chunk.length;
          chunks.push(chunk);
          if (received <= maxBytes) return;
          resolve({ kind: 'too_large' });
          response.destroy();
        });
        response.on('end', () => resolve({ kind: 'downloaded', bytes: Buffer.concat(chunks) }));
      },
    );
}

/** A resolver for what is no HTTP: it refuses a name that has an address which is neither public nor named by the operator. */
export function createCheckedLookup(privateNetworks: readonly string[]): LookupFunction {
  const networks = privateNetworks.map((network) => ipaddr.parseCIDR(network));
  return checkedLookup(resolve, (address) => judge(address, { protocol: 'https:' }, networks));
}

type Guard = Readonly<{
  privateNetworks: readonly string[];
  lookup?: LookupFunction;
  /** Milliseconds a request may take; ten seconds unless a test has less patience. */
  timeoutMs?: number;
}>;

type OutboundRequest = Readonly<{
  url: string;
  method: 'GET' | 'POST';
  headers: Readonly<Record<string, string>>;
  body: string | null;
  signal: AbortSignal | null;
}>;

/** Sends what may be sent. @param take reads the answer; nothing of it is kept otherwise */
async function guard<Taken>(
  { privateNetworks, lookup: systemLookup = resolve, timeoutMs = TIMEOUT_MS }: Guard,
  asked: OutboundRequest,
  take: (response: IncomingMessage, resolve: (taken: Taken) => void, reject: (error: Error) => void) => void,
): Promise<Taken | Exclude<OutboundOutcome, { kind: 'answered' }>> {
  const refusal = findUrlRefusal(asked.url, privateNetworks);
  if (refusal !== null) return { kind: 'refused', reason: refusal };
  const networks = privateNetworks.map((network) => ipaddr.parseCIDR(network));
  const url = new URL(asked.url);
  const lookup = checkedLookup(systemLookup, (address) => judge(address, url, networks));
  const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(asked.signal ? [asked.signal] : [])]);
  try {
    return await exchange(url, asked, { lookup, signal, take });
  } catch (error) {
    if (error instanceof RefusedAddress) return { kind: 'refused', reason: error.reason };
    if (signal.aborted) return { kind: 'timed_out' };
    return { kind: 'unreachable', reason: (error as NodeJS.ErrnoException).code ?? 'no_answer' };
  }
}

/** What an address gives away before anything is resolved, so that it can be refused when it is typed; null is nothing. */
export function findUrlRefusal(text: string, privateNetworks: readonly string[]): OutboundRefusal | null {
  if (!URL.canParse(text)) return 'not_a_url';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'not_https';
  if (url.protocol === 'http:' && privateNetworks.length === 0) return 'not_https';
  if (url.username !== '' || url.password !== '') return 'credentials_in_url';
  // A scheme's own port is not repeated in a URL. Below 1024 live the protocols that a POST can be smuggled into.
  if (url.port !== '' && Number(url.port) < FIRST_FREE_PORT) return 'port_not_allowed';
  const address = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const networks = privateNetworks.map((network) => ipaddr.parseCIDR(network));
  return isIP(address) === 0 ? null : judge(address, url, networks);
}

type Network = ReturnType<typeof ipaddr.parseCIDR>;

const FIRST_FREE_PORT = 1024;
const TIMEOUT_MS = 10_000;
/** What is read of a body before the connection is closed. */
const BODY_MAX_BYTES = 64 * 1024;

class RefusedAddress extends Error {
  constructor(readonly reason: OutboundRefusal) {
    super(reason);
  }
}

/** A named network may be reached by either scheme; everything else must be public, and by TLS. */
function judge(
  address: string,
  { protocol }: Pick<URL, 'protocol'>,
  networks: readonly Network[],
): OutboundRefusal | null {
  const parsed = ipaddr.process(address); // ::ffff:127.0.0.1 is 127.0.0.1
  if (networks.some((network) => parsed.kind() === network[0].kind() && parsed.match(network))) return null;
  if (!isPublic(parsed)) return 'not_in_OUTBOUND_PRIVATE_NETWORKS';
  return protocol === 'https:' ? null : 'not_https';
}

/** Azure's platform address answers inside its machines only, but is numbered like a public one. */
const NEVER_PUBLIC = ['168.63.129.16'];
/** All that was ever given out for the internet; tunnels (NAT64, 6to4, Teredo) are ranges of their own. @see RFC 4291 §2.4 */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast' || NEVER_PUBLIC.includes(address.toString())) return false;
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_UNICAST);
}

/** Resolves as given and refuses a name when any of its addresses is refused: which one is tried first is chance. */
function checkedLookup(
  lookup: LookupFunction,
  refusalOf: (address: string) => OutboundRefusal | null,
): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses = typeof found === 'string' ? [{ address: found, family: isIP(found) }] : found;
      const [first] = addresses ?? [];
      if (error || first === undefined) return done(error ?? new Error('no address'), '');
      const refusal = addresses.map(({ address }) => refusalOf(address)).find((reason) => reason !== null);
      if (refusal) return done(new RefusedAddress(refusal), '');
      return options.all ? done(null, addresses) : done(null, first.address, first.family);
    });
  };
}

/** What is taken of the answer, as soon as it is known. */
function exchange<Taken>(
  url: URL,
  { method, headers, body }: OutboundRequest,
  {
    lookup,
    signal,
    take,
  }: {
    lookup: LookupFunction;
    signal: AbortSignal;
    take(response: IncomingMessage, resolve: (taken: Taken) => void, reject: (error: Error) => void): void;
  },
): Promise<Taken> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  // An agent of its own: no connection that another lookup allowed, and none that is left open.
  const options: RequestOptions = { method, headers, lookup, signal, agent: false };
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => take(response, resolve, reject));
    sent.on('error', reject);
    sent.on('close', () => reject(new Error('closed without an answer')));
    sent.end(body ?? undefined);
  });
}

/** Lets the other side finish its sentence, up to a size; the request's signal sees to the time. */
function discard(response: IncomingMessage): void {
  let received = 0;
  response.on('error', () => response.destroy());
  response.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received > BODY_MAX_BYTES) response.destroy();
  });
}
