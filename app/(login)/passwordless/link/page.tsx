// What stands in the address bar while a link's page is shown, so that no token does. Whoever reloads it, or follows half a
// link, is asked to open the whole one again.
import type { Metadata } from 'next';
import { DeadLinkCard } from '@/components/login/dead-link-card';
import { LINK_PATH } from '@/lib/login/magic-link';
import { runtime } from '@/lib/runtime/boot';
import { requestLanguage } from '@/lib/web/browser';
import { currentBrowser } from '@/lib/web/next-door';
import { pageSetting } from '../../page-setting';

export async function generateMetadata(): Promise<Metadata> {
  return {
    title: (await runtime()).wordsOf(requestLanguage(await currentBrowser(), []))('deadLink.brokenHeading'),
  };
}

export default async function NoLinkPage() {
  const browser = await currentBrowser();
  const language = requestLanguage(browser, []);
  const page = pageSetting(await runtime(), browser, { language, client: null });
  return <DeadLinkCard page={page} why="broken" sendNew={null} shownAddress={LINK_PATH} />;
}
