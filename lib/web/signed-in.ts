// What every proof ends with, whether a code was typed or a link opened: the browser holds a session, a notice goes out where
// one is due, and the client gets its answer, once. The browser leaves for the client in the answer to the form: a redirect
// through a route of our own would be fetched a second time by a client router (docs/decisions/0003).
import type { SignedIn } from '@/lib/login/answer-challenge';
import { finishSignIn } from '@/lib/login/finish-login';
import type { Interaction, Refusal } from '@/lib/login/interaction';
import { type AuthorizationOutcome, addressOutcome } from '@/lib/oidc/authorization-response';
import { findNeededConsent } from '@/lib/oidc/consent';
import { type Issued, outcomeOf } from '@/lib/oidc/front-channel';
import type { Runtime } from '@/lib/runtime/compose';
import { saveInteraction, stepPath } from './answer';
import type { Browser } from './browser';
import { goTo, type Outcome } from './outcome';

/** A new session, and a browser that is known from now on. */
export async function holdSignedIn(
  { cookies, login }: Runtime,
  browser: Browser,
  { sessionSecret, sessionExpiresAt, subject, notice, now }: SignedIn & Readonly<{ now: Date }>,
): Promise<Pick<Outcome, 'setCookies' | 'messages'>> {
  const known = (await cookies.readKnownBrowser(browser.cookies)) ?? { id: login.random.id(), subjects: [] };
  const lifetimeSeconds = Math.floor((sessionExpiresAt.getTime() - now.getTime()) / 1000);
  return {
    setCookies: [
      cookies.holdSession(sessionSecret, lifetimeSeconds),
      await cookies.holdKnownBrowser(known, subject),
    ],
    messages: notice === null ? [] : [notice],
  };
}

/**
 * On from a proof that gave the client nothing yet, in whichever tab asks first: to the client, or to the question whether it
 * may have what it asks for.
 */
export async function goOn(runtime: Runtime, browser: Browser, interaction: Interaction): Promise<Outcome> {
  const consent = await findNeededConsent(runtime.deps, interaction.request);
  const going = await finishSignIn(runtime.login, { interaction, consent, now: runtime.clock() });
  const { id } = interaction;
  switch (going.kind) {
    case 'finished':
      return leaveForClient(runtime, browser, { interaction, issued: going });
    case 'consent_required': {
      const asked = { ...interaction, outcome: null, sessionId: going.sessionId };
      return goTo(stepPath(id, 'consent'), await saveInteraction(runtime, browser, asked));
    }
    case 'problem': {
      const troubled = { ...interaction, outcome: going.problem };
      return goTo(stepPath(id, 'code'), await saveInteraction(runtime, browser, troubled));
    }
    case 'cancelled':
    case 'ended': {
      const finished = going.kind === 'cancelled' ? 'cancelled' : 'signed_in';
      const over = { ...interaction, finished } as const;
      return goTo(stepPath(id, 'code'), await saveInteraction(runtime, browser, over));
    }
  }
}

/** To the client, once. A form_post answer leaves by a page of its own, which finds what it carries in the sealed cookie. */
export async function leaveForClient(
  runtime: Runtime,
  browser: Browser,
  { interaction, issued }: { interaction: Interaction; issued: Issued },
): Promise<Outcome> {
  const { request } = interaction;
  if (request.responseMode === 'form_post') {
    const { authorizationCode, tokenFamilyId } = issued;
    const carried = { authorizationCode, tokenFamilyId };
    return goTo(
      `/login/${interaction.id}/return`,
      await saveInteraction(runtime, browser, {
        ...interaction,
        outcome: null,
        finished: 'signed_in',
        issued: carried,
      }),
    );
  }
  return leaveWith(runtime, browser, {
    interaction,
    outcome: await outcomeOf(runtime.deps, { request, issued }),
  });
}

/** Tells the client that this person may not sign in: they proved who they are, and an operator blocked them. */
export async function leaveBlocked(
  runtime: Runtime,
  browser: Browser,
  interaction: Interaction,
): Promise<Outcome> {
  const refusal = { error: 'unauthorized', description: 'user is blocked' } as const;
  return leaveRefused(runtime, browser, { interaction, refusal });
}

/** To the client, which is given nothing; by the same ways. */
export async function leaveRefused(
  runtime: Runtime,
  browser: Browser,
  { interaction, refusal }: { interaction: Interaction; refusal: Refusal },
): Promise<Outcome> {
  if (interaction.request.responseMode === 'form_post') {
    const carrying = { ...interaction, outcome: null, finished: 'signed_in', refusal } as const;
    return goTo(`/login/${interaction.id}/return`, await saveInteraction(runtime, browser, carrying));
  }
  return leaveWith(runtime, browser, { interaction, outcome: { kind: 'error', ...refusal } });
}

async function leaveWith(
  runtime: Runtime,
  browser: Browser,
  { interaction, outcome }: { interaction: Interaction; outcome: AuthorizationOutcome },
): Promise<Outcome> {
  const answer = addressOutcome(outcome, interaction.request, runtime.environment.issuer);
  return goTo(
    answer.kind === 'redirect' ? answer.location : `/login/${interaction.id}/return`,
    await saveInteraction(runtime, browser, { ...interaction, outcome: null, finished: 'signed_in' }),
  );
}
