// GET /v2/logout, as Auth0's own clients use it: a known client's navigation ends the session without a question.
// Anything else is asked first: an <img> on a foreign page must not sign anybody out (LGO-2).
import { checkAuth0LogoutRequest } from '@/lib/oidc/auth0-logout-request';
import { postLogoutLocation } from '@/lib/oidc/end-session-request';
import { PATHS } from '@/lib/oidc/vocabulary';
import { readPageParameters } from './body';
import type { Deps } from './deps';
import { answerPage, respondRedirect, respondText } from './respond';

type Auth0LogoutDeps = Pick<
  Deps,
  'clients' | 'allowedLogoutUrls' | 'sessions' | 'signOut' | 'errorPage' | 'log'
>;

/** Ends the session and goes to the listed `returnTo`, the client's first logout address, or says OK. */
export async function auth0Logout(deps: Auth0LogoutDeps, request: Request): Promise<Response> {
  const { headers } = request;
  return answerPage(deps, PATHS.auth0Logout, request, async () => {
    const logoutRequest = await checkAuth0LogoutRequest(deps, await readPageParameters(request));
    const unproven = logoutRequest.clientId === null || isSubresource(headers);
    if (unproven && (await deps.sessions.findActive(headers)) !== null) {
      const page = await deps.signOut.begin({ request: logoutRequest, headers });
      return respondRedirect(page.location, { setCookies: page.setCookies });
    }
    const { setCookies } = await deps.sessions.end(headers, logoutRequest.clientId);
    const location = postLogoutLocation(logoutRequest);
    if (location === null) return respondText('OK', setCookies);
    return respondRedirect(location, { status: 302, setCookies });
  });
}

/** Browsers say what they fetch an address for; only a page of its own is a person's navigation. @see Fetch Metadata §2.1 */
function isSubresource(headers: Headers): boolean {
  const destination = headers.get('sec-fetch-dest');
  return destination !== null && destination !== 'document';
}
