import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSecretBox } from '@/lib/keys/secret-box';
import { type Database, openDatabase } from '@/lib/store/prisma/database';
import { logEventId } from '@/lib/store/prisma/log-events';
import { migrate } from '@/lib/store/prisma/migrate';
import { createDatabase } from '@/tests/harness/database';
import { callLatchkey, PROGRAM } from './run-latchkey';

const SECRET = 'kT9v0pQ2xWm5Zr8LbN4yUc7HdJ1sGfEa';

let home: string;
let environment: Record<string, string>;
let database: Database;
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'latchkey logs '));
  const DATABASE_URL = await createDatabase('cli logs');
  environment = { DATABASE_URL, SECRET, DATA_DIR: path.join(home, 'data'), ISSUER: 'http://localhost:9' };
  database = await openDatabase({ databaseUrl: DATABASE_URL, dataDir: '' });
  await migrate(database, 'prisma/migrations');
  await add('cls', { ip: '203.0.113.7', identifierHash: hashOf('ann@example.com') }, -60_000);
  await add('s', { ip: '203.0.113.7', accountId: 'email|1', maskedIdentifier: 'a…@example.com' }, -50_000);
  await add('sapi', { description: 'Rotate a client secret', userAgent: '=1+1' }, -40_000);
});
afterAll(async () => {
  await database?.close();
  await rm(home, { recursive: true, force: true });
});

const hashOf = (email: string) => createSecretBox([SECRET]).hash('subject', `email:${email}`);
function add(type: string, changes: object = {}, milliseconds = 0) {
  const occurredAt = new Date(Date.now() + milliseconds);
  return database.prisma.logEvent.create({
    data: { id: logEventId(occurredAt), occurredAt, type, ...changes },
  });
}
const logs = (...words: string[]) => callLatchkey(['logs', ...words], { cwd: home, environment });
const types = async (...words: string[]) =>
  JSON.parse((await logs(...words, '--json')).stdout).map(({ type }: { type: string }) => type);

it('shows the newest, as a table', async () => {
  const { code, stdout } = await logs('--limit', '2');
  expect(code).toBe(0);
  expect(stdout.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^DATE +TYPE +WHO +APPLICATION +FROM/),
    expect.stringMatching(/^\S+Z +sapi +Rotate a client secret$/),
    expect.stringMatching(/^\S+Z +s +a…@example\.com +203\.0\.113\.7$/),
  ]);
  expect((await logs('--type', 'nothing')).stdout).toBe('There is no entry that fits.\n');
});

it('narrows by kind, person, address, time and query', async () => {
  expect(await types('--type', 's', 'cls')).toEqual(['s', 'cls']);
  expect(await types('--user', 'Ann@Example.com')).toEqual(['cls']);
  expect(await types('--user', 'email|1')).toEqual(['s']);
  expect(await types('--ip', '203.0.113.*', '--type', 's')).toEqual(['s']);
  const since = new Date(Date.now() - 45_000).toISOString();
  expect(await types('--since', since)).toEqual(['sapi']);
  expect(await types('--until', since, 'NOT type:s')).toEqual(['cls']);
});

it('says what is wrong with a query, and that it was called wrongly', async () => {
  expect(await logs('password:x')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('names a field that is not searched'),
  });
  expect((await logs('--limit', '1001')).code).toBe(2);
  expect((await logs('--csv', '--follow')).code).toBe(2);
});

it('prints a table for spreadsheets, without formulas (ADM-5)', async () => {
  const lines = (await logs('--csv', '--type', 'sapi')).stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain("Rotate a client secret,,,,,,,'=1+1,");
});

it('follows what happens, in order, until it is interrupted', async () => {
  const child = spawn(process.execPath, [PROGRAM, 'logs', '--follow', '--json', '--limit', '1'], {
    cwd: home,
    env: { ...environment, PATH: process.env.PATH, NODE_ENV: 'production', __NEXT_PROCESSED_ENV: 'true' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const seen: string[] = [];
  try {
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      const lines = String(chunk).trimEnd().split('\n');
      seen.push(...lines.map((line) => JSON.parse(line).type));
      if (seen.length === 1) {
        await add('f');
        await add('ss');
      }
      if (seen.length >= 3) break;
    }
  } finally {
    child.kill('SIGINT');
  }
  expect(seen).toEqual(['sapi', 'f', 'ss']);
});
