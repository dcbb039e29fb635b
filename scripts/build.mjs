// `npm run build`: for hosts that install, build and run in separate steps.
import './node-version.mjs';
import { build, bundleCommandLine, generate, prepare } from './prepare.mjs';

await prepare(async () => {
  await generate();
  await build();
  await bundleCommandLine();
});
