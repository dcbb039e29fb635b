// The outbox's three statements: claim, record, find. The promises are those of lib/login/outbox.ts.
import { NOTICE_KINDS } from '@/lib/login/message';
import type { ClaimedMessage, Delivery, DeliveryAttempt, OutboxStore } from '@/lib/login/outbox';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';
import { insertLogEvent } from './log-events';

export function createOutboxStore(prisma: PrismaClient): OutboxStore {
  return {
    async claim({ now, leasedUntil, without, limit }) {
      // SKIP LOCKED keeps two processes apart while both are here, `due_at` afterwards.
      const rows = await prisma.$queryRaw<Omit<ClaimedMessage, 'leasedUntil'>[]>`
        WITH due AS (
          SELECT id FROM messages WHERE status = 'queued' AND due_at <= ${now.toISOString()}::timestamptz
            AND (expires_at <= ${now.toISOString()}::timestamptz OR connection IS NULL
              OR connection <> ALL(${[...without]}::text[]))
          ORDER BY due_at LIMIT ${limit}::int FOR UPDATE SKIP LOCKED
        ),
        claimed AS (
          UPDATE messages SET due_at = ${leasedUntil.toISOString()}::timestamptz
          WHERE id IN (SELECT id FROM due)
          RETURNING *
        )
        SELECT m.id AS "messageId", m.kind, m.channel, COALESCE(m.connection, c.connection, '') AS connection, m.language,
          m.created_at AS "askedAt", m.expires_at AS "expiresAt",
          m.context->>'applicationName' AS "applicationName", m.context->>'userAgent' AS "userAgent",
          COALESCE(c.recipient, '') AS recipient, COALESCE(c.id, '') AS "challengeId", m.generation,
          COALESCE(c.code_length, 0) AS "codeLength", COALESCE(c.pepper_id, '') AS "pepperId",
          COALESCE(c.send_mode, 'both') AS "sendMode", c.embedded_link AS "embeddedLink",
          c.id IS NULL OR m.kind = ANY(${NOTICES}::text[]) OR (
            c.answerable AND c.proven_at IS NULL AND c.cancelled_at IS NULL AND NOT EXISTS (
              SELECT 1 FROM messages newer WHERE newer.challenge_id = c.id AND newer.kind <> ALL(${NOTICES}::text[])
                AND newer.created_at > m.created_at)) AS wanted,
          (SELECT count(*)::int FROM delivery_attempts a WHERE a.message_id = m.id) AS "attemptsBefore",
          -- Every round tries or skips a provider once, so the one named most often counts the rounds.
          COALESCE((SELECT max(tries)::int FROM (SELECT count(*) AS tries FROM delivery_attempts a
            WHERE a.message_id = m.id GROUP BY a.provider) AS by_provider), 0) AS "roundsBefore"
        FROM claimed m LEFT JOIN challenges c ON c.id = m.challenge_id
        ORDER BY m.created_at`;
      return rows.map((row) => ({ ...row, leasedUntil }));
    },

    async record(delivery, at) {
      const { messageId, claim, status, dueAt, failure } = delivery;
      const now = Prisma.sql`${at.toISOString()}::timestamptz`;
      await prisma.$executeRaw`
        WITH message AS (
          UPDATE messages SET status = ${status}::text, due_at = ${dueAt.toISOString()}::timestamptz
          WHERE id = ${messageId}::text AND status = 'queued'
            AND (${status}::text = 'accepted' OR due_at <= ${claim.leasedUntil.toISOString()}::timestamptz)
          RETURNING id, client_id, connection
        ),
        attempt AS (
          INSERT INTO delivery_attempts (id, message_id, provider, outcome, provider_message_id, reason, started_at,
            duration_ms)
          SELECT message.id || '.' || a.number, message.id, a.provider, a.outcome, a.provider_message_id, a.reason,
            a.started_at, a.duration_ms
          FROM message, jsonb_to_recordset(${JSON.stringify(attemptRows(delivery))}::jsonb)
            AS a(number int, provider text, outcome text, provider_message_id text, reason text,
              started_at timestamptz, duration_ms int)
          ON CONFLICT (id) DO NOTHING
        ),
        charge AS (
          INSERT INTO sms_charges (id, occurred_at, country, client_id, connection, provider, segments,
            estimated_price_micros, currency)
          SELECT message.id || '.' || c.number, ${now}, c.country, message.client_id, COALESCE(message.connection, ''),
            c.provider, c.segments, c.estimated_price_micros, c.currency
          FROM message, jsonb_to_recordset(${JSON.stringify(chargeRows(delivery))}::jsonb)
            AS c(number int, country text, provider text, segments int, estimated_price_micros bigint, currency text)
          ON CONFLICT (id) DO NOTHING
        )
        ${insertLogEvent(
          { ip: null, userAgent: null, now: at },
          {
            from: Prisma.sql`message WHERE ${failure !== null}::boolean`,
            type: Prisma.sql`'fn'`,
            clientId: Prisma.sql`client_id`,
            connection: Prisma.sql`connection`,
            ...(failure && { ...failure, description: Prisma.sql`${failure.description}::text` }),
          },
        )}`;
    },

    async findTrouble({ challengeId, channel, since, lateBefore }) {
      const [from, late] = [since, lateBefore].map((at) => Prisma.sql`${at.toISOString()}::timestamptz`);
      const ofChannel = Prisma.sql`channel = ${channel}::text`;
      const lastSettled = (status: 'failed' | 'accepted') => Prisma.sql`(
        SELECT due_at FROM messages WHERE status = ${status}::text AND ${ofChannel} AND due_at > ${from}
          AND (status = 'accepted' OR NOT ${isRefused})
        ORDER BY due_at DESC LIMIT 1)`;
      const [row] = await prisma.$queryRaw<{ trouble: Trouble }[]>`
        WITH own AS (
          SELECT id, status = 'failed' OR (status = 'queued' AND created_at <= ${late}) AS failed,
            ${isRefused} AS refused
          FROM messages WHERE challenge_id = ${challengeId}::text AND kind <> ALL(${NOTICES}::text[]) ORDER BY created_at DESC LIMIT 1
        )
        SELECT CASE
          WHEN EXISTS (SELECT 1 FROM own) THEN CASE
            WHEN (SELECT failed FROM own) THEN CASE WHEN (SELECT refused FROM own) THEN 'refused' ELSE 'failed' END
            WHEN EXISTS (
              SELECT 1 FROM own JOIN delivery_attempts a ON a.message_id = own.id
              JOIN delivery_events e USING (provider, provider_message_id) WHERE e.kind = 'bounced') THEN 'returned' END
          -- Which of the two was last: somebody's trouble, or somebody's message that was taken.
          WHEN GREATEST(${lastSettled('failed')}, (
            SELECT max(created_at) FROM messages
            WHERE status = 'queued' AND ${ofChannel} AND created_at > ${from} AND created_at <= ${late}
              AND NOT ${isRefused}))
            > COALESCE(${lastSettled('accepted')}, '-infinity') THEN 'failed'
        END AS trouble`;
      return row?.trouble ?? null;
    },
  };
}

