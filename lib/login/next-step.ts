// What an authorization request leads to: a person at the login page, a code at once, or a refusal. A pure choice.
// OpenID Connect Core §3.1.2.1 (prompt, max_age), §3.1.2.3, §3.1.2.6.
import type { AuthorizationRequest } from '@/lib/oidc/authorization-request';
import type { ActiveSession } from './session';

export type NextStep = Readonly<
  /** The session answers for the person: no page is shown. */
  | { kind: 'issue'; session: ActiveSession }
  /** Somebody has to be asked. */
  | { kind: 'interact' }
  /** Somebody would have to be asked, and the request forbids it (prompt=none). */
  | { kind: 'refuse'; error: 'login_required'; description: string }
>;

/**
 * The session counts unless the request asks for fresh proof (prompt=login, select_account), it is older than max_age,
 * or the request's id_token_hint names someone else.
 */
export function decideNextStep({
  request,
  session,
  now,
}: {
  request: AuthorizationRequest;
  session: ActiveSession | null;
  now: Date;
}): NextStep {
  if (session !== null && isUsable(request, session, now)) return { kind: 'issue', session };
  return request.prompt.includes('none')
    ? { kind: 'refuse', error: 'login_required', description: 'Login required' }
    : { kind: 'interact' };
}

function isUsable(request: AuthorizationRequest, session: ActiveSession, now: Date): boolean {
  if (request.prompt.includes('login') || request.prompt.includes('select_account')) return false;
  if (request.hintedSubject !== null && request.hintedSubject !== session.accountId) return false;
  if (request.maxAgeSeconds === null) return true;
  return now.getTime() - session.authenticatedAt.getTime() <= request.maxAgeSeconds * 1000;
}
