// Notices of a sign-out: every client that took part in a session is told by its back channel when the session ends. The
// statement that ends the session writes them; whoever holds the lease of one makes one request, records what came of it,
// and decides what is next. No person waits for any of it. Knows no network and no database.
// OpenID Connect Back-Channel Logout 1.0 §2.5, §2.8.
import { issueLogoutToken } from '@/lib/oidc/logout-token';
import type { TokenSigner } from '@/lib/oidc/token-signer';
import type { CircuitBreaker } from './circuit-breaker';
import type { SendOutcome } from './message';

/**
 * What ended a session, in Auth0's words; a client may have chosen which of them it hears of. `rp-logout` is everything a
 * person does in their own browser: signing out, or signing in as somebody else.
 */
export type LogoutInitiator = 'rp-logout' | 'session-revoked' | 'account-deactivated' | 'account-deleted';

/** Seconds after which a client that could not be told is given up. */
export const LOGOUT_PATIENCE_SECONDS = 600;
/** Seconds one process has a notice for itself. */
const LEASE_SECONDS = 30;
/** How long an answer is waited for. Auth0's. */
const REQUEST_TIMEOUT_MS = 5_000;
/** Seconds before the second, third, … request. */
const RETRY_WAITS_SECONDS = [2, 8, 30, 120] as const;

/** A notice that this process may act upon. */
export type ClaimedNotice = Readonly<{
  /** The `sid`. */
  sessionId: string;
  clientId: string;
  /** The `sub`. */
  accountId: string;
  /** As the client has it now; null when it does not want to be told any more. */
  uri: string | null;
  attemptsBefore: number;
  expiresAt: Date;
  leasedUntil: Date;
}>;

/** What came of holding a notice once. */
export type NoticeResult = Readonly<
  | { kind: 'told' }
  /** For good. */
  | { kind: 'failed'; reason: string }
  /** There is nobody to tell. */
  | { kind: 'dropped' }
  | { kind: 'later'; dueAt: Date; attempts: number }
>;

export type LogoutNoticeStore = Readonly<{
  /**
   * Takes notices that are due, the oldest first, and leases them, in one statement: of any number of processes that ask at
   * once no two are given the same, and none waits for another. Includes those past their expiry, so that they are settled.
   *
   * @param claim.without clients whose other notices stay where they are
   */
  claim(claim: {
    now: Date;
    leasedUntil: Date;
    without: readonly string[];
    limit: number;
  }): Promise<ClaimedNotice[]>;
  /**
   * Removes a notice that is settled and writes the audit event, or puts it off, in one statement, while this claim is the last
   * one; that a client was told is written even if the lease ran out. Else changes nothing.
   */
  record(notice: ClaimedNotice, result: NoticeResult, now: Date): Promise<void>;
}>;

export type TellDeps = Readonly<{
  notices: LogoutNoticeStore;
  /** Posts a logout token, and to no address that is not allowed. Never throws; gives up when the signal aborts. */
  postLogoutToken(
    post: Readonly<{ uri: string; logoutToken: string; signal: AbortSignal }>,
  ): Promise<SendOutcome>;
  /** By client: one that is down delays nobody else. */
  breaker: CircuitBreaker;
  issuer: string;
  signer: Pick<TokenSigner, 'sign'>;
  random: Readonly<{ id(): string }>;
  clock: () => Date;
  /** The operator is told of a client that was not. */
  onGivenUp(given: Readonly<{ clientId: string; reason: string }>): void;
}>;

/**
 * Tells whoever is to be told by now, all at once.
 *
 * A process that dies between the answer and the record leaves a notice that is sent again, as does an answer that came too
 * late: a client hears of one sign-out more than once, rather than never.
 *
 * @returns how many notices were taken; the full `limit` means there may be more
 * @throws the first error of storage or keys, after every notice was tried; what could not be recorded is due again later
 */
export async function tellClients(deps: TellDeps, { limit }: { limit: number }): Promise<number> {
  const now = deps.clock();
  const leasedUntil = later(now, LEASE_SECONDS);
  const claimed = await deps.notices.claim({ now, leasedUntil, without: deps.breaker.halted(), limit });
  const settled = await Promise.allSettled(
    claimed.map(async (notice) => {
      const result = await tell(deps, notice);
      await deps.notices.record(notice, result, deps.clock());
      if (result.kind === 'failed') deps.onGivenUp({ clientId: notice.clientId, reason: result.reason });
    }),
  );
  for (const outcome of settled) if (outcome.status === 'rejected') throw outcome.reason;
  return claimed.length;
}

async function tell(deps: TellDeps, notice: ClaimedNotice): Promise<NoticeResult> {
  const { uri, clientId, attemptsBefore, expiresAt } = notice;
  if (uri === null) return { kind: 'dropped' };
  const now = deps.clock();
  if (now >= expiresAt) return { kind: 'failed', reason: 'too late' };
  const pausedUntil = deps.breaker.admit(clientId);
  if (pausedUntil !== null) return { kind: 'later', dueAt: pausedUntil, attempts: attemptsBefore };

  const logoutToken = await issueLogoutToken(deps, {
    clientId,
    sub: notice.accountId,
    sid: notice.sessionId,
    now,
  });
  const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  const outcome = await deps.postLogoutToken({ uri, logoutToken, signal });
  deps.breaker.halt(clientId, deps.breaker.report(clientId, outcome));
  if (outcome.kind === 'accepted') return { kind: 'told' };

  const waitSeconds = RETRY_WAITS_SECONDS[attemptsBefore];
  const isFinal = outcome.kind === 'refused' && outcome.permanent;
  if (isFinal || waitSeconds === undefined) return { kind: 'failed', reason: inWords(outcome) };
  return { kind: 'later', dueAt: later(deps.clock(), waitSeconds), attempts: attemptsBefore + 1 };
}

/** `refused 400`, for the audit log. */
function inWords(outcome: SendOutcome): string {
  return 'reason' in outcome ? `${outcome.kind} ${outcome.reason}` : outcome.kind.replace('_', ' ');
}

function later(from: Date, seconds: number): Date {
  return new Date(from.getTime() + seconds * 1000);
}
