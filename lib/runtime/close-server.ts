// The end of a server that loses nobody's request: whoever has come is let in and answered, whoever comes later is refused at
// the socket, where a balancer asks the next server (AVL-2).
import type { Server } from 'node:http';
import { setImmediate } from 'node:timers/promises';

/** How long requests in hand are waited for. */
const DRAIN_MS = 10_000;
const CLOSE_IDLE_EVERY_MS = 50;
const LET_IN_MS = 100;

/** Stops accepting, and resolves when every request in hand was answered, or after ten seconds, when the rest are cut off. */
export async function closeServer(server: Server): Promise<void> {
  await letIn(server);
  const closed = new Promise((resolve) => server.close(resolve));
  // Answers begun before the stop promised to keep their connection: it becomes idle only when they are done.
  const closing = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, DRAIN_MS).unref())]);
  clearInterval(closing);
  server.closeAllConnections();
}

/** Lets in whoever waits at the socket, until for once nobody does: closing it would reset them. */
async function letIn(server: Server): Promise<void> {
  const until = performance.now() + LET_IN_MS;
  let arrived = true;
  const notice = () => {
    arrived = true;
  };
  server.on('connection', notice);
  // The first ends the turn of the loop that told of the stop: the socket is looked at in the turns after it.
  await setImmediate();
  while (arrived && performance.now() < until) {
    arrived = false;
    await setImmediate();
  }
  server.off('connection', notice);
}
