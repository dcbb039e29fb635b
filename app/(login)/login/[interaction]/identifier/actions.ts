'use server';
// The typed identifier. Ends in a redirect, always: reload, back and scripts-off are the same path.
import { redirect } from 'next/navigation';
import { after } from 'next/server';
import { startLogin } from '@/lib/login/start-login';
import { runtime } from '@/lib/runtime/boot';
import { openInteraction, saveInteraction, textOf } from '@/lib/web/answer';
import { whatIsAsked } from '@/lib/web/asking';
import { requestContext } from '@/lib/web/browser';

export async function submitIdentifier(form: FormData): Promise<void> {
  const latchkey = await runtime();
  const { client, step, ...open } = await openInteraction(latchkey, form, 'identifier');
  const picked = textOf(form, 'country');
  const interaction = { ...open.interaction, chosenCountry: picked || open.interaction.chosenCountry };
  const { offered, country } = await whatIsAsked(latchkey, { client, interaction });
  const typed = textOf(form, 'identifier');
  const context = await requestContext(latchkey, {
    interaction,
    subject: latchkey.subjectOf(typed, country),
  });
  const started = await startLogin(latchkey.login, { interaction, client, offered, typed, country, context });
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
