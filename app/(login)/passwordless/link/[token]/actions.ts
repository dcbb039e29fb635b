'use server';
// What may be done with a link, each by a press: sign in in the browser that asked for it, sign in on this device where the
// connection allows it, stop the sign-in. Whatever is not possible any more ends at the page that says why.
import { redirect } from 'next/navigation';
import { openLink, openLinkElsewhere, stopSignIn } from '@/lib/login/open-link';
import { findNeededConsent } from '@/lib/oidc/consent';
import { runtime } from '@/lib/runtime/boot';
import { saveInteraction, stepPath, textOf } from '@/lib/web/answer';
import { heldCookies, requestContext, requireSameOrigin } from '@/lib/web/browser';
import { findSession, linkPath } from '@/lib/web/link-visit';
import { goOn, holdSignedIn, leaveBlocked, leaveForClient } from '@/lib/web/signed-in';
import { visitInteraction } from '@/lib/web/visit';

/**
 * With `finish` a person pressed, and this tab leaves for the client. Without it the script sent the form, and the tab that
 * waits may be the one the client expects.
 */
export async function openHere(form: FormData): Promise<void> {
  const latchkey = await runtime();
  await requireSameOrigin(latchkey);
  const magicLinkToken = textOf(form, 'link');
  const visit = await visitInteraction(latchkey, textOf(form, 'interaction'));
  if (visit.kind !== 'open' || visit.interaction.asked === null) return redirect(linkPath(magicLinkToken));

  const { interaction, client } = visit;
  const subject = latchkey.subjectOf(visit.interaction.asked.identifier);
  const context = await requestContext(latchkey, { interaction, subject });
  const isPressed = textOf(form, 'finish') !== '';
  const finishesHere = isPressed && (await findNeededConsent(latchkey.deps, interaction.request)) === null;
  const opened = await openLink(latchkey.login, {
    magicLinkToken,
    interaction,
    applicationName: client.name,
    finishesHere,
    replacedSessionSecret: latchkey.cookies.readSession(await heldCookies()),
    context,
  });
  switch (opened.kind) {
    case 'dead':
      return redirect(linkPath(magicLinkToken));
    case 'blocked':
      return leaveBlocked(latchkey, interaction);
    case 'signed_in': {
      await holdSignedIn(latchkey, opened, context.now);
      if (finishesHere) return leaveForClient(latchkey, interaction, opened);
      if (isPressed) return goOn(latchkey, interaction);
      await saveInteraction(latchkey, { ...interaction, outcome: null, provenByLink: true });
      return redirect(stepPath(interaction.id, 'done'));
    }
  }
}

/** Needs the tick where somebody else is signed in here, as `stop` always does. */
export async function openElsewhere(form: FormData): Promise<void> {
  const latchkey = await runtime();
  await requireSameOrigin(latchkey);
  const magicLinkToken = textOf(form, 'link');
  const opened = await openLinkElsewhere(latchkey.login, {
    magicLinkToken,
    applicationNameOf: async (clientId) => (await latchkey.clients.find(clientId))?.name ?? '',
    accountId: (await findSession(latchkey))?.accountId ?? null,
    mayEndOther: textOf(form, 'confirm') !== '',
    replacedSessionSecret: latchkey.cookies.readSession(await heldCookies()),
    contextOf: (subject) => requestContext(latchkey, { interaction: null, subject }),
  });
  if (opened.kind === 'unconfirmed') return redirect(`${linkPath(magicLinkToken)}?confirm=missing`);
  if (opened.kind !== 'signed_in') return redirect(linkPath(magicLinkToken));
  await holdSignedIn(latchkey, opened, latchkey.clock());
  return redirect(linkPath(magicLinkToken, 'done'));
}

/** Needs the tick: software that presses every button stops nobody's sign-in. */
export async function stop(form: FormData): Promise<void> {
  const latchkey = await runtime();
  await requireSameOrigin(latchkey);
  const magicLinkToken = textOf(form, 'link');
  const page = linkPath(magicLinkToken, 'stop');
  // This browser holds nothing of the sign-in that could remember the empty box.
  if (textOf(form, 'confirm') === '') return redirect(`${page}?confirm=missing`);
  const context = await requestContext(latchkey, { interaction: null, subject: null });
  await stopSignIn(latchkey.login, { magicLinkToken, context });
  return redirect(page);
}
