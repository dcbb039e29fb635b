// A loopback port that was free a moment ago. The gap between asking and using is a race in theory; the kernel hands
// ephemeral ports out in turn, so two runs on one machine do not meet in practice.
import { type AddressInfo, createServer } from 'node:net';

/** Asks the kernel for a free TCP port on 127.0.0.1. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
