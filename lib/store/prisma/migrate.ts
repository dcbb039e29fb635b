// Brings a database to the migrations in a directory, with Prisma's schema engine as WebAssembly: its own table, its own
// checksums, so that `prisma migrate deploy` agrees. The engine is 5 MB and is loaded only when there is something to do;
// what there is to do is told by one plain query.

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import {
  bindMigrationAwareSqlAdapterFactory,
  type ErrorRegistry,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import type {
  MigrationList,
  SchemaContainer,
  SchemaEngine,
} from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { Database } from './database';

/** How a database stands to a directory of migrations; names in the order they apply. */
export type MigrationState = {
  /** In the directory, not in the database. */
  pending: string[];
  /** Begun and not finished; the database has rolled back what it did, and the next {@link migrate} tries again. */
  failed: string[];
  /** Applied with other contents than the file has now. */
  edited: string[];
  /** In the database, not in the directory: a newer version of the program has been here. */
  unknown: string[];
};

/** A migration could not be applied, and the database is as before it. The message is one sentence for an operator. */
export class MigrationFailedError extends Error {
  override name = 'MigrationFailedError';
}

/**
 * Applies what is pending, in order; processes that do so at once wait for one another.
 * @returns names of the migrations that were applied, empty when the database was up to date
 * @throws {MigrationFailedError} when one fails
 */
export async function migrate(
  database: Pick<Database, 'migrationTarget'>,
  directory: string,
): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(directory);
  const isDone = ({ pending, failed }: MigrationState) => pending.length === 0 && failed.length === 0;
  if (isDone(compare(migrations, await readHistory(database)))) return { applied: [] };

  return database.migrationTarget.exclusively(async (adapter) => {
    const state = compare(migrations, await readHistory(database));
    if (isDone(state)) return { applied: [] };
    const failures: MigrationFailedError[] = [];
    const transactional = asTransactions(adapter, (script, error) => {
      const name = migrations.find(({ sql }) => sql === script)?.name;
      const sentence = `Migration ${name} failed, and is tried again at the next start: ${reasonOf(error)}.`;
      failures.push(new MigrationFailedError(sentence, { cause: error }));
    });
    return withSchemaEngine({ adapter: transactional, directory }, async (engine) => {
      for (const migrationName of new Set(state.failed))
        await engine.markMigrationRolledBack({ migrationName });
      const { appliedMigrationNames } = await engine.applyMigrations({
        migrationsList: migrationList(directory, migrations),
        filters: NO_FILTERS,
      });
      return { applied: appliedMigrationNames };
    }).catch((error) => {
      throw failures[0] ?? error;
    });
  });
}

/** Compares without changing anything, and without the engine. */
export async function diagnose(
  database: Pick<Database, 'migrationTarget'>,
  directory: string,
): Promise<MigrationState> {
  const [migrations, history] = await Promise.all([readMigrations(directory), readHistory(database)]);
  return compare(migrations, history);
}

/**
 * The SQL that leads from the migrations in `directory` to the schema in `schemaFile`; empty when they agree.
 * @param scratch an empty database to apply the migrations to
 */
export async function writeMigration(
  scratch: Pick<Database, 'migrationTarget'>,
  paths: { directory: string; schemaFile: string },
): Promise<string> {
  const { directory, schemaFile } = paths;
  const [migrations, content] = await Promise.all([readMigrations(directory), readFile(schemaFile, 'utf8')]);
  return scratch.migrationTarget.exclusively((adapter) =>
    withSchemaEngine({ adapter, directory, schema: { path: schemaFile, content } }, async (engine) => {
      const { stdout } = await engine.diff({
        from: { tag: 'migrations', ...migrationList(directory, migrations) },
        to: { tag: 'schemaDatamodel', files: [{ path: schemaFile, content }] },
        script: true,
        exitCode: null,
        filters: NO_FILTERS,
      });
      return stdout === null || stdout.startsWith(EMPTY_MIGRATION) ? '' : stdout;
    }),
  );
}

// ---- The directory and the table ------------------------------------------------------------------------------------

type Migration = { name: string; sql: string };
type HistoryRow = { name: string; checksum: string; finished: boolean };

async function readMigrations(directory: string): Promise<Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names
      .sort()
      .map(async (name) => ({ name, sql: await readFile(join(directory, name, 'migration.sql'), 'utf8') })),
  );
}

/** What Prisma's table says, without what was rolled back; empty before the first migration. */
async function readHistory({ migrationTarget }: Pick<Database, 'migrationTarget'>): Promise<HistoryRow[]> {
  try {
    return (await migrationTarget.query(
      `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
       FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`,
    )) as HistoryRow[];
  } catch (error) {
    if ((error as { code?: string }).code === UNDEFINED_TABLE) return [];
    throw error;
  }
}

