// Who may make a passkey: whoever was proven a moment ago, in this interaction and this browser, and only where it is offered.
import { expect, it } from 'vitest';
import { LINK_FRESHNESS_SECONDS } from '@/lib/login/account-links';
import type { FoundChallenge } from '@/lib/login/challenge';
import { type Interaction, newInteraction } from '@/lib/login/interaction';
import type { ActiveSession } from '@/lib/login/session';
import { findOffered } from '@/lib/web/passkeys';
import { REQUEST } from '@/tests/store/conformance/sign-in-desk';

const NOW = new Date('2026-11-20T14:02:31Z');
const secondsAgo = (seconds: number) => new Date(NOW.getTime() - seconds * 1000);

type Stored = Readonly<{
  isOffered?: boolean;
  /** What the browser holds. */
  secret?: string | null;
  session?: Partial<Pick<ActiveSession, 'id' | 'authenticatedAt'>> | null;
  challenge?: Partial<Pick<FoundChallenge, 'state' | 'interactionId' | 'isReturned' | 'sessionId'>> | null;
  asked?: Interaction['asked'];
}>;

const ASKED = { challengeId: 'c1' } as Interaction['asked'];

async function offeredTo({
  isOffered = true,
  secret = 'secret',
  session,
  challenge,
  asked = ASKED,
}: Stored = {}) {
  const held = { id: 's1', accountId: 'email|ann', authenticatedAt: NOW } as ActiveSession;
  const found = {
    state: 'proven',
    interactionId: 'i1',
    isReturned: false,
    sessionId: 's1',
  } as FoundChallenge;
  const offered = await findOffered(
    {
      clock: () => NOW,
      passkeys: { isOffered: () => isOffered },
      cookies: { readSession: () => secret },
      sessions: { findActive: async () => (session === null ? null : { ...held, ...session }) },
      login: {
        challenges: { find: async () => (challenge === null ? null : { ...found, ...challenge }) },
      },
    },
    { cookies: new Map() },
    { ...newInteraction({ id: 'i1', createdAt: NOW.getTime(), request: REQUEST }), asked },
  );
  return offered?.accountId ?? null;
}

it('is whoever was just proven', async () => {
  expect(await offeredTo()).toBe('email|ann');
  expect(await offeredTo({ session: { authenticatedAt: secondsAgo(LINK_FRESHNESS_SECONDS) } })).toBe(
    'email|ann',
  );
});

it.each<[string, Stored]>([
  ['ten minutes later (FRM-9)', { session: { authenticatedAt: secondsAgo(LINK_FRESHNESS_SECONDS + 1) } }],
  ['in a session that this proof did not begin (FRM-3, FRM-4)', { session: { id: 's2' } }],
  ['in a session that has ended (FRM-7)', { session: null }],
  [
    'in a session that has ended, where the proof began none (FRM-7)',
    { session: null, challenge: { sessionId: null } },
  ],
  ['in a browser that is not signed in (FRM-6)', { secret: null }],
  ['before the code is right (FRM-8)', { challenge: { state: 'open' } }],
  ['before a code was asked for (FRM-8)', { asked: null }],
  ['by the proof of another interaction (FRM-8)', { challenge: { interactionId: 'i2' } }],
  ['once the client has its answer (FRM-8)', { challenge: { isReturned: true } }],
  ['of whose proof nothing is left (FRM-8)', { challenge: null }],
  ['while an operator offers none (FRM-8)', { isOffered: false }],
])('is nobody %s', async (_, stored) => {
  expect(await offeredTo(stored)).toBeNull();
});
