// The outbox: every message that was asked for is sent once, or it is known that it could not be. The statement that makes
// a challenge also writes the message's row, already leased to the process that wrote it; whoever holds the lease walks the
// chain of ways, records what each said, and decides what is next. A lease that ran out (the process died) is taken over by
// another process. Knows no channel, no provider and no database.
import type { LoggedSubject } from './challenge';
import type { CircuitBreaker } from './circuit-breaker';
import type { SendMode } from './connection';
import { type Channel, maskIdentifier, parseEmailIdentifier } from './identifier';
import { type EmbeddedLink, makeProofs, type ProofMaker } from './magic-link';
import {
  isNotice,
  type LoginMessage,
  type PreparedMessage,
  type SendOutcome,
  type SmsCharge,
  type Unsendable,
} from './message';
import { messageReference } from './message-reference';
import type { CodeSeed } from './one-time-code';

/** Seconds one process has a message for itself: a round of three ways that all time out, and then some. */
export const OUTBOX_LEASE_SECONDS = 45;
/** How long one way is waited for. */
const ATTEMPT_TIMEOUT_MS = 10_000;
/** Seconds before the second, third and fourth round. After that the person is told, and asks again when they like. */
const RETRY_WAITS_SECONDS = [2, 8, 30] as const;
/** How far back one looks to tell whether a channel works: a code's life. */
const CHANNEL_MEMORY_SECONDS = 600;
/** A message that waits so long for a provider to come back is trouble for its reader, though it may still arrive. */
const LATE_SECONDS = 60;

/** `superseded`: not needed any more, because the challenge was answered, stopped, or a newer message took its place. */
export type MessageStatus = 'queued' | 'accepted' | 'failed' | 'superseded';

/** What one way said of one message. `skipped`: it was not asked, because it had been failing (circuit-breaker.ts). */
export type DeliveryAttempt = Readonly<{
  provider: string;
  outcome: SendOutcome | Readonly<{ kind: 'skipped' }>;
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
  /** What the ledger is told of an accepted text message; null for anything else. */
  charge: SmsCharge | null;
  /** For a message that failed: the entry of the audit log (Auth0's `fn`). */
  failure: (LoggedSubject & Readonly<{ description: string }>) | null;
}>;

/** A message taken over from the outbox: what its code, its link, its words and its address are made from. */
export type ClaimedMessage = Readonly<
  Claim &
    CodeSeed &
    Omit<LoginMessage, 'oneTimeCode' | 'link' | 'stopLink' | 'reference' | 'ip'> & {
      sendMode: SendMode;
      /** Where the link leads, for an application that asked with its own pages; null for ours. */
      embeddedLink: EmbeddedLink | null;
      /**
       * False: the challenge was answered or stopped, or a newer message of it exists. A notice is always wanted; so is a
       * message whose challenge is gone, which happens long after it expired and makes it fail as expired.
       */
      wanted: boolean;
    }
>;

export type OutboxStore = Readonly<{
  /**
   * Takes queued messages of all channels that are due, the oldest first, and leases them, in one statement: of any number
   * of processes that ask at once no two are given the same message, and none waits for another. Includes messages past
   * their expiry, so that they are settled.
   *
   * @param claim.without connections whose other messages stay where they are
   */
  claim(claim: {
    now: Date;
    leasedUntil: Date;
    without: readonly string[];
    limit: number;
  }): Promise<ClaimedMessage[]>;
  /**
   * Writes attempts, status, charge and audit event in one statement, while the message is queued and this claim is the
   * last one; that it was accepted is written even if the lease ran out. Else changes nothing, as for a message that was
   * deleted meanwhile. Recording the same delivery twice writes it once.
   */
  record(delivery: Delivery, now: Date): Promise<void>;
  /**
   * What became of the newest message of the challenge that carries a code or link: 'failed' when it failed, or is queued
   * and was asked for before `lateBefore`; 'refused' when that was said of its recipient, for good or for now, at least once;
   * 'returned' when a provider took it and told later that it was not delivered. For a challenge that nobody was sent a
   * message for: 'failed' when the last message of the channel after `since` that was settled, or late, did not get through,
   * not counting those that are 'refused'.
   */
  findTrouble(question: {
    challengeId: string;
    channel: Channel;
    since: Date;
    lateBefore: Date;
  }): Promise<'failed' | 'refused' | 'returned' | null>;
}>;

export type DeliverDeps = Readonly<{
  outbox: Pick<OutboxStore, 'record'>;
  /** Gives a message its words and its ways: by its connection, and the same each time. */
  prepare(message: LoginMessage): Promise<PreparedMessage | Unsendable>;
  breaker: CircuitBreaker;
  clock: () => Date;
  /** Keyed hash under which logs know a subject, as `channel:canonical`. */
  hashSubject(subject: string): string;
}>;

