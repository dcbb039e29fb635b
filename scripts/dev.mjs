// `npm run dev`: as `npm start`, but nothing is built beforehand and changes show at once.
import './node-version.mjs';
import { bundleCommandLine, generate, install, prepare } from './prepare.mjs';

await prepare(async () => {
  await install('all');
  await generate();
  await bundleCommandLine();
});
process.argv.push('--dev');
await import('./serve.mjs');
