// Signed in on the device that opened the link. Reads only, and only in the browser that this link signed in.
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { SignedInHereCard } from '@/components/login/signed-in-here-card';
import { maskIdentifier } from '@/lib/login/identifier';
import { LINK_PATH } from '@/lib/login/magic-link';
import { runtime } from '@/lib/runtime/boot';
import { findSession, homeOf, linkPath, visitMagicLink } from '@/lib/web/link-visit';
import { currentBrowser } from '@/lib/web/next-door';
import { pageSetting } from '../../../../page-setting';

type Props = Readonly<{ params: Promise<{ token: string }> }>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { language } = await visitMagicLink(await runtime(), await currentBrowser(), (await params).token);
  return { title: (await runtime()).wordsOf(language)('done.heading') };
}

export default async function SignedInHerePage({ params }: Props) {
  const latchkey = await runtime();
  const browser = await currentBrowser();
  const { token } = await params;
  const { challenge, client, language } = await visitMagicLink(latchkey, browser, token);
  const session = await findSession(latchkey, browser);
  if (challenge === null || session === null || session.id !== challenge.sessionId) redirect(linkPath(token));
  const { channel, identifier: canonical } = challenge;
  return (
    <SignedInHereCard
      page={pageSetting(latchkey, browser, { language, client })}
      maskedIdentifier={maskIdentifier({ channel, canonical })}
      continueHref={homeOf(latchkey, client)}
      shownAddress={LINK_PATH}
    />
  );
}
