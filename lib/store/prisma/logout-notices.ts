// The two statements of a notice's life after it was written (session-endings.ts): claim and record. The promises are those
// of lib/login/logout-notice.ts.
import type { ClaimedNotice, LogoutNoticeStore } from '@/lib/login/logout-notice';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';
import { insertLogEvent } from './log-events';

export function createLogoutNoticeStore(prisma: PrismaClient): LogoutNoticeStore {
  return {
    async claim({ now: at, leasedUntil, without, limit }) {
      const now = Prisma.sql`${at.toISOString()}::timestamptz`;
      // SKIP LOCKED keeps two processes apart while both are here, `due_at` afterwards.
      const rows = await prisma.$queryRaw<Omit<ClaimedNotice, 'leasedUntil'>[]>`
        WITH due AS (
          SELECT session_id, client_id FROM logout_notices
          WHERE due_at <= ${now} AND (expires_at <= ${now} OR client_id <> ALL(${[...without]}::text[]))
          ORDER BY due_at LIMIT ${limit}::int FOR UPDATE SKIP LOCKED
        ),
        claimed AS (
          UPDATE logout_notices SET due_at = ${leasedUntil.toISOString()}::timestamptz
          WHERE (session_id, client_id) IN (SELECT session_id, client_id FROM due)
          RETURNING *
        )
        SELECT session_id AS "sessionId", client_id AS "clientId", account_id AS "accountId",
          backchannel_logout_uri AS uri, attempts AS "attemptsBefore", expires_at AS "expiresAt"
        FROM claimed JOIN clients USING (client_id)`;
      return rows.map((row) => ({ ...row, leasedUntil }));
    },

    async record({ sessionId, clientId, leasedUntil }, result, at) {
      const held = Prisma.sql`session_id = ${sessionId}::text AND client_id = ${clientId}::text
        AND (${result.kind === 'told'}::boolean OR due_at <= ${leasedUntil.toISOString()}::timestamptz)`;
      if (result.kind === 'later') {
        await prisma.$executeRaw`
          UPDATE logout_notices SET due_at = ${result.dueAt.toISOString()}::timestamptz, attempts = ${result.attempts}::int
          WHERE ${held}`;
        return;
      }
      const isTold = result.kind === 'told';
      await prisma.$executeRaw`
        WITH settled AS (DELETE FROM logout_notices WHERE ${held} RETURNING client_id, account_id)
        ${insertLogEvent(
          { ip: null, userAgent: null, now: at },
          {
            from: Prisma.sql`settled WHERE ${result.kind !== 'dropped'}::boolean`,
            type: Prisma.sql`${isTold ? 'oidc_backchannel_logout_succeeded' : 'oidc_backchannel_logout_failed'}::text`,
            clientId: Prisma.sql`client_id`,
            // Of a person who was deleted the log keeps a pseudonym, and this is none.
            accountId: Prisma.sql`(SELECT id FROM accounts WHERE id = settled.account_id)`,
            description: Prisma.sql`${
              result.kind === 'failed' ? `Not told of a sign-out: ${result.reason}.` : 'Told of a sign-out.'
            }::text`,
          },
        )}`;
    },
  };
}
