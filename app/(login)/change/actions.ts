'use server';
// The code for another address or number. Ends in a redirect: back to the page, which says what does not fit, or to the one that
// says it is done.
import { redirect } from 'next/navigation';
import { after } from 'next/server';
import { proveChange } from '@/lib/login/change-identifier';
import { CHANGE_PATH } from '@/lib/login/change-path';
import { runtime } from '@/lib/runtime/boot';
import { textOf } from '@/lib/web/answer';
import { guessedCountry, requestContext, requireSameOrigin, setCookies } from '@/lib/web/browser';

/** Longer than any; it goes into a cookie. */
const IDENTIFIER_MAX_LENGTH = 512;

export async function submitChange(form: FormData): Promise<void> {
  const latchkey = await runtime();
  await requireSameOrigin(latchkey);
  const { cookies } = latchkey;
  const typedIdentifier = textOf(form, 'identifier').slice(0, IDENTIFIER_MAX_LENGTH);
  const country = await guessedCountry();
  const made = await proveChange(latchkey.login, {
    typedIdentifier,
    typedCode: textOf(form, 'code'),
    country,
    context: await requestContext(latchkey, {
      interaction: null,
      subject: latchkey.subjectOf(typedIdentifier, country),
    }),
  });
  if (made.kind === 'problem') {
    await setCookies(latchkey, [await cookies.holdChangeAttempt({ typedIdentifier, problem: made.problem })]);
    return redirect(CHANGE_PATH);
  }
  const { notice } = made;
  if (notice !== null) after(() => latchkey.send(notice));
  await setCookies(latchkey, [cookies.removeChangeAttempt()]);
  return redirect(`${CHANGE_PATH}/done`);
}
