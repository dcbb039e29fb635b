// What an authorization request leads to: a person at the login page, a code at once, or a refusal. A pure choice.
// OpenID Connect Core §3.1.2.1 (prompt, max_age), §3.1.2.3, §3.1.2.6.
import type { AuthorizationRequest } from '@/lib/oidc/authorization-request';
import type { ActiveSession } from './session';

export type NextStep = Readonly<
  | { kind: 'log_in' }
  | { kind: 'issue_code'; session: ActiveSession }
  /** prompt=none and nobody usable is signed in. */
  | { kind: 'refuse'; error: 'login_required' }
>;

/**
 * The session counts unless the request asks for fresh proof (prompt=login, select_account), it is older than max_age,
 * or the request's id_token_hint names someone else.
 */
export function decideNextStep(
  request: AuthorizationRequest,
  session: ActiveSession | null,
  now: Date,
): NextStep {
  if (session !== null && isUsable(request, session, now)) return { kind: 'issue_code', session };
  return request.prompt.includes('none') ? { kind: 'refuse', error: 'login_required' } : { kind: 'log_in' };
}

function isUsable(request: AuthorizationRequest, session: ActiveSession, now: Date): boolean {
  if (request.prompt.includes('login') || request.prompt.includes('select_account')) return false;
  if (request.hintedSubject !== null && request.hintedSubject !== session.accountId) return false;
  if (request.maxAgeSeconds === null) return true;
  return now.getTime() - session.authenticatedAt.getTime() <= request.maxAgeSeconds * 1000;
}
