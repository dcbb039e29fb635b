// GET and POST /oidc/logout and GET /v2/logout: ends the browser's session, or asks the person first.
// OpenID Connect RP-Initiated Logout 1.0; auth0 wire for /v2/logout.
import type { EndSessionRequest } from '@/lib/oidc/end-session-request';
import type { PageVisit } from './authorize';

export type SignOut = {
  /**
   * Holds a checked request until the person confirms, in a sealed Lax cookie of its own; writes no row. The page that
   * confirms ends the session and goes to `postLogoutLocation(request)`, or to `donePath` where that is null.
   */
  begin(beginning: { request: EndSessionRequest; headers: Headers }): Promise<PageVisit>;
  /** Path of our page that says the browser is signed out. */
  donePath: string;
};
