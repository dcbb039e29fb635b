// A message that somebody waits for: an invitation, a test. One walk along the chain, and what each provider said of it. Not
// for codes, which have the outbox (outbox.ts): nothing is tried again, because whoever asked is told and can.
import type { Sender } from './message';
import type { DeliveryAttempt } from './outbox';

/** How long one provider is waited for. Somebody looks at the page meanwhile. */
const ATTEMPT_TIMEOUT_MS = 8_000;

/** What became of the message: accepted by the last of the attempts, or by none. */
export type SentNow = Readonly<{ isAccepted: boolean; attempts: readonly DeliveryAttempt[] }>;

/** Hands the message to the first provider that takes it. Never rejects. */
export async function sendNow<Message>(
  { senders, clock }: { senders: readonly Sender<Message>[]; clock: () => Date },
  message: Message,
): Promise<SentNow> {
  const attempts: DeliveryAttempt[] = [];
  for (const { provider, send } of senders) {
    const startedAt = clock();
    const outcome = await send(message, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS));
    attempts.push({ provider, outcome, startedAt, durationMs: clock().getTime() - startedAt.getTime() });
    if (outcome.kind === 'accepted') return { isAccepted: true, attempts };
  }
  return { isAccepted: false, attempts };
}
