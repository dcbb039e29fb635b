// The audit log of one account. The promises are those of lib/management/logs.ts.
import type { AccountLog, LogEntry } from '@/lib/management/logs';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';

export function createAccountLog(prisma: PrismaClient): AccountLog {
  return {
    async ofAccount({ accountId, offset, limit, descending }) {
      // Of what operators did the account is the subject, whoever they were.
      const which = Prisma.sql`l.account_id = ${accountId}::text
        OR (l.details IS NOT NULL AND l.details #>> '{request,params,id}' = ${accountId}::text)`;
      const order = descending ? Prisma.sql`l.id DESC` : Prisma.sql`l.id`;
      const [entries, [counted]] = await Promise.all([
        prisma.$queryRaw<LogEntry[]>`
          SELECT ${logEntryColumns}
          FROM log_events l ${logEntryJoins} WHERE ${which}
          ORDER BY ${order} LIMIT ${limit}::int OFFSET ${offset}::int`,
        prisma.$queryRaw<{ total: number }[]>`SELECT count(*)::int AS total FROM log_events l WHERE ${which}`,
      ]);
      return { entries, total: counted?.total ?? 0 };
    },
  };
}

/** An entry, of `log_events AS l` and what it names. */
export const logEntryColumns = Prisma.sql`
  l.id, l.occurred_at AS "occurredAt", l.type, l.description, l.connection, n.id AS "connectionId", n.strategy,
  l.client_id AS "clientId", c.name AS "clientName", l.account_id AS "accountId",
  l.masked_identifier AS "maskedIdentifier", l.ip, l.user_agent AS "userAgent", l.details`;

/** The client and the connection that an entry names, as they are today. */
export const logEntryJoins = Prisma.sql`
  LEFT JOIN clients c ON c.client_id = l.client_id LEFT JOIN connections n ON n.name = l.connection`;
