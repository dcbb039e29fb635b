// A loopback port that nobody else will have been given by the time it is used: below those that the kernel hands out by itself
// (Linux: from 32768), and from a range of this worker's own.
import { createServer } from 'node:net';

const PORTS_OF_A_WORKER = 5_000;
const worker = Number(process.env.VITEST_POOL_ID ?? 0) % 4;
const first = 12_000 + worker * PORTS_OF_A_WORKER;
let asked = Math.floor(Math.random() * PORTS_OF_A_WORKER);

/** The next TCP port on which nobody listens. */
export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < PORTS_OF_A_WORKER; tries += 1) {
    asked = (asked + 1) % PORTS_OF_A_WORKER;
    if (await isFree(first + asked)) return first + asked;
  }
  throw new Error(`No port is free from ${first} on.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, () => probe.close(() => resolve(true)));
  });
}
