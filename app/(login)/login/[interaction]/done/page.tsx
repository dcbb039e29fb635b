// A link was opened in this browser and proved who it is. Some tab of it goes on to the client; this page waits for the one
// that waited, and else goes on itself. Reads only.
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { LinkOpenedCard } from '@/components/login/link-opened-card';
import { runtime } from '@/lib/runtime/boot';
import { stepPath } from '@/lib/web/answer';
import { titleOf } from '@/lib/web/title';
import { visitInteraction } from '@/lib/web/visit';
import { isProvenByLink } from '@/lib/web/waiting';
import { stepSetting } from '../../../page-setting';
import { DeadEnd } from '../dead-end';
import { finishLogin } from './actions';

type Props = Readonly<{ params: Promise<{ interaction: string }> }>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return titleOf(await visitInteraction(await runtime(), (await params).interaction), 'done');
}

export default async function DonePage({ params }: Props) {
  const latchkey = await runtime();
  const visit = await visitInteraction(latchkey, (await params).interaction);
  const page = await stepSetting(visit, 'done');
  if (visit.kind !== 'open')
    return (
      <DeadEnd visit={visit} page={page} issuer={latchkey.deps.issuer} now={latchkey.clock().getTime()} />
    );
  const { id } = visit.interaction;
  if (!(await isProvenByLink(latchkey.login, visit.interaction))) redirect(stepPath(id, 'code'));
  return <LinkOpenedCard page={page} finishAction={finishLogin} hidden={{ interaction: id }} />;
}