/** Kinds that carry nothing to answer with. */
const NOTICES = [...NOTICE_KINDS];

type Trouble = Awaited<ReturnType<OutboxStore['findTrouble']>>;

/**
 * Whether a provider said of a row of `messages` that this recipient takes nothing: for good, or, as mail servers do (450,
 * 451, 452), for now. Everything else that can go wrong is the provider's trouble, and everybody's.
 */
const isRefused = Prisma.sql`EXISTS (SELECT 1 FROM delivery_attempts said WHERE said.message_id = messages.id
  AND (said.outcome = 'rejected' OR (said.outcome = 'refused' AND said.reason LIKE '45_')))`;

/** One row of sms_charges for the attempt that was accepted, under its number. */
function chargeRows({ charge, attempts, claim }: Delivery) {
  const index = attempts.findIndex(({ outcome }) => outcome.kind === 'accepted');
  const provider = attempts[index]?.provider;
  if (charge === null || provider === undefined) return [];
  const { country, segments, estimatedPriceMicros, currency } = charge;
  const price = { estimated_price_micros: estimatedPriceMicros, currency };
  return [{ number: claim.attemptsBefore + index, country, provider, segments, ...price }];
}

/** Rows of delivery_attempts. Numbered, so that a second recording meets the first. */
function attemptRows({ attempts, claim }: Delivery) {
  return attempts.map(({ provider, outcome, startedAt, durationMs }: DeliveryAttempt, index) => ({
    number: claim.attemptsBefore + index,
    provider,
    outcome: outcomeOf(outcome),
    provider_message_id: outcome.kind === 'accepted' ? outcome.providerMessageId : null,
    reason: 'reason' in outcome ? outcome.reason : null,
    started_at: startedAt.toISOString(),
    duration_ms: durationMs,
  }));
}

/** The column's word for it. */
function outcomeOf(outcome: DeliveryAttempt['outcome']): string {
  if (outcome.kind === 'refused') return outcome.permanent ? 'rejected' : 'refused';
  return outcome.kind === 'unreachable' ? 'failed' : outcome.kind;
}
