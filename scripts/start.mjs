// `npm start`: from a fresh clone to a running server in one command, and at once when nothing changed since.
// The server then runs in this same process, so signals and the exit code are its own.
import './node-version.mjs';
import { build, bundleCommandLine, generate, install, prepare } from './prepare.mjs';

await prepare(async () => {
  await install('production');
  await generate();
  await build();
  await bundleCommandLine();
});
await import('./serve.mjs');
