// Removes what is over, a little at a time. Of any number of processes one does it at a time, the others leave it to that one;
// rows that somebody holds are passed over, so that no request ever waits for it, nor it for a request. security PRV-1.
import { LOG_RETENTION_DAYS } from '@/lib/management/logs';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';

/** Rows removed by one statement. */
const BATCH = 500;
/** Days a message is kept, and what was told of it, so that support can tell why it did not arrive. */
const MESSAGE_MEMORY_DAYS = 7;
/** Days the ledger of text messages is kept: a year, and the month in which its bills are questioned. */
const LEDGER_RETENTION_DAYS = 400;
/** Used codes are remembered while tokens they were redeemed for may live, so that a replay is still told. */
const CODE_MEMORY_DAYS = 31;

/** Days a used assertion is remembered after it is too old, whatever the clocks of other processes say. */
const ASSERTION_MEMORY_DAYS = 1;

/** Table, the instant that decides, and the days its rows are kept after it. */
const OVER: readonly (readonly [table: string, column: string, days: number | 'log retention'])[] = [
  ['challenges', 'expires_at', 0],
  ['consent_answers', 'expires_at', 0],
  ['passkey_answers', 'expires_at', 0],
  ['limit_counters', 'expires_at', 0],
  ['pushed_requests', 'expires_at', 0],
  ['client_assertions', 'expires_at', ASSERTION_MEMORY_DAYS],
  ['sessions', 'expires_at', 0],
  ['operator_sessions', 'expires_at', 0],
  ['setup_links', 'expires_at', 0],
  ['token_families', 'expires_at', 0],
  ['authorization_codes', 'expires_at', CODE_MEMORY_DAYS],
  ['log_events', 'occurred_at', 'log retention'],
  ['log_stream_entries', 'created_at', 'log retention'],
  ['messages', 'created_at', MESSAGE_MEMORY_DAYS],
  ['delivery_events', 'received_at', MESSAGE_MEMORY_DAYS],
  ['sms_charges', 'occurred_at', LEDGER_RETENTION_DAYS],
  ['hourly_figures', 'hour', LEDGER_RETENTION_DAYS],
  ['jobs', 'expires_at', 0],
];

/** Held by the process that is removing, for one statement; not the number that migrations hold. */
const TURN = 72707370;

/**
 * Removes at most one batch of each kind; returns how many rows went, 0 also while another process is at it. A full batch means
 * there may be more.
 *
 * @param keep.logRetentionDays how long the audit log is kept
 */
export async function removeExpired(
  prisma: PrismaClient,
  now: Date,
  { logRetentionDays }: Readonly<{ logRetentionDays: number }> = { logRetentionDays: LOG_RETENTION_DAYS },
): Promise<number> {
  let removed = 0;
  for (const [table, column, days] of OVER) {
    const [from, instant] = [Prisma.raw(table), Prisma.raw(column)];
    const keptDays = days === 'log retention' ? logRetentionDays : days;
    const before = new Date(now.getTime() - keptDays * 86_400_000).toISOString();
    removed += await prisma.$executeRaw`
      WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(${TURN}::bigint) AS is_mine)
      DELETE FROM ${from} WHERE ctid = ANY(ARRAY(
        SELECT o.ctid FROM ${from} o WHERE (SELECT is_mine FROM turn) AND o.${instant} < ${before}::timestamptz
        LIMIT ${BATCH}::int FOR UPDATE SKIP LOCKED))`;
  }
  return removed;
}
