// Step two: the message was sent. Reads only.
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { CodeCard } from '@/components/login/code-card';
import { SendingTroubleCard } from '@/components/login/sending-trouble-card';
import { runtime } from '@/lib/runtime/boot';
import { stepPath } from '@/lib/web/answer';
import { otherConnection } from '@/lib/web/asking';
import { titleOf } from '@/lib/web/title';
import { visitInteraction } from '@/lib/web/visit';
import { waitingState } from '@/lib/web/waiting';
import { stepSetting } from '../../../page-setting';
import { DeadEnd } from '../dead-end';
import { finishLogin } from '../done/actions';
import { wayTo } from '../way-to';
import { resendMessage, submitCode } from './actions';

type Props = Readonly<{ params: Promise<{ interaction: string }> }>;

/** Messages after which somebody may want to be reached otherwise. */
const SENDS_BEFORE_OTHER_WAY = 2;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return titleOf(await visitInteraction(await runtime(), (await params).interaction), 'code');
}

export default async function CodePage({ params }: Props) {
  const latchkey = await runtime();
  const visit = await visitInteraction(latchkey, (await params).interaction);
  const now = latchkey.clock().getTime();
  const page = await stepSetting(visit, 'code');
  if (visit.kind !== 'open')
    return <DeadEnd visit={visit} page={page} issuer={latchkey.deps.issuer} now={now} />;

  const { interaction } = visit;
  const { asked, outcome } = interaction;
  const changeHref = stepPath(interaction.id, 'identifier');
  if (asked === null) redirect(changeHref);
  const state = await waitingState(latchkey, interaction);
  if (state === 'proven') redirect(stepPath(interaction.id, 'done'));
  if (state === 'finished' || state === 'cancelled') {
    const finished = state === 'finished' ? 'signed_in' : state;
    const over = { ...visit, kind: 'finished', interaction: { ...interaction, finished } } as const;
    return <DeadEnd visit={over} page={{ ...page, footer: null }} issuer={latchkey.deps.issuer} now={now} />;
  }

  const isTroubled = state !== 'under_way';
  const mayTurn = isTroubled || asked.sends >= SENDS_BEFORE_OTHER_WAY;
  const other = mayTurn ? await otherConnection(latchkey, { ...visit, than: [asked.channel] }) : null;
  const shared = {
    page,
    hidden: { interaction: interaction.id },
    changeHref,
    otherWay: wayTo(other, interaction),
  };
  return isTroubled ? (
    <SendingTroubleCard
      {...shared}
      channel={asked.channel}
      returnedFrom={state === 'returned' ? asked.typedForm : null}
      retryAction={resendMessage}
    />
  ) : (
    <CodeCard
      {...shared}
      action={submitCode}
      resendAction={resendMessage}
      finishAction={finishLogin}
      asked={asked}
      outcome={outcome}
      deliveryHref={`/login/${interaction.id}/delivery`}
      now={now}
    />
  );
}
