// Opens the one database there is: a PostgreSQL server, or PostgreSQL inside this process (PGlite) in a data folder.
// Both run the same SQL through the same Prisma client in a session of zone UTC and date style ISO. That matters: either
// adapter writes a Date without offset and cuts the offset off what it reads, so another zone would move every instant.
// Knows no table. What a raw statement must do on both is held in tests/store/database.test.ts:
//  - cast every parameter: `${date}::timestamptz`, `${list}::text[]`, `${JSON.stringify(value)}::jsonb`, `${count}::int`;
//  - expect Date from timestamptz, parsed values from json, number from int4, bigint from int8 and count(*).

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { DriverAdapterError, type SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import type { ClientConfig, DatabaseError } from 'pg';
import { PrismaClient } from '@/prisma/generated/client';
import { type HeldDataFolder, holdDataFolder } from './data-folder';

/** An open database. */
export type Database = {
  kind: 'embedded' | 'server';
  prisma: PrismaClient;
  /** The way past Prisma's client that migrations take. */
  migrationTarget: MigrationTarget;
  /** The data folder of the embedded database; null on a server. */
  folder: HeldDataFolder | null;
  /** Ends every connection and gives the data folder up; a second call does nothing. */
  close(): Promise<void>;
};

/** What `migrate` and `diagnose` of ./migrate.ts need of a database. */
export type MigrationTarget = {
  /** Rows of one statement that takes no parameters. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Runs `work` while no other process does the same on this database; `work` has one session, without time limits. */
  exclusively<T>(work: (adapter: SqlMigrationAwareDriverAdapterFactory) => Promise<T>): Promise<T>;
};

/**
 * Opens the server at `databaseUrl`, or the embedded database below `dataDir` when it is null.
 * Connections to a server are made when first used: a server that is down is no error here.
 * @throws {DataFolderHeldError} when another process has the embedded database open
 */
export async function openDatabase(options: {
  databaseUrl: string | null;
  dataDir: string;
}): Promise<Database> {
  return options.databaseUrl === null ? openEmbedded(options.dataDir) : openServer(options.databaseUrl);
}

/**
 * True when a statement failed because the database could not be reached or did not answer, and not because of what the
 * statement said: an endpoint answers 503, and the same request may succeed later. To be asked of what a store threw; a
 * connection that something else was refused looks the same.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  for (const { code, kind, message } of causesOf(error)) {
    if (UNAVAILABLE_CODES.test(code) || UNAVAILABLE_KINDS.has(kind) || UNAVAILABLE_MESSAGES.test(message))
      return true;
  }
  return false;
}

/** True when a statement was ended because it took longer than one may. */
export function isStatementTimeout(error: unknown): boolean {
  for (const { code, message } of causesOf(error)) {
    if (code === '57014' || message.startsWith('Query read timeout')) return true;
  }
  return false;
}

/** True when a statement would have written a row that is there already, and so wrote nothing. */
export function isUniqueViolation(error: unknown): boolean {
  for (const { code, kind } of causesOf(error)) {
    if (code === '23505' || code === 'P2002' || kind === 'UniqueConstraintViolation') return true;
  }
  return false;
}

/**
 * Of Node (sockets), of PostgreSQL (08 connection, 53 no resources, 57P0x shutting down or starting up, 57014 statement
 * time-out, 25006 a server that became read-only in a fail-over) and of Prisma (P1xxx connection, P2024 no connection free).
 */
const UNAVAILABLE_CODES =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|ENOTFOUND|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|08\d{3}|53\d{3}|57P0\d|57014|25006|P100[128]|P1017|P2024)$/;

/** Of driver adapters. */
const UNAVAILABLE_KINDS = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
]);

/** Of pg, pg-pool, PGlite and Prisma's transactions, where there is no code to go by. */
const UNAVAILABLE_MESSAGES =
  /^(connect ENOENT|timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Query read timeout|Cannot use a pool after calling end|PGlite is clos|Transaction API error: Unable to start a transaction)/;

type Cause = { code: string; kind: string; message: string };

/** An error, and what lies below it: Prisma keeps the adapter's error in `meta`, the adapter the driver's in `cause`. */
function* causesOf(error: unknown): Generator<Cause> {
  const seen = new Set<unknown>();
  const left: unknown[] = [error];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    const found = next as Record<string, unknown>;
    const text = (key: string) => (typeof found[key] === 'string' ? found[key] : '');
    yield { code: text('originalCode') || text('code'), kind: text('kind'), message: text('message') };
    left.push(found.cause, found.meta, found.driverAdapterError);
  }
}

