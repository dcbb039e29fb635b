'use server';
// To the client, after a link proved who it is: from the tab that waited, or from the one that opened the link. Whichever
// asks first gets the authorization code.
import { runtime } from '@/lib/runtime/boot';
import { openInteraction } from '@/lib/web/answer';
import { goOn } from '@/lib/web/signed-in';

export async function finishLogin(form: FormData): Promise<void> {
  const latchkey = await runtime();
  const { interaction } = await openInteraction(latchkey, form, 'done');
  return goOn(latchkey, interaction);
}
