// Migrations run without Prisma's command line, and must be what it would have made of them: on both databases, from
// several processes at once, and after any kind of end.

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Database,
  isDatabaseUnavailable,
  openDatabase,
  openScratchDatabase,
} from '@/lib/store/prisma/database';
import { diagnose, MigrationFailedError, migrate, writeMigration } from '@/lib/store/prisma/migrate';
import { createDatabase } from '../harness/database';

const project = fileURLToPath(new URL('../..', import.meta.url));
const directory = join(project, 'prisma/migrations');
const schemaFile = join(project, 'prisma/schema.prisma');
const clean = { pending: [], failed: [], edited: [], unknown: [] };

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** A directory of migrations: those of the project when there are none given. */
async function makeDirectory(migrations: Record<string, string> | null): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-migrations-'));
  folders.push(folder);
  if (migrations === null) await cp(directory, folder, { recursive: true });
  else await Promise.all(Object.entries(migrations).map(([name, sql]) => addMigration(folder, name, sql)));
  return folder;
}

async function addMigration(folder: string, name: string, sql: string): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, 'migration.sql'), sql);
}

const openServer = async () =>
  openDatabase({ databaseUrl: await createDatabase('migrations'), dataDir: '/nowhere' });

/** From this one on somebody may have the version before running. */
const FIRST_RELEASED = '20261128214232';

test('AVL-4: no migration takes away what an older process reads, nor asks it for what it does not know', async () => {
  const names = (await readdir(directory)).filter((name) => name >= FIRST_RELEASED && /^\d/.test(name));
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) {
    const sql = await readFile(join(directory, name, 'migration.sql'), 'utf8');
    expect(sql, name).not.toMatch(
      /DROP (?:TABLE|COLUMN)|RENAME|SET NOT NULL|SET DATA TYPE|ALTER COLUMN \S+ TYPE/,
    );
    const changed = sql.split(/;\s*$/m).filter((statement) => /^ALTER TABLE/m.test(statement));
    const asked = changed.flatMap((statement) => statement.match(/ADD COLUMN .*/g) ?? []);
    for (const column of asked) expect(column, name).toMatch(/DEFAULT|^(?!.*NOT NULL)/);
  }
});

describe.each([
  { name: 'the embedded database', open: openScratchDatabase },
  { name: 'a PostgreSQL server', open: openServer },
])('on $name', ({ open }) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());

  const query = (sql: string) => database.migrationTarget.query(sql);

  test('every migration applies, once', async () => {
    const names = (await readdir(directory)).filter((entry) => /^\d{14}_/.test(entry)).sort();
    expect(await diagnose(database, directory)).toEqual({ ...clean, pending: names });
    expect(await migrate(database, directory)).toEqual({ applied: names });
    expect(await diagnose(database, directory)).toEqual(clean);
  });

  test('a second run asks one question, and neither waits for others nor loads the engine', async () => {
    const asked: string[] = [];
    const migrationTarget = {
      query: (sql: string) => {
        asked.push(sql);
        return query(sql);
      },
      exclusively: () => Promise.reject(new Error('There was nothing to do.')),
    };
    expect(await migrate({ migrationTarget }, directory)).toEqual({ applied: [] });
    expect(asked).toEqual([expect.stringContaining('FROM _prisma_migrations')]);
  });

  test("the history is a table of Prisma's shape, with Prisma's checksums", async () => {
    const columns = await query(
      `SELECT column_name || ' ' || data_type || coalesce('(' || character_maximum_length || ')', '')
         || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END || coalesce(' default ' || column_default, '') AS "column"
       FROM information_schema.columns WHERE table_name = '_prisma_migrations' ORDER BY ordinal_position`,
    );
    expect(columns.map(({ column }) => column)).toEqual([
      'id character varying(36) not null',
      'checksum character varying(64) not null',
      'finished_at timestamp with time zone',
      'migration_name character varying(255) not null',
      'logs text',
      'rolled_back_at timestamp with time zone',
      'started_at timestamp with time zone not null default now()',
      'applied_steps_count integer not null default 0',
    ]);
    for (const row of await query('SELECT * FROM _prisma_migrations')) {
      const sql = await readFile(join(directory, String(row.migration_name), 'migration.sql'));
      expect(row).toMatchObject({
        checksum: createHash('sha256').update(sql).digest('hex'),
        logs: null,
        rolled_back_at: null,
        applied_steps_count: 1,
      });
      const { prisma } = database;
      const [{ age }] = await prisma.$queryRaw<[{ age: number }]>`
        SELECT extract(epoch FROM now() - finished_at)::float8 AS age FROM _prisma_migrations LIMIT 1`;
      expect(Math.abs(age)).toBeLessThan(60);
    }
  });

  test('an algorithm has at most one key that signs and one that signs next', async () => {
    const add = (kid: string, algorithm: string, status: string) => database.prisma.$executeRaw`
      INSERT INTO signing_keys (kid, algorithm, public_jwk, sealed_private_jwk, status, created_at)
      VALUES (${kid}, ${algorithm}, '{}', '', ${status}, now())`;
    for (const status of ['current', 'next']) {
      await add(`${status} 1`, 'RS256', status);
      await add(`${status} 2`, 'ES256', status);
      await expect(add(`${status} 3`, 'RS256', status)).rejects.toMatchObject({ code: 'P2010' });
    }
    await add('old 1', 'RS256', 'previous');
    await add('old 2', 'RS256', 'previous');
  });

  test('a migration that fails says why in one sentence, leaves nothing, and is tried again', async () => {
    const folder = await makeDirectory(null);
    const broken = '29990101000000_broken';
    await addMigration(
      folder,
      broken,
      `CREATE TABLE half (note text DEFAULT 'a;b');\nSELECT wrong FROM half;\n`,
    );

    const problem = await migrate(database, folder).catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(MigrationFailedError);
    expect(problem).toMatchObject({
      message: `Migration ${broken} failed, and is tried again at the next start: column "wrong" does not exist.`,
    });
    expect(isDatabaseUnavailable(problem)).toBe(false);
    expect(await query(`SELECT to_regclass('half') AS "table"`)).toEqual([{ table: null }]);
    expect(await diagnose(database, folder)).toEqual({ ...clean, pending: [broken], failed: [broken] });

    await addMigration(folder, broken, `CREATE TABLE half (note text DEFAULT 'a;b') -- whole now`);
    expect(await migrate(database, folder)).toEqual({ applied: [broken] });
    expect(await diagnose(database, folder)).toEqual(clean);
  });

  test('an edited migration and one of a newer version are reported, and stop nothing', async () => {
    const folder = await makeDirectory(null);
    const [first = ''] = (await readdir(folder)).filter((entry) => /^\d{14}_/.test(entry)).sort();
    await addMigration(folder, first, '-- edited');
    await addMigration(folder, '29990101000001_later', 'CREATE TABLE later ()');
    expect(await diagnose(database, folder)).toEqual({
      pending: ['29990101000001_later'],
      failed: [],
      edited: [first],
      unknown: ['29990101000000_broken'],
    });
    expect(await migrate(database, folder)).toEqual({ applied: ['29990101000001_later'] });
  });
});

