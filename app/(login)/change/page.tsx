// Where the code of a message about another address or number is typed. Reads only.
import type { Metadata } from 'next';
import { ChangeCard } from '@/components/login/change-card';
import { exampleNumber } from '@/lib/login/phone-number';
import { runtime } from '@/lib/runtime/boot';
import { wordsOf } from '@/lib/runtime/words';
import { guessedCountry, heldCookies, requestLanguage } from '@/lib/web/browser';
import { countryNames } from '@/lib/web/country-names';
import { pageSetting } from '../page-setting';
import { submitChange } from './actions';

export async function generateMetadata(): Promise<Metadata> {
  const { cookies } = await runtime();
  const t = wordsOf(await requestLanguage([]));
  const heading = t('change.heading');
  const attempt = await cookies.readChangeAttempt(await heldCookies());
  return { title: attempt === null ? heading : t('page.titleWithError', { step: heading, app: '' }) };
}

export default async function ChangePage() {
  const { cookies, clock } = await runtime();
  const language = await requestLanguage([]);
  const attempt = await cookies.readChangeAttempt(await heldCookies());
  return (
    <ChangeCard
      page={await pageSetting(language, null)}
      action={submitChange}
      asking={{
        channels: ['email', 'sms'],
        exampleNumber: exampleNumber((await guessedCountry()) ?? 'GB') ?? '',
        countryName: countryNames(language),
      }}
      value={attempt?.typedIdentifier ?? ''}
      problem={attempt?.problem ?? null}
      now={clock().getTime()}
    />
  );
}
