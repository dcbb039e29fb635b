// `npm run bench`: measures whole logins against the comparison peer; `npm run bench -- --help` lists the options.
// Prepares what is missing, then runs bench/main.ts.
import './node-version.mjs';
import { build, generate, install, prepare, ROOT } from './prepare.mjs';

await prepare(async () => {
  await install('all');
  await generate();
  await build();
});
const { register } = await import('tsx/esm/api');
register({ tsconfig: `${ROOT}tsconfig.json` });
const { runBenchmark } = await import('../bench/main.ts');
await runBenchmark(process.argv.slice(2));
