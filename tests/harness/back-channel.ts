// A client's back channel on loopback: it holds every request against OpenID Connect Back-Channel Logout 1.0 §2.5 and keeps the
// logout tokens, unread. It can be told to answer otherwise, never to answer, or to hang up. A request that breaks the
// standard is refused and kept in `violations`.
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMailbox } from './mailbox';

/** How the server treats the next requests, until told otherwise. */
export type BackChannelBehaviour =
  | { kind: 'answer'; status: number }
  | { kind: 'redirect'; location: string }
  | { kind: 'silence' }
  | { kind: 'hang-up' };

/** A running back channel. */
export type BackChannel = {
  /** Fit for `backchannel_logout_uri`. */
  url: string;
  /** Logout tokens, oldest first. */
  tokens: readonly string[];
  /** The oldest that no call has handed out before. */
  waitForToken: (timeoutMilliseconds?: number) => Promise<string>;
  /** One sentence for each request that broke the standard. Tests expect it empty. */
  violations: string[];
  behave: (behaviour: BackChannelBehaviour) => void;
  close: () => Promise<void>;
};

/** Starts it on a free loopback port. */
export async function startBackChannel(): Promise<BackChannel> {
  const mailbox = createMailbox<string>();
  const violations: string[] = [];
  let behaviour: BackChannelBehaviour = { kind: 'answer', status: 200 };

  const server = createServer(async (request, response) => {
    const body = new URLSearchParams(await readText(request));
    const logoutToken = body.get('logout_token');
    if (request.method !== 'POST' || request.headers['content-type'] !== 'application/x-www-form-urlencoded')
      violations.push(`${request.method} with ${request.headers['content-type']}.`);
    if (logoutToken === null || [...body].length !== 1) violations.push(`Parameters: ${[...body.keys()]}.`);
    mailbox.deliver(['client'], logoutToken ?? '');
    switch (behaviour.kind) {
      case 'answer':
        return response
          .writeHead(behaviour.status, { 'Cache-Control': 'no-store' })
          .end('a secret of the client');
      case 'redirect':
        return response.writeHead(302, { Location: behaviour.location }).end();
      case 'hang-up':
        return request.socket.destroy();
      case 'silence':
        return undefined;
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/backchannel-logout`,
    tokens: mailbox.messages,
    waitForToken: (timeoutMilliseconds) => mailbox.waitForMessage('client', timeoutMilliseconds),
    violations,
    behave(next) {
      behaviour = next;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
