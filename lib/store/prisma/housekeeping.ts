// Removes what is over, a little at a time. Rows that another process is removing are skipped, so any number of processes
// may do this at once, and no request ever waits for it.
import { Prisma, type PrismaClient } from '@/prisma/generated/client';

/** Rows removed by one statement. */
const BATCH = 500;
/** Days the audit log is kept. */
const LOG_RETENTION_DAYS = 30;
/** Days a message is kept, and what was told of it, so that support can tell why it did not arrive. */
const MESSAGE_MEMORY_DAYS = 7;
/** Days the ledger of text messages is kept: a year, and the month in which its bills are questioned. */
const LEDGER_RETENTION_DAYS = 400;
/** Used codes are remembered while tokens they were redeemed for may live, so that a replay is still told. */
const CODE_MEMORY_DAYS = 31;

/** Days a used assertion is remembered after it is too old, whatever the clocks of other processes say. */
const ASSERTION_MEMORY_DAYS = 1;

/** Table, the instant that decides, and the days its rows are kept after it. */
const OVER: readonly (readonly [table: string, column: string, days: number])[] = [
  ['challenges', 'expires_at', 0],
  ['consent_answers', 'expires_at', 0],
  ['limit_counters', 'expires_at', 0],
  ['pushed_requests', 'expires_at', 0],
  ['client_assertions', 'expires_at', ASSERTION_MEMORY_DAYS],
  ['sessions', 'expires_at', 0],
  ['operator_sessions', 'expires_at', 0],
  ['setup_links', 'expires_at', 0],
  ['token_families', 'expires_at', 0],
  ['authorization_codes', 'expires_at', CODE_MEMORY_DAYS],
  ['log_events', 'occurred_at', LOG_RETENTION_DAYS],
  ['log_stream_entries', 'created_at', LOG_RETENTION_DAYS],
  ['messages', 'created_at', MESSAGE_MEMORY_DAYS],
  ['delivery_events', 'received_at', MESSAGE_MEMORY_DAYS],
  ['sms_charges', 'occurred_at', LEDGER_RETENTION_DAYS],
  ['hourly_figures', 'hour', LEDGER_RETENTION_DAYS],
  ['jobs', 'expires_at', 0],
];

/** Removes at most one batch of each kind; returns how many rows went. A full batch means there may be more. */
export async function removeExpired(prisma: PrismaClient, now: Date): Promise<number> {
  let removed = 0;
  for (const [table, column, days] of OVER) {
    const [from, instant] = [Prisma.raw(table), Prisma.raw(column)];
    const before = new Date(now.getTime() - days * 86_400_000).toISOString();
    removed += await prisma.$executeRaw`
      DELETE FROM ${from} WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM ${from} WHERE ${instant} < ${before}::timestamptz LIMIT ${BATCH}::int FOR UPDATE SKIP LOCKED))`;
  }
  return removed;
}
