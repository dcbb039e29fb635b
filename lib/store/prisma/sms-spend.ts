// The purse in PostgreSQL: what text messages may still be sent, counted in one statement over all processes, and the
// ledger of those that were.
import type { CountedLimit } from '@/lib/login/limits';
import { CLOSED_COUNTRY_KEY, type SmsBudgetStore, type SmsBudgets } from '@/lib/login/sms-budgets';
import type { SmsLedger, SmsSpend } from '@/lib/login/sms-ledger';
import type { WithheldReason } from '@/lib/login/sms-spend-guard';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';
import {
  allLimitsHadRoom,
  countLimits,
  fullLimit,
  type LimitRow,
  limitColumns,
  limitRows,
  moveCounters,
  presentCount,
  previousCount,
} from './limit-counters';

/** Counts in the table of all limits. */
export function createSmsBudgetStore(prisma: PrismaClient): SmsBudgetStore {
  return {
    async spend(budgets) {
      const limits = [...budgets.limits];
      if (budgets.newCountry !== null) limits.push(budgets.newCountry.limit);
      const [row] = await prisma.$queryRaw<(LimitRow & { closed: boolean; wanted: string[] })[]>`
        WITH ${judgeCountry(budgets)},
        ${seenCountry(budgets)},
        ${countLimits(limits, {
          onlyIf: Prisma.sql`NOT (SELECT closed FROM verdict)`,
          without: Prisma.sql`(SELECT limit_key FROM seen)`,
          behind: budgets.startLimits,
        })},
        ${countSent(budgets)},
        ${rememberCountry(budgets)}
        SELECT closed, ARRAY(SELECT key FROM wanted) AS wanted, ${limitColumns} FROM verdict`;
      if (budgets.startLimits.some(({ key }) => row?.spent.some((spent) => spent.key === key))) return null;
      if (row?.closed) return 'sms_unanswered';
      const counted = limits.filter(({ key }) => row?.wanted.includes(key));
      return (fullLimit(counted, row)?.name ?? null) as WithheldReason | null;
    },

    async count(limit: CountedLimit) {
      await prisma.$queryRaw`WITH ${countLimits([limit])} SELECT count(*)::int FROM budget`;
    },
  };
}

/**
 * `verdict` (one row): whether nothing is sent to the country for now. `closing` writes down until when, if that is new.
 */
function judgeCountry({ breaker, now }: SmsBudgets): Prisma.Sql {
  const { sent, answered } = breaker;
  const at = Prisma.sql`${now.toISOString()}::timestamptz`;
  const read = ({ key, windowStart, windowSeconds }: CountedLimit, counts: Prisma.Sql) => Prisma.sql`
    COALESCE((
      SELECT ${counts} FROM limit_counters AS held, (
        SELECT ${windowStart.toISOString()}::timestamptz AS window_start,
          make_interval(secs => ${windowSeconds}::int) AS window_length
      ) AS wanted WHERE held.key = ${key}::text
    ), 0)`;
  return Prisma.sql`
    ratio AS (
      SELECT ${read(sent, previousCount)} AS sent,
        ${read(answered, Prisma.sql`${presentCount} + ${previousCount}`)} AS answered
    ),
    verdict AS (
      SELECT is_judged, ${breaker.isEnforced}::boolean AND (is_judged OR EXISTS (
        SELECT 1 FROM limit_counters WHERE key = ${breaker.closedKey}::text AND expires_at > ${at})) AS closed
      FROM (
        SELECT sent >= ${breaker.judgedFrom}::int AND answered < sent * ${breaker.answeredShare}::float8 AS is_judged
        FROM ratio
      ) AS judgement
    ),
    closing AS (
      INSERT INTO limit_counters AS held (key, window_start, count, expires_at)
      SELECT ${breaker.closedKey}::text, ${at}, 1, ${breaker.closedUntil.toISOString()}::timestamptz
      FROM verdict WHERE is_judged
      ON CONFLICT (key) DO UPDATE SET window_start = excluded.window_start, expires_at = excluded.expires_at
      WHERE held.expires_at <= ${at}
    )`;
}

/** `sent`: counted where the message is, and its network and its number had room in their share. */
function countSent({ breaker: { sent, shares, isCounted } }: SmsBudgets): Prisma.Sql {
  return Prisma.sql`
    share AS (${limitRows(shares)}),
    counted_share AS (
      ${moveCounters(Prisma.sql`share`, { onlyIf: Prisma.sql`${isCounted}::boolean AND ${allLimitsHadRoom}` })}
    ),
    sending AS (${limitRows([sent])}),
    sent AS (
      ${moveCounters(Prisma.sql`sending`, {
        onlyIf: Prisma.sql`(SELECT count(*) FROM counted_share) = ${shares.length}::int`,
      })}
    )`;
}

/** `seen` (one row or none): the limit on countries, where this one was counted less than a day ago. */
function seenCountry({ newCountry, now }: SmsBudgets): Prisma.Sql {
  return Prisma.sql`
    seen AS (
      SELECT ${newCountry?.limit.key ?? null}::text AS limit_key FROM limit_counters
      WHERE key = ${newCountry?.seenKey ?? null}::text AND expires_at > ${now.toISOString()}::timestamptz
    )`;
}

/** `remembered`: the country as seen, when it was counted just now. */
function rememberCountry({ newCountry, now }: SmsBudgets): Prisma.Sql {
  const at = Prisma.sql`${now.toISOString()}::timestamptz`;
  return Prisma.sql`
    remembered AS (
      INSERT INTO limit_counters AS held (key, window_start, count, expires_at)
      SELECT key, ${at}, 1, ${newCountry?.seenUntil.toISOString() ?? null}::timestamptz
      FROM (SELECT ${newCountry?.seenKey ?? null}::text AS key) AS country
      WHERE key IS NOT NULL AND ${allLimitsHadRoom} AND NOT EXISTS (SELECT 1 FROM seen)
      ON CONFLICT (key) DO UPDATE SET window_start = excluded.window_start, expires_at = excluded.expires_at
      WHERE held.expires_at <= ${at}
    )`;
}

/** Adds up what the outbox wrote down. */
export function createSmsLedger(prisma: PrismaClient): SmsLedger {
  return {
    spendSince: (from) => prisma.$queryRaw<SmsSpend[]>`
      SELECT to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, country, provider, connection, currency,
        count(*)::int AS messages, sum(segments)::int AS segments,
        sum(estimated_price_micros)::float8 AS "estimatedPriceMicros"
      FROM sms_charges WHERE occurred_at >= ${from.toISOString()}::timestamptz
      GROUP BY 1, country, provider, connection, currency
      ORDER BY day DESC, "estimatedPriceMicros" DESC NULLS LAST, messages DESC, country, provider, connection`,

    closedCountries: (now) => prisma.$queryRaw<{ country: string; until: Date }[]>`
      SELECT substring(key FROM ${CLOSED_COUNTRY_KEY.length + 1}::int) AS country, expires_at AS until
      FROM limit_counters
      WHERE starts_with(key, ${CLOSED_COUNTRY_KEY}::text) AND expires_at > ${now.toISOString()}::timestamptz
      ORDER BY country`,
  };
}
