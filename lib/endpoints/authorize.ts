// GET and POST /authorize: parse, check, decide, answer. The one place where an AuthorizationError is caught.
// Knows nothing of login pages, cookies or codes: those are behind the SignIn port. OpenID Connect Core §3.1.2.
import type { ActiveSession } from '@/lib/login/session';
import type { AuthorizationRequest } from '@/lib/oidc/authorization-request';
import type { ErrorCode } from '@/lib/oidc/errors';

/** What happens with a checked request. */
export type NextStep =
  /** The session answers for the person: no page is shown. */
  | Readonly<{ kind: 'issue'; session: ActiveSession }>
  /** Somebody has to be asked. */
  | Readonly<{ kind: 'interact' }>
  /** Somebody would have to be asked, and the request forbids it (`prompt=none`). */
  | Readonly<{ kind: 'refuse'; error: ErrorCode; description: string }>;

/** Our own page to send the browser to, with the cookies that make it work. */
export type PageVisit = Readonly<{ location: string; setCookies: readonly string[] }>;

export type SignIn = {
  /** Pure: `decideNextStep` of lib/login/next-step.ts. */
  decide(input: { request: AuthorizationRequest; session: ActiveSession | null; now: Date }): NextStep;
  /** Seals the request into an interaction's cookie and names its first page. Writes no row. */
  begin(beginning: {
    request: AuthorizationRequest;
    session: ActiveSession | null;
    headers: Headers;
  }): Promise<PageVisit>;
  /**
   * Writes an authorization code for the session's account in one statement that checks once more that session, account
   * and client are alive; null when one is not. Returns the code itself, of which only a keyed hash is stored.
   */
  issueCode(issue: {
    request: AuthorizationRequest;
    session: ActiveSession;
    headers: Headers;
  }): Promise<string | null>;
};
