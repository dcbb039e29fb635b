// Signed in on the device that opened the link. Reads only, and only in a browser that is signed in.
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { SignedInHereCard } from '@/components/login/signed-in-here-card';
import { LINK_PATH } from '@/lib/login/magic-link';
import { runtime } from '@/lib/runtime/boot';
import { wordsOf } from '@/lib/runtime/words';
import { homeOf, isSignedIn, linkPath, visitMagicLink } from '@/lib/web/link-visit';
import { pageSetting } from '../../../../page-setting';

type Props = Readonly<{ params: Promise<{ token: string }> }>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { language } = await visitMagicLink(await runtime(), (await params).token);
  return { title: wordsOf(language)('done.heading') };
}

export default async function SignedInHerePage({ params }: Props) {
  const latchkey = await runtime();
  const { token } = await params;
  const { link, client, language } = await visitMagicLink(latchkey, token);
  if (link.kind !== 'used' || !(await isSignedIn(latchkey))) redirect(linkPath(token));
  const page = await pageSetting(language, client);
  return <SignedInHereCard page={page} continueHref={homeOf(client)} shownAddress={LINK_PATH} />;
}
