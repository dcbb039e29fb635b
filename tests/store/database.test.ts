// What lib/store promises to the statements above it: the same parameters and results on both databases, failures that
// can be told apart, and committed rows that stay.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Database, isDatabaseUnavailable, openDatabase } from '@/lib/store/prisma/database';
import { createDatabase } from '../harness/database';
import { type InterruptibleLink, layLink } from './interruptible-link';

// A process thirteen hours ahead, on a database of another zone that writes dates its own way: nothing may shift.
vi.stubEnv('TZ', 'Pacific/Apia');

const noon = new Date('2026-01-02T12:00:00.678Z');
const folders: string[] = [];

afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-data-'));
  folders.push(folder);
  return folder;
}

async function setOddDefaults(database: string, run: (sql: string) => Promise<unknown>): Promise<void> {
  await run(`ALTER DATABASE "${database}" SET timezone = 'Asia/Kathmandu'`);
  await run(`ALTER DATABASE "${database}" SET datestyle = 'SQL, DMY'`);
}

async function openEmbedded(): Promise<Database> {
  const dataDir = await makeFolder();
  const first = await openDatabase({ databaseUrl: null, dataDir });
  await setOddDefaults('postgres', (sql) => first.migrationTarget.query(sql));
  await first.close();
  return openDatabase({ databaseUrl: null, dataDir });
}

async function openServer(): Promise<Database> {
  const databaseUrl = await createDatabase('statements');
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await setOddDefaults(new URL(databaseUrl).pathname.slice(1), (sql) => client.query(sql));
  await client.end();
  return openDatabase({ databaseUrl, dataDir: '/nowhere' });
}

describe.each([
  { name: 'the embedded database', open: openEmbedded },
  { name: 'a PostgreSQL server', open: openServer },
])('a raw statement on $name', ({ open }) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());

  test('runs in a process that is not in UTC, and in a session that is', async () => {
    expect(noon.getTimezoneOffset()).toBe(-780);
    const [session] = await database.prisma.$queryRaw<[{ zone: string; style: string }]>`
      SELECT current_setting('TimeZone') AS zone, current_setting('DateStyle') AS style`;
    expect(session).toEqual({ zone: 'UTC', style: expect.stringMatching(/^ISO/) });
  });

  test('takes and returns the same instant', async () => {
    const [row] = await database.prisma.$queryRaw<[Record<string, unknown>]>`
      SELECT ${noon}::timestamptz AS taken, extract(epoch FROM ${noon}::timestamptz)::float8 AS seconds,
        ${noon.toISOString()}::timestamptz AS "fromText", ${[noon]}::timestamptz[] AS list, ${null}::timestamptz AS absent,
        ${noon}::timestamptz + ${90}::int * interval '1 second' AS later, '2026-07-01 00:00+05:30'::timestamptz AS offset`;
    expect(row).toEqual({
      taken: noon,
      seconds: noon.getTime() / 1000,
      fromText: noon,
      list: [noon],
      absent: null,
      later: new Date(noon.getTime() + 90_000),
      offset: new Date('2026-06-30T18:30:00Z'),
    });
  });

  test('compares a Date with the instant in a column', async () => {
    await database.prisma.$executeRaw`CREATE TABLE instants (at timestamptz(3))`;
    await database.prisma.$executeRaw`INSERT INTO instants VALUES (${noon}::timestamptz)`;
    const count = (date: Date) =>
      database.prisma.$queryRaw`SELECT count(*) FROM instants WHERE at <= ${date}::timestamptz`;
    expect(await count(noon)).toEqual([{ count: 1n }]);
    expect(await count(new Date(noon.getTime() - 1))).toEqual([{ count: 0n }]);
  });

  test('takes lists of text with any character in them', async () => {
    const list = ['plain', 'a,b', '"quoted"', '{braces}', 'back\\slash', '', 'NULL', "O'Neil", 'ünï'];
    const [row] = await database.prisma.$queryRaw<[unknown]>`
      SELECT ${list}::text[] AS list, ${[]}::text[] AS none, 'a,b' = ANY(${list}::text[]) AS found`;
    expect(row).toEqual({ list, none: [], found: true });
  });

  test('takes JSON as text and returns it as values', async () => {
    const value = { list: [1, 'two', null], nested: { "it's": true } };
    const [row] = await database.prisma.$queryRaw<[unknown]>`
      SELECT ${JSON.stringify(value)}::jsonb AS value, ${JSON.stringify('text')}::jsonb AS text, ${null}::jsonb AS absent`;
    expect(row).toEqual({ value, text: 'text', absent: null });
  });

  test('returns int4 and float8 as number, int8 and counts as bigint', async () => {
    const [row] = await database.prisma.$queryRaw<[unknown]>`
      SELECT ${3}::int AS small, ${5_000_000_000}::bigint AS large, ${2n ** 60n}::bigint AS larger, ${0.5}::float8 AS half,
        ${true}::boolean AS yes, (SELECT count(*) FROM generate_series(1, 4)) AS counted`;
    expect(row).toEqual({
      small: 3,
      large: 5_000_000_000n,
      larger: 2n ** 60n,
      half: 0.5,
      yes: true,
      counted: 4n,
    });
  });

  test('that breaks a rule of the schema does not count as a database that is away', async () => {
    await database.prisma.$executeRaw`CREATE TABLE once_only (id int PRIMARY KEY)`;
    await database.prisma.$executeRaw`INSERT INTO once_only VALUES (1)`;
    const problem = await failureOf(database.prisma.$executeRaw`INSERT INTO once_only VALUES (1)`);
    expect(problem).toMatchObject({ meta: { driverAdapterError: { cause: { originalCode: '23505' } } } });
    expect(isDatabaseUnavailable(problem)).toBe(false);
    expect(isDatabaseUnavailable(await failureOf(database.prisma.$queryRaw`SELECT nonsense`))).toBe(false);
  });
});

