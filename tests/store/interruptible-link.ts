// A TCP link to a database that a test can break in the ways networks and servers do: refuse, fall silent, cut.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What the link does with connections, old and new. */
type LinkState = 'open' | 'refusing' | 'silent';

/** A link to `databaseUrl`. */
export type InterruptibleLink = {
  /** `databaseUrl` by way of the link. */
  url: string;
  become(state: LinkState): Promise<void>;
  /** Ends every connection there is; new ones are treated as before. */
  cut(): void;
  close(): Promise<void>;
};

/** Lays a link on a free loopback port. */
export async function layLink(databaseUrl: string): Promise<InterruptibleLink> {
  const url = new URL(databaseUrl);
  const target = { host: url.hostname, port: Number(url.port) };
  const ends = new Set<Socket>();
  let state: LinkState = 'open';

  const keep = (socket: Socket) => {
    ends.add(socket);
    socket.on('error', () => {}).on('close', () => ends.delete(socket));
  };
  const server = createServer((near) => {
    const far = connect(target);
    keep(near);
    keep(far);
    near.on('data', (bytes) => state === 'open' && far.write(bytes)).on('close', () => far.destroy());
    far.on('data', (bytes) => state === 'open' && near.write(bytes)).on('close', () => near.destroy());
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const cut = () => {
    for (const end of ends) end.destroy();
  };

  await listen(0);
  const { port } = server.address() as AddressInfo;
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const close = async () => {
    cut();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  return {
    url: url.href,
    cut,
    close,
    async become(next) {
      state = next;
      if (next === 'refusing') await close();
      else if (!server.listening) await listen(port);
    },
  };
}
