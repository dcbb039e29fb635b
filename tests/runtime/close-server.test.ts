import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { closeServer } from '@/lib/runtime/close-server';

/** Asks from another process, which goes on while this one is busy. Prints the status, or what became of the connection. */
const ASK = `
  const { get } = require('node:http');
  process.stdin.once('data', () => get(process.argv[1])
    .on('response', (response) => console.log(response.statusCode))
    .on('error', (error) => console.log(error.code)));
  console.log('ready');
`;

async function startAsking(url: string) {
  const asking = spawn(process.execPath, ['-e', ASK, url], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(asking.stdout, 'data');
  return {
    ask: () => asking.stdin.end('now'),
    answer: once(asking.stdout, 'data').then(([text]) => String(text).trim()),
  };
}

describe('the end of a server', () => {
  it('answers who came to the socket while the server was busy, and refuses who comes later (AVL-2)', async () => {
    const server = http.createServer((_, response) => response.writeHead(204).end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const early = await startAsking(url);
    const late = await startAsking(url);
    // A stop is told in the turn of the loop that other sockets are read in, and that turn may be a long one.
    const closed = new Promise<void>((resolve) => {
      process.once('SIGUSR2', () => {
        early.ask();
        const until = performance.now() + 400;
        while (performance.now() < until);
        resolve(closeServer(server));
      });
    });
    process.kill(process.pid, 'SIGUSR2');
    expect(await early.answer).toBe('204');
    await closed;
    late.ask();
    expect(await late.answer).toBe('ECONNREFUSED');
  });
});
