'use server';
// To the client, after a link proved who it is: from the tab that waited, or from the one that opened the link. Whichever
// asks first gets the authorization code.
import { redirect } from 'next/navigation';
import { finishSignIn } from '@/lib/login/finish-login';
import { runtime } from '@/lib/runtime/boot';
import { openInteraction, saveInteraction } from '@/lib/web/answer';
import { leaveForClient } from '@/lib/web/signed-in';

export async function finishLogin(form: FormData): Promise<void> {
  const latchkey = await runtime();
  const { interaction, step } = await openInteraction(latchkey, form, 'done');
  const finished = await finishSignIn(latchkey.login, { interaction, now: latchkey.clock() });
  switch (finished.kind) {
    case 'finished':
      return leaveForClient(latchkey, interaction, finished);
    case 'problem':
      await saveInteraction(latchkey, { ...interaction, outcome: finished.problem });
      return redirect(step('code'));
    case 'cancelled':
    case 'ended':
      await saveInteraction(latchkey, {
        ...interaction,
        finished: finished.kind === 'cancelled' ? 'cancelled' : 'signed_in',
      });
      return redirect(step('code'));
  }
}
