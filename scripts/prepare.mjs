// What a fresh clone needs before Latchkey can run: its packages, the generated database client, the production build.
// Every step looks first whether its result is there and fits, so that a second start costs nothing. Plain Node with no
// package, because it runs before there are any; the npm registry is the only thing on the network it asks for.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's own folder; every path below starts here, whatever the current folder is. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A step that failed, with the sentence for people and what the tool printed. */
export class StepFailure extends Error {
  /** @param {string} sentence @param {string} output */
  constructor(sentence, output) {
    super(sentence);
    this.output = output;
  }
}

/**
 * Runs steps; when one fails, prints the tool's output and the sentence, and ends the process with code 1.
 *
 * @param {() => Promise<void>} steps
 */
export async function prepare(steps) {
  try {
    await steps();
  } catch (failure) {
    if (!(failure instanceof StepFailure)) throw failure;
    console.error(`\n${failure.output.trimEnd()}\n\n${failure.message}`);
    process.exit(1);
  }
}

/**
 * Installs what package-lock.json says, unless it is all there. What `all` installed also serves `production`.
 *
 * Not `npm ci`: that refuses a lock file without the optional packages of every platform, and npm leaves those out when
 * the registry it asked had none. `--no-save` takes the same versions, checks the same hashes and leaves the file alone.
 *
 * @param {'production' | 'all'} scope `all` adds what the tests need.
 */
export async function install(scope) {
  if (hasPackages(scope)) return;
  const flags = scope === 'all' ? ['--include=dev'] : ['--omit=dev'];
  await step('Installing packages', () =>
    run([...npmCommand(), 'install', '--no-save', '--no-audit', '--no-fund', ...flags], {
      sentence: 'The packages could not be installed. Is the npm registry within reach?',
    }),
  );
}

/**
 * Generates the Prisma client from the schema. The CLI would download an engine that generating does not use; naming any
 * file that exists keeps it off the network.
 */
export async function generate() {
  const stamp = path.join(ROOT, 'prisma', 'generated', '.made-from');
  const prisma = readJson('node_modules/prisma/package.json');
  const source = hashOf(['prisma/schema.prisma', 'prisma.config.ts'], prisma?.version);
  if (readText(stamp) === source) return;
  await step('Generating the database client', () =>
    run([process.execPath, 'node_modules/prisma/build/index.js', 'generate'], {
      environment: { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
      sentence: 'The database client could not be generated from prisma/schema.prisma.',
    }),
  );
  writeFileSync(stamp, source);
}

/** Makes the production build, unless the one that is there was made from these very sources. */
export async function build() {
  const stamp = path.join(ROOT, '.next', 'made-from');
  const source = hashOf(buildSources());
  if (existsSync(path.join(ROOT, '.next', 'BUILD_ID')) && readText(stamp) === source) return;
  await step('Building', () =>
    run([process.execPath, 'node_modules/next/dist/bin/next', 'build'], {
      environment: { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
      sentence: 'The production build failed.',
    }),
  );
  writeFileSync(stamp, source);
}

/** Makes one file of the command line's sources, so that a command begins at once instead of compiling them each time. */
export async function bundleCommandLine() {
  const outfile = path.join(ROOT, 'bin', 'built', 'latchkey.mjs');
  const stamp = path.join(ROOT, 'bin', 'built', '.made-from');
  const source = hashOf(['lib', 'messages', 'prisma', 'package.json', 'tsconfig.json']);
  if (existsSync(outfile) && readText(stamp) === source) return;
  const { build: bundle } = await import('esbuild');
  await step('Building the command line', () =>
    bundle({
      absWorkingDir: ROOT,
      entryPoints: ['lib/cli/main.ts'],
      outfile,
      ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external' },
      logLevel: 'silent',
    }).catch((problem) => {
      throw new StepFailure('The command line could not be built.', problem.message);
    }),
  );
  writeFileSync(stamp, source);
}

/**
 * Prints what is being done, and how long it took.
 *
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(name, work) {
  const start = performance.now();
  process.stdout.write(`${name} … `);
  try {
    const result = await work();
    process.stdout.write(`${seconds(start)}\n`);
    return result;
  } catch (failure) {
    process.stdout.write(`failed after ${seconds(start)}\n`);
    throw failure;
  }
}

/**
 * Runs a command in the project's folder without a shell (so spaces in paths mean nothing) and without input.
 *
 * @param {string[]} command
 * @param {{ sentence: string, environment?: Record<string, string> }} options
 * @throws {StepFailure} with everything it printed, when it does not end with 0
 */
export function run([program, ...parameters], { sentence, environment }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, {
      cwd: ROOT,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && program === 'npm',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    const passOn = (signal) => child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, passOn);
    child.once('error', (error) => reject(new StepFailure(sentence, error.message)));
    child.once('close', (code, signal) => {
      for (const name of ['SIGINT', 'SIGTERM']) process.removeListener(name, passOn);
      if (code === 0) resolve(undefined);
      else
        reject(new StepFailure(sentence, output || `It ended with ${signal ?? code} and printed nothing.`));
    });
  });
}

/**
 * npm keeps a list of what it installed inside node_modules. Comparing that with the lock file needs no mark of our own,
 * and sees an installation somebody made by hand. Optional packages may be missing: they are for other platforms.
 */
function hasPackages(scope) {
  const wanted = readJson('package-lock.json')?.packages ?? {};
  const present = readJson('node_modules/.package-lock.json')?.packages;
  if (present === undefined) return false;
  return Object.entries(wanted).every(([place, { version, integrity, dev, optional, devOptional }]) => {
    if (place === '' || optional || devOptional || (dev && scope === 'production')) return true;
    return present[place]?.version === version && present[place]?.integrity === integrity;
  });
}

/** The npm that runs us, else the one on the path. */
function npmCommand() {
  const current = process.env.npm_execpath;
  return current?.endsWith('npm-cli.js') ? [process.execPath, current] : ['npm'];
}

/** Folders and files at the root that do not reach the build. Everything else does: a stale build is the worse error. */
const NOT_BUILT =
  /^(\..*|node_modules|tests|docs|bench|examples|coverage|bin|scripts|next-env\.d\.ts|.*\.(md|tsbuildinfo))$/;

function buildSources() {
  return readdirSync(ROOT).filter((name) => !NOT_BUILT.test(name));
}

/** One hash over the names and contents of these files and folders. */
function hashOf(names, salt = '') {
  const hash = createHash('sha256').update(salt);
  for (const file of names.flatMap(listFiles).sort()) {
    hash.update(`\0${file}\0`).update(readFileSync(path.join(ROOT, file)));
  }
  return hash.digest('hex');
}

function listFiles(name) {
  const place = path.join(ROOT, name);
  if (!existsSync(place) || name === path.join('prisma', 'generated')) return [];
  if (!statSync(place).isDirectory()) return [name];
  return readdirSync(place).flatMap((entry) => listFiles(path.join(name, entry)));
}

function readJson(name) {
  const text = readText(path.join(ROOT, name));
  return text === null ? undefined : JSON.parse(text);
}

function readText(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function seconds(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
