// Sessions for operators. The promises are those of lib/login/session-register.ts.
import type { ListedSession, SessionRegister } from '@/lib/login/session-register';
import { Prisma, type PrismaClient, type Session } from '@/prisma/generated/client';
import { insertLogEvent } from './log-events';
import { endSessions } from './session-endings';
import { revokeTokens } from './token-endings';

export function createSessionRegister(prisma: PrismaClient): SessionRegister {
  return {
    async list(accountId, { after, limit, now }) {
      const sessions = await prisma.session.findMany({
        where: { accountId, ...isAlive(now) },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        ...(after !== null && { cursor: { id: after }, skip: 1 }),
        take: limit,
      });
      return sessions.map(listedFrom);
    },

    async find(sessionId, now) {
      const session = await prisma.session.findFirst({ where: { id: sessionId, ...isAlive(now) } });
      return session === null ? null : listedFrom(session);
    },

    async setMetadata({ sessionId, metadata }, now) {
      const [session] = await prisma.session.updateManyAndReturn({
        where: { id: sessionId, ...isAlive(now) },
        data: { metadata },
      });
      return session === undefined ? null : listedFrom(session);
    },

    async end({ of: { accountId, sessionId }, revokesTokens, by }) {
      const now = Prisma.sql`${by.now.toISOString()}::timestamptz`;
      const mine = (column: Prisma.Sql) =>
        sessionId === null
          ? Prisma.sql`account_id = ${accountId}::text`
          : Prisma.sql`account_id = ${accountId}::text AND ${column} = ${sessionId}::text`;
      const ending = prisma.$queryRaw<[{ ended: number }]>`
        WITH ${endSessions(mine(Prisma.sql`id`), { initiator: 'session-revoked', now })},
        event AS (
          ${insertLogEvent(by, {
            from: Prisma.sql`(SELECT account_id, count(*) AS count FROM ended GROUP BY account_id) AS ended`,
            type: Prisma.sql`'slo'`,
            clientId: Prisma.sql`NULL`,
            accountId: Prisma.sql`account_id`,
            description: Prisma.sql`'Sessions ended by an operator: ' || count || '.'`,
          })}
        )
        SELECT count(*)::int AS ended FROM ended`;
      if (!revokesTokens) return (await ending)[0].ended;
      const revoking = revokeTokens(prisma, mine(Prisma.sql`session_id`), by);
      const [[{ ended }]] = await prisma.$transaction([ending, ...revoking]);
      return ended;
    },
  };
}

const isAlive = (now: Date) => ({ endedAt: null, expiresAt: { gt: now }, idleExpiresAt: { gt: now } });

function listedFrom(session: Session): ListedSession {
  const { id, accountId, createdAt, authenticatedAt, amr, lastSeenAt, idleExpiresAt, expiresAt } = session;
  const { ip, userAgent, lastIp, lastUserAgent, clientIds, metadata } = session;
  return {
    id,
    accountId,
    createdAt,
    authenticatedAt,
    // RFC 8176 has a name for text messages, and none for e-mail. Nothing but a passkey is a key.
    method: amr.includes('pop') ? 'passkey' : amr.includes('sms') ? 'sms' : 'email',
    lastSeenAt,
    idleExpiresAt,
    expiresAt,
    initial: { ip, userAgent },
    last: { ip: lastIp ?? ip, userAgent: lastUserAgent ?? userAgent },
    clientIds,
    metadata: metadata as ListedSession['metadata'],
  };
}
