import { describe, expect, it } from 'vitest';
import { decideNextStep } from '@/lib/login/next-step';
import type { ActiveSession } from '@/lib/login/session';
import type { AuthorizationRequest } from '@/lib/oidc/authorization-request';
import { REQUEST } from '@/tests/store/conformance/sign-in-desk';

const NOW = new Date('2026-11-20T12:00:00.000Z');
const SESSION: ActiveSession = {
  id: 'sid1',
  accountId: 'email|65f0a1b2c3d4e5f60718293a',
  authenticatedAt: new Date(NOW.getTime() - 60_000),
};

const decide = (request: Partial<AuthorizationRequest>, session: ActiveSession | null = SESSION) =>
  decideNextStep({ request: { ...REQUEST, ...request }, session, now: NOW });

const ISSUE = { kind: 'issue', session: SESSION };
const INTERACT = { kind: 'interact' };
const REFUSE = { kind: 'refuse', error: 'login_required', description: 'Login required' };

/** OpenID Connect Core §3.1.2.1, §3.1.2.3; STA-6. */
describe('an authorization request in a browser that is signed in', () => {
  it.each<[string, Partial<AuthorizationRequest>, object]>([
    ['is answered at once', {}, ISSUE],
    ['with prompt=none as well', { prompt: ['none'] }, ISSUE],
    ['with prompt=consent as well: there is nothing to consent to', { prompt: ['consent'] }, ISSUE],
    ['asks anew with prompt=login', { prompt: ['login'] }, INTERACT],
    ['asks anew with prompt=select_account', { prompt: ['select_account'] }, INTERACT],
    ['asks anew with prompt=consent login', { prompt: ['consent', 'login'] }, INTERACT],
    ['is answered while the login is no older than max_age', { maxAgeSeconds: 60 }, ISSUE],
    ['asks anew when it is older', { maxAgeSeconds: 59 }, INTERACT],
    ['asks anew with max_age=0', { maxAgeSeconds: 0 }, INTERACT],
    [
      'is refused with prompt=none when it is older than max_age',
      { maxAgeSeconds: 59, prompt: ['none'] },
      REFUSE,
    ],
    ['is answered when the hint names this person', { hintedSubject: SESSION.accountId }, ISSUE],
    ['asks anew when the hint names somebody else', { hintedSubject: 'email|other' }, INTERACT],
    [
      'is refused with prompt=none when the hint names somebody else',
      { hintedSubject: 'email|other', prompt: ['none'] },
      REFUSE,
    ],
    ['is answered although another connection is asked for (contract §4)', { connection: 'email' }, ISSUE],
  ])('%s', (_, request, step) => {
    expect(decide(request)).toEqual(step);
  });
});

describe('an authorization request in any other browser', () => {
  it.each<[string, Partial<AuthorizationRequest>, object]>([
    ['asks', {}, INTERACT],
    ['asks, hint or not', { hintedSubject: SESSION.accountId }, INTERACT],
    ['is refused with prompt=none', { prompt: ['none'] }, REFUSE],
  ])('%s', (_, request, step) => {
    expect(decide(request, null)).toEqual(step);
  });
});
