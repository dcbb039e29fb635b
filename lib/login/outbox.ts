// The outbox: every message that was asked for is sent once, or it is known that it could not be. The statement that makes
// a challenge also writes the message's row, already leased to the process that wrote it; whoever holds the lease walks the
// chain of senders, records what each said, and decides what is next. A lease that ran out (the process died) is taken
// over by another process. Knows no provider and no database.
import type { LoggedSubject } from './challenge';
import { composeEmail, type Letterhead } from './compose-message';
import { type Channel, emailRecipient, maskIdentifier, parseEmailIdentifier } from './identifier';
import type { EmailSender, LoginMessage, SendOutcome } from './message';
import { messageReference } from './message-reference';
import type { CodeSeed, OneTimeCodes } from './one-time-code';

/** Seconds one process has a message for itself: a round of three senders that all time out, and then some. */
export const OUTBOX_LEASE_SECONDS = 45;
/** Seconds one sender is waited for. */
const ATTEMPT_TIMEOUT_SECONDS = 10;
/** Seconds before the second, third and fourth round. After that the person is told, and asks again when they like. */
const RETRY_WAITS_SECONDS = [2, 8, 30] as const;
/** How far back one looks to tell whether a channel works: a code's life. */
const CHANNEL_MEMORY_SECONDS = 600;

/** `superseded`: not needed any more, because the challenge was answered or a newer message took its place. */
export type MessageStatus = 'queued' | 'accepted' | 'failed' | 'superseded';

/** What one sender said of one message. */
export type DeliveryAttempt = Readonly<{
  provider: string;
  outcome: SendOutcome;
  startedAt: Date;
  durationMs: number;
}>;

/** The right to send a message, and what was tried before. */
export type Claim = Readonly<{
  /** No attempt is begun that could end later. */
  leasedUntil: Date;
  /** Walks along the chain, and attempts in all of them. */
  roundsBefore: number;
  attemptsBefore: number;
}>;

/** What came of holding a message once. Holds no address and no code. */
export type Delivery = Readonly<{
  messageId: string;
  claim: Claim;
  /** In the order they were made; none when the message was not even offered. */
  attempts: readonly DeliveryAttempt[];
  status: MessageStatus;
  /** When it may be claimed again; for a message that is settled, when it was. */
  dueAt: Date;
  /** For a message that failed: the entry of the audit log (Auth0's `fn`). */
  failure: (LoggedSubject & Readonly<{ description: string }>) | null;
}>;

/** A message taken over from the outbox: what its code, its words and its address are made from. */
export type ClaimedMessage = Readonly<
  Claim &
    CodeSeed &
    Omit<LoginMessage, 'oneTimeCode' | 'reference'> & {
      /** False: the challenge was answered, or a newer message of it exists. */
      wanted: boolean;
    }
>;

export type OutboxStore = Readonly<{
  /**
   * Takes queued messages that are due, the oldest first, and leases them, in one statement: of any number of processes
   * that ask at once no two are given the same message, and none waits for another. Includes messages past their expiry,
   * so that they are settled.
   */
  claim(claim: { now: Date; leasedUntil: Date; limit: number }): Promise<ClaimedMessage[]>;
  /**
   * Writes attempts, status and audit event in one statement, while the message is queued and this claim is the last one;
   * that it was accepted is written even if the lease ran out. Else changes nothing, as for a message that was deleted
   * meanwhile. Recording the same delivery twice writes it once.
   */
  record(delivery: Delivery, now: Date): Promise<void>;
  /**
   * True when the newest message of the challenge failed. For a challenge that nobody was sent a message for: true when
   * the last message of the channel that was settled after `since` failed.
   */
  isSendingFailed(question: { challengeId: string; channel: Channel; since: Date }): Promise<boolean>;
}>;

export type DeliverDeps = Readonly<{
  outbox: Pick<OutboxStore, 'record'>;
  /** Tried in this order. */
  emailSenders: readonly EmailSender[];
  letterhead: Letterhead;
  clock: () => Date;
  /** Keyed hash under which logs know a subject, as `channel:canonical`. */
  hashSubject(subject: string): string;
}>;

/**
 * Sends one message to the first sender that takes it, and records how that went. The caller holds the message: by a
 * claim, or because it wrote the row a moment ago with `dueAt` OUTBOX_LEASE_SECONDS after `askedAt`.
 *
 * Claims exclude each other, so in ordinary running nothing is sent twice. A process that dies after a provider accepted
 * and before that was recorded leaves a message that is sent again: at least once, because the other order would lose
 * messages. Resend recognises the idempotency key and sends no second one. SMTP cannot: the second copy has the same
 * Message-ID and the same code, and most mailboxes show one. The same holds where a provider accepts, but answers too
 * late: the next in the chain sends a copy.
 *
 * @returns what was recorded
 * @throws errors of storage; the message is then due again when the lease ends
 */
export async function deliver(
  deps: DeliverDeps,
  message: LoginMessage,
  claim: Claim = firstClaim(message),
): Promise<Delivery> {
  const attempts = await walkChain(deps, message, claim);
  return record(deps, message, claim, { attempts, ...decideNext(deps, { message, claim, attempts }) });
}

/**
 * Takes over what is due and delivers it, all at once. Called every second or two by a process that lives on; messages that
 * were sent at first try never pass here.
 *
 * @returns how many messages were taken; the full `limit` means there may be more
 * @throws the first error of storage, after every message was tried; what could not be recorded is due again later
 */
export async function drainOutbox(
  deps: DeliverDeps & { outbox: OutboxStore; codes: Pick<OneTimeCodes, 'derive'> },
  { limit }: { limit: number },
): Promise<number> {
  const now = deps.clock();
  const claimed = await deps.outbox.claim({ now, leasedUntil: later(now, OUTBOX_LEASE_SECONDS), limit });
  const settled = await Promise.allSettled(claimed.map((message) => deliverClaimed(deps, message)));
  for (const result of settled) if (result.status === 'rejected') throw result.reason;
  return claimed.length;
}

