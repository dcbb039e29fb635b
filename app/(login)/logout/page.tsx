// Asks before a sign-out that nobody can vouch for: without a valid hint any page could have sent the browser here.
// OpenID Connect RP-Initiated Logout 1.0 §6.
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { SignOutConfirmCard } from '@/components/login/sign-out-confirm-card';
import { initiateLoginLocation } from '@/lib/login/restart';
import { runtime } from '@/lib/runtime/boot';
import { wordsOf } from '@/lib/runtime/words';
import { heldCookies, requestLanguage } from '@/lib/web/browser';
import { pageSetting } from '../page-setting';
import { confirmSignOut } from './actions';

export async function generateMetadata(): Promise<Metadata> {
  return { title: wordsOf(await requestLanguage([]))('signOut.heading') };
}

export default async function SignOutPage() {
  const latchkey = await runtime();
  const request = await latchkey.cookies.readSignOut(await heldCookies());
  if (request === null) redirect('/logout/done');
  const client = request.clientId === null ? null : await latchkey.clients.find(request.clientId);
  return (
    <SignOutConfirmCard
      page={await pageSetting(await requestLanguage(request.uiLocales), client)}
      action={confirmSignOut}
      hidden={{}}
      stayHref={client && initiateLoginLocation(client, latchkey.deps.issuer)}
    />
  );
}
