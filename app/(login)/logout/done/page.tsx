// Signed out, with nowhere else to go.
import type { Metadata } from 'next';
import { SignedOutCard } from '@/components/login/signed-out-card';
import { wordsOf } from '@/lib/runtime/words';
import { requestLanguage } from '@/lib/web/browser';
import { pageSetting } from '../../page-setting';

export async function generateMetadata(): Promise<Metadata> {
  return { title: wordsOf(await requestLanguage([]))('signedOut.heading') };
}

export default async function SignedOutPage() {
  return <SignedOutCard page={await pageSetting(await requestLanguage([]), null)} signInHref={null} />;
}
