// Step one: who are you? Reads only; an unauthenticated GET writes no row.
import type { Metadata } from 'next';
import { IdentifierCard } from '@/components/login/identifier-card';
import { runtime } from '@/lib/runtime/boot';
import { titleOf } from '@/lib/web/title';
import { visitInteraction } from '@/lib/web/visit';
import { pageSetting } from '../../../page-setting';
import { DeadEnd } from '../dead-end';
import { submitIdentifier } from './actions';

type Props = Readonly<{ params: Promise<{ interaction: string }> }>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return titleOf(await visitInteraction(await runtime(), (await params).interaction), 'identifier');
}

export default async function IdentifierPage({ params }: Props) {
  const latchkey = await runtime();
  const visit = await visitInteraction(latchkey, (await params).interaction);
  const now = latchkey.clock().getTime();
  const page = await pageSetting(visit.language, visit.kind === 'unknown' ? null : visit.client);
  if (visit.kind !== 'open') return <DeadEnd visit={visit} page={page} now={now} />;
  const { interaction } = visit;
  const problem = interaction.outcome?.kind === 'sent_again' ? null : interaction.outcome;
  return (
    <IdentifierCard
      page={page}
      action={submitIdentifier}
      hidden={{ interaction: interaction.id }}
      value={interaction.typedForm ?? ''}
      problem={problem}
      signUpOpen
      now={now}
    />
  );
}
