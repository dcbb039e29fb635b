// The operator at work: our own command line, run beside a server and in its environment, as a developer would run it.
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { witness } from './evidence';
import type { Environment, LatchkeyProcess } from './latchkey';

/** An application as `latchkey apps create --json` prints it. */
export type App = {
  client_id: string;
  /** Absent where the application cannot keep one. */
  client_secret?: string;
  name: string;
  callbacks: string[];
  allowed_logout_urls: string[];
};

/**
 * Registers an application.
 *
 * @param server - a running one, or the environment it will be started with
 * @param words - what follows `latchkey apps create`
 * @throws when the command does not end with 0; the message holds what it printed
 */
export async function createApp(
  server: Pick<LatchkeyProcess, 'environment'>,
  words: readonly string[],
): Promise<App> {
  const app = JSON.parse(await latchkey(server.environment, ['apps', 'create', ...words, '--json'])) as App;
  if (app.client_secret !== undefined) witness(app.client_secret);
  return app;
}

/**
 * Changes options of a connection, as `latchkey connections update` does, and waits until every process knows.
 *
 * @throws when the command does not end with 0
 */
export async function updateConnection(
  server: Pick<LatchkeyProcess, 'environment'>,
  name: string,
  options: Record<string, unknown>,
): Promise<void> {
  const settings = Object.entries(options).flatMap(([key, value]) => [
    '--set',
    `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  ]);
  await latchkey(server.environment, ['connections', 'update', name, ...settings]);
  await sleep(KNOWN_EVERYWHERE_MILLISECONDS);
}

/** Connections are remembered for five seconds. */
const KNOWN_EVERYWHERE_MILLISECONDS = 5_100;

const PROGRAM = fileURLToPath(new URL('../../bin/latchkey.mjs', import.meta.url));

async function latchkey(environment: Environment, words: readonly string[]): Promise<string> {
  const { PATH, HOME, TMPDIR } = process.env;
  const env = { PATH, HOME, TMPDIR, NODE_ENV: 'production', __NEXT_PROCESSED_ENV: 'true', ...environment };
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...words], {
    env: env as NodeJS.ProcessEnv,
  });
  return stdout;
}
