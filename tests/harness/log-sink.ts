// A receiver of log streams on loopback: it keeps every request, and answers as it is told.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type LogRequest = { headers: Record<string, string>; body: string };

export type LogSink = Awaited<ReturnType<typeof startLogSink>>;

/** Starts it on a free loopback port. */
export async function startLogSink() {
  const requests: LogRequest[] = [];
  let status: number | 'hang-up' = 200;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    requests.push({ headers: request.headers as Record<string, string>, body });
    if (status === 'hang-up') request.socket.destroy();
    else response.writeHead(status, { Location: 'http://127.0.0.1:9/' }).end('a secret of the receiver');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/logs`,
    requests,
    /** How the next requests are answered. */
    answerWith(next: typeof status) {
      status = next;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
