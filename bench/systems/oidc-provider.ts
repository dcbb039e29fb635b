// Starts the comparison peer (bench/peers/oidc-provider) and waits until it answers.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '@/tests/harness/free-port';
import { RELYING_PARTY, type System } from './system';

const SERVER = fileURLToPath(new URL('../peers/oidc-provider/server.mjs', import.meta.url));
const READY_WITHIN_MILLISECONDS = 30_000;
const POLL_MILLISECONDS = 25;

/** @param start.databaseUrl an empty database on a PostgreSQL server */
export async function startOidcProvider(start: {
  name: string;
  databaseUrl: string;
  environment: Readonly<Record<string, string>>;
}): Promise<System> {
  const { name, databaseUrl } = start;
  const port = await findFreePort();
  const issuer = `http://localhost:${port}`;
  const client = { id: 'bench', secret: randomBytes(32).toString('base64url') };
  const environment = {
    PORT: `${port}`,
    DATABASE_URL: databaseUrl,
    CLIENT_ID: client.id,
    CLIENT_SECRET: client.secret,
    REDIRECT_URI: RELYING_PARTY.redirectUri,
    SECRET: randomBytes(32).toString('base64'),
    ...start.environment,
    NODE_ENV: 'production' as const,
  };
  const begin = () =>
    spawn(process.execPath, [SERVER], { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  // The first start makes the tables; a cold start is one of those that follow.
  await waitUntilReady(begin(), port).then(end);

  const begun = performance.now();
  const child = await waitUntilReady(begin(), port);
  return {
    name,
    issuer,
    client,
    pid: child.pid ?? 0,
    databaseUrl,
    coldStartSeconds: (performance.now() - begun) / 1000,
    stop: () => end(child),
  };
}

async function waitUntilReady(child: ChildProcess, port: number): Promise<ChildProcess> {
  process.once('exit', () => child.kill('SIGKILL'));
  const deadline = Date.now() + READY_WITHIN_MILLISECONDS;
  while (child.exitCode === null && Date.now() < deadline) {
    const response = await fetch(`http://127.0.0.1:${port}/.well-known/openid-configuration`).catch(
      () => null,
    );
    await response?.arrayBuffer();
    if (response?.status === 200) return child;
    await sleep(POLL_MILLISECONDS);
  }
  child.kill('SIGKILL');
  throw new Error('The comparison peer did not come up.');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}
