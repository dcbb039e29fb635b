// Step two: the code from the message. Reads only.
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { CodeCard } from '@/components/login/code-card';
import { SendingTroubleCard } from '@/components/login/sending-trouble-card';
import { CODE_LIFETIME_SECONDS } from '@/lib/login/one-time-code';
import { runtime } from '@/lib/runtime/boot';
import { titleOf } from '@/lib/web/title';
import { visitInteraction } from '@/lib/web/visit';
import { pageSetting } from '../../../page-setting';
import { DeadEnd } from '../dead-end';
import { resendMessage, submitCode } from './actions';

type Props = Readonly<{ params: Promise<{ interaction: string }> }>;

/** A message needs a moment; asking for its fate any sooner would only cost every login a statement. */
const FATE_KNOWN_AFTER_MS = 2_000;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return titleOf(await visitInteraction(await runtime(), (await params).interaction), 'code');
}

export default async function CodePage({ params }: Props) {
  const latchkey = await runtime();
  const visit = await visitInteraction(latchkey, (await params).interaction);
  const now = latchkey.clock().getTime();
  const page = await pageSetting(visit.language, visit.kind === 'unknown' ? null : visit.client);
  if (visit.kind !== 'open') return <DeadEnd visit={visit} page={page} now={now} />;
  const { interaction } = visit;
  const { asked, outcome } = interaction;
  const identifierHref = `/login/${interaction.id}/identifier`;
  if (asked === null) redirect(identifierHref);

  const hidden = { interaction: interaction.id };
  const isOld = now - asked.sentAt > FATE_KNOWN_AFTER_MS;
  const isWaiting = outcome === null || outcome.kind === 'sent_again';
  if (isOld && isWaiting && (await latchkey.deliveryState(asked)) === 'failed') {
    return (
      <SendingTroubleCard
        page={page}
        retryAction={resendMessage}
        hidden={hidden}
        changeHref={identifierHref}
      />
    );
  }
  return (
    <CodeCard
      page={page}
      action={submitCode}
      resendAction={resendMessage}
      hidden={hidden}
      asked={asked}
      outcome={outcome}
      codeLifetimeSeconds={CODE_LIFETIME_SECONDS}
      changeHref={identifierHref}
      deliveryHref={`/login/${interaction.id}/delivery`}
      now={now}
    />
  );
}
