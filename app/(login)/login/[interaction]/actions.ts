'use server';
// Next's door for the forms of a sign-in.
import { answerForm } from '@/lib/web/next-door';
import { FORMS } from './steps';

export async function submitIdentifier(form: FormData): Promise<void> {
  return answerForm(FORMS.submitIdentifier, form);
}

export async function submitPasskey(form: FormData): Promise<void> {
  return answerForm(FORMS.submitPasskey, form);
}

export async function submitCode(form: FormData): Promise<void> {
  return answerForm(FORMS.submitCode, form);
}

export async function resendMessage(form: FormData): Promise<void> {
  return answerForm(FORMS.resendMessage, form);
}

/** Goes on to the client once a link proved who it is. */
export async function finishLogin(form: FormData): Promise<void> {
  return answerForm(FORMS.finishLogin, form);
}

/** Whether the person wants a passkey. */
export async function answerPasskeyOffer(form: FormData): Promise<void> {
  return answerForm(FORMS.answerPasskeyOffer, form);
}

/** Whether the client may have what it asks for. */
export async function answerConsent(form: FormData): Promise<void> {
  return answerForm(FORMS.answerConsent, form);
}

export async function chooseOtherAccount(form: FormData): Promise<void> {
  return answerForm(FORMS.chooseOtherAccount, form);
}

/** Another way to be asked. */
export async function turnToConnection(form: FormData): Promise<void> {
  return answerForm(FORMS.turnToConnection, form);
}

export async function chooseLanguage(form: FormData): Promise<void> {
  return answerForm(FORMS.chooseLanguage, form);
}
