// What one database on the PostgreSQL server was made to do: statements, transactions that wrote, WAL, and CPU.
import pg from 'pg';
import { parentOf, readUsage } from './process-tree';

/** Totals so far; two readings make a figure. */
export type PostgresReading = Readonly<{
  /** By pg_stat_statements, transaction control included. */
  statements: number;
  /**
   * Commits that reach the disk. Counted by the transaction ids that were given out: those go to writers only and are
   * known at once, where `pg_stat_database.xact_commit` counts reads too and lags by seconds.
   */
  writingTransactions: number;
  walBytes: number;
  /** Of the whole server. */
  cpuSeconds: number;
}>;

export type PostgresMeter = Readonly<{
  version: string;
  read(databaseUrl: string): Promise<PostgresReading>;
  close(): Promise<void>;
}>;

/** @param adminUrl the database that has the extension pg_stat_statements */
export async function openPostgresMeter(adminUrl: string): Promise<PostgresMeter> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  const { rows } = await client.query(
    `SELECT pg_backend_pid() AS pid, current_setting('server_version') AS version`,
  );
  const postmaster = parentOf(rows[0].pid);
  return {
    version: rows[0].version,
    async read(databaseUrl) {
      const { cpuSeconds } = readUsage(postmaster);
      const reading = await client.query(READING, [new URL(databaseUrl).pathname.slice(1)]);
      return { ...reading.rows[0], cpuSeconds };
    },
    close: () => client.end(),
  };
}

/** Every number as float8, which the driver hands over as a number. */
const READING = `
  SELECT
    (SELECT coalesce(sum(calls), 0) FROM pg_stat_statements JOIN pg_database ON oid = dbid WHERE datname = $1)::float8
      AS statements,
    pg_snapshot_xmax(pg_current_snapshot())::text::float8 AS "writingTransactions",
    (pg_current_wal_insert_lsn() - '0/0')::float8 AS "walBytes"`;
