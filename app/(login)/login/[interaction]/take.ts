// What may be changed at every step without answering it: the language of the pages, and which way to be asked.
import { findLanguage } from '@/lib/login/languages';
import type { Runtime } from '@/lib/runtime/compose';
import { openInteraction, STEPS, saveInteraction, textOf } from '@/lib/web/answer';
import type { Browser } from '@/lib/web/browser';
import { goTo, type Outcome } from '@/lib/web/outcome';

export async function takeLanguage(latchkey: Runtime, browser: Browser, form: FormData): Promise<Outcome> {
  const shown = STEPS.find((step) => step === textOf(form, 'step')) ?? 'identifier';
  const open = await openInteraction(latchkey, browser, { form, posted: shown });
  if (open.kind === 'closed') return open.outcome;
  const { interaction, step } = open;
  const chosenLanguage = findLanguage(textOf(form, 'language'));
  if (chosenLanguage === null) return goTo(step(shown));
  return goTo(step(shown), await saveInteraction(latchkey, browser, { ...interaction, chosenLanguage }));
}

/** Another way to be asked: what was typed for the first one is no use to it. */
export async function takeTurn(latchkey: Runtime, browser: Browser, form: FormData): Promise<Outcome> {
  const open = await openInteraction(latchkey, browser, { form, posted: 'identifier' });
  if (open.kind === 'closed') return open.outcome;
  const { interaction, client, step } = open;
  const offered = await latchkey.offered(client, { ...interaction, chosenConnection: null });
  const turned = offered.find(({ name }) => name === textOf(form, 'connection'));
  if (turned === undefined) return goTo(step('identifier'));
  const { name: chosenConnection } = turned;
  return goTo(
    step('identifier'),
    await saveInteraction(latchkey, browser, {
      ...interaction,
      chosenConnection,
      typedForm: null,
      outcome: null,
    }),
  );
}