/** What the page that waits for a code may say of its message. Accepted and on its way look the same. */
export type DeliveryState = 'under_way' | 'failed';

/**
 * Whether sending failed, without telling if there was anything to send: where an identifier was sent nothing (blocked, or
 * unknown while sign-up is closed), the page shows what people of that channel saw last. So a provider that is down looks
 * down to everybody, and tells nothing of one account (ENU-1).
 */
export async function deliveryState(
  deps: { outbox: Pick<OutboxStore, 'isSendingFailed'>; clock: () => Date },
  { challengeId, channel }: { challengeId: string; channel: Channel },
): Promise<DeliveryState> {
  const since = later(deps.clock(), -CHANNEL_MEMORY_SECONDS);
  return (await deps.outbox.isSendingFailed({ challengeId, channel, since })) ? 'failed' : 'under_way';
}

function firstClaim({ askedAt }: LoginMessage): Claim {
  return { leasedUntil: later(askedAt, OUTBOX_LEASE_SECONDS), roundsBefore: 0, attemptsBefore: 0 };
}

async function deliverClaimed(
  deps: DeliverDeps & { codes: Pick<OneTimeCodes, 'derive'> },
  claimed: ClaimedMessage,
): Promise<Delivery> {
  if (!claimed.wanted) return record(deps, claimed, claimed, { attempts: [], status: 'superseded' });
  const oneTimeCode = deps.codes.derive(claimed);
  if (oneTimeCode === null) {
    const reason = 'The SECRET its code derives from is no longer configured.';
    return record(deps, claimed, claimed, { attempts: [], status: 'failed', reason });
  }
  const reference = messageReference(claimed.challengeId, claimed.generation);
  return deliver(deps, { ...claimed, oneTimeCode, reference }, claimed);
}

async function walkChain(
  { emailSenders, letterhead, clock }: DeliverDeps,
  message: LoginMessage,
  { leasedUntil }: Claim,
): Promise<DeliveryAttempt[]> {
  const recipient = emailRecipient(message.recipient);
  if (recipient === null) return [];
  const email = composeEmail(message, recipient, letterhead);
  const attempts: DeliveryAttempt[] = [];
  for (const sender of emailSenders) {
    const startedAt = clock();
    const lifeLeftMs = message.expiresAt.getTime() - startedAt.getTime();
    const timeoutMs = Math.min(ATTEMPT_TIMEOUT_SECONDS * 1000, lifeLeftMs);
    if (timeoutMs <= 0 || startedAt.getTime() + timeoutMs > leasedUntil.getTime()) break;
    const outcome = await sender.send(email, AbortSignal.timeout(timeoutMs));
    const durationMs = clock().getTime() - startedAt.getTime();
    attempts.push({ provider: sender.provider, outcome, startedAt, durationMs });
    if (outcome.kind === 'accepted') break;
  }
  return attempts;
}

type Next = Readonly<{ status: MessageStatus; dueAt?: Date; reason?: string }>;

/** Accepted, once more later, or never: a code that is dead by then helps nobody, and a refusal for good stays one. */
function decideNext(
  { clock, emailSenders }: DeliverDeps,
  round: { message: LoginMessage; claim: Claim; attempts: readonly DeliveryAttempt[] },
): Next {
  const { message, claim, attempts } = round;
  if (attempts.some(({ outcome }) => outcome.kind === 'accepted')) return { status: 'accepted' };
  if (emailSenders.length === 0) return { status: 'failed', reason: 'No sender is configured.' };
  if (emailRecipient(message.recipient) === null) return { status: 'failed', reason: 'Not an address.' };

  const waitSeconds = RETRY_WAITS_SECONDS[claim.roundsBefore];
  const dueAt = waitSeconds === undefined ? null : later(clock(), waitSeconds);
  const refusedForGood = attempts.length > 0 && attempts.every(isPermanent);
  if (dueAt === null || dueAt >= message.expiresAt || refusedForGood) {
    return { status: 'failed', reason: attempts.map(inWords).join(', ') || 'The code expired.' };
  }
  return { status: 'queued', dueAt };
}

const isPermanent = ({ outcome }: DeliveryAttempt) => outcome.kind === 'refused' && outcome.permanent;

/** `smtp refused 550`, for the audit log. */
function inWords({ provider, outcome }: DeliveryAttempt): string {
  return `${provider} ${outcome.kind}${'reason' in outcome ? ` ${outcome.reason}` : ''}`;
}

async function record(
  deps: DeliverDeps,
  { messageId, recipient }: Pick<LoginMessage, 'messageId' | 'recipient'>,
  claim: Claim,
  { attempts, status, dueAt, reason = '' }: Next & { attempts: readonly DeliveryAttempt[] },
): Promise<Delivery> {
  const now = deps.clock();
  const delivery: Delivery = {
    messageId,
    claim,
    attempts,
    status,
    dueAt: dueAt ?? now,
    failure: status === 'failed' ? { description: reason, ...loggedSubject(deps, recipient) } : null,
  };
  await deps.outbox.record(delivery, now);
  return delivery;
}

function loggedSubject({ hashSubject }: DeliverDeps, recipient: string): LoggedSubject {
  const identifier = parseEmailIdentifier(recipient);
  return {
    maskedIdentifier: identifier ? maskIdentifier(identifier) : '***',
    identifierHash: hashSubject(`email:${identifier?.canonical ?? recipient}`),
  };
}

function later(from: Date, seconds: number): Date {
  return new Date(from.getTime() + seconds * 1000);
}
