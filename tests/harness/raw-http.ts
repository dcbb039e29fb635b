// Bytes on a socket, for requests that no HTTP client would send: absolute request lines, doubled headers, bodies that lie
// about their length, headers that never end.
import { connect, type Socket } from 'node:net';

/** What came back before the server closed, or before we stopped waiting. */
export type RawAnswer = {
  /** `null` when the server closed without a word. */
  status: number | null;
  head: string;
  body: string;
  /** The server ended the connection. */
  isClosed: boolean;
};

/**
 * Sends bytes and reads until the server closes the connection.
 *
 * @param options.waitMilliseconds - gives up waiting for the end after so long; what came until then is the answer
 */
export async function sendRaw(
  address: string | URL,
  bytes: string | Buffer,
  { waitMilliseconds = 5000 }: { waitMilliseconds?: number } = {},
): Promise<RawAnswer> {
  const socket = openSocket(address);
  socket.write(bytes);
  return readAnswer(socket, waitMilliseconds);
}

/** A connection on which a test writes what and when it likes. A reset by the server is an end like any other. */
export function openSocket(address: string | URL): Socket {
  const { hostname, port } = new URL(address);
  return connect({ host: hostname, port: Number(port) }).on('error', () => {});
}

/** Everything the server sends until it ends the connection. */
export function readAnswer(socket: Socket, waitMilliseconds: number): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const finish = (isClosed: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      const [head = '', body = ''] = Buffer.concat(chunks)
        .toString('latin1')
        .split(/\r\n\r\n(.*)/s);
      const status = /^HTTP\/1\.1 (\d{3})/.exec(head)?.[1];
      resolve({ status: status === undefined ? null : Number(status), head, body, isClosed });
    };
    const timer = setTimeout(() => finish(false), waitMilliseconds);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk)).once('close', () => finish(true));
  });
}
