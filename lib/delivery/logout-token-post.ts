// Posts a logout token to a client's back channel, and reads nothing of the answer but its status.
// OpenID Connect Back-Channel Logout 1.0 §2.5, §2.8.
import type { TellDeps } from '@/lib/login/logout-notice';
import type { SendOutcome } from '@/lib/login/message';
import type { GuardedFetch, OutboundOutcome } from './guarded-fetch';

/** Posts by way of the guarded fetch, so that an address is called only where this installation calls addresses. */
export function createLogoutTokenPost(fetch: GuardedFetch): TellDeps['postLogoutToken'] {
  return async ({ uri, logoutToken, signal }) =>
    outcomeOf(
      await fetch({
        url: uri,
        headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Cache-Control': 'no-store' },
        body: new URLSearchParams({ logout_token: logoutToken }).toString(),
        signal,
      }),
    );
}

/** What a client may say soon in other words: too slow, too early, too many. */
const PASSING = new Set([408, 425, 429]);

/** 204 is what frameworks make of an empty 200. Anything below 500 is about this very token, which will not get better. */
function outcomeOf(outcome: OutboundOutcome): SendOutcome {
  switch (outcome.kind) {
    case 'answered': {
      const { status } = outcome;
      if (status === 200 || status === 204) return { kind: 'accepted', providerMessageId: null };
      return { kind: 'refused', reason: `${status}`, permanent: status < 500 && !PASSING.has(status) };
    }
    case 'refused':
      return { ...outcome, permanent: true };
    default:
      return outcome;
  }
}
