// Removes what is over, a little at a time. Rows that another process is removing are skipped, so any number of processes
// may do this at once, and no request ever waits for it.
import { Prisma, type PrismaClient } from '@/prisma/generated/client';

/** Rows removed by one statement. */
const BATCH = 500;
/** Days the audit log is kept. */
const LOG_RETENTION_DAYS = 30;
/** Used codes are remembered while tokens they were redeemed for may live, so that a replay is still told. */
const CODE_MEMORY_DAYS = 2;

/** Table, and the condition under which one of its rows is over. `$now` is filled in. */
const OVER: readonly (readonly [table: string, condition: string])[] = [
  ['challenges', 'expires_at < $now'],
  ['limit_counters', 'expires_at < $now'],
  ['sessions', 'expires_at < $now'],
  ['token_families', 'expires_at < $now'],
  ['authorization_codes', `expires_at < $now - interval '${CODE_MEMORY_DAYS} days'`],
  ['log_events', `occurred_at < $now - interval '${LOG_RETENTION_DAYS} days'`],
];

/** Removes at most one batch of each kind; returns how many rows went. A full batch means there may be more. */
export async function removeExpired(prisma: PrismaClient, now: Date): Promise<number> {
  let removed = 0;
  for (const [table, condition] of OVER) {
    const over = Prisma.raw(condition.replace('$now', `'${now.toISOString()}'::timestamptz`));
    const name = Prisma.raw(table);
    removed += await prisma.$executeRaw`
      DELETE FROM ${name} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${name} WHERE ${over} LIMIT ${BATCH}::int FOR UPDATE SKIP LOCKED))`;
  }
  return removed;
}
