// The session: a browser that is signed in. One random value in a cookie, only its keyed hash in the database.
// OpenID Connect Core §3.1.2.1 for what makes it usable; OWASP ASVS 7.

/** Hours a session lasts whatever happens, and without being used. Auth0's defaults. */
export const SESSION_LIFETIME_SECONDS = 168 * 3600;
export const SESSION_IDLE_SECONDS = 72 * 3600;
/** A session in use is written at most this often. */
export const SESSION_TOUCH_SECONDS = 300;

export type ActiveSession = Readonly<{
  /** Public id, the `sid` claim. */
  id: string;
  /** Account id, the `sub` claim. */
  accountId: string;
  authenticatedAt: Date;
  /** When the session began: a login tab that is older was overtaken by another. */
  createdAt: Date;
}>;

export type SessionStore = Readonly<{
  /**
   * The live session of that cookie value, or null: unknown, ended, expired by age or idleness against `now`, or of an
   * account that is blocked or gone. Moves the idle expiry, at most once in SESSION_TOUCH_SECONDS, in the same statement.
   */
  findActive(secret: string, now: Date): Promise<ActiveSession | null>;
  /** Ends the session with that public id; ended again it changes nothing. Writes the audit event. */
  end(ending: {
    sessionId: string;
    clientId: string | null;
    ip: string | null;
    userAgent: string | null;
    now: Date;
  }): Promise<void>;
}>;

/** A session about to be made. */
export type NewSession = Readonly<{
  id: string;
  secret: string;
  /** RFC 8176: a code over e-mail or SMS is a one-time password. */
  amr: readonly string[];
  expiresAt: Date;
  idleExpiresAt: Date;
}>;
