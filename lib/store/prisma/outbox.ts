// The outbox's three statements: claim, record, look. The promises are those of lib/login/outbox.ts.
import type { ClaimedMessage, Delivery, DeliveryAttempt, OutboxStore } from '@/lib/login/outbox';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';
import { insertLogEvent } from './log-events';

export function createOutboxStore(prisma: PrismaClient): OutboxStore {
  return {
    async claim({ now, leasedUntil, limit }) {
      // SKIP LOCKED keeps two processes apart while both are here, `due_at` afterwards.
      const rows = await prisma.$queryRaw<Omit<ClaimedMessage, 'leasedUntil'>[]>`
        WITH due AS (
          SELECT id FROM messages
          WHERE status = 'queued' AND channel = 'email' AND due_at <= ${now.toISOString()}::timestamptz
          ORDER BY due_at LIMIT ${limit}::int FOR UPDATE SKIP LOCKED
        ),
        claimed AS (
          UPDATE messages SET due_at = ${leasedUntil.toISOString()}::timestamptz
          WHERE id IN (SELECT id FROM due)
          RETURNING *
        )
        SELECT m.id AS "messageId", m.channel, m.language, m.created_at AS "askedAt", m.expires_at AS "expiresAt",
          m.context->>'applicationName' AS "applicationName", m.context->>'userAgent' AS "userAgent",
          c.recipient, c.id AS "challengeId", m.generation, c.code_length AS "codeLength", c.pepper_id AS "pepperId",
          c.answerable AND c.proven_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM messages newer WHERE newer.challenge_id = c.id AND newer.created_at > m.created_at) AS wanted,
          (SELECT count(*)::int FROM delivery_attempts a WHERE a.message_id = m.id) AS "attemptsBefore",
          -- Every round tries a sender once, so the sender tried most often counts the rounds.
          COALESCE((SELECT max(tries)::int FROM (SELECT count(*) AS tries FROM delivery_attempts a
            WHERE a.message_id = m.id GROUP BY a.provider) AS by_provider), 0) AS "roundsBefore"
        FROM claimed m JOIN challenges c ON c.id = m.challenge_id
        ORDER BY m.created_at`;
      return rows.map((row) => ({ ...row, leasedUntil }));
    },

    async record(delivery, at) {
      const { messageId, claim, status, dueAt, failure } = delivery;
      await prisma.$executeRaw`
        WITH message AS (
          UPDATE messages SET status = ${status}::text, due_at = ${dueAt.toISOString()}::timestamptz
          WHERE id = ${messageId}::text AND status = 'queued'
            AND (${status}::text = 'accepted' OR due_at <= ${claim.leasedUntil.toISOString()}::timestamptz)
          RETURNING id, challenge_id
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
        )
        ${insertLogEvent(
          { ip: null, userAgent: null, now: at },
          {
            from: Prisma.sql`message JOIN challenges ON challenges.id = message.challenge_id
              WHERE ${failure !== null}::boolean`,
            type: Prisma.sql`'fn'`,
            clientId: Prisma.sql`challenges.client_id`,
            connection: Prisma.sql`challenges.connection`,
            ...(failure && { ...failure, description: Prisma.sql`${failure.description}::text` }),
          },
        )}`;
    },

    async isSendingFailed({ challengeId, channel, since }) {
      const lastSettled = (status: 'failed' | 'accepted') => Prisma.sql`(
        SELECT due_at FROM messages WHERE status = ${status}::text AND channel = ${channel}::text
          AND due_at > ${since.toISOString()}::timestamptz ORDER BY due_at DESC LIMIT 1)`;
      const [row] = await prisma.$queryRaw<{ failed: boolean }[]>`
        SELECT COALESCE(
          (SELECT status = 'failed' FROM messages WHERE challenge_id = ${challengeId}::text
            ORDER BY created_at DESC LIMIT 1),
          ${lastSettled('failed')} > COALESCE(${lastSettled('accepted')}, '-infinity'),
          false) AS failed`;
      return row?.failed ?? false;
    },
  };
}

/** Rows of delivery_attempts. Numbered, so that a second recording meets the first. */
function attemptRows({ attempts, claim }: Delivery) {
  return attempts.map(({ provider, outcome, startedAt, durationMs }: DeliveryAttempt, index) => ({
    number: claim.attemptsBefore + index,
    provider,
    outcome: outcome.kind === 'unreachable' ? 'failed' : outcome.kind,
    provider_message_id: outcome.kind === 'accepted' ? outcome.providerMessageId : null,
    reason: 'reason' in outcome ? outcome.reason : null,
    started_at: startedAt.toISOString(),
    duration_ms: durationMs,
  }));
}
