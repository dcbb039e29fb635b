// E-mails that an operator has sent and waits for: the invitation of a colleague, a test of a connection. What came of it is
// told at once. Counted by who asks, so that the console is no way to bother people (RLM-1).
import { z } from 'zod';
import type { Letterhead } from '@/lib/login/compose-email';
import type { Connection } from '@/lib/login/connection';
import { readConnection } from '@/lib/login/connection-options';
import type { ConnectionRegister } from '@/lib/login/connection-register';
import { parseEmailIdentifier } from '@/lib/login/identifier';
import { countLimit } from '@/lib/login/limits';
import type { Email } from '@/lib/login/message';
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
  const to = parseEmailIdentifier(recipient);
  if (to === null) throw badBody('recipient', 'must be an e-mail address');
  await countLetter(deps, caller);
  return describeSent(await deps.sendNow(await sampleEmail(deps, connection, to.canonical)));
}

async function sampleEmail(deps: OperatorLettersDeps, connection: Connection, to: string): Promise<Email> {
  const sample = { kind: 'login', language: 'en', applicationName: 'Test' } as const;
  const preview = previewMessage(connection, sample, await deps.letterhead());
  if (preview.kind !== 'email') {
    throw new ManagementProblem(400, 'invalid_uri', 'Only a connection for e-mail can be tested');
  }
  const { subject, from, html, text: plain } = preview;
  const idempotencyKey = `test-${deps.drawLetterId()}`;
  return { idempotencyKey, from, to, subject, html, text: plain, language: 'en' };
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