describe('a PostgreSQL server that fails', () => {
  let databaseUrl: string;
  let link: InterruptibleLink;
  let database: Database;
  beforeAll(async () => {
    databaseUrl = await createDatabase('interrupted');
    link = await layLink(databaseUrl);
    database = await openDatabase({ databaseUrl: link.url, dataDir: '/nowhere' });
  });
  afterAll(async () => {
    await database.close();
    await link.close();
  });

  const ask = () => database.prisma.$queryRaw`SELECT 1 AS one`;
  const expectRecovery = () =>
    expect.poll(() => ask().catch(() => null), { timeout: 10_000 }).toEqual([{ one: 1 }]);

  test('and refuses connections is away, and serves again when it is back', async () => {
    await ask();
    await link.become('refusing');
    const problems = [
      await failureOf(ask()),
      await failureOf(ask()),
      await failureOf(database.prisma.client.count()),
    ];
    expect(problems.map(isDatabaseUnavailable)).toEqual([true, true, true]);
    await link.become('open');
    await expectRecovery();
  });

  test('and cuts a connection in the middle of a statement is away', async () => {
    await expectRecovery();
    const asleep = failureOf(database.prisma.$queryRaw`SELECT pg_sleep(3)::text`);
    await new Promise((wake) => setTimeout(wake, 300));
    link.cut();
    expect(isDatabaseUnavailable(await asleep)).toBe(true);
    await expectRecovery();
  });

  test('and cuts a connection in the middle of a transaction is away', async () => {
    const problem = await failureOf(
      database.prisma.$transaction(async (transaction) => {
        await transaction.$queryRaw`SELECT 1`;
        link.cut();
        await new Promise((wake) => setTimeout(wake, 100));
        await transaction.$queryRaw`SELECT 1`;
      }),
    );
    expect(isDatabaseUnavailable(problem)).toBe(true);
    await expectRecovery();
  });

  test('and falls silent is away after a few seconds, also to those who wait for a connection', async () => {
    await ask();
    await link.become('silent');
    const began = performance.now();
    const problems = await Promise.all(Array.from({ length: 15 }, () => failureOf(ask())));
    expect(performance.now() - began).toBeLessThan(8_000);
    expect(problems.map(isDatabaseUnavailable)).not.toContain(false);
    link.cut();
    await link.become('open');
    await expectRecovery();
  });

  test('and shuts down a session, idle or at work, does not end the process', async () => {
    await ask();
    const atWork = failureOf(database.prisma.$queryRaw`SELECT pg_sleep(3)::text`);
    await new Promise((wake) => setTimeout(wake, 300));
    const client = new pg.Client(databaseUrl);
    await client.connect();
    await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await client.end();
    expect(isDatabaseUnavailable(await atWork)).toBe(true);
    await expectRecovery();
  });

  test('and takes too long over a statement is away, and has stopped working on it', async () => {
    const problem = await failureOf(database.prisma.$queryRaw`SELECT pg_sleep(20)::text`);
    expect(isDatabaseUnavailable(problem)).toBe(true);
    expect(problem).toMatchObject({ meta: { driverAdapterError: { cause: { originalCode: '57014' } } } });
  });

  test.each(['postgresql://nobody@localhost:1/none', 'postgresql://nobody@no-such-host.invalid/none'])(
    'is away at an address where there is none: %s',
    async (url) => {
      const nowhere = await openDatabase({ databaseUrl: url, dataDir: '/nowhere' });
      expect(isDatabaseUnavailable(await failureOf(nowhere.prisma.$queryRaw`SELECT 1`))).toBe(true);
      await nowhere.close();
    },
  );
});

