// What operators ask that Auth0 has no address for: what text messages cost, what a message looks like before anybody is
// sent one, and what became of those that were. Data for the command line and the console; nothing is changed here.
import { z } from 'zod';
import type { Letterhead } from '@/lib/login/compose-email';
import { readConnection } from '@/lib/login/connection-options';
import type { ConnectionRegister } from '@/lib/login/connection-register';
import { type Identifier, parseIdentifier } from '@/lib/login/identifier';
import { findLanguage } from '@/lib/login/languages';
import { type MessagePreview, previewMessage } from '@/lib/login/preview-message';
import type { SmsLedger } from '@/lib/login/sms-ledger';
import {
  type MessageTimeline,
  readTimelines,
  type TimelineStep,
  type TimelineStore,
} from '@/lib/login/timeline';
import { loadRecord } from './connections';
import { badBody, fieldsOf, parseBody } from './route';

export type ReportsDeps = Readonly<{
  connections: Pick<ConnectionRegister, 'find'>;
  ledger: SmsLedger;
  timelines: TimelineStore;
  letterhead: Letterhead;
  /** Every keyed hash, one a configured SECRET, under which messages to that person are found. */
  identifierHashes(identifier: Pick<Identifier, 'channel' | 'canonical'>): readonly string[];
  clock: () => Date;
}>;

const DAY_MS = 86_400_000;

/** What text messages cost in the last days, as far as the price list of their connection tells. */
export type SmsSpendReport = Readonly<{
  /** The first day (UTC), `YYYY-MM-DD`. */
  from: string;
  spend: readonly Readonly<{
    day: string;
    country: string;
    provider: string;
    connection: string;
    messages: number;
    segments: number;
    currency: string | null;
    /** In the currency; null without a price for the country. */
    estimated_price: number | null;
  }>[];
  /** Nothing is sent there for now: too few messages were answered. */
  closed_countries: readonly Readonly<{ country: string; until: string }>[];
}>;

/** @param days counted from today (UTC), which is the first */
export async function reportSmsSpend({ ledger, clock }: ReportsDeps, days: number): Promise<SmsSpendReport> {
  const now = clock();
  const from = new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS - (days - 1) * DAY_MS);
  const [spend, closed] = await Promise.all([ledger.spendSince(from), ledger.closedCountries(now)]);
  return {
    from: from.toISOString().slice(0, 10),
    spend: spend.map(({ estimatedPriceMicros: micros, ...sums }) => ({
      ...sums,
      estimated_price: micros === null ? null : micros / 1_000_000,
    })),
    closed_countries: closed.map(({ country, until }) => ({ country, until: until.toISOString() })),
  };
}

/** Messages that can be looked at. */
export const PREVIEW_KINDS = ['login', 'new_device', 'change_email'] as const;

const previewBody = fieldsOf({
  kind: z.enum(PREVIEW_KINDS, { error: `must be one of ${PREVIEW_KINDS.join(', ')}` }).default('login'),
  language: z
    .string({ error: 'must be a string' })
    .refine((tag) => findLanguage(tag) !== null, 'is not a language that messages are written in')
    .default('en'),
  application_name: z
    .string({ error: 'must be a string' })
    .min(1, 'must not be empty')
    .max(100, 'may hold 100 characters at most')
    .default('Acme'),
  /** In place of those that are kept: what an operator is writing just now. */
  options: z.record(z.string(), z.unknown(), { error: 'must be an object' }).optional(),
});

/** A message of that connection to nobody. @throws {ManagementProblem} 400 that names the field, 404 */
export async function preview(
  deps: ReportsDeps,
  { id, input }: { id: string; input: unknown },
): Promise<MessagePreview> {
  const { options, application_name: applicationName, ...sample } = parseBody(previewBody, input);
  const record = await loadRecord(deps, id);
  const connection = readConnection({ ...record, options: options ?? record.options });
  if ('kind' in connection) throw badBody(connection.field, connection.sentence);
  return previewMessage(connection, { ...sample, applicationName }, deps.letterhead);
}

/** A message, and what became of it. Names the person by the masked form alone. */
export type MessageDocument = Readonly<{
  message_id: string;
  kind: string;
  channel: string;
  client_id: string | null;
  connection: string | null;
  recipient: string | null;
  language: string;
  status: string;
  expires_at: string;
  steps: readonly Readonly<{
    at: string;
    kind: TimelineStep['kind'];
    provider?: string;
    outcome?: string;
    reason?: string | null;
    duration_ms?: number;
  }>[];
}>;

export type MessagesDocument = Readonly<{ messages: readonly MessageDocument[]; next: string | null }>;

const MESSAGES_MAX = 100;
const MESSAGES_DEFAULT = 20;

const searchBody = fieldsOf({
  /** An address, or a number with its country code; absent: everybody. */
  recipient: z.string({ error: 'must be a string' }).optional(),
  after: z.string({ error: 'must be a string' }).max(64, 'is no message').nullable().default(null),
  limit: z
    .int({ error: `must be a whole number from 1 to ${MESSAGES_MAX}` })
    .min(1, `must be a whole number from 1 to ${MESSAGES_MAX}`)
    .max(MESSAGES_MAX, `must be a whole number from 1 to ${MESSAGES_MAX}`)
    .default(MESSAGES_DEFAULT),
});

/**
 * The newest messages, to one person or to anybody. The person is in the body of the request, because an address does not
 * belong in a URL (LOG-1). @throws {ManagementProblem} 400 that names the field
 */
export async function searchMessages(deps: ReportsDeps, input: unknown): Promise<MessagesDocument> {
  const { recipient, after, limit } = parseBody(searchBody, input);
  const identifierHashes = recipient === undefined ? null : deps.identifierHashes(parseRecipient(recipient));
  const { timelines, next } = await readTimelines(deps, { identifierHashes, after, limit });
  return { messages: timelines.map(describe), next };
}

function parseRecipient(typed: string): Identifier {
  const identifier = parseIdentifier(typed, { channels: ['email', 'sms'], country: null });
  if ('kind' in identifier) {
    throw badBody('recipient', 'must be an e-mail address, or a number with its country code');
  }
  return identifier;
}

function describe(timeline: MessageTimeline): MessageDocument {
  return {
    message_id: timeline.messageId,
    kind: timeline.kind,
    channel: timeline.channel,
    client_id: timeline.clientId,
    connection: timeline.connection,
    recipient: timeline.maskedIdentifier,
    language: timeline.language,
    status: timeline.status,
    expires_at: timeline.expiresAt.toISOString(),
    steps: timeline.steps.map(describeStep),
  };
}

function describeStep({ at, ...step }: TimelineStep): MessageDocument['steps'][number] {
  if (!('durationMs' in step)) return { at: at.toISOString(), ...step };
  const { durationMs, ...rest } = step;
  return { at: at.toISOString(), ...rest, duration_ms: durationMs };
}