/**
 * Sends one message by the first way that takes it, and records how that went. The caller holds the message: by a claim, or
 * because it wrote the row a moment ago with `dueAt` OUTBOX_LEASE_SECONDS after `askedAt`.
 *
 * Claims exclude each other, so in ordinary running nothing is sent twice. A process that dies after a provider accepted
 * and before that was recorded leaves a message that is sent again: at least once, because the other order would lose
 * messages. Resend recognises the idempotency key and sends no second one. SMTP cannot: the second copy has the same
 * Message-ID and the same code, and most mailboxes show one. The same holds where a provider accepts, but answers too
 * late: the next in the chain sends a copy. A text message, which is paid for each time, ends with that.
 *
 * @returns what was recorded
 * @throws errors of storage and of `prepare`; the message is then due again when the lease ends
 */
export async function deliver(
  deps: DeliverDeps,
  message: LoginMessage,
  claim: Claim = firstClaim(message),
): Promise<Delivery> {
  if (deps.clock() >= message.expiresAt) return record(deps, message, claim, EXPIRED);
  const prepared = await deps.prepare(message);
  if ('unsendable' in prepared) return record(deps, message, claim, failed(prepared.unsendable));
  if (prepared.ways.length === 0) return record(deps, message, claim, failed('No sender is configured.'));

  const walk = await walkChain(deps, { message, ways: prepared.ways, leasedUntil: claim.leasedUntil });
  deps.breaker.halt(message.connection, walk.probeAt);
  const next = decideNext({ message, claim, walk, now: deps.clock() });
  return record(deps, message, claim, {
    ...next,
    charge: next.status === 'accepted' ? prepared.charge : null,
  });
}

/**
 * Takes over what is due and delivers it, all at once. Called every second or two by a process that lives on; messages that
 * were sent at first try never pass here. What waits for a provider that is down does not stand in the way of the rest.
 *
 * @returns how many messages were taken; the full `limit` means there may be more
 * @throws the first error of storage, after every message was tried; what could not be recorded is due again later
 */
export async function drainOutbox(
  deps: DeliverDeps & ProofMaker & { outbox: OutboxStore },
  { limit }: { limit: number },
): Promise<number> {
  const now = deps.clock();
  const leasedUntil = later(now, OUTBOX_LEASE_SECONDS);
  const claimed = await deps.outbox.claim({ now, leasedUntil, without: deps.breaker.halted(), limit });
  const settled = await Promise.allSettled(claimed.map((message) => deliverClaimed(deps, message)));
  for (const result of settled) if (result.status === 'rejected') throw result.reason;
  return claimed.length;
}

/** What the page that waits for a code may say of its message. Accepted and on its way look the same. */
export type DeliveryState = 'under_way' | 'failed' | 'returned';

/**
 * Whether sending failed, without telling if there was anything to send: where an identifier was sent nothing (blocked, or
 * unknown while sign-up is closed), the page shows what people of that channel saw last. So a provider that is down looks
 * down to everybody, and tells nothing of one account; what is said of one recipient tells the others nothing (ENU-1).
 *
 * That a message was refused or came back is told only while sign-up is open: then everybody is sent one, and it tells of a
 * mailbox. With sign-up closed only accounts are sent one, and it would tell of an account.
 *
 * @param asked.signUpOpen as the challenge's connection has it now
 */
export async function deliveryState(
  deps: { outbox: Pick<OutboxStore, 'findTrouble'>; clock: () => Date },
  asked: { challengeId: string; channel: Channel; signUpOpen: boolean },
): Promise<DeliveryState> {
  const { challengeId, channel, signUpOpen } = asked;
  const now = deps.clock();
  const trouble = await deps.outbox.findTrouble({
    challengeId,
    channel,
    since: later(now, -CHANNEL_MEMORY_SECONDS),
    lateBefore: later(now, -LATE_SECONDS),
  });
  if (trouble === null || (trouble !== 'failed' && !signUpOpen)) return 'under_way';
  return trouble === 'returned' ? 'returned' : 'failed';
}

function firstClaim({ askedAt }: LoginMessage): Claim {
  return { leasedUntil: later(askedAt, OUTBOX_LEASE_SECONDS), roundsBefore: 0, attemptsBefore: 0 };
}

async function deliverClaimed(deps: DeliverDeps & ProofMaker, claimed: ClaimedMessage): Promise<Delivery> {
  if (!claimed.wanted) return record(deps, claimed, claimed, { status: 'superseded' });
  if (deps.clock() >= claimed.expiresAt) return record(deps, claimed, claimed, EXPIRED);
  const proofs = isNotice(claimed.kind) ? NO_PROOFS : makeProofs(deps, { ...claimed, seed: claimed });
  if (proofs === null) {
    return record(
      deps,
      claimed,
      claimed,
      failed('The SECRET its code derives from is no longer configured.'),
    );
  }
  const reference = messageReference(claimed.challengeId, claimed.generation);
  return deliver(deps, { ...claimed, ...proofs, reference, ip: null }, claimed);
}

const NO_PROOFS = { oneTimeCode: null, link: null, stopLink: null };

type Walk = Readonly<{
  attempts: readonly DeliveryAttempt[];
  /** When the first way may be asked again, where all of them have been failing; null where one may be asked at any time. */
  probeAt: Date | null;
}>;

