// The answer to whether the client may have what it asks for, once: to the client with what it was allowed, or with nothing.
import { allowClient, declineClient } from '@/lib/login/consent';
import { type Interaction, newInteraction } from '@/lib/login/interaction';
import type { Runtime } from '@/lib/runtime/compose';
import { openInteraction, saveInteraction, stepPath, textOf } from '@/lib/web/answer';
import { type Browser, requestContext } from '@/lib/web/browser';
import { askedConsent, askedSession } from '@/lib/web/consent';
import { goTo, type Outcome } from '@/lib/web/outcome';
import { leaveForClient, leaveRefused } from '@/lib/web/signed-in';

export async function takeConsent(latchkey: Runtime, browser: Browser, form: FormData): Promise<Outcome> {
  const open = await openInteraction(latchkey, browser, { form, posted: 'consent' });
  if (open.kind === 'closed') return open.outcome;
  const { interaction, step } = open;
  const session = askedSession(latchkey, browser, interaction);
  // The page says so where nobody is signed in here any more.
  if (session === null) return goTo(step('consent'));
  const answer = {
    interaction,
    session,
    consent: await askedConsent(latchkey, interaction),
    origin: await requestContext(latchkey, browser, { interaction, subject: null }),
  };
  switch (textOf(form, 'decision')) {
    case 'allow': {
      const allowed = await allowClient({ ...latchkey.login, consents: latchkey.consents }, answer);
      if (allowed.kind === 'answered')
        return leaveForClient(latchkey, browser, { interaction, issued: allowed });
      return explain(latchkey, browser, { interaction, why: allowed.kind });
    }
    case 'decline': {
      const { kind } = await declineClient(latchkey, answer);
      if (kind === 'answered') return leaveRefused(latchkey, browser, { interaction, refusal: DECLINED });
      return explain(latchkey, browser, { interaction, why: kind });
    }
    default:
      return goTo(step('consent'));
  }
}

/** Nothing was written: the page says why. */
async function explain(
  latchkey: Runtime,
  browser: Browser,
  { interaction, why }: { interaction: Interaction; why: 'answered_before' | 'ended' },
): Promise<Outcome> {
  const page = stepPath(interaction.id, 'consent');
  if (why !== 'answered_before') return goTo(page);
  return goTo(page, await saveInteraction(latchkey, browser, { ...interaction, finished: 'signed_in' }));
}

/** The same request, for whoever says who they are next. */
export async function takeOtherAccount(
  latchkey: Runtime,
  browser: Browser,
  form: FormData,
): Promise<Outcome> {
  const open = await openInteraction(latchkey, browser, { form, posted: 'consent' });
  if (open.kind === 'closed') return open.outcome;
  const { interaction } = open;
  const begun = newInteraction({
    id: latchkey.login.random.id(),
    createdAt: latchkey.clock().getTime(),
    request: { ...interaction.request, loginHint: null },
  });
  const { chosenLanguage } = interaction;
  return goTo(
    stepPath(begun.id, 'identifier'),
    await saveInteraction(latchkey, browser, { ...begun, chosenLanguage }),
  );
}

/** Auth0's words. */
const DECLINED = { error: 'access_denied', description: 'User did not authorize the request' } as const;
