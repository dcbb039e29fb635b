// A passkey in the place of an address and its code. Ends at the client, as they do, or at the page with the problem.
import { signInWithPasskey } from '@/lib/login/sign-in-with-passkey';
import { findNeededConsent } from '@/lib/oidc/consent';
import type { Runtime } from '@/lib/runtime/compose';
import { saveInteraction, stepPath, textOf } from '@/lib/web/answer';
import { type Browser, requestContext } from '@/lib/web/browser';
import { goTo, type Outcome } from '@/lib/web/outcome';
import { findPasskeyInteraction } from '@/lib/web/passkeys';
import { holdSignedIn, leaveBlocked, leaveForClient } from '@/lib/web/signed-in';
import { visitInteraction } from '@/lib/web/visit';

export async function takePasskey(latchkey: Runtime, browser: Browser, form: FormData): Promise<Outcome> {
  const id = textOf(form, 'interaction');
  const found = findPasskeyInteraction(await visitInteraction(latchkey, browser, id), latchkey.clock());
  if (found === null) return goTo(stepPath(id, 'identifier'));
  const { client } = found;
  // Of another way to sign in that was begun before nothing is left.
  const interaction = {
    ...found.interaction,
    asked: null,
    provenByLink: false,
    outcome: null,
    finished: null,
  };
  const context = await requestContext(latchkey, browser, { interaction, subject: null });
  const signedIn = await signInWithPasskey(
    { ...latchkey.login, passkeys: latchkey.passkeys },
    {
      interaction,
      // Whichever of them the page asks for at the moment.
      offered: await latchkey.offered(client, { ...interaction, chosenConnection: null }),
      answer: textOf(form, 'passkey'),
      consent: await findNeededConsent(latchkey.deps, interaction.request),
      replacedSessionSecret: latchkey.cookies.readSession(browser.cookies),
      context,
    },
  );
  switch (signedIn.kind) {
    case 'signed_in': {
      const held = await holdSignedIn(latchkey, browser, { ...signedIn, now: context.now });
      const { issued, sessionId } = signedIn;
      if (issued === null)
        return goTo(
          stepPath(id, 'consent'),
          held,
          await saveInteraction(latchkey, browser, { ...interaction, sessionId }),
        );
      const left = await leaveForClient(latchkey, browser, { interaction, issued });
      return goTo(left.location, held, left);
    }
    case 'blocked':
      return leaveBlocked(latchkey, browser, interaction);
    case 'refused': {
      const outcome = { kind: 'passkey_refused', unknown: signedIn.unknown } as const;
      const refused = { ...found.interaction, outcome };
      return goTo(stepPath(id, 'identifier'), await saveInteraction(latchkey, browser, refused));
    }
  }
}
