// The typed code, and the wish for another message. Both end at the page with the outcome, or, once, at the client with an
// authorization code.
import { answerChallenge } from '@/lib/login/answer-challenge';
import type { Interaction } from '@/lib/login/interaction';
import { resendCode } from '@/lib/login/resend-code';
import { findNeededConsent } from '@/lib/oidc/consent';
import type { Runtime } from '@/lib/runtime/compose';
import { type OpenInteraction, openInteraction, saveInteraction, textOf } from '@/lib/web/answer';
import { type Browser, requestContext } from '@/lib/web/browser';
import { goTo, type Outcome } from '@/lib/web/outcome';
import { offerPasskey, wantsPasskeyOffer } from '@/lib/web/passkeys';
import { goOn, holdSignedIn, leaveBlocked, leaveForClient } from '@/lib/web/signed-in';
import { isProvenByLink } from '@/lib/web/waiting';

export async function takeCode(latchkey: Runtime, browser: Browser, form: FormData): Promise<Outcome> {
  const open = await openInteraction(latchkey, browser, { form, posted: 'code' });
  if (open.kind === 'closed') return open.outcome;
  const { interaction, client, step } = open;
  const { asked } = interaction;
  if (asked === null) return goTo(step('identifier'));
  const typed = textOf(form, 'code');
  // The page shows whether the link was opened meanwhile; only one that is still waited for is worth a sentence.
  if (asked.sendMode === 'link' && typed.trim() === '') {
    const outcome = { kind: 'link_not_opened' } as const;
    return goTo(step('code'), await saveInteraction(latchkey, browser, { ...interaction, outcome }));
  }

  const subject = latchkey.subjectOf(asked.identifier);
  const context = await requestContext(latchkey, browser, { interaction, subject });
  const offersPasskey = wantsPasskeyOffer(latchkey, browser, form);
  const finishes = !offersPasskey && (await findNeededConsent(latchkey.deps, interaction.request)) === null;
  const answered = await answerChallenge(latchkey.login, {
    interaction,
    asked,
    applicationName: client.name,
    typed,
    finishes,
    replacedSessionSecret: latchkey.cookies.readSession(browser.cookies),
    context,
  });
  switch (answered.kind) {
    case 'signed_in': {
      const held = await holdSignedIn(latchkey, browser, { ...answered, now: context.now });
      const left = offersPasskey
        ? await offerPasskey(latchkey, browser, interaction)
        : finishes
          ? await leaveForClient(latchkey, browser, { interaction, issued: answered })
          : await goOn(latchkey, browser, { ...interaction, outcome: null });
      return goTo(left.location, held, left);
    }
    case 'blocked':
      return leaveBlocked(latchkey, browser, interaction);
    case 'cancelled':
    case 'ended':
      return end(latchkey, browser, { open, how: answered.kind });
    case 'problem': {
      const { problem } = answered;
      if (problem.kind === 'code_expired') return resend(latchkey, browser, { open, because: problem });
      const finished = problem.kind === 'too_many_tries' ? problem.kind : null;
      return goTo(
        step('code'),
        await saveInteraction(latchkey, browser, { ...interaction, outcome: problem, finished }),
      );
    }
  }
}

export async function takeResend(latchkey: Runtime, browser: Browser, form: FormData): Promise<Outcome> {
  const open = await openInteraction(latchkey, browser, { form, posted: 'code' });
  return open.kind === 'closed' ? open.outcome : resend(latchkey, browser, { open, because: null });
}

/** Sends again; `because` is said instead of "sent again" where the person did not ask for it. */
async function resend(
  latchkey: Runtime,
  browser: Browser,
  { open, because }: { open: OpenInteraction; because: Interaction['outcome'] },
): Promise<Outcome> {
  const { interaction, client, step } = open;
  const { asked } = interaction;
  if (asked === null) return goTo(step('identifier'));
  const subject = latchkey.subjectOf(asked.identifier);
  const context = await requestContext(latchkey, browser, { interaction, subject });
  const resent = await resendCode(latchkey.login, {
    interaction,
    asked,
    applicationName: client.name,
    context,
  });
  switch (resent.kind) {
    case 'resent': {
      const { message, newCode } = resent;
      const outcome = because ?? { kind: 'sent_again', newCode };
      return goTo(
        step('code'),
        await saveInteraction(latchkey, browser, { ...interaction, asked: resent.asked, outcome }),
        { messages: message === null ? [] : [message] },
      );
    }
    case 'problem': {
      const { problem } = resent;
      const finished = problem.kind === 'too_many_tries' ? problem.kind : null;
      return goTo(
        step('code'),
        await saveInteraction(latchkey, browser, { ...interaction, outcome: problem, finished }),
      );
    }
    case 'cancelled':
    case 'ended':
      return end(latchkey, browser, { open, how: resent.kind });
  }
}

/** Over, without this page's doing: the page says how. Where its link was opened here meanwhile, the client waits. */
async function end(
  latchkey: Runtime,
  browser: Browser,
  { open, how }: { open: OpenInteraction; how: 'cancelled' | 'ended' },
): Promise<Outcome> {
  const { interaction, step } = open;
  if (await isProvenByLink(latchkey.login, interaction)) return goTo(step('done'));
  const finished = how === 'cancelled' ? 'cancelled' : 'signed_in';
  return goTo(step('code'), await saveInteraction(latchkey, browser, { ...interaction, finished }));
}
