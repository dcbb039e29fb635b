// The new address or number counts.
import type { Metadata } from 'next';
import { ChangedCard } from '@/components/login/changed-card';
import { wordsOf } from '@/lib/runtime/words';
import { requestLanguage } from '@/lib/web/browser';
import { pageSetting } from '../../page-setting';

export async function generateMetadata(): Promise<Metadata> {
  return { title: wordsOf(await requestLanguage([]))('change.doneHeading') };
}

export default async function ChangedPage() {
  return <ChangedCard page={await pageSetting(await requestLanguage([]), null)} />;
}
