// A TLS end in front of a server, as every public installation has one. Adds to X-Forwarded-For as proxies do, and sets
// whatever else a test wants a careless proxy to say.
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import getTLSOptions from 'smtp-server/lib/tls-options.js';

/** A running proxy. */
export type TlsProxy = { url: string; close: () => Promise<void> };

/** Starts it on a free loopback port, with a certificate that nobody signed. */
export async function startTlsProxy(target: string, says: Record<string, string> = {}): Promise<TlsProxy> {
  const { hostname, port } = new URL(target);
  const server = https.createServer(getTLSOptions(), (request, response) => {
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
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