/** SQLSTATE of a table that does not exist. */
const UNDEFINED_TABLE = '42P01';

function compare(migrations: Migration[], history: HistoryRow[]): MigrationState {
  const applied = new Map(history.filter((row) => row.finished).map((row) => [row.name, row.checksum]));
  const inDirectory = new Set(migrations.map(({ name }) => name));
  return {
    pending: migrations.filter(({ name }) => !applied.has(name)).map(({ name }) => name),
    failed: history.filter((row) => !row.finished).map((row) => row.name),
    edited: migrations
      .filter(({ name, sql }) => applied.has(name) && applied.get(name) !== checksumOf(sql))
      .map(({ name }) => name),
    unknown: [...applied.keys()].filter((name) => !inDirectory.has(name)),
  };
}

/** As Prisma computes it: SHA-256 of the file, in hex. */
const checksumOf = (sql: string) => createHash('sha256').update(sql).digest('hex');

// ---- The engine -----------------------------------------------------------------------------------------------------

/** What the engine writes when there is no difference. */
const EMPTY_MIGRATION = '-- This is an empty migration.';

/** The engine wants to know the dialect, even when no schema takes part. */
const NO_SCHEMA: SchemaContainer = {
  path: 'schema.prisma',
  content: 'datasource db { provider = "postgresql" }',
};

const NO_FILTERS = { externalTables: [], externalEnums: [] };

function migrationList(directory: string, migrations: Migration[]): MigrationList {
  return {
    baseDir: resolve(directory),
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  };
}

async function withSchemaEngine<T>(
  options: { adapter: SqlMigrationAwareDriverAdapterFactory; directory: string; schema?: SchemaContainer },
  work: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  schemaEngine ??= loadSchemaEngine(options.directory);
  const { SchemaEngine } = await schemaEngine;
  const { path, content } = options.schema ?? NO_SCHEMA;
  const adapter = bindMigrationAwareSqlAdapterFactory(options.adapter);
  const engine = await SchemaEngine.new({ datamodels: [[path, content]] }, () => {}, adapter);
  try {
    return await work(engine);
  } catch (error) {
    throw originOf(error, adapter.errorRegistry);
  } finally {
    engine.free();
  }
}

/** An error of the adapter that the engine does not know comes back as a number in its message. */
function originOf(error: unknown, registry: ErrorRegistry): unknown {
  const id = error instanceof Error ? /External error id#(\d+)/.exec(error.message)?.[1] : undefined;
  return (id !== undefined && registry.consumeError(Number(id))?.error) || error;
}

/** One instance a process: the package's own glue can hold no second. */
let schemaEngine: ReturnType<typeof loadSchemaEngine> | null = null;

/**
 * The package expects a bundler to import its .wasm file; Node has to be told. It is looked for from the migrations upward
 * and from the working directory, because `import.meta.url` names no place on disk once this module is bundled.
 */
async function loadSchemaEngine(directory: string) {
  const specifier = '@prisma/schema-engine-wasm/schema_engine_bg';
  const glue = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const places = [resolve(directory), process.cwd()];
  const gluePath = createRequire(join(process.cwd(), 'package.json')).resolve(specifier, { paths: places });
  const wasm = await readFile(gluePath.replace(/\.js$/, '.wasm'));
  const { instance } = await WebAssembly.instantiate(wasm, {
    './schema_engine_bg.js': Object.fromEntries(Object.entries(glue).map(withIdleTimers)),
  });
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return glue;
}

/** The engine leaves a timer of ten seconds behind; a command must not wait for it before it exits. */
function withIdleTimers([name, value]: [string, unknown]): [string, WebAssembly.ImportValue] {
  const isTimer = name.startsWith('__wbg_setTimeout_');
  const setIdleTimeout = (callback: () => void, ms: number) => setTimeout(callback, ms).unref();
  return [name, (isTimer ? setIdleTimeout : value) as WebAssembly.ImportValue];
}

/**
 * An adapter that commits the end of a migration together with what it did. The engine notes the end afterwards, so that a
 * process killed in between would leave a migration that is done and seems not to be, and can never be tried again.
 */
function asTransactions(
  factory: SqlMigrationAwareDriverAdapterFactory,
  onFailure: (script: string, error: unknown) => void,
): SqlMigrationAwareDriverAdapterFactory {
  const finish =
    'UPDATE _prisma_migrations SET finished_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL';
  return {
    ...factory,
    connect: async () => {
      const connection = await factory.connect();
      const execute = connection.executeScript.bind(connection);
      return Object.assign(connection, {
        executeScript: (script: string) =>
          execute(`${script}\n;${finish}`).catch((error: unknown) => {
            onFailure(script, error);
            throw error;
          }),
      });
    },
  };
}

/** What the database said, below what the adapter made of it. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message: string; cause?: { message?: string } };
  return cause?.message ?? message;
}
