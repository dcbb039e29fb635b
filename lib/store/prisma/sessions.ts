// Sessions: found by the keyed hash of the cookie's value, and only while everything about them is alive. The promises
// are those of lib/login/session.ts.
import type { KeyedHash } from '@/lib/login/keyed-hash';
import {
  type ActiveSession,
  SESSION_TOUCH_SECONDS,
  type SessionLifetimes,
  type SessionStore,
} from '@/lib/login/session';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';
import { insertLogEvent } from './log-events';
import { endSessions } from './session-endings';

/** @param lifetimes as they are now: a session in use is idle for no longer than that */
export function createSessionStore(
  prisma: PrismaClient,
  keyedHash: KeyedHash,
  lifetimes: () => SessionLifetimes,
): SessionStore {
  return {
    async findActive(secret, at, seenFrom) {
      const now = Prisma.sql`${at.toISOString()}::timestamptz`;
      const { ip = null, userAgent = null } = seenFrom ?? {};
      const [row] = await prisma.$queryRaw<ActiveSession[]>`
        WITH alive AS (
          SELECT s.* FROM sessions s JOIN accounts a ON a.id = s.account_id
          WHERE s.secret_hash = ANY(${keyedHash.hashes('session', secret)}::text[]) AND s.ended_at IS NULL
            AND s.expires_at > ${now} AND s.idle_expires_at > ${now} AND a.blocked_at IS NULL
        ),
        touched AS (
          UPDATE sessions SET last_seen_at = ${now},
            idle_expires_at = ${now} + make_interval(secs => ${lifetimes().idleSeconds}::int),
            last_ip = COALESCE(${ip}::text, last_ip),
            last_user_agent = COALESCE(left(${userAgent}::text, 512), last_user_agent)
          -- Its own column is looked at again when another request was quicker: of many at once one writes.
          WHERE id IN (SELECT id FROM alive)
            AND last_seen_at < ${now} - make_interval(secs => ${SESSION_TOUCH_SECONDS}::int)
        )
        SELECT id, account_id AS "accountId", authenticated_at AS "authenticatedAt" FROM alive`;
      return row ?? null;
    },

    async end({ sessionId, clientId, now: at, ...origin }) {
      const now = Prisma.sql`${at.toISOString()}::timestamptz`;
      const told = await prisma.$queryRaw<{ clientId: string }[]>`
        WITH ${endSessions(Prisma.sql`id = ${sessionId}::text`, { initiator: 'rp-logout', now })},
        event AS (
          ${insertLogEvent(
            { ...origin, now: at },
            {
              from: Prisma.sql`ended`,
              type: Prisma.sql`'slo'`,
              clientId: Prisma.sql`${clientId}::text`,
              accountId: Prisma.sql`account_id`,
              description: Prisma.sql`'Signed out.'`,
            },
          )}
        )
        SELECT client_id AS "clientId" FROM told`;
      return told.map((client) => client.clientId);
    },
  };
}
