#!/usr/bin/env node
// `npx latchkey`: runs lib/cli/main.ts, of which `npm start` made one file, with the project's folder as working directory
// and its .env files read as the server reads them, wherever it is called from.
import '../scripts/node-version.mjs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const calledFrom = process.cwd();
process.chdir(root);

// A reader that has seen enough (`latchkey apps list | head -1`) is no error.
process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  const { default: nextEnv } = await import('@next/env');
  nextEnv.loadEnvConfig(root, false, { info: () => {}, error: console.error });
  const { runCommandLine } = await import('./built/latchkey.mjs');
  process.exitCode = await runCommandLine(process.argv.slice(2), { calledFrom });
} catch (problem) {
  if (problem.code !== 'ERR_MODULE_NOT_FOUND') throw problem;
  console.error(`latchkey: Latchkey is not prepared yet: run "npm start" in ${root} once.`);
  process.exitCode = 1;
}
