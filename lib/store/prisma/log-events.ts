// Audit events as a piece of the statement that does what they tell of: an event exists exactly when the thing happened.
import { randomBytes } from 'node:crypto';
import type { Whereabouts } from '@/lib/oidc/whereabouts';
import { Prisma } from '@/prisma/generated/client';

/** From where it was done, and when. */
export type LogOrigin = Whereabouts & Readonly<{ now: Date }>;

/** Longer names of browsers are cut. */
export const USER_AGENT_MAX_LENGTH = 512;

/**
 * `INSERT INTO log_events … SELECT`, one event for each row of `from`. The pieces of SQL are columns of `from` or casts
 * of parameters. Codes, links and whole addresses are never handed in.
 */
export function insertLogEvent(
  { ip, userAgent, now }: LogOrigin,
  event: {
    from: Prisma.Sql;
    type: Prisma.Sql;
    clientId: Prisma.Sql;
    accountId?: Prisma.Sql;
    connection?: Prisma.Sql;
    maskedIdentifier?: string;
    identifierHash?: string;
    description?: Prisma.Sql;
    /** A JSON object of facts, for those who count. */
    details?: Prisma.Sql;
  },
): Prisma.Sql {
  const absent = Prisma.sql`NULL`;
  return Prisma.sql`
    INSERT INTO log_events (id, occurred_at, type, client_id, account_id, connection, masked_identifier,
      identifier_hash, ip, user_agent, description, details)
    SELECT ${timeDigits(now)}::text || right(replace(gen_random_uuid()::text, '-', ''), 20),
      ${now.toISOString()}::timestamptz, ${event.type}, ${event.clientId},
      ${event.accountId ?? absent}, ${event.connection ?? absent}, ${event.maskedIdentifier ?? null}::text,
      ${event.identifierHash ?? null}::text, ${ip}::text, ${userAgent?.slice(0, USER_AGENT_MAX_LENGTH) ?? null}::text,
      ${event.description ?? absent}, ${event.details ?? absent}::jsonb
    FROM ${event.from}`;
}

/** Names an event so that ids sort by time: 12 hex digits of milliseconds, 20 of chance. */
export function logEventId(now: Date): string {
  return timeDigits(now) + randomBytes(10).toString('hex');
}

/** What the ids of an instant's events begin with. */
export function timeDigits(now: Date): string {
  return now.getTime().toString(16).padStart(12, '0');
}
