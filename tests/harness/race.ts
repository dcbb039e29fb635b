// Many requests at the same instant: connections are opened first and everything but the last byte is sent; then the last
// bytes go out together. Whatever a server does between reading and writing, this finds. security.md §0.1, "race tests".
import { once } from 'node:events';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ComposedRequest, receive } from './visitor';

/** A request with a body, and the server it goes to. */
export type Racer = ComposedRequest & {
  /** Where to connect to; the `Host` header stays that of `url`. */
  at: string | URL;
};

/**
 * Lets all requests go at once and waits for every answer, in the order of the requests.
 *
 * @param options.beforeRelease - runs when the server has all requests but for their last bytes
 * @param options.agent - keeps connections open after the answer, where a test wants that
 */
export async function race(
  racers: readonly Racer[],
  { beforeRelease, agent }: { beforeRelease?: () => Promise<void>; agent?: http.Agent } = {},
): Promise<Response[]> {
  const ready = await Promise.all(racers.map((racer) => holdBack(racer, agent ?? false)));
  await sleep(20); // the last of what was sent is in the server's hands
  await beforeRelease?.();
  return Promise.all(ready.map((release) => release()));
}

async function holdBack(
  { at, url, method, headers, body }: Racer,
  agent: http.Agent | false,
): Promise<() => Promise<Response>> {
  if (body === undefined || body.length === 0) throw new Error('Nothing can be held back of an empty body.');
  const { hostname, port } = new URL(at);
  const request = http.request({
    agent,
    host: hostname,
    port,
    path: url.pathname + url.search,
    method,
    headers: { ...headers, 'Content-Length': `${body.length}` },
  });
  const answered = once(request, 'response') as Promise<[http.IncomingMessage]>;
  answered.catch(() => {}); // it is looked at after the release
  await new Promise<void>((resolve, reject) => {
    request.once('error', reject);
    request.write(body.subarray(0, -1), () => resolve());
  });
  return async () => {
    request.end(body.subarray(-1));
    const [incoming] = await answered;
    return receive(incoming);
  };
}
