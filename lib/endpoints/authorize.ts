// GET and POST /authorize: parse, check, decide, answer. The one place where an AuthorizationError is told to a client.
// Knows nothing of login pages, cookies or codes: those are behind the SignIn port. OpenID Connect Core §3.1.2.
import { signInWithTicket } from '@/lib/login/embedded-login';
import { decideNextStep } from '@/lib/login/next-step';
import type { ActiveSession } from '@/lib/login/session';
import { type AuthorizationRequest, checkAuthorizationRequest } from '@/lib/oidc/authorization-request';
import { findNeededConsent, type NeededConsent } from '@/lib/oidc/consent';
import { AuthorizationError, OAuthError, type ReturnAddress } from '@/lib/oidc/errors';
import { type Issued, outcomeOf } from '@/lib/oidc/front-channel';
import { readParameter } from '@/lib/oidc/parameters';
import { resolvePushedRequest } from '@/lib/oidc/pushed-request';
import { PATHS } from '@/lib/oidc/vocabulary';
import { answerClient } from './answer-client';
import { readPageParameters } from './body';
import type { Deps } from './deps';
import { contextOf, referringOrigin } from './request-context';
import { answerPage, respondRedirect } from './respond';

/** Our own page to send the browser to, with the cookies that make it work. */
export type PageVisit = Readonly<{ location: string; setCookies: readonly string[] }>;

export type SignIn = {
  /**
   * Seals the request into an interaction's cookie and names its first page. Writes no row.
   * @param beginning.session whose person is asked for consent; null: somebody has to say and prove who they are
   */
  begin(beginning: {
    request: AuthorizationRequest;
    session: ActiveSession | null;
    headers: Headers;
  }): Promise<PageVisit>;
  /**
   * Writes what the session's account answers the request with, in one statement that checks once more that session,
   * account and client are alive, and that the account allowed what is needed. Returns the code itself, of which only a
   * keyed hash is stored.
   */
  issue(issue: {
    request: AuthorizationRequest;
    /** Null where nobody has to be asked. */
    consent: NeededConsent | null;
    session: ActiveSession;
    headers: Headers;
  }): Promise<SessionAnswer>;
};

/** What came of answering a request with a session. */
export type SessionAnswer = Readonly<
  | ({ kind: 'issued' } & Issued)
  | { kind: 'consent_required' }
  /** Session, account or client have died meanwhile. */
  | { kind: 'ended' }
>;

type AuthorizeDeps = Pick<
  Deps,
  | 'issuer'
  | 'clock'
  | 'random'
  | 'clients'
  | 'resourceServers'
  | 'defaultAudience'
  | 'pushedRequests'
  | 'families'
  | 'signer'
  | 'sessions'
  | 'signIn'
  | 'embedded'
  | 'clientAddress'
  | 'errorPage'
  | 'formPostWords'
  | 'log'
>;

/** @see OpenID Connect Core §3.1.2, RFC 6749 §4.1.1 */
export async function authorize(deps: AuthorizeDeps, request: Request): Promise<Response> {
  const { headers } = request;
  return answerPage(deps, PATHS.authorize, request, async () => {
    refuseSpeculation(headers);
    const { parameters, isPushed } = await resolvePushedRequest(deps, await readPageParameters(request));
    try {
      const authorizationRequest = await checkAuthorizationRequest(deps, parameters, { isPushed });
      const loginTicket = readParameter(parameters, 'login_ticket');
      if (loginTicket !== null)
        return await answerTicket(deps, { request: authorizationRequest, loginTicket, headers });
      const session = await deps.sessions.findActive(headers);
      return await proceed(deps, { request: authorizationRequest, session, headers });
    } catch (error) {
      if (error instanceof AuthorizationError && error.returnAddress !== null) {
        const { returnAddress } = error;
        return tellClient(deps, error, { returnAddress, endpoint: PATHS.authorize, headers });
      }
      throw error;
    }
  });
}

