// Where the code of a message about another address or number is typed. Reads only.
import type { Metadata } from 'next';
import { ChangeCard } from '@/components/login/change-card';
import { guessCountry } from '@/lib/login/languages';
import { exampleNumber } from '@/lib/login/phone-number';
import { runtime } from '@/lib/runtime/boot';
import { requestLanguage } from '@/lib/web/browser';
import { countryNames } from '@/lib/web/country-names';
import { currentBrowser } from '@/lib/web/next-door';
import { pageSetting } from '../page-setting';
import { submitChange } from './actions';

export async function generateMetadata(): Promise<Metadata> {
  const { cookies } = await runtime();
  const browser = await currentBrowser();
  const t = (await runtime()).wordsOf(requestLanguage(browser, []));
  const heading = t('change.heading');
  const attempt = await cookies.readChangeAttempt(browser.cookies);
  return { title: attempt === null ? heading : t('page.titleWithError', { step: heading, app: '' }) };
}

export default async function ChangePage() {
  const latchkey = await runtime();
  const browser = await currentBrowser();
  const language = requestLanguage(browser, []);
  const attempt = await latchkey.cookies.readChangeAttempt(browser.cookies);
  const country = guessCountry([], browser.headers.get('accept-language')) ?? 'GB';
  return (
    <ChangeCard
      page={pageSetting(latchkey, browser, { language, client: null })}
      action={submitChange}
      asking={{
        channels: ['email', 'sms'],
        exampleNumber: exampleNumber(country) ?? '',
        countryName: countryNames(language),
      }}
      value={attempt?.typedIdentifier ?? ''}
      problem={attempt?.problem ?? null}
      now={latchkey.clock().getTime()}
    />
  );
}
