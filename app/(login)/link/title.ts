// What the pages of linking are called in the browser's tab.
import type { Metadata } from 'next';
import type { WordKey } from '@/components/words';
import { wordsOf } from '@/lib/runtime/words';
import { type Browser, requestLanguage } from '@/lib/web/browser';
import type { LinkingVisit } from '@/lib/web/linking';

export function titleOfLinking(browser: Browser, visit: LinkingVisit, heading: WordKey): Metadata {
  const t = wordsOf(requestLanguage(browser, []));
  if (visit.kind === 'unknown') return { title: t('errorNotFound.heading') };
  const app = visit.client.name;
  if (visit.kind === 'sign_in_first')
    return { title: t('page.title', { step: t('linking.firstHeading'), app }) };
  const key = visit.attempt?.problem ? 'page.titleWithError' : 'page.title';
  return { title: t(key, { step: t(heading), app }) };
}
