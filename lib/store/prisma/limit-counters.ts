// Limits as a piece of a statement: CTEs that count, and refuse to count past the maximum. Because the thing that is
// limited happens in the same statement, nothing can slip between the two.

import type { LoggedSubject } from '@/lib/login/challenge';
import type { CountedLimit } from '@/lib/login/limits';
import { Prisma } from '@/prisma/generated/client';
import { insertLogEvent, type LogOrigin } from './log-events';

/**
 * `wanted` (one row a limit), `spent` (the keys that have no room) and `budget` (the keys that had, now counted). All
 * limits had room when `(SELECT count(*) FROM budget) = (SELECT count(*) FROM wanted)`. Rows are taken in the order of
 * their keys, so statements that share limits wait for each other instead of dead-locking.
 *
 * A key that is full is left as it is: knocking on does not prolong the wait. So are the others then: whoever is refused
 * at one limit must not use up the next, which may be somebody else's (OTP-7).
 */
export function countLimits(
  limits: readonly CountedLimit[],
  {
    by = Prisma.sql`1`,
    onlyIf = Prisma.sql`true`,
    without = Prisma.sql`NULL::text`,
    behind = [],
  }: {
    by?: Prisma.Sql;
    onlyIf?: Prisma.Sql;
    /** The key of one that is not counted this time; null for none. */
    without?: Prisma.Sql;
    /** Limits that another statement counts: where one of these has no room nothing is counted either. */
    behind?: readonly CountedLimit[];
  } = {},
): Prisma.Sql {
  const looked = behind.length === 0 ? Prisma.empty : Prisma.sql`UNION ALL ${limitRows(behind)}`;
  return Prisma.sql`
    wanted AS (${limitRows(limits)} WHERE key IS DISTINCT FROM ${without}),
    spent AS (
      SELECT key, COALESCE(present, 0) AS present, COALESCE(previous, 0) AS previous
      FROM (SELECT * FROM wanted ${looked}) AS wanted LEFT JOIN LATERAL (
        SELECT ${presentCount} AS present, ${previousCount} AS previous FROM limit_counters held
        WHERE held.key = wanted.key LIMIT 1) AS counted ON true
      WHERE max <= COALESCE(present + previous * previous_weight, 0)
    ),
    budget AS (${moveCounters(Prisma.sql`wanted`, { by, onlyIf: Prisma.sql`${onlyIf} AND NOT EXISTS (SELECT 1 FROM spent)` })})`;
}

/** Limits as a SELECT, which may be given a WHERE. */
export function limitRows(limits: readonly CountedLimit[]): Prisma.Sql {
  const rows = JSON.stringify(
    limits.map((limit) => ({
      key: limit.key,
      window_start: limit.windowStart.toISOString(),
      window_seconds: limit.windowSeconds,
      max: limit.max,
      previous_weight: limit.previousWeight,
    })),
  );
  return Prisma.sql`
    SELECT key, window_start, make_interval(secs => window_seconds) AS window_length, max, previous_weight
    FROM jsonb_to_recordset(${rows}::jsonb)
      AS w(key text, window_start timestamptz, window_seconds int, max int, previous_weight float8)`;
}

/** Counts those of a CTE of {@link limitRows} that have room, each by itself, and returns their keys. */
export function moveCounters(
  limits: Prisma.Sql,
  { by = Prisma.sql`1`, onlyIf }: { by?: Prisma.Sql; onlyIf: Prisma.Sql },
): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO limit_counters AS held (key, window_start, count, previous_count, expires_at)
    SELECT key, window_start, ${by}, 0, window_start + 2 * window_length
    FROM ${limits} WHERE ${onlyIf}
    ORDER BY key
    ON CONFLICT (key) DO UPDATE SET (count, previous_count, window_start, expires_at) = (
      SELECT ${by} + ${presentCount}, ${previousCount}, GREATEST(held.window_start, wanted.window_start),
        GREATEST(held.expires_at, excluded.expires_at)
      FROM ${limits} AS wanted WHERE wanted.key = held.key)
    WHERE (SELECT ${presentCount} + ${previousCount} * wanted.previous_weight < wanted.max
      FROM ${limits} AS wanted WHERE wanted.key = held.key)
    RETURNING key`;
}

/**
 * Tells the audit log that one of the limits of {@link countLimits} refuses: once for each time it filled up, however many are
 * refused, and of one limit a statement. Auth0's type codes.
 * @param told.onlyIf whether it is the limit that refuses, and not something before it
 */
export function insertLimitEvent(
  origin: LogOrigin,
  told: Readonly<{ clientId: Prisma.Sql; onlyIf?: Prisma.Sql; logged?: LoggedSubject }>,
): Prisma.Sql {
  const name = Prisma.sql`split_part(key, ':', 1)`;
  return Prisma.sql`
    newly_full AS (
      UPDATE limit_counters AS held SET told_window = held.window_start
      WHERE held.key = (SELECT min(key) FROM spent) AND held.told_window IS DISTINCT FROM held.window_start
        AND ${told.onlyIf ?? Prisma.sql`true`}
      RETURNING held.key
    ),
    limit_event AS (
      ${insertLogEvent(origin, {
        from: Prisma.sql`newly_full`,
        type: Prisma.sql`CASE WHEN ${name} = 'guesses_per_ip' THEN 'limit_mu' WHEN ${name} LIKE 'guesses%' THEN 'limit_wc'
          ELSE 'api_limit' END`,
        clientId: told.clientId,
        ...told.logged,
        description: Prisma.sql`'Refused: ' || ${name} || ' is used up.'`,
      })}
    )`;
}

/** True in SQL when every limit had room. */
export const allLimitsHadRoom = Prisma.sql`(SELECT count(*) FROM budget) = (SELECT count(*) FROM wanted)`;

/** The limits that had no room, and those that had, as columns for {@link fullLimit}. */
export const limitColumns = Prisma.sql`
  COALESCE((SELECT jsonb_agg(spent) FROM spent), '[]') AS spent, ARRAY(SELECT key FROM budget) AS counted`;

export type LimitRow = { spent: { key: string; present: number; previous: number }[]; counted: string[] };

/** What `held` counted in the window of `wanted`. A row that is ahead was written by a process whose clock is. */
export const presentCount = Prisma.sql`CASE WHEN held.window_start >= wanted.window_start THEN held.count ELSE 0 END`;

/** What the window before that counted, whichever of the two the row still describes. */
export const previousCount = Prisma.sql`CASE
  WHEN held.window_start >= wanted.window_start THEN held.previous_count
  WHEN held.window_start = wanted.window_start - wanted.window_length THEN held.count
  ELSE 0 END`;

/** The first limit that had no room. Of one that filled up at this very moment a row says only that it did not count. */
export function fullLimit(limits: readonly CountedLimit[], row: LimitRow | undefined): CountedLimit | null {
  for (const limit of limits) {
    const counts = row?.spent.find(({ key }) => key === limit.key);
    if (counts !== undefined)
      return { ...limit, counts: { present: counts.present, previous: counts.previous } };
  }
  return limits.find(({ key }) => !row?.counted.includes(key)) ?? null;
}
