// GET and POST /oidc/logout: ends the browser's session if the request proves to mean it, and asks the person otherwise.
// OpenID Connect RP-Initiated Logout 1.0.
import type { ActiveSession } from '@/lib/login/session';
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
   * confirms ends the session and goes to `postLogoutLocation(request)`, or to our own page where that is null.
   */
  begin(beginning: { request: EndSessionRequest; headers: Headers }): Promise<PageVisit>;
  /** Our page that says the browser is signed out; what it says travels in a sealed Lax cookie. */
  finish(signedOut: SignedOut): Promise<PageVisit>;
};

/** What the page that says so is told of a sign-out. Plain JSON. */
export type SignedOut = Pick<EndSessionRequest, 'clientId' | 'uiLocales'> &
  Readonly<{
    /** Ids of the clients that hear of it by their back channel. */
    toldClients: readonly string[];
  }>;

type EndSessionDeps = Pick<
  Deps,
  'clients' | 'allowedLogoutUrls' | 'signer' | 'sessions' | 'signOut' | 'errorPage' | 'log'
>;

/** @see RP-Initiated Logout 1.0 §2: without a hint that fits the session, the person is asked */
export async function endSession(deps: EndSessionDeps, request: Request): Promise<Response> {
  const { headers } = request;
  return answerPage(deps, PATHS.endSession, request, async () => {
    const parameters = await readPageParameters(request);
    const endSessionRequest = await checkEndSessionRequest(deps, parameters);
    if (mustAsk(endSessionRequest, await deps.sessions.findActive(headers))) {
      const page = await deps.signOut.begin({ request: endSessionRequest, headers });
      return respondRedirect(page.location, { setCookies: page.setCookies });
    }
    const { setCookies, toldClients } = await deps.sessions.end(headers, endSessionRequest.clientId);
    const location = postLogoutLocation(endSessionRequest);
    if (location !== null) return respondRedirect(location, { setCookies });
    const page = await deps.signOut.finish({ ...endSessionRequest, toldClients });
    return respondRedirect(page.location, { setCookies: [...setCookies, ...page.setCookies] });
  });
}

/** Where somebody is signed in, and nothing proves that this very session is meant. @see RP-Initiated Logout 1.0 §2, §6 */
function mustAsk({ hintedSessionId }: EndSessionRequest, session: ActiveSession | null): boolean {
  return session !== null && session.id !== hintedSessionId;
}
