// Signed out, with nowhere else to go.
import type { Metadata } from 'next';
import { SignedOutCard } from '@/components/login/signed-out-card';
import { runtime } from '@/lib/runtime/boot';
import { wordsOf } from '@/lib/runtime/words';
import { requestLanguage } from '@/lib/web/browser';
import { currentBrowser } from '@/lib/web/next-door';
import { pageSetting } from '../../page-setting';

export async function generateMetadata(): Promise<Metadata> {
  return { title: wordsOf(requestLanguage(await currentBrowser(), []))('signedOut.heading') };
}

export default async function SignedOutPage() {
  const browser = await currentBrowser();
  const language = requestLanguage(browser, []);
  const page = pageSetting(await runtime(), browser, { language, client: null });
  return <SignedOutCard page={page} signInHref={null} />;
}
