// Limits as a piece of a statement: two CTEs that count, and refuse to count past the maximum. Because the thing that is
// limited happens in the same statement, nothing can slip between the two.

import type { CountedLimit } from '@/lib/login/limits';
import { Prisma } from '@/prisma/generated/client';

/**
 * `wanted` (one row a limit) and `budget` (the keys that had room, now counted). All limits had room when
 * `(SELECT count(*) FROM budget) = (SELECT count(*) FROM wanted)`. Rows are taken in the order of their keys, so
 * statements that share limits wait for each other instead of dead-locking.
 *
 * A key that is full is left as it is: knocking on does not prolong the wait.
 */
export function countLimits(
  limits: readonly CountedLimit[],
  { by = Prisma.sql`1`, onlyIf = Prisma.sql`true` }: { by?: Prisma.Sql; onlyIf?: Prisma.Sql } = {},
): Prisma.Sql {
  const wanted = JSON.stringify(
    limits.map((limit) => ({
      key: limit.key,
      window_start: limit.windowStart.toISOString(),
      window_seconds: limit.windowSeconds,
      max: limit.max,
      previous_weight: limit.previousWeight,
    })),
  );
  return Prisma.sql`
    wanted AS (
      SELECT * FROM jsonb_to_recordset(${wanted}::jsonb)
        AS w(key text, window_start timestamptz, window_seconds int, max int, previous_weight float8)
    ),
    budget AS (
      INSERT INTO limit_counters AS held (key, window_start, count, previous_count, expires_at)
      SELECT key, window_start, ${by}, 0, window_start + make_interval(secs => 2 * window_seconds)
      FROM wanted WHERE max > 0 AND ${onlyIf}
      ORDER BY key
      ON CONFLICT (key) DO UPDATE SET
        count = ${by} + CASE WHEN held.window_start >= excluded.window_start THEN held.count ELSE 0 END,
        previous_count = ${previousCount},
        window_start = GREATEST(held.window_start, excluded.window_start),
        expires_at = GREATEST(held.expires_at, excluded.expires_at)
      WHERE CASE WHEN held.window_start >= excluded.window_start THEN held.count ELSE 0 END
        + (${previousCount}) * (SELECT w.previous_weight FROM wanted w WHERE w.key = held.key)
        < (SELECT w.max FROM wanted w WHERE w.key = held.key)
      RETURNING key
    )`;
}

/** True in SQL when every limit had room. */
export const allLimitsHadRoom = Prisma.sql`(SELECT count(*) FROM budget) = (SELECT count(*) FROM wanted)`;

/** What the window before the present one counted, whichever of the two the row still describes. */
const previousCount = Prisma.sql`CASE
  WHEN held.window_start >= excluded.window_start THEN held.previous_count
  WHEN held.window_start = excluded.window_start - (excluded.expires_at - excluded.window_start) / 2 THEN held.count
  ELSE 0 END`;

/** The first limit that had no room, given the keys that had. */
export function fullLimit(limits: readonly CountedLimit[], counted: readonly string[]): CountedLimit | null {
  return limits.find((limit) => !counted.includes(limit.key)) ?? null;
}
