// The port to the session a browser holds. What the cookie is called and how it is sealed is known behind it only.

/** A live session, found by the cookie of a request. */
export type ActiveSession = Readonly<{
  /** The `sid` claim. */
  sessionId: string;
  /** The `sub` claim of the account. */
  sub: string;
  /** When the person last proved an identifier: `auth_time`. */
  authenticatedAt: Date;
}>;

export type BrowserSessions = {
  /**
   * The session of this Cookie header, or null: none, ended, expired (idle or absolute), account blocked or gone.
   * At most one statement; none at all when the header holds no session cookie.
   */
  findActive(cookieHeader: string | null): Promise<ActiveSession | null>;
  /**
   * Ends the session of this Cookie header for all processes before it answers, and writes the audit event; without a
   * session it changes nothing. Returns the Set-Cookie values that remove the cookie.
   */
  end(cookieHeader: string | null): Promise<Readonly<{ setCookies: readonly string[] }>>;
};
