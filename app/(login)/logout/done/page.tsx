// Signed out, with nowhere else to go.
import type { Metadata } from 'next';
import { SignedOutCard } from '@/components/login/signed-out-card';
import { runtime } from '@/lib/runtime/boot';
import { requestLanguage } from '@/lib/web/browser';
import { currentBrowser } from '@/lib/web/next-door';
import { pageSetting } from '../../page-setting';

export async function generateMetadata(): Promise<Metadata> {
  const { language } = await readSignedOut();
  return { title: (await runtime()).wordsOf(language)('signedOut.heading') };
}

export default async function SignedOutPage() {
  const { language, client, alsoFrom } = await readSignedOut();
  const page = pageSetting(await runtime(), await currentBrowser(), { language, client });
  return <SignedOutCard page={page} alsoFrom={alsoFrom} signInHref={client?.initiateLoginUri ?? null} />;
}

/** What came before, as the browser brings it; a browser that brings nothing is signed out all the same. */
async function readSignedOut() {
  const { cookies, clients } = await runtime();
  const browser = await currentBrowser();
  const signedOut = await cookies.readSignedOut(browser.cookies);
  const { clientId = null, uiLocales = [], toldClients = [] } = signedOut ?? {};
  const others = await Promise.all(
    toldClients.filter((told) => told !== clientId).map((told) => clients.find(told)),
  );
  return {
    language: requestLanguage(browser, uiLocales),
    client: clientId === null ? null : await clients.find(clientId),
    alsoFrom: [...new Set(others.flatMap((other) => (other === null ? [] : [other.name])))],
  };
}
