// The typed identifier.
import { startLogin } from '@/lib/login/start-login';
import type { Runtime } from '@/lib/runtime/compose';
import { openInteraction, saveInteraction, textOf } from '@/lib/web/answer';
import { whatIsAsked } from '@/lib/web/asking';
import { type Browser, requestContext } from '@/lib/web/browser';
import { goTo, type Outcome } from '@/lib/web/outcome';

export async function takeIdentifier(latchkey: Runtime, browser: Browser, form: FormData): Promise<Outcome> {
  const open = await openInteraction(latchkey, browser, { form, posted: 'identifier' });
  if (open.kind === 'closed') return open.outcome;
  const { client, step } = open;
  const picked = textOf(form, 'country');
  const interaction = { ...open.interaction, chosenCountry: picked || open.interaction.chosenCountry };
  const { offered, country } = await whatIsAsked(latchkey, browser, { client, interaction });
  const typed = textOf(form, 'identifier');
  const context = await requestContext(latchkey, browser, {
    interaction,
    subject: latchkey.subjectOf(typed, country),
  });
  const started = await startLogin(latchkey.login, { interaction, client, offered, typed, country, context });
  switch (started.kind) {
    case 'problem': {
      const typedForm = typed.slice(0, 320);
      const outcome = started.problem;
      return goTo(
        step('identifier'),
        await saveInteraction(latchkey, browser, { ...interaction, typedForm, outcome }),
      );
    }
    case 'asked': {
      const { asked, message } = started;
      const { typedForm } = asked;
      return goTo(
        step('code'),
        await saveInteraction(latchkey, browser, { ...interaction, typedForm, asked, outcome: null }),
        { messages: message === null ? [] : [message] },
      );
    }
  }
}
