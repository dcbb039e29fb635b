// Entries of the audit log as operators read them, in Auth0's names. People stand there masked, or not at all.
// auth0-contract §5.6, contract §4.
import { z } from 'zod';
import type { Bound, TextPattern } from '@/lib/login/account-query';
import type { Channel } from '@/lib/login/identifier';
import { instant } from './fields';
import type { Condition } from './query-reader';
import type { Frozen } from './route';

/** An entry as it is kept. */
export type LogEntry = Readonly<{
  id: string;
  occurredAt: Date;
  type: string;
  description: string | null;
  connection: string | null;
  /** Of the connection of that name: null where there is none, or none any more. */
  connectionId: string | null;
  strategy: Channel | null;
  clientId: string | null;
  /** Null where there is no client, or none any more. */
  clientName: string | null;
  /** Whose account it is about; a pseudonym once that is deleted. */
  accountId: string | null;
  maskedIdentifier: string | null;
  ip: string | null;
  userAgent: string | null;
  details: unknown;
}>;

export type AccountLog = Readonly<{
  /** What happened to one account, and what operators did with it; and how many entries there are. */
  ofAccount(
    asked: Readonly<{ accountId: string; offset: number; limit: number; descending: boolean }>,
  ): Promise<{ entries: readonly LogEntry[]; total: number }>;
}>;

/** Texts of an entry; `client_name` is the client's name of today. */
export const LOG_TEXT_FIELDS = [
  'log_id',
  'type',
  'client_id',
  'client_name',
  'connection',
  'user_id',
  'ip',
] as const;
export type LogTextField = (typeof LOG_TEXT_FIELDS)[number];

/** What one entry is asked. */
export type LogTest = Readonly<
  | { kind: 'text'; field: LogTextField; pattern: TextPattern }
  | { kind: 'exists'; field: LogTextField }
  /** It is about one of these keyed hashes. */
  | { kind: 'subject'; hashes: readonly string[] }
  | { kind: 'date'; from: Bound<Date>; to: Bound<Date> }
>;

export type LogCondition = Condition<LogTest>;

/**
 * The audit log as a whole. Its order is that of ids, which is that of time to the millisecond, and never changes; an entry may
 * be written moments after the time it tells of, so whoever reads on from a place stays SETTLED_SECONDS behind.
 */
export type AuditLog = Readonly<{
  /**
   * Entries that fit; null: all of them.
   * @throws {SearchTooSlow}
   */
  search(
    asked: Readonly<{
      condition: LogCondition | null;
      range:
        | Readonly<{ kind: 'page'; descending: boolean; offset: number; limit: number }>
        /** The oldest first, after an id and before an instant. */
        | Readonly<{ kind: 'after'; id: string | null; before: Date; limit: number }>;
    }>,
  ): Promise<LogEntry[]>;
  /**
   * How many fit: exact up to a number. Beyond, that number, or an estimate where all are counted.
   * @throws {SearchTooSlow}
   */
  count(asked: Readonly<{ condition: LogCondition | null; exactUpTo: number }>): Promise<number>;
  find(id: string): Promise<LogEntry | null>;
}>;

/** Days the log is kept, unless the operator says otherwise. */
export const LOG_RETENTION_DAYS = 30;

/** Seconds after which an entry is written, and none comes before it any more: of all processes that can reach the database. */
export const SETTLED_SECONDS = 3;

/** An entry on the wire. What there is not is left out. */
export const logDocument = z.strictObject({
  _id: z.string(),
  log_id: z.string(),
  date: instant(),
  type: z.string(),
  description: z.string().optional(),
  connection: z.string().optional(),
  connection_id: z.string().optional(),
  strategy: z.enum(['email', 'sms']).optional(),
  strategy_type: z.literal('passwordless').optional(),
  client_id: z.string().optional(),
  client_name: z.string().optional(),
  user_id: z.string().optional(),
  user_name: z.string().optional(),
  ip: z.string().optional(),
  user_agent: z.string().optional(),
  details: z.unknown().optional(),
});

export type LogDocument = Frozen<z.output<typeof logDocument>>;

export function describeLogEntry(entry: LogEntry): LogDocument {
  const { id, occurredAt, type, description, connection, clientId, clientName, accountId, details } = entry;
  return {
    _id: id,
    log_id: id,
    date: occurredAt.toISOString(),
    type,
    ...(description !== null && { description }),
    ...(connection !== null && { connection }),
    ...(entry.connectionId !== null && { connection_id: entry.connectionId }),
    ...(entry.strategy !== null && { strategy: entry.strategy, strategy_type: 'passwordless' }),
    ...(clientId !== null && { client_id: clientId }),
    ...(clientName !== null && { client_name: clientName }),
    ...(accountId !== null && { user_id: accountId }),
    ...(entry.maskedIdentifier !== null && { user_name: entry.maskedIdentifier }),
    ...(entry.ip !== null && { ip: entry.ip }),
    ...(entry.userAgent !== null && { user_agent: entry.userAgent }),
    ...(details !== null && { details }),
  };
}
