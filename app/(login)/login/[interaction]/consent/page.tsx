// The last step where one is needed: may the client have what it asks for? Reads only.
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { ConsentCard } from '@/components/login/consent-card';
import { runtime } from '@/lib/runtime/boot';
import { stepPath } from '@/lib/web/answer';
import { whatConsentShows } from '@/lib/web/consent';
import { titleOf } from '@/lib/web/title';
import { visitInteraction } from '@/lib/web/visit';
import { stepSetting } from '../../../page-setting';
import { DeadEnd } from '../dead-end';
import { answerConsent, chooseOtherAccount } from './actions';

type Props = Readonly<{ params: Promise<{ interaction: string }> }>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return titleOf(await visitInteraction(await runtime(), (await params).interaction), 'consent');
}

export default async function ConsentPage({ params }: Props) {
  const latchkey = await runtime();
  const { interaction: id } = await params;
  const visit = await visitInteraction(latchkey, id);
  const now = latchkey.clock().getTime();
  const page = await stepSetting(visit, 'consent');
  // Nobody has proven anything, as far as this browser's cookie tells: the page before knows more (FRM-8).
  if (visit.kind === 'open') redirect(stepPath(id, 'done'));
  const shown = visit.kind === 'proven' ? await whatConsentShows(latchkey, visit.interaction) : null;
  if (visit.kind !== 'proven')
    return <DeadEnd visit={visit} page={page} issuer={latchkey.deps.issuer} now={now} />;
  if (shown === null)
    return (
      <DeadEnd visit={{ ...visit, kind: 'expired' }} page={page} issuer={latchkey.deps.issuer} now={now} />
    );
  return (
    <ConsentCard
      {...shown}
      page={page}
      action={answerConsent}
      hidden={{ interaction: id }}
      otherAccountAction={chooseOtherAccount}
    />
  );
}
