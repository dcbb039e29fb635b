// A sign-in page without a sign-in: its address was typed, bookmarked or cut short. Whose application this browser came from
// last is as much as can be known; that is where it is sent, or offered to go. Auth0's default login route.
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { StaleCard } from '@/components/login/stale-card';
import { initiateLoginLocation, startAgainLocation } from '@/lib/login/restart';
import { runtime } from '@/lib/runtime/boot';
import { wordsOf } from '@/lib/runtime/words';
import { pageLanguage, requestLanguage } from '@/lib/web/browser';
import { currentBrowser } from '@/lib/web/next-door';
import { pageSetting } from '../page-setting';

export async function generateMetadata(): Promise<Metadata> {
  return { title: wordsOf(requestLanguage(await currentBrowser(), []))('stale.heading') };
}

export default async function NoInteractionPage() {
  const latchkey = await runtime();
  const browser = await currentBrowser();
  const { issuer } = latchkey.deps;
  const newest = await latchkey.cookies.readNewestInteraction(browser.cookies);
  const client = newest && (await latchkey.clients.find(newest.request.clientId));
  const beginning = client && initiateLoginLocation(client, issuer);
  if (beginning !== null) redirect(beginning);
  return (
    <StaleCard
      page={pageSetting(latchkey, browser, { language: pageLanguage(browser, newest), client })}
      startAgainHref={newest && client && startAgainLocation(client, newest.request, issuer)}
    />
  );
}
