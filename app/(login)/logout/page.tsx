// Asks before a sign-out that nobody can vouch for: without a valid hint any page could have sent the browser here.
// OpenID Connect RP-Initiated Logout 1.0 §6.
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { SignOutConfirmCard } from '@/components/login/sign-out-confirm-card';
import { initiateLoginLocation } from '@/lib/login/restart';
import { runtime } from '@/lib/runtime/boot';
import { requestLanguage } from '@/lib/web/browser';
import { currentBrowser } from '@/lib/web/next-door';
import { pageSetting } from '../page-setting';
import { confirmSignOut } from './actions';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await runtime()).wordsOf(requestLanguage(await currentBrowser(), []))('signOut.heading') };
}

export default async function SignOutPage() {
  const latchkey = await runtime();
  const browser = await currentBrowser();
  const request = await latchkey.cookies.readSignOut(browser.cookies);
  if (request === null) redirect('/logout/done');
  const client = request.clientId === null ? null : await latchkey.clients.find(request.clientId);
  return (
    <SignOutConfirmCard
      page={pageSetting(latchkey, browser, {
        language: requestLanguage(browser, request.uiLocales),
        client,
      })}
      action={confirmSignOut}
      hidden={{}}
      stayHref={client && initiateLoginLocation(client, latchkey.deps.issuer)}
    />
  );
}
