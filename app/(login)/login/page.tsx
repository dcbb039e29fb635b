// A sign-in page without a sign-in: its address was typed, bookmarked or cut short. Whose application this browser came from
// last is as much as can be known; that is where it is sent, or offered to go. Auth0's default login route.
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { StaleCard } from '@/components/login/stale-card';
import { initiateLoginLocation, startAgainLocation } from '@/lib/login/restart';
import { runtime } from '@/lib/runtime/boot';
import { wordsOf } from '@/lib/runtime/words';
import { heldCookies, pageLanguage, requestLanguage } from '@/lib/web/browser';
import { pageSetting } from '../page-setting';

export async function generateMetadata(): Promise<Metadata> {
  return { title: wordsOf(await requestLanguage([]))('stale.heading') };
}

export default async function NoInteractionPage() {
  const latchkey = await runtime();
  const { issuer } = latchkey.deps;
  const newest = await latchkey.cookies.readNewestInteraction(await heldCookies());
  const client = newest && (await latchkey.clients.find(newest.request.clientId));
  const beginning = client && initiateLoginLocation(client, issuer);
  if (beginning !== null) redirect(beginning);
  return (
    <StaleCard
      page={await pageSetting(await pageLanguage(newest), client)}
      startAgainHref={newest && client && startAgainLocation(client, newest.request, issuer)}
    />
  );
}
