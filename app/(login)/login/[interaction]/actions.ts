'use server';
// What may be changed at every step without answering it: the language of the pages, and which way to be asked.
import { redirect } from 'next/navigation';
import { findLanguage } from '@/lib/login/languages';
import { runtime } from '@/lib/runtime/boot';
import { openInteraction, STEPS, saveInteraction, textOf } from '@/lib/web/answer';

export async function chooseLanguage(form: FormData): Promise<void> {
  const latchkey = await runtime();
  const shown = STEPS.find((step) => step === textOf(form, 'step')) ?? 'identifier';
  const { interaction, step } = await openInteraction(latchkey, form, shown);
  const chosenLanguage = findLanguage(textOf(form, 'language'));
  if (chosenLanguage !== null) await saveInteraction(latchkey, { ...interaction, chosenLanguage });
  return redirect(step(shown));
}

/** Another way to be asked: what was typed for the first one is no use to it. */
export async function turnToConnection(form: FormData): Promise<void> {
  const latchkey = await runtime();
  const { interaction, client, step } = await openInteraction(latchkey, form, 'identifier');
  const offered = await latchkey.offered(client, { ...interaction, chosenConnection: null });
  const turned = offered.find(({ name }) => name === textOf(form, 'connection'));
  if (turned !== undefined) {
    const { name: chosenConnection } = turned;
    await saveInteraction(latchkey, { ...interaction, chosenConnection, typedForm: null, outcome: null });
  }
  return redirect(step('identifier'));
}