/** A database in memory with nothing in it, gone when closed; its migrations may use it as their shadow as well. */
export async function openScratchDatabase(): Promise<Database> {
  const scratch = await embeddedDatabase(await createPGlite('memory://'), null);
  return {
    ...scratch,
    migrationTarget: {
      ...scratch.migrationTarget,
      exclusively: (work) =>
        scratch.migrationTarget.exclusively((adapter) =>
          work({ ...adapter, connectToShadowDb: () => adapter.connect() }),
        ),
    },
  };
}

// ---- Embedded -------------------------------------------------------------------------------------------------------

async function openEmbedded(dataDir: string): Promise<Database> {
  const folder = await holdDataFolder(dataDir);
  try {
    return await embeddedDatabase(await openCluster(join(dataDir, 'postgres')), folder);
  } catch (error) {
    await folder.release();
    throw error;
  }
}

/** A cluster is made beside its place and moved there when complete: a crash on the first start leaves no half of one. */
async function openCluster(clusterDir: string): Promise<PGlite> {
  if (!existsSync(clusterDir)) {
    const unfinished = `${clusterDir}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { mode: 0o700 });
    await (await createPGlite(unfinished)).close();
    await rename(unfinished, clusterDir);
  }
  return createPGlite(clusterDir);
}

/** With what searches need beside PostgreSQL itself. */
async function createPGlite(dataDir: string): Promise<PGlite> {
  const [{ PGlite }, { pg_trgm }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('@electric-sql/pglite/contrib/pg_trgm'),
  ]);
  return PGlite.create(dataDir, { extensions: { pg_trgm } });
}

async function embeddedDatabase(pglite: PGlite, folder: HeldDataFolder | null): Promise<Database> {
  await pglite.exec(`SET timezone = 'UTC'; SET datestyle = 'ISO'`);
  const { PrismaPGlite } = await import('pglite-prisma-adapter');
  const adapter = new PrismaPGlite(pglite);
  const prisma = new PrismaClient({ adapter, errorFormat: 'minimal' });
  return {
    kind: 'embedded',
    prisma,
    folder,
    migrationTarget: {
      query: async (sql) => (await pglite.query<Record<string, unknown>>(sql)).rows,
      exclusively: (work) => work(withWholeScripts(adapter, (script) => pglite.exec(script))),
    },
    close: once(async () => {
      await prisma.$disconnect();
      await pglite.close();
      await folder?.release();
    }),
  };
}

// ---- Server ---------------------------------------------------------------------------------------------------------

/** Connections one process holds at most: a login needs one for a few milliseconds, and servers commonly allow 100. */
const POOL_SIZE = 10;
/** How long a request waits for a connection before it is told that the database is away. */
const CONNECT_TIMEOUT_MS = 2_000;
/** How long one statement may take: by the server's clock, and by ours when the server has stopped answering. */
const STATEMENT_TIMEOUT_MS = 4_000;
const ANSWER_TIMEOUT_MS = 5_000;

async function openServer(databaseUrl: string): Promise<Database> {
  const [{ default: pg }, { PrismaPg }] = await Promise.all([import('pg'), import('@prisma/adapter-pg')]);
  const session = sessionConfig(databaseUrl);
  const pool = new pg.Pool({
    ...session,
    max: POOL_SIZE,
    idleTimeoutMillis: 30_000,
    query_timeout: ANSWER_TIMEOUT_MS,
    // A setting and not a start-up parameter: poolers refuse those that they do not know.
    onConnect: async (client) => void (await client.query(`SET statement_timeout = ${STATEMENT_TIMEOUT_MS}`)),
  });
  // A connection lost while idle is replaced by the next request; without a listener it would end the process.
  pool.on('error', () => {});
  const adapter = new PrismaPg(
    pool,
    keepsStatements(databaseUrl) ? { statementNameGenerator: nameStatement } : {},
  );
  const prisma = new PrismaClient({ adapter, errorFormat: 'minimal' });
  return {
    kind: 'server',
    prisma,
    folder: null,
    migrationTarget: {
      query: async (sql) => (await pool.query<Record<string, unknown>>(sql)).rows,
      exclusively: (work) => exclusivelyOnServer(session, work),
    },
    close: once(async () => {
      await prisma.$disconnect();
      await pool.end();
    }),
  };
}

/**
 * Whether the server may keep plans by name: a third of its work for a login is planning. Poolers that hand each
 * transaction another session and do not follow names (PgBouncer before 1.21) need `?pgbouncer=true` in the address.
 */
function keepsStatements(databaseUrl: string): boolean {
  return new URL(databaseUrl).searchParams.get('pgbouncer') !== 'true';
}

/**
 * Names a statement by its text. Ours are few: no value is ever part of a text. Those of a search are many, and what suits one
 * value does not suit the next.
 */
function nameStatement({ sql }: { sql: string }): string {
  if (sql.startsWith(PLANNED_ANEW)) return UNNAMED;
  let name = statementNames.get(sql);
  if (name === undefined) {
    name = `latchkey_${createHash('sha256').update(sql).digest('hex').slice(0, 24)}`;
    if (statementNames.size < STATEMENT_NAMES_MAX) statementNames.set(sql, name);
  }
  return name;
}

/** @see PostgreSQL, Frontend/Backend Protocol: the unnamed statement lasts until the next one */
const UNNAMED = '';

/** Begins a statement that is planned for its values each time. */
export const PLANNED_ANEW = '/* planned anew */';

const STATEMENT_NAMES_MAX = 500;
const statementNames = new Map<string, string>();

/** What every connection shares: the zone goes after the address's own `options`, so that it wins. */
function sessionConfig(databaseUrl: string): ClientConfig {
  const url = new URL(databaseUrl);
  const options = [url.searchParams.get('options'), '-c timezone=UTC -c datestyle=ISO']
    .filter(Boolean)
    .join(' ');
  url.searchParams.delete('pgbouncer');
  // What the address says outranks the other settings, so its `options` leave it.
  url.searchParams.delete('options');
  return {
    connectionString: url.href,
    options,
    application_name: 'latchkey',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  };
}

/** The lock Prisma's own tool migrates under, so that the two wait for each other as well. */
const MIGRATION_LOCK = 72707369;

/**
 * The lock belongs to the session that migrates: when this process is killed, it lasts until the server has finished the
 * statement at hand, and whoever comes next finds either all of it or nothing.
 */
async function exclusivelyOnServer<T>(
  session: ClientConfig,
  work: (adapter: SqlMigrationAwareDriverAdapterFactory) => Promise<T>,
): Promise<T> {
  const [{ default: pg }, { PrismaPg }] = await Promise.all([import('pg'), import('@prisma/adapter-pg')]);
  const pool = new pg.Pool({ ...session, max: 1, idleTimeoutMillis: 0 });
  pool.on('error', () => {});
  try {
    await pool.query('SET statement_timeout = 0');
    await pool.query(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`);
    const result = await work(withWholeScripts(new PrismaPg(pool), (script) => pool.query(script)));
    // Ending the session would do, were it not that a pooler may keep it.
    await pool.query('SELECT pg_advisory_unlock_all()');
    return result;
  } finally {
    await pool.end();
  }
}

