// The port to the session a browser holds. What the cookie is called and how it is read is known behind it only.
import type { ActiveSession } from '@/lib/login/session';

export type BrowserSessions = {
  /**
   * The live session that these request headers hold, or null: none, ended, expired by age or idleness, account blocked
   * or gone. At most one statement; none at all when there is no session cookie.
   */
  findActive(headers: Headers): Promise<ActiveSession | null>;
  /** What these request headers hold of a session, live or not, to be replaced by another; null when nothing. */
  heldSecret(headers: Headers): string | null;
  /** The Set-Cookie values by which a browser holds a session that begins. */
  hold(session: Readonly<{ secret: string; expiresAt: Date }>): readonly string[];
  /**
   * Ends the session that these request headers hold, for all processes before it answers, and writes the audit event;
   * without a session it changes nothing. The clients that took part are told behind the answer.
   */
  end(headers: Headers, clientId: string | null): Promise<EndedSession>;
};

export type EndedSession = Readonly<{
  /** Set-Cookie values that remove the cookie. */
  setCookies: readonly string[];
  /** Ids of the clients that are told. */
  toldClients: readonly string[];
}>;
