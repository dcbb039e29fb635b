// Latchkey as an operator runs it: set up by its command line, served by scripts/serve.mjs. The only deviations are limits
// that one machine would reach at once, and that each person's address is believed, as behind a proxy.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { LIMITS } from '@/lib/login/limits';
import { findFreePort } from '@/tests/harness/free-port';
import { startLatchkey } from '@/tests/harness/latchkey';
import { RELYING_PARTY, type System } from './system';

const COMMAND_LINE = fileURLToPath(new URL('../../bin/latchkey.mjs', import.meta.url));

/** @param start.databaseUrl an empty database, or null for the embedded one */
export async function startLatchkeySystem(start: {
  name: string;
  databaseUrl: string | null;
  environment: Readonly<Record<string, string>>;
}): Promise<System> {
  const { name, databaseUrl } = start;
  const dataDir = mkdtempSync(path.join(tmpdir(), 'latchkey-bench-'));
  process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
  const port = `${await findFreePort()}`;
  const environment = {
    PORT: port,
    ISSUER: `http://localhost:${port}`,
    DATA_DIR: dataDir,
    SECRET: randomBytes(32).toString('base64'),
    ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
    EMAIL_FROM: 'Latchkey <login@localhost>',
    TRUSTED_PROXIES: '1',
    LIMITS: JSON.stringify(Object.fromEntries(Object.keys(LIMITS).map((limit) => [limit, UNLIMITED]))),
    ...start.environment,
  };
  await operate(['migrate'], environment);
  const client = await registerClient(environment);
  // The first start makes the signing keys; a cold start is one of those that follow.
  await (await startLatchkey(environment)).stop();

  const begun = performance.now();
  const server = await startLatchkey(environment);
  return {
    name,
    issuer: `${server.issuer}/`,
    client,
    pid: server.pid,
    databaseUrl,
    coldStartSeconds: (performance.now() - begun) / 1000,
    stop: async () => void (await server.stop()),
  };
}

const UNLIMITED = 1_000_000_000;

async function registerClient(environment: Environment): Promise<System['client']> {
  const printed = await operate(
    [
      ...['apps', 'create', '--name', 'Bench', '--callback', RELYING_PARTY.redirectUri],
      ...['--grant', 'authorization_code', '--auth-method', 'client_secret_basic', '--json'],
    ],
    environment,
  );
  const { client_id: id, client_secret: secret } = JSON.parse(printed);
  return { id, secret };
}

type Environment = Readonly<Record<string, string>>;

async function operate(words: string[], environment: Environment): Promise<string> {
  const { PATH, HOME, TMPDIR } = process.env;
  const { NODE_OPTIONS: _forTheServer, ...settings } = environment;
  const env = { PATH, HOME, TMPDIR, ...settings, NODE_ENV: 'production' as const };
  const { stdout } = await promisify(execFile)(process.execPath, [COMMAND_LINE, ...words], { env });
  return stdout;
}