// ---- Both -----------------------------------------------------------------------------------------------------------

/**
 * Lets the database split a script, as one implicit transaction: a migration that fails leaves nothing behind.
 * Of the adapters, one cuts scripts at every semicolon and the other does not wait for them nor tell when they fail.
 */
function withWholeScripts(
  factory: SqlMigrationAwareDriverAdapterFactory,
  run: (script: string) => Promise<unknown>,
): SqlMigrationAwareDriverAdapterFactory {
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connectToShadowDb: () => Promise.reject(new Error('Only a scratch database serves as a shadow.')),
    connect: async () =>
      Object.assign(await factory.connect(), {
        executeScript: async (script: string) => {
          try {
            await run(script);
          } catch (error) {
            throw asAdapterError(error);
          }
        },
      }),
  };
}

/** The shape in which the schema engine reads an error of PostgreSQL. */
function asAdapterError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  const { code, message, severity, detail, column, hint } = error as DatabaseError;
  return new DriverAdapterError({
    kind: 'postgres',
    code: code ?? '',
    message,
    severity: severity ?? 'ERROR',
    detail,
    column,
    hint,
  });
}

function once(end: () => Promise<void>): () => Promise<void> {
  let ended: Promise<void> | null = null;
  return () => {
    ended ??= end();
    return ended;
  };
}
