// A load balancer in front of two processes, as simple as they come: requests go to one server and then the other, and
// where nobody listens the next is asked. A request whose connection broke is never sent twice: that may not be safe, and
// is for the client to see.
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A running balancer. */
export type Balancer = { url: string; close: () => Promise<void> };

/** Starts it on a free loopback port. */
export async function startBalancer(backends: readonly string[]): Promise<Balancer> {
  let turn = 0;
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const first = turn++;
    for (let tried = 0; tried < backends.length; tried++) {
      const backend = new URL(backends[(first + tried) % backends.length] ?? '');
      try {
        const answer = await forward(backend, request, body);
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.on('error', () => response.destroy()).pipe(response);
        return;
      } catch (problem) {
        if ((problem as NodeJS.ErrnoException).code !== 'ECONNREFUSED') break;
      }
    }
    response.writeHead(502).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function forward(
  { hostname, port }: URL,
  { method, url, headers }: http.IncomingMessage,
  body: Buffer,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { 'transfer-encoding': _, ...others } = headers;
    const sent = { ...others, connection: 'close', 'content-length': `${body.length}` };
    const onward = http.request(
      { agent: false, host: hostname, port, method, path: url, headers: sent },
      resolve,
    );
    onward.on('error', reject);
    onward.end(body);
  });
}
