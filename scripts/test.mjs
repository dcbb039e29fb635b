// `npm test`: everything that must hold, on a fresh clone too, with nothing but the npm registry. Goes on after a check
// that failed, and ends with one line that counts them all: `N passed, N failed`. `npm test -- <path>` runs those test
// files only, without the checks.
import './node-version.mjs';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build, bundleCommandLine, generate, install, ROOT, run, StepFailure, step } from './prepare.mjs';

process.env.CI = 'true';
const chosenFiles = process.argv.slice(2);
const tally = { passed: 0, failed: 0 };

const isReady = await attempt(async () => {
  await install('all');
  await generate();
});
if (isReady) await runEverything();

console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed > 0 ? 1 : 0;

async function runEverything() {
  const isWhole = chosenFiles.length === 0;
  if (isWhole) await check('Style', ['@biomejs/biome/bin/biome', 'check', '--error-on-warnings']);
  if (await attempt(buildAll)) tally.passed += 1; // before the types, of which Next writes some
  if (isWhole) await check('Types', ['typescript/bin/tsc', '--noEmit']);
  if (isWhole) await check('Unused code', ['knip/bin/knip.js']);
  await runTests();
}

async function buildAll() {
  await build();
  await bundleCommandLine();
}

/** Counts a tool of node_modules as one test; it passes when it ends with 0. */
async function check(name, [script, ...parameters]) {
  const command = [process.execPath, path.join('node_modules', script), ...parameters];
  const sentence = `${name}: the tool found something to mend, see above.`;
  if (await attempt(() => step(name, () => run(command, { sentence })))) tally.passed += 1;
}

/** Whether the work succeeded. A failure is counted as one, and what the tool printed is shown. */
async function attempt(work) {
  try {
    await work();
    return true;
  } catch (failure) {
    if (!(failure instanceof StepFailure)) throw failure;
    tally.failed += 1;
    console.log(`\n${failure.output.trimEnd()}\n\n${failure.message}\n`);
    return false;
  }
}

async function runTests() {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-tests-'));
  const report = path.join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const vitest = path.join('node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...chosenFiles], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
  const code = await new Promise((resolve) => child.once('close', resolve));
  const { passed, failed } = readReport(report);
  rmSync(folder, { recursive: true, force: true });
  tally.passed += passed;
  // A run can fail with no failed test: a set-up that threw, an unhandled rejection, no test found.
  tally.failed += code !== 0 && failed === 0 ? 1 : failed;
}

/** A file that could not be loaded holds no test, and counts as one that failed. */
function readReport(file) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(file, 'utf8'));
    const broken = testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && !assertionResults.length,
    );
    return { passed: numPassedTests, failed: numFailedTests + broken.length };
  } catch {
    return { passed: 0, failed: 0 };
  }
}
