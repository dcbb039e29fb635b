// Messages that an operator has sent and waits for: the invitation of a colleague, a test of a connection. What came of it is
// told at once. Counted by who asks, so that the console is no way to bother people (RLM-1).
import { z } from 'zod';
import type { ChangeDeps } from '@/lib/login/change-identifier';
import type { Letterhead } from '@/lib/login/compose-email';
import type { Connection, SmsConnection } from '@/lib/login/connection';
import { readConnection } from '@/lib/login/connection-options';
import type { ConnectionRegister } from '@/lib/login/connection-register';
import { parseEmailIdentifier, parsePhoneIdentifier } from '@/lib/login/identifier';
import { countLimit } from '@/lib/login/limits';
import type { Email, Sms } from '@/lib/login/message';
import { previewMessage } from '@/lib/login/preview-message';
import type { SentNow } from '@/lib/login/send-now';
import type { Caller } from './caller';
import { loadRecord } from './connections';
import { fieldsOf, text } from './fields';
import { ManagementProblem } from './problem';
import type { RateLimitDeps } from './rate-limit';
import { badBody, type Frozen } from './route';

export type OperatorLettersDeps = RateLimitDeps &
  Readonly<{
    connections: Pick<ConnectionRegister, 'find'>;
    /** As it is now. */
    letterhead(): Promise<Letterhead>;
    /** Hands an e-mail to the providers, and waits. Never rejects. */
    sendNow(email: Email): Promise<SentNow>;
    /** Names an e-mail for providers that send the same one once. */
    drawLetterId(): string;
    /** Hands a text message to the providers of its connection, and waits. Never rejects. */
    sendTextNow(connection: SmsConnection, sms: Sms): Promise<SentNow>;
    /** What it may text to. */
    changes: Pick<ChangeDeps, 'servedCountries'>;
  }>;

/** Who gets a test message. */
export const testMessageBody = fieldsOf({ recipient: text(1, 320) });

/** What each provider said, in the order they were asked. */
export const sentDocument = z.strictObject({
  accepted: z.boolean(),
  attempts: z.array(
    z.strictObject({
      provider: z.string(),
      outcome: z.string(),
      reason: z.string().nullable(),
      duration_ms: z.int(),
    }),
  ),
});

export type SentDocument = Frozen<z.output<typeof sentDocument>>;

/**
 * Sends what people get from that connection, with a code that opens nothing.
 * @throws {ManagementProblem} 400 that names the field, 404, 429
 */
export async function sendTestMessage(
  deps: OperatorLettersDeps,
  { id, recipient, caller }: { id: string; caller: Caller } & z.output<typeof testMessageBody>,
): Promise<SentDocument> {
  const connection = readConnection(await loadRecord(deps, id));
  if ('kind' in connection) throw badBody(connection.field, connection.sentence);
  const to = readRecipient(deps, connection, recipient);
  await countLetter(deps, caller);
  const preview = previewMessage(connection, SAMPLE, await deps.letterhead());
  const written = { idempotencyKey: `test-${deps.drawLetterId()}`, to, language: SAMPLE.language };
  if (preview.kind === 'email') {
    const { subject, from, html, text: plain } = preview;
    return describeSent(await deps.sendNow({ ...written, from, subject, html, text: plain }));
  }
  const sms = { ...written, body: preview.body, request: { ip: null, userAgent: null } };
  return describeSent(await deps.sendTextNow(connection as SmsConnection, sms));
}

const SAMPLE = { kind: 'login', language: 'en', applicationName: 'Test' } as const;

/** Where a message of that connection may go. @throws {ManagementProblem} 400 */
function readRecipient(deps: OperatorLettersDeps, connection: Connection, typed: string): string {
  if (connection.strategy === 'email') {
    const address = parseEmailIdentifier(typed);
    if (address === null) throw badBody('recipient', 'must be an e-mail address');
    return address.canonical;
  }
  const number = parsePhoneIdentifier(typed, null);
  if ('kind' in number)
    throw badBody('recipient', 'must be a telephone number in E.164, such as +14155550123');
  const served = deps.changes.servedCountries(connection);
  if (served !== null && (number.country === null || !served.includes(number.country)))
    throw badBody('recipient', 'is in a country that the connection does not text');
  return number.canonical;
}

/** Counts one more letter of that caller. The command line counts for nothing. @throws {ManagementProblem} 429 */
export async function countLetter(deps: RateLimitDeps, { accountId, clientId, kind }: Caller): Promise<void> {
  if (kind === 'command_line') return;
  const limit = countLimit('operator_letters', {
    key: accountId ?? clientId ?? '',
    now: deps.clock(),
    overrides: deps.limitOverrides(),
  });
  if ((await deps.rateLimits.take(limit)) <= limit.max) return;
  throw new ManagementProblem(429, 'too_many_requests', 'Too many messages were sent; try again in an hour');
}

export function describeSent({ isAccepted, attempts }: SentNow): SentDocument {
  return {
    accepted: isAccepted,
    attempts: attempts.map(({ provider, outcome, durationMs }) => ({
      provider,
      outcome: outcome.kind,
      reason: 'reason' in outcome ? outcome.reason : null,
      duration_ms: durationMs,
    })),
  };
}
