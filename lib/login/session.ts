// The session: a browser that is signed in. One random value in a cookie, only its keyed hash in the database. Who proves
// again to be the same person goes on with the session under a new value; anybody else begins another.
// OpenID Connect Core §3.1.2.1 for what makes it usable; OWASP ASVS 7.
import type { Whereabouts } from '@/lib/oidc/whereabouts';

/** How long sessions last where no operator set anything else. Auth0's defaults. */
export const SESSION_LIFETIME_SECONDS = 168 * 3600;
export const SESSION_IDLE_SECONDS = 72 * 3600;
/** How long a session lasts whatever happens, and without being used. */
export type SessionLifetimes = Readonly<{ lifetimeSeconds: number; idleSeconds: number }>;

/** A session in use is written at most this often. */
export const SESSION_TOUCH_SECONDS = 300;

export type ActiveSession = Readonly<{
  /** Public id, the `sid` claim. */
  id: string;
  /** Account id, the `sub` claim. */
  accountId: string;
  /** When its person was proven last: a login tab that is older was overtaken by another. */
  authenticatedAt: Date;
}>;

export type SessionStore = Readonly<{
  /**
   * The live session of that cookie value, or null: unknown, ended, expired by age or idleness against `now`, or of an
   * account that is blocked or gone. Moves the idle expiry, and where it was seen, at most once in SESSION_TOUCH_SECONDS, in
   * the same statement.
   */
  findActive(secret: string, now: Date, seenFrom?: Whereabouts): Promise<ActiveSession | null>;
  /**
   * Ends the session with that public id; ended again it changes nothing. The same statement writes the audit event, and the
   * notices to the clients that took part (lib/login/logout-notice.ts).
   *
   * @param ending.clientId the client that asked for it, or null
   * @returns ids of the clients that are told
   */
  end(
    ending: Whereabouts & Readonly<{ sessionId: string; clientId: string | null; now: Date }>,
  ): Promise<readonly string[]>;
}>;

/** A session about to be made, or the next value of the one that goes on. */
export type NewSession = Readonly<{
  id: string;
  secret: string;
  /** RFC 8176: a code over e-mail or SMS is a one-time password, a passkey a key. */
  amr: readonly string[];
  expiresAt: Date;
  idleExpiresAt: Date;
}>;
