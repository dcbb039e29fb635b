'use server';
// The code for another address or number. Ends in a redirect: back to the page, which says what does not fit, or to the one that
// says it is done.
import { proveChange } from '@/lib/login/change-identifier';
import { CHANGE_PATH } from '@/lib/login/change-path';
import { guessCountry } from '@/lib/login/languages';
import type { Runtime } from '@/lib/runtime/compose';
import { textOf } from '@/lib/web/answer';
import { type Browser, requestContext } from '@/lib/web/browser';
import { answerForm } from '@/lib/web/next-door';
import { goTo, type Outcome } from '@/lib/web/outcome';

/** Longer than any; it goes into a cookie. */
const IDENTIFIER_MAX_LENGTH = 512;

export async function submitChange(form: FormData): Promise<void> {
  return answerForm(takeChange, form);
}

async function takeChange(latchkey: Runtime, browser: Browser, form: FormData): Promise<Outcome> {
  const { cookies } = latchkey;
  const typedIdentifier = textOf(form, 'identifier').slice(0, IDENTIFIER_MAX_LENGTH);
  const country = guessCountry([], browser.headers.get('accept-language'));
  const subject = latchkey.subjectOf(typedIdentifier, country);
  const made = await proveChange(latchkey.login, {
    typedIdentifier,
    typedCode: textOf(form, 'code'),
    country,
    context: await requestContext(latchkey, browser, { interaction: null, subject }),
  });
  if (made.kind === 'problem') {
    const attempt = await cookies.holdChangeAttempt({ typedIdentifier, problem: made.problem });
    return goTo(CHANGE_PATH, { setCookies: [attempt] });
  }
  return goTo(`${CHANGE_PATH}/done`, {
    setCookies: [cookies.removeChangeAttempt()],
    messages: made.notice === null ? [] : [made.notice],
  });
}
