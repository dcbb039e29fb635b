// GET and POST /oidc/logout: ends the browser's session if the request proves to mean it, and asks the person otherwise.
// OpenID Connect RP-Initiated Logout 1.0.
import {
  checkEndSessionRequest,
  type EndSessionRequest,
  postLogoutLocation,
} from '@/lib/oidc/end-session-request';
import { PATHS } from '@/lib/oidc/vocabulary';
import type { PageVisit } from './authorize';
import { readPageParameters } from './body';
import type { Deps } from './deps';
import { answerPage, respondRedirect } from './respond';

export type SignOut = {
  /**
   * Holds a checked request until the person confirms, in a sealed Lax cookie of its own; writes no row. The page that
   * confirms ends the session and goes to `postLogoutLocation(request)`, or to `donePath` where that is null.
   */
  begin(beginning: { request: EndSessionRequest; headers: Headers }): Promise<PageVisit>;
  /** Path of our page that says the browser is signed out. */
  donePath: string;
};

type EndSessionDeps = Pick<Deps, 'clients' | 'signer' | 'sessions' | 'signOut' | 'errorPage' | 'log'>;

/** @see RP-Initiated Logout 1.0 §2: without a hint that fits the session, the person is asked */
export async function endSession(deps: EndSessionDeps, request: Request): Promise<Response> {
  const { headers } = request;
  return answerPage(deps, PATHS.endSession, request, async () => {
    const parameters = await readPageParameters(request);
    const endSessionRequest = await checkEndSessionRequest(deps, parameters);
    const session = await deps.sessions.findActive(headers);
    if (session !== null && session.id !== endSessionRequest.hintedSessionId) {
      const page = await deps.signOut.begin({ request: endSessionRequest, headers });
      return respondRedirect(page.location, { setCookies: page.setCookies });
    }
    const { setCookies } = await deps.sessions.end(headers, endSessionRequest.clientId);
    return respondRedirect(postLogoutLocation(endSessionRequest) ?? deps.signOut.donePath, { setCookies });
  });
}