async function proceed(
  deps: AuthorizeDeps,
  asked: Readonly<{ request: AuthorizationRequest; session: ActiveSession | null; headers: Headers }>,
): Promise<Response> {
  const { request, headers } = asked;
  const acceptLanguage = headers.get('accept-language');
  const step = decideNextStep({ request, session: asked.session, now: deps.clock() });
  switch (step.kind) {
    case 'issue': {
      const answer = await answerWithSession(deps, { request, session: step.session, headers });
      // The session ended between the two statements: the same decision without it.
      return answer ?? proceed(deps, { ...asked, session: null });
    }
    case 'interact': {
      const page = await deps.signIn.begin({ request, session: null, headers });
      return respondRedirect(page.location, { setCookies: page.setCookies });
    }
    case 'refuse': {
      const { error, description } = step;
      const outcome = { kind: 'error', error, description } as const;
      return answerClient(deps, { outcome, returnAddress: request, acceptLanguage });
    }
  }
}

/** A page of the client had a code checked: its browser is signed in by the ticket it was given, once. Auth0's. */
async function answerTicket(
  deps: AuthorizeDeps,
  { request, loginTicket, headers }: { request: AuthorizationRequest; loginTicket: string; headers: Headers },
): Promise<Response> {
  const signedIn = await signInWithTicket(deps.embedded, {
    loginTicket,
    clientId: request.clientId,
    origin: referringOrigin(headers),
    replacedSessionSecret: deps.sessions.heldSecret(headers),
    context: contextOf(deps, headers),
  });
  const answer =
    signedIn &&
    (await answerWithSession(deps, {
      request,
      session: signedIn.session,
      headers,
      setCookies: deps.sessions.hold({
        secret: signedIn.sessionSecret,
        expiresAt: signedIn.sessionExpiresAt,
      }),
    }));
  if (answer !== null) return answer;
  const broken = { error: 'access_denied', description: 'Unknown or invalid login ticket.' } as const;
  throw new AuthorizationError(broken, {
    client: await deps.clients.find(request.clientId),
    returnAddress: request,
  });
}

/** Gives the client what the session answers for, or asks its person whether that may be; null when it ended meanwhile. */
export async function answerWithSession(
  deps: Pick<
    Deps,
    'issuer' | 'random' | 'clients' | 'resourceServers' | 'families' | 'signer' | 'signIn' | 'formPostWords'
  >,
  answer: Readonly<{
    request: AuthorizationRequest;
    session: ActiveSession;
    headers: Headers;
    /** Cookies that begin the session, where it begins now. */
    setCookies?: readonly string[];
  }>,
): Promise<Response | null> {
  const { request, session, headers, setCookies = [] } = answer;
  const consent = await findNeededConsent(deps, request);
  const answered = await deps.signIn.issue({ request, consent, session, headers });
  if (answered.kind === 'ended') return null;
  if (answered.kind === 'consent_required' && !request.prompt.includes('none')) {
    const page = await deps.signIn.begin({ request, session, headers });
    return respondRedirect(page.location, { setCookies: [...setCookies, ...page.setCookies] });
  }
  return answerClient(deps, {
    outcome:
      answered.kind === 'issued' ? await outcomeOf(deps, { request, issued: answered }) : CONSENT_REQUIRED,
    returnAddress: request,
    acceptLanguage: headers.get('accept-language'),
    setCookies,
  });
}

/** @see OpenID Connect Core §3.1.2.6 */
const CONSENT_REQUIRED = {
  kind: 'error',
  error: 'consent_required',
  description: 'Consent required',
} as const;

/** Tells the client which rule its request broke, at the address that was checked before any other rule. */
export function tellClient(
  deps: Pick<Deps, 'issuer' | 'random' | 'formPostWords' | 'log'>,
  { error, description, status }: AuthorizationError,
  { returnAddress, endpoint, headers }: { returnAddress: ReturnAddress; endpoint: string; headers: Headers },
): Response {
  const { clientId } = returnAddress;
  deps.log.refused({ endpoint, status, error, description, clientId });
  const outcome = { kind: 'error', error, description } as const;
  return answerClient(deps, { outcome, returnAddress, acceptLanguage: headers.get('accept-language') });
}

/**
 * Only a person's own navigation may begin or finish a sign-in. Next's client router and browsers that prefetch would
 * fetch this address a second time, and a code would be issued to nobody. A refusal makes browsers drop the prefetch.
 */
export function refuseSpeculation(headers: Headers): void {
  const prefetches = ['sec-purpose', 'purpose', 'x-moz'].some((name) =>
    headers.get(name)?.includes('prefetch'),
  );
  const routed = [...headers.keys()].some((name) => name === 'rsc' || name.startsWith('next-router-'));
  if (prefetches || routed) throw new OAuthError('invalid_request', 'A sign-in cannot be fetched ahead.');
}
