// The server an operator runs: node:http in front of Next, in one process and with one copy of our code.
// The protocol (/authorize, /oauth/token, /userinfo, …) is answered here by the very functions that Next's route files
// mount on hosts without this front (docs/decisions/0002), and so are the pages of a sign-in, by the steps behind Next's pages
// and actions (docs/decisions/0027); other pages go on to Next with their security headers already set.
// Knows nothing of either: `instrumentation.ts` leaves the front on globalThis when Next has loaded it.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import nextEnv from '@next/env';
import { keepHeapSmall } from './heap.mjs';
import { readPageBuild } from './page-build.mjs';

const dev = process.argv.includes('--dev');
const { loadEnvConfig } = nextEnv;
const dir = dirname(dirname(fileURLToPath(import.meta.url)));
process.env.NODE_ENV = dev ? 'development' : 'production';
process.chdir(dir);
loadEnvConfig(dir, dev);
const port = Number(process.env.PORT || 3000);

if (!dev) {
  keepHeapSmall();
  takeBuiltConfig();
}
const { default: next } = await import('next');
const app = next({ dev, dir, port, hostname: 'localhost', quiet: true });
await app.prepare();
await wake(app.getRequestHandler());

const front = globalThis[Symbol.for('latchkey.front')];
if (front === undefined) {
  console.error('Latchkey did not start: the front was not set up by instrumentation.ts.');
  process.exit(1);
}

const build = dev ? null : await readPageBuild(dir);
const server = http.createServer(front.listener(app.getRequestHandler(), build));
front.tune(server);
const upgrade = app.getUpgradeHandler();
server.on('upgrade', (request, socket, head) => (dev ? upgrade(request, socket, head) : socket.destroy()));
server.on('error', (error) => {
  console.error(
    error.code === 'EADDRINUSE' ? `Port ${port} is taken: set PORT to a free one.` : error.message,
  );
  process.exit(1);
});
server.listen(port, () => front.listening());

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, async () => {
    await front.drain(server);
    process.exit(0);
  });
}

/** The configuration as it was when this was built, the way Next's own standalone server takes it: nothing to compile. */
function takeBuiltConfig() {
  const { config } = JSON.parse(readFileSync(join(dir, '.next/required-server-files.json'), 'utf8'));
  process.env.__NEXT_PRIVATE_STANDALONE_CONFIG = JSON.stringify({ ...config, output: undefined });
}

/**
 * Next runs instrumentation.ts with the first request it sees, so it is shown one that nobody else can reach: for a file, which
 * has it load nothing more.
 */
async function wake(handlePage) {
  const server = http.createServer(handlePage).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const response = await fetch(`http://127.0.0.1:${server.address().port}/favicon.svg`);
  await response.text();
  server.closeAllConnections();
  server.close();
}