async function walkChain(
  { breaker, clock }: DeliverDeps,
  held: { message: LoginMessage; ways: PreparedMessage['ways']; leasedUntil: Date },
): Promise<Walk> {
  const { message, ways, leasedUntil } = held;
  const attempts: DeliveryAttempt[] = [];
  const pauses: Date[] = [];
  for (const { provider, send } of ways) {
    const startedAt = clock();
    const lifeLeftMs = message.expiresAt.getTime() - startedAt.getTime();
    const timeoutMs = Math.min(ATTEMPT_TIMEOUT_MS, lifeLeftMs);
    if (timeoutMs <= 0 || startedAt.getTime() + timeoutMs > leasedUntil.getTime()) break;
    // Connections have providers of their own: that the gateway of one is down says nothing of another's.
    const way = `${message.connection} ${provider}`;
    const pausedUntil = breaker.admit(way);
    if (pausedUntil !== null) {
      pauses.push(pausedUntil);
      attempts.push({ provider, outcome: { kind: 'skipped' }, startedAt, durationMs: 0 });
      continue;
    }
    const outcome = await send(AbortSignal.timeout(timeoutMs));
    // A time-out that the end of the code cut short says nothing of the provider.
    const isWhole = outcome.kind !== 'timed_out' || timeoutMs === ATTEMPT_TIMEOUT_MS;
    const probeAt = isWhole ? breaker.report(way, outcome) : null;
    if (probeAt !== null) pauses.push(probeAt);
    attempts.push({ provider, outcome, startedAt, durationMs: clock().getTime() - startedAt.getTime() });
    if (outcome.kind === 'accepted') break;
  }
  const isDown = pauses.length === ways.length;
  return { attempts, probeAt: isDown ? new Date(Math.min(...pauses.map(Number))) : null };
}

type Next = Readonly<{
  status: MessageStatus;
  attempts?: readonly DeliveryAttempt[];
  dueAt?: Date;
  charge?: SmsCharge | null;
  /** Why it failed, for the audit log. */
  reason?: string;
}>;

const failed = (reason: string): Next => ({ status: 'failed', reason });

const EXPIRED = failed('Expired before it could be sent.');

/**
 * Accepted, once more later, or never: a code that is dead by then helps nobody, a refusal for good stays one, and a text
 * message that may be on its way is not paid for again unless the person asks (SMS-1). While all ways are down a message waits
 * for their next probe, however often it was tried. A walk on which all were skipped leaves no trace.
 */
function decideNext(round: { message: LoginMessage; claim: Claim; walk: Walk; now: Date }): Next {
  const { message, claim, now } = round;
  const { attempts, probeAt } = round.walk;
  if (attempts.some(({ outcome }) => outcome.kind === 'accepted')) return { status: 'accepted', attempts };

  const waitSeconds = RETRY_WAITS_SECONDS[claim.roundsBefore];
  const dueAt = probeAt ?? (waitSeconds === undefined ? null : later(now, waitSeconds));
  const isRefusedForGood = attempts.length > 0 && attempts.every(isPermanent);
  const isMaybeSent =
    message.channel === 'sms' && attempts.some(({ outcome }) => outcome.kind === 'timed_out');
  if (dueAt === null || dueAt >= message.expiresAt || isRefusedForGood || isMaybeSent) {
    return attempts.length === 0 ? EXPIRED : { ...failed(attempts.map(inWords).join(', ')), attempts };
  }
  const wasTried = attempts.some(({ outcome }) => outcome.kind !== 'skipped');
  return { status: 'queued', dueAt, attempts: wasTried ? attempts : [] };
}

const isPermanent = ({ outcome }: DeliveryAttempt) => outcome.kind === 'refused' && outcome.permanent;

/** `smtp refused 550`, for the audit log. */
function inWords({ provider, outcome }: DeliveryAttempt): string {
  return `${provider} ${outcome.kind}${'reason' in outcome ? ` ${outcome.reason}` : ''}`;
}

async function record(
  deps: DeliverDeps,
  message: Pick<LoginMessage, 'messageId' | 'channel' | 'recipient'>,
  claim: Claim,
  { status, attempts = [], dueAt, charge = null, reason = '' }: Next,
): Promise<Delivery> {
  const now = deps.clock();
  const delivery: Delivery = {
    messageId: message.messageId,
    claim,
    attempts,
    status,
    dueAt: dueAt ?? now,
    charge,
    failure: status === 'failed' ? { description: reason, ...loggedSubject(deps, message) } : null,
  };
  await deps.outbox.record(delivery, now);
  return delivery;
}

function loggedSubject(
  { hashSubject }: Pick<DeliverDeps, 'hashSubject'>,
  { channel, recipient }: Pick<LoginMessage, 'channel' | 'recipient'>,
): LoggedSubject {
  const canonical = channel === 'sms' ? recipient : parseEmailIdentifier(recipient)?.canonical;
  return {
    maskedIdentifier: canonical ? maskIdentifier({ channel, canonical }) : '***',
    identifierHash: hashSubject(`${channel}:${canonical ?? recipient}`),
  };
}

function later(from: Date, seconds: number): Date {
  return new Date(from.getTime() + seconds * 1000);
}
