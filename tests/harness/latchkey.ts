// Latchkey as an operator runs it: the production server in a process of its own, with exactly the environment a test
// gives it, everything it prints kept for the oracle that looks for secrets in logs. Needs the production build, which
// `npm test` makes before the tests.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findFreePort } from './free-port';

/** Variables of the public contract; `undefined` leaves one unset. */
export type Environment = Record<string, string | undefined>;

/** What is run: our server, or the one that Next makes for hosts without it, out of the standalone output. */
type Door = 'scripts/serve.mjs' | '.next/standalone/server.js';

/** A server that is up. */
export type LatchkeyProcess = {
  /** `ISSUER` as given or made up, without a trailing slash. */
  issuer: string;
  /** Where this process listens; differs from the issuer for the second of a pair. */
  address: string;
  dataDir: string;
  /** What it was started with: an operator's commands for this server run in it. */
  environment: Environment;
  pid: number;
  stdout: () => string;
  stderr: () => string;
  /** Lines of stdout that are JSON, parsed. */
  log: () => Record<string, unknown>[];
  /** SIGTERM, as every supervisor does; answers with what the process made of it. */
  stop: () => Promise<ProcessEnd>;
  /** SIGKILL, as power cuts and the kernel do. */
  kill: () => Promise<ProcessEnd>;
};

/** How a process ended; one of the two is `null`. */
export type ProcessEnd = { code: number | null; signal: NodeJS.Signals | null };

/** A process that ended by itself, and what it printed. */
export type FinishedRun = ProcessEnd & { stdout: string; stderr: string };

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const READY_WITHIN_MILLISECONDS = 90_000;
const POLL_MILLISECONDS = 25;
/** Makes Next believe that it has read `.env` already: a developer's own settings must not reach the tests. */
const IGNORE_DOTENV = { __NEXT_PROCESSED_ENV: 'true' };

/**
 * Starts the server on a free port and waits until `/readyz` says 200. Unless told otherwise its issuer is its own
 * address, its data folder is new and its database embedded.
 *
 * @throws when it ends or does not get ready in 90 s; the message ends with what it printed.
 */
export async function startLatchkey(
  environment: Environment = {},
  door: Door = 'scripts/serve.mjs',
): Promise<LatchkeyProcess> {
  const run = await spawnServer(environment, door);
  try {
    await waitUntilReady(run);
  } catch (problem) {
    await end(run, 'SIGKILL');
    throw problem;
  }
  return {
    issuer: run.issuer,
    address: run.address,
    dataDir: run.dataDir,
    environment: run.environment,
    pid: run.child.pid ?? 0,
    stdout: () => run.printed.stdout,
    stderr: () => run.printed.stderr,
    log: () => run.printed.stdout.split('\n').flatMap(parseLine),
    stop: () => end(run, 'SIGTERM'),
    kill: () => end(run, 'SIGKILL'),
  };
}

/**
 * Starts two processes that are one installation: the same PostgreSQL, the same secret, the same issuer (the first one's
 * address). The first migrates an empty database, or both at once when `atOnce` is set.
 */
export async function startLatchkeyPair(
  databaseUrl: string,
  environment: Environment = {},
  { atOnce = false } = {},
): Promise<[LatchkeyProcess, LatchkeyProcess]> {
  const port = `${await findFreePort()}`;
  const shared = {
    DATABASE_URL: databaseUrl,
    SECRET: randomBytes(32).toString('hex'),
    ISSUER: `http://localhost:${port}`,
    ...environment,
  };
  const startFirst = () => startLatchkey({ ...shared, PORT: port });
  const startSecond = () => startLatchkey(shared);
  if (atOnce) return Promise.all([startFirst(), startSecond()]);
  return [await startFirst(), await startSecond()];
}

/** Starts a server that is expected to refuse, and waits for its end. @throws when it still runs after 90 s. */
export async function runLatchkeyToEnd(environment: Environment): Promise<FinishedRun> {
  const run = await spawnServer(environment, 'scripts/serve.mjs');
  const deadline = sleep(READY_WITHIN_MILLISECONDS, null, { ref: false });
  const ending = await Promise.race([run.ended, deadline]);
  if (ending) return { ...ending, ...run.printed };
  await end(run, 'SIGKILL');
  throw new Error(
    `Latchkey was expected to stop by itself, but runs.\n${run.printed.stdout}${run.printed.stderr}`,
  );
}

/** Everything that every server of this test file printed so far, those that ended included: what the log oracle reads. */
export function everythingPrinted(): string {
  return printedByAll.map(({ stdout, stderr }) => stdout + stderr).join('\n');
}

type Run = {
  child: ChildProcess;
  issuer: string;
  address: string;
  dataDir: string;
  environment: Environment;
  printed: { stdout: string; stderr: string };
  ended: Promise<ProcessEnd>;
};

async function spawnServer(environment: Environment, door: Door): Promise<Run> {
  const port = environment.PORT ?? `${await findFreePort()}`;
  const dataDir = environment.DATA_DIR ?? mkdtempSync(path.join(tmpdir(), 'latchkey-data-'));
  const issuer = environment.ISSUER ?? `http://localhost:${port}`;
  const { PATH, HOME, TMPDIR } = process.env;
  const surroundings = { PATH, HOME, TMPDIR, NODE_ENV: 'production', ...IGNORE_DOTENV } as const;
  const own = { ...environment, PORT: port, DATA_DIR: dataDir, ISSUER: issuer };
  const child = spawn(process.execPath, [door], {
    cwd: ROOT,
    env: { ...surroundings, ...own },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const printed = { stdout: '', stderr: '' };
  printedByAll.push(printed);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed.stderr += text;
  });
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      if (environment.DATA_DIR === undefined) rmSync(dataDir, { recursive: true, force: true });
      resolve({ code, signal });
    });
  });
  const address = `http://127.0.0.1:${port}`;
  return { child, issuer: issuer.replace(/\/$/, ''), address, dataDir, environment: own, printed, ended };
}

async function waitUntilReady({ address, ended, printed }: Run): Promise<void> {
  let finished: ProcessEnd | null = null;
  void ended.then((ending) => {
    finished = ending;
  });
  const output = () => `\n${printed.stdout}${printed.stderr}`;
  const deadline = Date.now() + READY_WITHIN_MILLISECONDS;
  while (Date.now() < deadline) {
    if (finished !== null)
      throw new Error(`Latchkey ended before it was ready: ${JSON.stringify(finished)}${output()}`);
    if ((await statusOf(`${address}/readyz`)) === 200) return;
    await sleep(POLL_MILLISECONDS);
  }
  throw new Error(`Latchkey was not ready after ${READY_WITHIN_MILLISECONDS / 1000} seconds.${output()}`);
}

/** Null when there was no whole answer. */
async function statusOf(url: string): Promise<number | null> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.status;
  } catch {
    return null;
  }
}

function end(run: Run, signal: NodeJS.Signals): Promise<ProcessEnd> {
  run.child.kill(signal);
  return run.ended;
}

function parseLine(line: string): Record<string, unknown>[] {
  if (!line.startsWith('{')) return [];
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}

const printedByAll: Run['printed'][] = [];

/** A test file that fails half-way must leave no server behind. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
