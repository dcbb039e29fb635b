'use server';
// The typed code, and the wish for another message. Both end in a redirect: to the page with the outcome, or, once, to
// the client with an authorization code. The code is issued here, in a function call: a redirect through a route of our
// own would be fetched a second time by a client router (docs/decisions/0003).
import { redirect } from 'next/navigation';
import { after } from 'next/server';
import { answerChallenge } from '@/lib/login/answer-challenge';
import type { Interaction } from '@/lib/login/interaction';
import { resendCode } from '@/lib/login/resend-code';
import { findNeededConsent } from '@/lib/oidc/consent';
import { runtime } from '@/lib/runtime/boot';
import type { Runtime } from '@/lib/runtime/compose';
import { type OpenInteraction, openInteraction, saveInteraction, textOf } from '@/lib/web/answer';
import { heldCookies, requestContext } from '@/lib/web/browser';
import { goOn, holdSignedIn, leaveBlocked, leaveForClient } from '@/lib/web/signed-in';
import { isProvenByLink } from '@/lib/web/waiting';

export async function submitCode(form: FormData): Promise<void> {
  const latchkey = await runtime();
  const open = await openInteraction(latchkey, form, 'code');
  const { interaction, client, step } = open;
  const { asked } = interaction;
  if (asked === null) return redirect(step('identifier'));
  const typed = textOf(form, 'code');
  // The page shows whether the link was opened meanwhile; only one that is still waited for is worth a sentence.
  if (asked.sendMode === 'link' && typed.trim() === '') {
    await saveInteraction(latchkey, { ...interaction, outcome: { kind: 'link_not_opened' } });
    return redirect(step('code'));
  }

  const subject = latchkey.subjectOf(asked.identifier);
  const context = await requestContext(latchkey, { interaction, subject });
  const finishes = (await findNeededConsent(latchkey.deps, interaction.request)) === null;
  const answered = await answerChallenge(latchkey.login, {
    interaction,
    asked,
    applicationName: client.name,
    typed,
    finishes,
    replacedSessionSecret: latchkey.cookies.readSession(await heldCookies()),
    context,
  });
  switch (answered.kind) {
    case 'signed_in':
      await holdSignedIn(latchkey, answered, context.now);
      return finishes
        ? leaveForClient(latchkey, interaction, answered)
        : goOn(latchkey, { ...interaction, outcome: null });
    case 'blocked':
      return leaveBlocked(latchkey, interaction);
    case 'cancelled':
    case 'ended':
      return end(latchkey, open, answered.kind);
    case 'problem':
      if (answered.problem.kind === 'code_expired') return resend(latchkey, open, answered.problem);
      await saveInteraction(latchkey, {
        ...interaction,
        outcome: answered.problem,
        finished: answered.problem.kind === 'too_many_tries' ? 'too_many_tries' : null,
      });
      return redirect(step('code'));
  }
}

export async function resendMessage(form: FormData): Promise<void> {
  const latchkey = await runtime();
  return resend(latchkey, await openInteraction(latchkey, form, 'code'), null);
}

/** Sends again; `because` is said instead of "sent again" where the person did not ask for it. */
async function resend(
  latchkey: Runtime,
  open: OpenInteraction,
  because: Interaction['outcome'],
): Promise<void> {
  const { interaction, client, step } = open;
  const { asked } = interaction;
  if (asked === null) return redirect(step('identifier'));
  const subject = latchkey.subjectOf(asked.identifier);
  const context = await requestContext(latchkey, { interaction, subject });
  const resent = await resendCode(latchkey.login, {
    interaction,
    asked,
    applicationName: client.name,
    context,
  });
  switch (resent.kind) {
    case 'resent': {
      const { message, newCode } = resent;
      if (message !== null) after(() => latchkey.send(message));
      const outcome = because ?? { kind: 'sent_again', newCode };
      await saveInteraction(latchkey, { ...interaction, asked: resent.asked, outcome });
      return redirect(step('code'));
    }
    case 'problem': {
      const { problem } = resent;
      const finished = problem.kind === 'too_many_tries' ? problem.kind : null;
      await saveInteraction(latchkey, { ...interaction, outcome: problem, finished });
      return redirect(step('code'));
    }
    case 'cancelled':
    case 'ended':
      return end(latchkey, open, resent.kind);
  }
}

/** Over, without this page's doing: the page says how. Where its link was opened here meanwhile, the client waits. */
async function end(
  latchkey: Runtime,
  { interaction, step }: OpenInteraction,
  how: 'cancelled' | 'ended',
): Promise<void> {
  if (await isProvenByLink(latchkey.login, interaction)) return redirect(step('done'));
  await saveInteraction(latchkey, {
    ...interaction,
    finished: how === 'cancelled' ? 'cancelled' : 'signed_in',
  });
  return redirect(step('code'));
}
