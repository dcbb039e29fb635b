// The new address or number counts.
import type { Metadata } from 'next';
import { ChangedCard } from '@/components/login/changed-card';
import { runtime } from '@/lib/runtime/boot';
import { requestLanguage } from '@/lib/web/browser';
import { currentBrowser } from '@/lib/web/next-door';
import { pageSetting } from '../../page-setting';

export async function generateMetadata(): Promise<Metadata> {
  return {
    title: (await runtime()).wordsOf(requestLanguage(await currentBrowser(), []))('change.doneHeading'),
  };
}

export default async function ChangedPage() {
  const browser = await currentBrowser();
  const language = requestLanguage(browser, []);
  return <ChangedCard page={pageSetting(await runtime(), browser, { language, client: null })} />;
}
