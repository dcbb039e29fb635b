// To the client, after a link proved who it is: from the tab that waited, or from the one that opened the link. Whichever
// asks first gets the authorization code.
import type { Runtime } from '@/lib/runtime/compose';
import { openInteraction } from '@/lib/web/answer';
import type { Browser } from '@/lib/web/browser';
import type { Outcome } from '@/lib/web/outcome';
import { offerPasskey, wantsPasskeyOffer } from '@/lib/web/passkeys';
import { goOn } from '@/lib/web/signed-in';

export async function takeFinish(latchkey: Runtime, browser: Browser, form: FormData): Promise<Outcome> {
  const open = await openInteraction(latchkey, browser, { form, posted: 'done' });
  if (open.kind === 'closed') return open.outcome;
  if (wantsPasskeyOffer(latchkey, browser, form)) return offerPasskey(latchkey, browser, open.interaction);
  return goOn(latchkey, browser, open.interaction);
}
