// What operators ask that Auth0 has no address for: what text messages cost, what a message looks like before anybody is
// sent one, and what became of those that were. Data for the command line and the console; nothing is changed here.
import { z } from 'zod';
import type { Letterhead } from '@/lib/login/compose-email';
import type { Connection } from '@/lib/login/connection';
import { readConnection } from '@/lib/login/connection-options';
import type { ConnectionRegister } from '@/lib/login/connection-register';
import { type Identifier, parseIdentifier } from '@/lib/login/identifier';
import { findLanguage } from '@/lib/login/languages';
import type { BrokenTemplate } from '@/lib/login/prepare-message';
import { type MessagePreview, previewMessage } from '@/lib/login/preview-message';
import type { SmsLedger } from '@/lib/login/sms-ledger';
import {
  type MessageTimeline,
  readTimelines,
  type TimelineStep,
  type TimelineStore,
} from '@/lib/login/timeline';
import { loadRecord } from './connections';
import { fieldsOf, instant, oneOf, text, wholeNumber } from './fields';
import { badBody, type Frozen } from './route';

export type ReportsDeps = Readonly<{
  connections: Pick<ConnectionRegister, 'find'>;
  ledger: SmsLedger;
  timelines: TimelineStore;
  /** Who sends the messages of that connection now, in the order they are tried. */
  providersOf(connection: Connection): Promise<ProvidersDocument>;
  /** As it is now. */
  letterhead(): Promise<Letterhead>;
  /** Every keyed hash, one a configured SECRET, under which messages to that person are found. */
  identifierHashes(identifier: Pick<Identifier, 'channel' | 'canonical'>): readonly string[];
  clock: () => Date;
}>;

const DAY_MS = 86_400_000;

/** What text messages cost in the last days, as far as the price list of their connection tells. */
export const smsSpendReport = z.strictObject({
  /** The first day (UTC). */
  from: z.iso.date(),
  spend: z.array(
    z.strictObject({
      day: z.iso.date(),
      country: z.string(),
      provider: z.string(),
      connection: z.string(),
      messages: z.int(),
      segments: z.int(),
      currency: z.string().nullable(),
      /** In the currency; null without a price for the country. */
      estimated_price: z.number().nullable(),
    }),
  ),
  /** Nothing is sent there for now: too few messages were answered. */
  closed_countries: z.array(z.strictObject({ country: z.string(), until: instant() })),
});

export type SmsSpendReport = Frozen<z.output<typeof smsSpendReport>>;

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
export const PREVIEW_KINDS = [
  'login',
  'new_device',
  'change_email',
  'change_phone_number',
  'email_changed',
  'identity_added',
  'identity_removed',
] as const;

/** What a sample message is made of. */
export const previewBody = fieldsOf({
  kind: oneOf(PREVIEW_KINDS).default('login'),
  language: z
    .string({ error: 'must be a string' })
    .refine((tag) => findLanguage(tag) !== null, 'is not a language that messages are written in')
    .default('en'),
  application_name: text(1, 100).default('Acme'),
  /** In place of those that are kept: what an operator is writing just now. */
  options: z.record(z.string(), z.unknown(), { error: 'must be an object' }).optional(),
});

/** A message of that connection to nobody. @throws {ManagementProblem} 400 that names the field, 404 */
export async function preview(
  deps: ReportsDeps,
  {
    id,
    options,
    application_name: applicationName,
    ...sample
  }: { id: string } & z.output<typeof previewBody>,
): Promise<MessagePreview> {
  const record = await loadRecord(deps, id);
  const connection = readConnection({ ...record, options: options ?? record.options });
  if ('kind' in connection) throw badBody(connection.field, connection.sentence);
  return previewMessage(connection, { ...sample, applicationName }, await deps.letterhead());
}

/** A sample message: an e-mail, or a text message with the parts it takes. */
export const previewDocument = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('email'),
    subject: z.string(),
    from: z.string(),
    html: z.string(),
    text: z.string(),
    problems: z.array(z.custom<BrokenTemplate>()),
  }),
  z.strictObject({
    kind: z.literal('sms'),
    body: z.string(),
    encoding: z.string(),
    characters: z.int(),
    segments: z.int(),
    warning: z.string().nullable(),
    problems: z.array(z.custom<BrokenTemplate>()),
  }),
]);

/** Who sends messages, in the order they are tried, and what named them; `nobody`: they land in the inbox of the server. */
export const providersDocument = z.array(
  z.strictObject({
    provider: z.string(),
    named_by: z.enum(['environment', 'settings', 'connection', 'nobody']),
  }),
);

export type ProvidersDocument = Frozen<z.output<typeof providersDocument>>;

/** @throws {ManagementProblem} 400 where the options cannot be read, 404 */
export async function listProviders(deps: ReportsDeps, id: string): Promise<ProvidersDocument> {
  const connection = readConnection(await loadRecord(deps, id));
  if ('kind' in connection) throw badBody(connection.field, connection.sentence);
  return deps.providersOf(connection);
}

/** A message, and what became of it. Names the person by the masked form alone. */
const messageDocument = z.strictObject({
  message_id: z.string(),
  kind: z.custom<MessageTimeline['kind']>(),
  channel: z.custom<MessageTimeline['channel']>(),
  client_id: z.string().nullable(),
  connection: z.string().nullable(),
  recipient: z.string().nullable(),
  language: z.string(),
  status: z.custom<MessageTimeline['status']>(),
  expires_at: instant(),
  steps: z.array(
    z.strictObject({
      at: instant(),
      kind: z.custom<TimelineStep['kind']>(),
      provider: z.string().optional(),
      outcome: z.custom<Extract<TimelineStep, { kind: 'tried' }>['outcome']>().optional(),
      reason: z.string().nullable().optional(),
      duration_ms: z.int().optional(),
    }),
  ),
});

export type MessageDocument = Frozen<z.output<typeof messageDocument>>;

export const messagesDocument = z.strictObject({
  messages: z.array(messageDocument),
  next: z.string().nullable(),
});

export type MessagesDocument = Frozen<z.output<typeof messagesDocument>>;

/** Which messages are looked for. */
export const messageSearchBody = fieldsOf({
  /** An address, or a number with its country code; absent: everybody. */
  recipient: z.string({ error: 'must be a string' }).optional(),
  after: z.string({ error: 'must be a string' }).max(64, 'is no message').nullable().default(null),
  limit: wholeNumber(1, 100).default(20),
});

/**
 * The newest messages, to one person or to anybody. The person is in the body of the request, because an address does not
 * belong in a URL (LOG-1). @throws {ManagementProblem} 400 that names the field
 */
export async function searchMessages(
  deps: ReportsDeps,
  { recipient, after, limit }: z.output<typeof messageSearchBody>,
): Promise<MessagesDocument> {
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
