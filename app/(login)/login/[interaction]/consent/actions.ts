'use server';
// The answer to whether the client may have what it asks for, once: to the client with what it was allowed, or with nothing.
import { redirect } from 'next/navigation';
import { allowClient, declineClient } from '@/lib/login/consent';
import { type Interaction, newInteraction } from '@/lib/login/interaction';
import { runtime } from '@/lib/runtime/boot';
import type { Runtime } from '@/lib/runtime/compose';
import { openInteraction, saveInteraction, stepPath, textOf } from '@/lib/web/answer';
import { requestContext } from '@/lib/web/browser';
import { askedConsent, askedSession } from '@/lib/web/consent';
import { leaveForClient, leaveRefused } from '@/lib/web/signed-in';

export async function answerConsent(form: FormData): Promise<void> {
  const latchkey = await runtime();
  const { interaction, step } = await openInteraction(latchkey, form, 'consent');
  const session = await askedSession(latchkey, interaction);
  // The page says so where nobody is signed in here any more.
  if (session === null) return redirect(step('consent'));
  const answer = {
    interaction,
    session,
    consent: await askedConsent(latchkey, interaction),
    origin: await requestContext(latchkey, { interaction, subject: null }),
  };
  switch (textOf(form, 'decision')) {
    case 'allow': {
      const allowed = await allowClient({ ...latchkey.login, consents: latchkey.consents }, answer);
      if (allowed.kind === 'answered') return leaveForClient(latchkey, interaction, allowed);
      return explain(latchkey, interaction, allowed.kind);
    }
    case 'decline': {
      const { kind } = await declineClient(latchkey, answer);
      if (kind === 'answered') return leaveRefused(latchkey, interaction, DECLINED);
      return explain(latchkey, interaction, kind);
    }
    default:
      return redirect(step('consent'));
  }
}

/** Nothing was written: the page says why. */
async function explain(
  latchkey: Runtime,
  interaction: Interaction,
  why: 'answered_before' | 'ended',
): Promise<void> {
  if (why === 'answered_before') await saveInteraction(latchkey, { ...interaction, finished: 'signed_in' });
  return redirect(stepPath(interaction.id, 'consent'));
}

/** The same request, for whoever says who they are next. */
export async function chooseOtherAccount(form: FormData): Promise<void> {
  const latchkey = await runtime();
  const { interaction } = await openInteraction(latchkey, form, 'consent');
  const begun = newInteraction({
    id: latchkey.login.random.id(),
    createdAt: latchkey.clock().getTime(),
    request: { ...interaction.request, loginHint: null },
  });
  await saveInteraction(latchkey, { ...begun, chosenLanguage: interaction.chosenLanguage });
  return redirect(stepPath(begun.id, 'identifier'));
}

/** Auth0's words. */
const DECLINED = { error: 'access_denied', description: 'User did not authorize the request' } as const;
