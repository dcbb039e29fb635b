// The client's network address by the operator's rule: the socket's peer, or, with TRUSTED_PROXIES=n, the n-th hop from
// the right. Whatever a client writes into X-Forwarded-For stands left of what the proxies add and is never reached (RLM-2).
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Headers the front server sets on every request it passes on, after removing what a client sent under these names. */
export const FRONT_HEADER = 'x-latchkey-front';
export const PEER_HEADER = 'x-latchkey-peer';
export const NONCE_HEADER = 'x-nonce';
/** The path that was asked for: Next tells it to no layout. */
export const PATH_HEADER = 'x-latchkey-path';

/**
 * @param frontSecret value that only this process's own front server knows; null where there is no front and the
 * platform appends the peer to X-Forwarded-For itself
 */
export function clientAddress(
  headers: Headers,
  { trustedProxies, frontSecret }: { trustedProxies: number; frontSecret: string | null },
): string | null {
  const hops = (headers.get('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim());
  const fronted = frontSecret !== null && headers.get(FRONT_HEADER) === frontSecret;
  const peer = fronted ? headers.get(PEER_HEADER) : (hops.pop() ?? null);
  const chosen = trustedProxies === 0 ? peer : (hops.at(-trustedProxies) ?? peer);
  return readAddress(chosen) ?? readAddress(peer);
}

/**
 * Whether our own front server took the request from this machine, and nobody passed it on. A proxy on this machine that
 * names whom it speaks for does not count.
 */
export function isFromOwnMachine(headers: Headers, { frontSecret }: { frontSecret: string }): boolean {
  if (headers.get(FRONT_HEADER) !== frontSecret || headers.has('x-forwarded-for')) return false;
  const peer = readAddress(headers.get(PEER_HEADER));
  return peer !== null && ipaddr.parse(peer).range() === 'loopback';
}

function readAddress(text: string | null): string | null {
  const version = text === null ? 0 : isIP(text);
  if (text === null || version === 0) return null;
  // An IPv4 address has one way to be written; one that travels in IPv6 is itself again.
  return version === 4 ? text : ipaddr.process(text).toString();
}
