// A TLS end in front of a server, as every public installation has one. Adds to X-Forwarded-For as proxies do, and sets
// whatever else a test wants a careless proxy to say.
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Certificate, createCertificate } from './certificate';

/** A running proxy. */
export type TlsProxy = { url: string; close: () => Promise<void> };

/** Starts it on a free loopback port, with a certificate that nobody signed. */
export async function startTlsProxy(target: string, says: Record<string, string> = {}): Promise<TlsProxy> {
  const { port, close } = await startTlsEnd(forwardTo(target, says), createCertificate(['localhost']));
  return { url: `https://127.0.0.1:${port}`, close };
}

/** Listens on a free loopback port with that certificate. */
export async function startTlsEnd(
  listener: http.RequestListener,
  { key, cert }: Pick<Certificate, 'key' | 'cert'>,
): Promise<{ port: number; close: () => Promise<void> }> {
  const server = https.createServer({ key, cert }, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Hands every request on to a server that speaks plain HTTP. */
export function forwardTo(target: string, says: Record<string, string> = {}): http.RequestListener {
  const { hostname, port } = new URL(target);
  return (request, response) => {
    const peer = request.socket.remoteAddress ?? '';
    const path = [request.headers['x-forwarded-for'], peer].filter(Boolean).join(', ');
    const headers = { ...request.headers, 'x-forwarded-for': path, ...says };
    const { method, url } = request;
    const onward = http.request({ host: hostname, port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  };
}
