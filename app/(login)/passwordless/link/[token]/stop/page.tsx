// "This was not me": asks before it stops anything, and says when it is done. Reads only.
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { StopCard } from '@/components/login/stop-card';
import { StopDoneCard } from '@/components/login/stopped-card';
import { LINK_PATH } from '@/lib/login/magic-link';
import { runtime } from '@/lib/runtime/boot';
import { linkPath, visitMagicLink } from '@/lib/web/link-visit';
import { currentBrowser } from '@/lib/web/next-door';
import { pageSetting } from '../../../../page-setting';
import { stop } from '../actions';

type Props = Readonly<{
  params: Promise<{ token: string }>;
  searchParams: Promise<{ confirm?: string | string[] }>;
}>;

export async function generateMetadata({ params, searchParams }: Props): Promise<Metadata> {
  const { link, client, language } = await visitMagicLink(
    await runtime(),
    await currentBrowser(),
    (await params).token,
  );
  const t = (await runtime()).wordsOf(language);
  const step = t(link.kind === 'cancelled' ? 'stop.doneHeading' : 'stop.heading');
  return (await searchParams).confirm === 'missing'
    ? { title: t('page.titleWithError', { step, app: client?.name ?? '' }) }
    : { title: step };
}

export default async function StopPage({ params, searchParams }: Props) {
  const latchkey = await runtime();
  const browser = await currentBrowser();
  const { token } = await params;
  const { link, client, language } = await visitMagicLink(latchkey, browser, token);
  const page = pageSetting(latchkey, browser, { language, client });
  const shared = { page, shownAddress: LINK_PATH };
  switch (link.kind) {
    case 'here':
    case 'elsewhere':
    case 'stoppable':
    // An older message of the same sign-in will do.
    case 'replaced':
      return (
        <StopCard
          {...shared}
          action={stop}
          hidden={{ link: token }}
          isConfirmMissing={(await searchParams).confirm === 'missing'}
          backHref={link.kind === 'stoppable' ? null : linkPath(token)}
        />
      );
    case 'cancelled':
      return <StopDoneCard {...shared} />;
    case 'broken':
    case 'expired':
    case 'used':
      redirect(linkPath(token));
  }
}
