// A sign-in page without a sign-in: its address was typed, bookmarked or cut short. Whose application this browser came from
// last is as much as can be known; that is where it is sent, or offered to go. Auth0's default login route, and where it came from
// nowhere, Auth0's default redirection URI.
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { StaleCard } from '@/components/login/stale-card';
import { initiateLoginLocation, startAgainLocation } from '@/lib/login/restart';
import { runtime } from '@/lib/runtime/boot';
import { pageLanguage, requestLanguage } from '@/lib/web/browser';
import { currentBrowser } from '@/lib/web/next-door';
import { pageSetting } from '../page-setting';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await runtime()).wordsOf(requestLanguage(await currentBrowser(), []))('stale.heading') };
}

export default async function NoInteractionPage() {
  const latchkey = await runtime();
  const browser = await currentBrowser();
  const { issuer } = latchkey.deps;
  const newest = await latchkey.cookies.readNewestInteraction(browser.cookies);
  const client = newest && (await latchkey.clients.find(newest.request.clientId));
  const beginning = client && initiateLoginLocation(client, issuer);
  const elsewhere = beginning ?? (newest ? null : latchkey.settings().tenant.defaultRedirectionUri);
  if (elsewhere) redirect(elsewhere);
  return (
    <StaleCard
      page={pageSetting(latchkey, browser, { language: pageLanguage(browser, newest), client })}
      startAgainHref={newest && client && startAgainLocation(client, newest.request, issuer)}
    />
  );
}
