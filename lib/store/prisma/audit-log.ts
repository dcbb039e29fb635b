// The audit log as operators search it. The promises are those of lib/management/logs.ts. Every index that it is searched by
// ends with the id, so that a page is read from it in order, however many entries there are.
import { SearchTooSlow } from '@/lib/login/account-query';
import type { AuditLog, LogCondition, LogEntry, LogTest, LogTextField } from '@/lib/management/logs';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';
import { logEntryColumns, logEntryJoins } from './account-log';
import { isStatementTimeout, PLANNED_ANEW } from './database';
import { timeDigits } from './log-events';
import { lowered, matches } from './text-pattern';

const ANEW = Prisma.raw(PLANNED_ANEW);

export function createAuditLog(prisma: PrismaClient): AuditLog {
  return {
    async search({ condition, range }) {
      const isFitting = whole(condition);
      const fitting =
        range.kind === 'page'
          ? Prisma.sql`SELECT * FROM log_events l WHERE ${isFitting}
              ORDER BY id ${range.descending ? DESCENDING : ASCENDING} LIMIT ${range.limit}::int OFFSET ${range.offset}::int`
          : Prisma.sql`SELECT * FROM log_events l WHERE id > ${range.id ?? ''}::text
              AND id < ${timeDigits(range.before)}::text AND ${isFitting} ORDER BY id LIMIT ${range.limit}::int`;
      const order = range.kind === 'page' && range.descending ? DESCENDING : ASCENDING;
      return inTime(prisma.$queryRaw<LogEntry[]>`${ANEW}
        SELECT ${logEntryColumns} FROM (${fitting}) AS l ${logEntryJoins}
        ORDER BY l.id ${order}`);
    },

    async count({ condition, exactUpTo }) {
      const [row] = await inTime(prisma.$queryRaw<{ count: number }[]>`${ANEW}
        SELECT count(*)::int AS count
        FROM (SELECT 1 FROM log_events l WHERE ${whole(condition)} LIMIT ${exactUpTo + 1}::int) AS counted`);
      const count = row?.count ?? 0;
      if (count <= exactUpTo) return count;
      return condition === null ? Math.max(exactUpTo, await estimateEntries(prisma)) : exactUpTo;
    },

    async find(id) {
      const [entry] = await prisma.$queryRaw<LogEntry[]>`
        SELECT ${logEntryColumns} FROM log_events l ${logEntryJoins}
        WHERE l.id = ${id}::text`;
      return entry ?? null;
    },
  };
}

const [ASCENDING, DESCENDING] = [Prisma.raw('ASC'), Prisma.raw('DESC')] as const;

/** As of the last time the server looked (autovacuum). */
async function estimateEntries(prisma: PrismaClient): Promise<number> {
  const [row] = await prisma.$queryRaw<{ count: number }[]>`
    SELECT GREATEST(reltuples, 0)::int AS count FROM pg_class WHERE oid = 'log_events'::regclass`;
  return row?.count ?? 0;
}

/** @throws {SearchTooSlow} in place of the error of a statement that took too long */
async function inTime<Rows>(asked: Promise<Rows>): Promise<Rows> {
  return asked.catch((error) => {
    throw isStatementTimeout(error)
      ? new SearchTooSlow('The search took too long.', { cause: error })
      : error;
  });
}

/** A condition on `log_events AS l`, true or false of every row. */
function whole(condition: LogCondition | null): Prisma.Sql {
  if (condition === null) return Prisma.sql`true`;
  switch (condition.kind) {
    case 'and':
    case 'or':
      return Prisma.sql`(${Prisma.join(condition.parts.map(whole), condition.kind === 'and' ? ' AND ' : ' OR ')})`;
    case 'not':
      return Prisma.sql`(${whole(condition.part)}) IS NOT TRUE`;
    default:
      return testOf(condition);
  }
}

function testOf(test: LogTest): Prisma.Sql {
  switch (test.kind) {
    case 'text':
      return test.field === 'client_name'
        ? clientNamed(matches(Prisma.sql`lower(name)`, lowered(test.pattern)))
        : matches(COLUMNS[test.field], test.pattern);
    case 'exists':
      return test.field === 'client_name'
        ? clientNamed(Prisma.sql`true`)
        : Prisma.sql`${COLUMNS[test.field]} IS NOT NULL`;
    case 'subject':
      return Prisma.sql`l.identifier_hash = ANY(${[...test.hashes]}::text[])`;
    case 'date':
      return between(test);
  }
}

const COLUMNS: Record<Exclude<LogTextField, 'client_name'>, Prisma.Sql> = {
  log_id: Prisma.sql`l.id`,
  type: Prisma.sql`l.type`,
  client_id: Prisma.sql`l.client_id`,
  connection: Prisma.sql`l.connection`,
  user_id: Prisma.sql`l.account_id`,
  ip: Prisma.sql`l.ip`,
};

function clientNamed(condition: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`l.client_id IN (SELECT client_id FROM clients WHERE ${condition})`;
}

/** By the id, which begins with the time: so a time and anything else are one walk along one index. */
function between({ from, to }: Extract<LogTest, { kind: 'date' }>): Prisma.Sql {
  // Nothing happened before 1970, and no id tells of it.
  const digits = ({ value }: { value: Date }, more: number) =>
    timeDigits(new Date(Math.max(0, value.getTime() + more)));
  const first = from && digits(from, from.isInclusive ? 0 : 1);
  const past = to && digits(to, to.isInclusive ? 1 : 0);
  const ends = [
    ...(first === null ? [] : [Prisma.sql`l.id >= ${first}::text`]),
    ...(past === null ? [] : [Prisma.sql`l.id < ${past}::text`]),
  ];
  return ends.length === 0 ? Prisma.sql`true` : Prisma.join(ends, ' AND ');
}
