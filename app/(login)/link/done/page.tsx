// Both ways to sign in are the person's from now on.
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { LinkedCard } from '@/components/login/linked-card';
import { initiateLoginLocation } from '@/lib/login/restart';
import { runtime } from '@/lib/runtime/boot';
import { requestLanguage } from '@/lib/web/browser';
import { visitLinking } from '@/lib/web/linking';
import { currentBrowser } from '@/lib/web/next-door';
import { pageSetting } from '../../page-setting';
import { titleOfLinking } from '../title';

const visit = async () => visitLinking(await runtime(), await currentBrowser(), null);

export async function generateMetadata(): Promise<Metadata> {
  return titleOfLinking(await currentBrowser(), await visit(), 'linking.doneHeading');
}

export default async function LinkedPage() {
  const latchkey = await runtime();
  const browser = await currentBrowser();
  const found = await visit();
  if (found.kind === 'unknown') notFound();
  const { client } = found;
  const page = pageSetting(latchkey, browser, { language: requestLanguage(browser, []), client });
  return <LinkedCard page={page} clientHref={initiateLoginLocation(client, latchkey.deps.issuer)} />;
}
