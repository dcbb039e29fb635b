'use server';
// What may be done with a link, each by a press: sign in in the browser that asked for it, sign in on this device where the
// connection allows it, stop the sign-in. Whatever is not possible any more ends at the page that says why.
import { openLink, openLinkElsewhere, stopSignIn } from '@/lib/login/open-link';
import { findNeededConsent } from '@/lib/oidc/consent';
import type { Runtime } from '@/lib/runtime/compose';
import { saveInteraction, stepPath, textOf } from '@/lib/web/answer';
import { type Browser, requestContext } from '@/lib/web/browser';
import { findSession, linkPath } from '@/lib/web/link-visit';
import { answerForm } from '@/lib/web/next-door';
import { goTo, type Outcome } from '@/lib/web/outcome';
import { goOn, holdSignedIn, leaveBlocked, leaveForClient } from '@/lib/web/signed-in';
import { visitInteraction } from '@/lib/web/visit';

export async function openHere(form: FormData): Promise<void> {
  return answerForm(takeOpening, form);
}

export async function openElsewhere(form: FormData): Promise<void> {
  return answerForm(takeOpeningElsewhere, form);
}

export async function stop(form: FormData): Promise<void> {
  return answerForm(takeStop, form);
}

/**
 * With `finish` a person pressed, and this tab leaves for the client. Without it the script sent the form, and the tab that
 * waits may be the one the client expects.
 */
async function takeOpening(latchkey: Runtime, browser: Browser, form: FormData): Promise<Outcome> {
  const magicLinkToken = textOf(form, 'link');
  const visit = await visitInteraction(latchkey, browser, textOf(form, 'interaction'));
  if (visit.kind !== 'open' || visit.interaction.asked === null) return goTo(linkPath(magicLinkToken));

  const { interaction, client } = visit;
  const subject = latchkey.subjectOf(visit.interaction.asked.identifier);
  const context = await requestContext(latchkey, browser, { interaction, subject });
  const isPressed = textOf(form, 'finish') !== '';
  const finishesHere = isPressed && (await findNeededConsent(latchkey.deps, interaction.request)) === null;
  const opened = await openLink(latchkey.login, {
    magicLinkToken,
    interaction,
    applicationName: client.name,
    finishesHere,
    replacedSessionSecret: latchkey.cookies.readSession(browser.cookies),
    context,
  });
  switch (opened.kind) {
    case 'dead':
      return goTo(linkPath(magicLinkToken));
    case 'blocked':
      return leaveBlocked(latchkey, browser, interaction);
    case 'signed_in': {
      const held = await holdSignedIn(latchkey, browser, { ...opened, now: context.now });
      if (isPressed) {
        const left = finishesHere
          ? await leaveForClient(latchkey, browser, { interaction, issued: opened })
          : await goOn(latchkey, browser, interaction);
        return goTo(left.location, held, left);
      }
      const proven = { ...interaction, outcome: null, provenByLink: true };
      return goTo(stepPath(interaction.id, 'done'), held, await saveInteraction(latchkey, browser, proven));
    }
  }
}

/** Needs the tick where somebody else is signed in here, as stopping always does. */
async function takeOpeningElsewhere(latchkey: Runtime, browser: Browser, form: FormData): Promise<Outcome> {
  const magicLinkToken = textOf(form, 'link');
  const opened = await openLinkElsewhere(latchkey.login, {
    magicLinkToken,
    applicationNameOf: async (clientId) => (await latchkey.clients.find(clientId))?.name ?? '',
    accountId: (await findSession(latchkey, browser))?.accountId ?? null,
    mayEndOther: textOf(form, 'confirm') !== '',
    replacedSessionSecret: latchkey.cookies.readSession(browser.cookies),
    contextOf: (subject) => requestContext(latchkey, browser, { interaction: null, subject }),
  });
  if (opened.kind === 'unconfirmed') return goTo(`${linkPath(magicLinkToken)}?confirm=missing`);
  if (opened.kind !== 'signed_in') return goTo(linkPath(magicLinkToken));
  const held = await holdSignedIn(latchkey, browser, { ...opened, now: latchkey.clock() });
  return goTo(linkPath(magicLinkToken, 'done'), held);
}

/** Needs the tick: software that presses every button stops nobody's sign-in. */
async function takeStop(latchkey: Runtime, browser: Browser, form: FormData): Promise<Outcome> {
  const magicLinkToken = textOf(form, 'link');
  const page = linkPath(magicLinkToken, 'stop');
  // This browser holds nothing of the sign-in that could remember the empty box.
  if (textOf(form, 'confirm') === '') return goTo(`${page}?confirm=missing`);
  const context = await requestContext(latchkey, browser, { interaction: null, subject: null });
  await stopSignIn(latchkey.login, { magicLinkToken, context });
  return goTo(page);
}
