// Limits that nothing else happens with: one statement counts, looks or forgets.
import type { LimitStore } from '@/lib/login/failure-limits';
import type { LockoutStore } from '@/lib/login/lockouts';
import type { RateLimitStore } from '@/lib/management/rate-limit';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';
import { countLimits, fullLimit, insertLimitEvent, type LimitRow, limitColumns } from './limit-counters';
import { insertLogEvent } from './log-events';

/** `count` stops at a limit that is full; `take` counts on, for whoever is told where it stands. */
export function createLimitStore(prisma: PrismaClient): LimitStore & RateLimitStore & LockoutStore {
  return {
    async count(limit, { clientId, ip, now }) {
      const origin = { ip, userAgent: null, now };
      const [row] = await prisma.$queryRaw<LimitRow[]>`
        WITH ${countLimits([limit])}, ${insertLimitEvent(origin, { clientId: Prisma.sql`${clientId}::text` })}
        SELECT ${limitColumns}`;
      return fullLimit([limit], row);
    },

    async take({ key, windowStart, windowSeconds }) {
      const start = windowStart.toISOString();
      const [row] = await prisma.$queryRaw<{ count: number }[]>`
        INSERT INTO limit_counters AS held (key, window_start, count, expires_at)
        VALUES (${key}::text, ${start}::timestamptz, 1, ${start}::timestamptz + make_interval(secs => ${2 * windowSeconds}::int))
        ON CONFLICT (key) DO UPDATE SET
          -- A row that is ahead was written by a process whose clock is.
          count = CASE WHEN held.window_start >= excluded.window_start THEN held.count + 1 ELSE 1 END,
          window_start = GREATEST(held.window_start, excluded.window_start),
          expires_at = GREATEST(held.expires_at, excluded.expires_at)
        RETURNING count`;
      return row?.count ?? 0;
    },

    async findFull(limits) {
      const [row] = await prisma.$queryRaw<LimitRow[]>`
        WITH ${countLimits(limits, { onlyIf: Prisma.sql`false` })} SELECT ${limitColumns}`;
      const full = new Set(row?.spent.map(({ key }) => key));
      return limits.filter(({ key }) => full.has(key));
    },

    async clear(limits, { subject, clientId, now }) {
      const keys = limits.map(({ key }) => key);
      await prisma.$executeRaw`
        WITH cleared AS (DELETE FROM limit_counters WHERE key = ANY(${keys}::text[]))
        ${insertLogEvent(
          { ip: null, userAgent: null, now },
          {
            from: Prisma.sql`(SELECT 1) AS always WHERE ${subject !== null}::boolean`,
            type: Prisma.sql`'ublkdu'`,
            clientId: Prisma.sql`${clientId}::text`,
            ...subject,
            description: Prisma.sql`'Limits of a user taken away.'`,
          },
        )}`;
    },
  };
}
