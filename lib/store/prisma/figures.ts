// Counts what happened, an hour at a time, from the audit log and the messages. The promises are those of
// lib/management/figures.ts. Counting an hour again gives the same figures, so it does not matter who does it, or how often.
import {
  ACTIVE_DAYS,
  ANSWER_STEPS_SECONDS,
  type DayFigure,
  FIGURES,
  type FigureStore,
} from '@/lib/management/figures';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';

/** Figures are that old at most; a process that comes sooner leaves them alone. */
const EVERY_SECONDS = 55;
/** Events are written, and messages settled, that much after they happened at most: so long an hour is counted again. */
const LATE_MINUTES = 15;
/** Hours counted by one statement, when there is much to catch up with. */
const WINDOW_HOURS = 6;

/** Reads what was counted. */
export function createFigureStore(prisma: PrismaClient): FigureStore {
  return {
    sumsSince: (from) => prisma.$queryRaw<DayFigure[]>`
      SELECT to_char(hour AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, figure, channel, detail, sum(count)::float8 AS count
      FROM hourly_figures WHERE hour >= ${from.toISOString()}::timestamptz
      GROUP BY 1, figure, channel, detail ORDER BY 1, figure, channel, detail`,

    async countedUntil() {
      const settings = await prisma.settings.findUnique({ where: { id: 1 }, select: { figuresUntil: true } });
      return settings?.figuresUntil ?? null;
    },

    async activeUsers() {
      const newest = await prisma.hourlyFigure.findFirst({
        where: { figure: FIGURES.activeUsers },
        orderBy: { hour: 'desc' },
      });
      return Number(newest?.count ?? 0);
    },
  };
}

/**
 * Counts the hours that are new, or may have changed, in one statement that holds the row of settings: of processes that come
 * at once one does it.
 * @returns whether there is more to catch up with
 */
export async function countFigures(prisma: PrismaClient, at: Date): Promise<boolean> {
  const now = Prisma.sql`${at.toISOString()}::timestamptz`;
  const [row] = await prisma.$queryRaw<{ until: Date }[]>`
    WITH held AS (
      SELECT date_trunc('hour', LEAST(
        COALESCE(figures_until, (SELECT min(occurred_at) FROM log_events), ${now}),
        ${now} - make_interval(mins => ${LATE_MINUTES}::int)), 'UTC') AS since
      FROM settings
      WHERE id = 1 AND COALESCE(figures_until, '-infinity') <= ${now} - make_interval(secs => ${EVERY_SECONDS}::int)
      FOR UPDATE SKIP LOCKED
    ),
    span AS (SELECT since, LEAST(${now}, since + make_interval(hours => ${WINDOW_HOURS}::int)) AS until FROM held),
    event AS (
      SELECT date_trunc('hour', occurred_at, 'UTC') AS hour, COALESCE(c.strategy, '') AS channel, type, details
      FROM log_events e LEFT JOIN connections c ON c.name = e.connection
      WHERE type IN ('cls', 'cs', 's', 'ss') AND ${isWithin(Prisma.sql`occurred_at`)}
    ),
    message AS (
      SELECT id, date_trunc('hour', created_at, 'UTC') AS hour, channel, kind, status FROM messages
      WHERE ${isWithin(Prisma.sql`created_at`)}
    ),
    told AS (
      SELECT date_trunc('hour', e.received_at, 'UTC') AS hour, m.channel, e.provider, e.kind
      FROM delivery_events e
      JOIN delivery_attempts a USING (provider, provider_message_id) JOIN messages m ON m.id = a.message_id
      WHERE ${isWithin(Prisma.sql`e.received_at`)}
    ),
    charge AS (
      SELECT date_trunc('hour', occurred_at, 'UTC') AS hour, provider, currency, estimated_price_micros AS micros
      FROM sms_charges WHERE ${isWithin(Prisma.sql`occurred_at`)}
    ),
    counted AS (
      INSERT INTO hourly_figures (hour, figure, channel, detail, count)
      SELECT hour, ${FIGURES.begun}::text, channel, '', count(*) FROM event
        -- A passkey needs no message: what it begins it goes through with.
        WHERE (type IN ('cls', 'cs') AND details->'again' IS NULL) OR details->'passkey' IS NOT NULL GROUP BY 1, channel
      UNION ALL SELECT hour, ${FIGURES.signIns}::text, channel, '', count(*) FROM event
        WHERE type IN ('s', 'ss') GROUP BY 1, channel
      UNION ALL SELECT hour, ${FIGURES.signUps}::text, channel, '', count(*) FROM event
        WHERE type = 'ss' GROUP BY 1, channel
      UNION ALL SELECT hour, ${FIGURES.answered}::text, channel, COALESCE((
          SELECT min(step)::text FROM unnest(${[...ANSWER_STEPS_SECONDS]}::int[]) AS step
          WHERE step >= (details->>'seconds_since_asked')::int), 'more') AS step, count(*) FROM event
        WHERE details->'seconds_since_asked' IS NOT NULL GROUP BY 1, channel, step
      UNION ALL SELECT hour, ${FIGURES.sent}::text, channel, '', count(*) FROM message
        WHERE kind = 'login' AND status = 'accepted' GROUP BY 1, channel
      UNION ALL SELECT hour, ${FIGURES.attempts}::text, channel, provider || ' ' || outcome, count(*)
        FROM message JOIN delivery_attempts a ON a.message_id = message.id
        WHERE outcome <> 'skipped' GROUP BY 1, channel, provider, outcome
      UNION ALL SELECT hour, ${FIGURES.delivered}::text, channel, provider, count(*) FROM told
        WHERE kind = 'delivered' GROUP BY 1, channel, provider
      UNION ALL SELECT hour, ${FIGURES.returned}::text, channel, provider, count(*) FROM told
        WHERE kind IN ('bounced', 'complained') GROUP BY 1, channel, provider
      UNION ALL SELECT hour, ${FIGURES.smsMessages}::text, 'sms', provider, count(*) FROM charge GROUP BY 1, provider
      UNION ALL SELECT hour, ${FIGURES.smsCost}::text, 'sms', currency, sum(micros)::bigint FROM charge
        WHERE micros IS NOT NULL AND currency IS NOT NULL GROUP BY 1, currency
      UNION ALL SELECT hour, ${FIGURES.smsUnpriced}::text, 'sms', '', count(*) FROM charge
        WHERE micros IS NULL GROUP BY 1
      ON CONFLICT (hour, figure, channel, detail) DO UPDATE SET count = excluded.count
    )
    UPDATE settings SET figures_until = span.until FROM span WHERE id = 1 RETURNING figures_until AS until`;
  return row !== undefined && row.until < at;
}

/** Counts the accounts that are active, once an hour: it looks at all of them, in the background. */
export async function countActiveUsers(prisma: PrismaClient, at: Date): Promise<void> {
  const hour = new Date(Math.floor(at.getTime() / 3_600_000) * 3_600_000);
  const { activeUsers: figure } = FIGURES;
  if ((await prisma.hourlyFigure.count({ where: { hour, figure } })) > 0) return;
  const since = new Date(at.getTime() - ACTIVE_DAYS * 86_400_000);
  const count = await prisma.account.count({ where: { lastLoginAt: { gte: since } } });
  await prisma.hourlyFigure.createMany({
    data: [{ hour, figure, channel: '', detail: '', count }],
    skipDuplicates: true,
  });
}

function isWithin(column: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`${column} >= (SELECT since FROM span) AND ${column} < (SELECT until FROM span)`;
}
