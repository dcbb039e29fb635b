'use server';
import { redirect } from 'next/navigation';
// The typed identifier. Ends in a redirect, always: reload, back and scripts-off are the same path.
import { after } from 'next/server';
import { startLogin } from '@/lib/login/start-login';
import { runtime } from '@/lib/runtime/boot';
import { openInteraction, saveInteraction, textOf } from '@/lib/web/answer';
import { requestContext } from '@/lib/web/browser';

export async function submitIdentifier(form: FormData): Promise<void> {
  const latchkey = await runtime();
  const { interaction, client, step } = await openInteraction(latchkey, form, 'identifier');
  const typed = textOf(form, 'identifier');
  const context = await requestContext(latchkey, {
    uiLocales: interaction.request.uiLocales,
    subject: latchkey.subjectOf(typed),
  });
  const started = await startLogin(latchkey.login, { interaction, client, typed, context });
  switch (started.kind) {
    case 'problem':
      await saveInteraction(latchkey, {
        ...interaction,
        typedForm: typed.slice(0, 320),
        outcome: started.problem,
      });
      return redirect(step('identifier'));
    case 'asked': {
      const { asked, message } = started;
      if (message !== null) after(() => latchkey.send(message));
      await saveInteraction(latchkey, { ...interaction, typedForm: asked.typedForm, asked, outcome: null });
      return redirect(step('code'));
    }
  }
}