test('the migrations lead to the schema', async () => {
  const scratch = await openScratchDatabase();
  expect(await writeMigration(scratch, { directory, schemaFile })).toBe('');
  await scratch.close();
});

describe('several processes on one PostgreSQL server', () => {
  test('that start at once migrate it once', async () => {
    const databaseUrl = await createDatabase('at_once');
    const folder = await makeDirectory({
      '1_first': 'CREATE TABLE first (); SELECT pg_sleep(1)',
      '2_second': 'CREATE TABLE second ()',
    });
    const applied = await Promise.all([1, 2, 3].map(() => text(runMigrate(databaseUrl, folder).stdout)));
    expect(applied.sort()).toEqual(['', '', '1_first 2_second']);
  });

  test('continue where one was killed, while the server still worked for it', async () => {
    const databaseUrl = await createDatabase('killed');
    const folder = await makeDirectory({ '1_slow': 'CREATE TABLE slow (); SELECT pg_sleep(3)' });
    const database = await openDatabase({ databaseUrl, dataDir: '/nowhere' });
    const killed = runMigrate(databaseUrl, folder);
    const atWork = () =>
      database.migrationTarget.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'`);
    await expect.poll(atWork, { timeout: 20_000 }).toHaveLength(1);
    killed.kill('SIGKILL');
    await once(killed, 'exit');

    // Whether the server came to the end of it or noticed the loss: it is there now, and was made once.
    await migrate(database, folder);
    expect(await diagnose(database, folder)).toEqual(clean);
    expect(await database.migrationTarget.query(`SELECT to_regclass('slow')::text AS "table"`)).toEqual([
      { table: 'slow' },
    ]);
    await database.close();
  });

  test('find out that the server is away', async () => {
    const database = await openDatabase({
      databaseUrl: 'postgresql://nobody@127.0.0.1:1/none',
      dataDir: '/nowhere',
    });
    const problem = await migrate(database, directory).catch((error: unknown) => error);
    expect(isDatabaseUnavailable(problem)).toBe(true);
    await database.close();
  });
});

/** Prints the names of the migrations it applied. */
function runMigrate(databaseUrl: string, folder: string): ChildProcess & { stdout: NodeJS.ReadableStream } {
  const script = fileURLToPath(new URL('./migrate-once.ts', import.meta.url));
  return spawn(process.execPath, ['--import', 'tsx', script, databaseUrl, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
