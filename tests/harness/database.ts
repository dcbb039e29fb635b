// Databases for test files, on the PostgreSQL that the global set-up started. One database a file (or a test that wants
// to be alone), empty when handed out; all vanish with the server.
import pg from 'pg';
import { inject } from 'vitest';
import { createDatabaseOn } from './postgres';

/** Creates an empty database and returns its connection URL, fit for `DATABASE_URL`. */
export function createDatabase(name: string): Promise<string> {
  return createDatabaseOn(inject('postgresAdminUrl'), name);
}

/** One normalised SQL statement and how often it ran. */
export type CountedStatement = { query: string; calls: number };

/** Forgets every statement counted so far in that database. */
export async function resetStatements(databaseUrl: string): Promise<void> {
  await ask(
    'SELECT pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = $1), 0)',
    databaseName(databaseUrl),
  );
}

/**
 * Every statement that ran in that database since {@link resetStatements}, most frequent first, transaction control
 * (`BEGIN`, `COMMIT`) included. This is how a budget of statements a journey is proven.
 */
export function readStatements(databaseUrl: string): Promise<CountedStatement[]> {
  return ask(
    `SELECT query, calls::int AS calls FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid
      WHERE datname = $1 ORDER BY calls DESC, query`,
    databaseName(databaseUrl),
  );
}

function databaseName(databaseUrl: string): string {
  return new URL(databaseUrl).pathname.slice(1);
}

async function ask<Row>(statement: string, parameter: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: inject('postgresAdminUrl') });
  await client.connect();
  try {
    return (await client.query(statement, [parameter])).rows as Row[];
  } finally {
    await client.end();
  }
}