describe('the embedded database', () => {
  test('is away once it is closed, and closing it twice is harmless', async () => {
    const database = await openDatabase({ databaseUrl: null, dataDir: await makeFolder() });
    await database.close();
    await database.close();
    expect(isDatabaseUnavailable(await failureOf(database.prisma.$queryRaw`SELECT 1`))).toBe(true);
  });

  test('can be opened after kill -9 in the middle of its very first start', { timeout: 90_000 }, async () => {
    const dataDir = await makeFolder();
    const first = startWriter(dataDir, 0);
    await expect
      .poll(() => existsSync(join(dataDir, 'postgres.unfinished/PG_VERSION')), { timeout: 20_000 })
      .toBe(true);
    first.kill('SIGKILL');
    await once(first, 'exit');
    const database = await openDatabase({ databaseUrl: null, dataDir });
    expect(await database.prisma.$queryRaw`SELECT 1 AS one`).toEqual([{ one: 1 }]);
    await database.close();
  });

  test('keeps every committed row through kill -9 in the middle of writes', { timeout: 90_000 }, async () => {
    const dataDir = await makeFolder();
    let acknowledged = 0;
    for (let round = 0; round < 3; round += 1) {
      const writer = startWriter(dataDir, acknowledged);
      acknowledged = await killAfter(writer, acknowledged + 50);
    }
    const database = await openDatabase({ databaseUrl: null, dataDir });
    const rows = await database.prisma.$queryRaw<{ n: number }[]>`SELECT n FROM written ORDER BY n`;
    await database.close();
    const kept = new Set(rows.map(({ n }) => n));
    const lost = Array.from({ length: acknowledged }, (_, index) => index + 1).filter((n) => !kept.has(n));
    expect(lost).toEqual([]);
  });
});

/** Writes rows and prints the number of each once it is committed. */
function startWriter(dataDir: string, from: number): ChildProcess {
  const script = fileURLToPath(new URL('./write-until-killed.ts', import.meta.url));
  return spawn(process.execPath, ['--import', 'tsx', script, dataDir, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function killAfter(writer: ChildProcess, count: number): Promise<number> {
  if (writer.stdout === null) throw new Error('The writer has no output.');
  const exit = once(writer, 'exit');
  let acknowledged = 0;
  for await (const line of createInterface({ input: writer.stdout })) {
    acknowledged = Number(line);
    if (acknowledged >= count) writer.kill('SIGKILL');
  }
  const [, signal] = await exit;
  expect(signal).toBe('SIGKILL');
  return acknowledged;
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('This was to fail, and did not.');
}
