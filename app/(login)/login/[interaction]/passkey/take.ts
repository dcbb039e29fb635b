// What the person says to a passkey: made, not now, or never here. Whichever it is, the client is next; only one that could not be
// made is said first.
import { createPasskey } from '@/lib/login/create-passkey';
import type { Runtime } from '@/lib/runtime/compose';
import { openInteraction, saveInteraction, textOf } from '@/lib/web/answer';
import { type Browser, requestContext } from '@/lib/web/browser';
import { goTo, type Outcome } from '@/lib/web/outcome';
import { findOffered, OFFERED_FOR_GOOD_SECONDS } from '@/lib/web/passkeys';
import { goOn } from '@/lib/web/signed-in';

export async function takePasskeyOffer(
  latchkey: Runtime,
  browser: Browser,
  form: FormData,
): Promise<Outcome> {
  const open = await openInteraction(latchkey, browser, { form, posted: 'passkey' });
  if (open.kind === 'closed') return open.outcome;
  const { interaction, step } = open;
  const created = textOf(form, 'passkey');
  if (created !== '') {
    const offered = await findOffered(latchkey, browser, interaction);
    if (offered === null) return goTo(step('code'));
    const context = await requestContext(latchkey, browser, { interaction, subject: null });
    const isKept = await createPasskey(
      { ...latchkey.login, passkeys: latchkey.passkeys },
      { ...offered, interaction, created, context },
    );
    if (!isKept) {
      const outcome = { kind: 'passkey_refused', unknown: null } as const;
      return goTo(step('passkey'), await saveInteraction(latchkey, browser, { ...interaction, outcome }));
    }
  }
  const left = await goOn(latchkey, browser, { ...interaction, outcome: null });
  const isOver = created !== '' || textOf(form, 'choice') === 'never';
  return goTo(
    left.location,
    { setCookies: isOver ? [latchkey.cookies.holdPasskeyOffer(OFFERED_FOR_GOOD_SECONDS)] : [] },
    left,
  );
}
