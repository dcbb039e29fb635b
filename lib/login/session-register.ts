// Sessions as an operator sees them: listed, looked up, ended. What a person does with their own is session.ts.
// Auth0's fields under the names of this code; OWASP ASVS 7.4.5, 7.5.2.
import type { Whereabouts } from '@/lib/oidc/whereabouts';

/** A session that is alive: not ended, and neither too old nor idle for too long. */
export type ListedSession = Readonly<{
  /** The `sid`. */
  id: string;
  accountId: string;
  /** When it began, and when its person was proven last. */
  createdAt: Date;
  authenticatedAt: Date;
  /** How: the name Auth0 has for the last proof. */
  method: 'email' | 'sms' | 'passkey';
  /** At most five minutes behind. */
  lastSeenAt: Date;
  idleExpiresAt: Date;
  expiresAt: Date;
  /** Where it began, and where it was seen last. */
  initial: Whereabouts;
  last: Whereabouts;
  /** Clients that were given a code or tokens in it. */
  clientIds: readonly string[];
  /** Strings by name that an operator's tools keep with it. */
  metadata: Readonly<Record<string, string>>;
}>;

/** Sessions of one account: all of them, or one. */
export type SessionsOf = Readonly<{ accountId: string; sessionId: string | null }>;

export type SessionRegister = Readonly<{
  /**
   * Live sessions of an account, the newest first.
   * @param page.after id of the last session of the page before; null begins
   */
  list(
    accountId: string,
    page: Readonly<{ after: string | null; limit: number; now: Date }>,
  ): Promise<ListedSession[]>;
  /** The live session of that id, or null. */
  find(sessionId: string, now: Date): Promise<ListedSession | null>;
  /** Puts these in the place of what a live session holds; null where there is none. */
  setMetadata(
    of: Readonly<{ sessionId: string; metadata: ListedSession['metadata'] }>,
    now: Date,
  ): Promise<ListedSession | null>;
  /**
   * Ends sessions, for all processes at once, and with them what they gave if that is asked for: codes that nobody has
   * redeemed yet, and token families with all their tokens. An account as a whole gives up those as well that came without a
   * session. Every client that took part is told; the audit event is written. What has ended already stays as it is.
   *
   * @param ending.by whoever asked: for the audit log
   * @returns how many sessions ended
   */
  end(
    ending: Readonly<{ of: SessionsOf; revokesTokens: boolean; by: Whereabouts & Readonly<{ now: Date }> }>,
  ): Promise<number>;
}>;
