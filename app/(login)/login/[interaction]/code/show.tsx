// Step two: the message was sent.
import { CodeCard } from '@/components/login/code-card';
import { SendingTroubleCard } from '@/components/login/sending-trouble-card';
import { stepPath } from '@/lib/web/answer';
import { otherConnection } from '@/lib/web/asking';
import { offerQuestion, passkeyInstead } from '@/lib/web/passkeys';
import { titleOf } from '@/lib/web/title';
import { visitInteraction } from '@/lib/web/visit';
import { waitingState } from '@/lib/web/waiting';
import { stepSetting } from '../../../page-setting';
import { showDeadEnd } from '../dead-end';
import type { ShowStep } from '../shown';
import { wayTo } from '../way-to';

/** Messages after which somebody may want to be reached otherwise. */
const SENDS_BEFORE_OTHER_WAY = 2;

export const showCode: ShowStep = async (latchkey, browser, { id, actions }) => {
  const visit = await visitInteraction(latchkey, browser, id);
  const { chooseLanguage } = actions;
  const page = stepSetting(latchkey, browser, { visit, step: 'code', chooseLanguage });
  const title = titleOf(latchkey, { visit, step: 'code' });
  if (visit.kind !== 'open') {
    const passkey = await passkeyInstead(latchkey, visit, actions.submitPasskey);
    return showDeadEnd(latchkey, { visit, page, title, passkey });
  }

  const { interaction } = visit;
  const { asked, outcome } = interaction;
  const changeHref = stepPath(id, 'identifier');
  if (asked === null) return { kind: 'elsewhere', location: changeHref };
  const state = await waitingState(latchkey, interaction);
  if (state === 'proven') return { kind: 'elsewhere', location: stepPath(id, 'done') };
  if (state === 'finished' || state === 'cancelled') {
    const finished = state === 'finished' ? 'signed_in' : state;
    const over = { ...visit, kind: 'finished', interaction: { ...interaction, finished } } as const;
    return showDeadEnd(latchkey, { visit: over, page: { ...page, footer: null }, title });
  }

  const isTroubled = state !== 'under_way';
  const mayTurn = isTroubled || asked.sends >= SENDS_BEFORE_OTHER_WAY;
  const other = mayTurn ? await otherConnection(latchkey, { ...visit, than: [asked.channel] }) : null;
  const shared = {
    page,
    hidden: { interaction: id, ...offerQuestion(latchkey, browser) },
    changeHref,
    otherWay: wayTo(other, { interaction, action: actions.turnToConnection }),
  };
  const card = isTroubled ? (
    <SendingTroubleCard
      {...shared}
      channel={asked.channel}
      returnedFrom={state === 'returned' ? asked.typedForm : null}
      retryAction={actions.resendMessage}
    />
  ) : (
    <CodeCard
      {...shared}
      action={actions.submitCode}
      resendAction={actions.resendMessage}
      finishAction={actions.finishLogin}
      asked={asked}
      outcome={outcome}
      deliveryHref={`/login/${id}/delivery`}
      now={latchkey.clock().getTime()}
    />
  );
  return { kind: 'page', title, card };
};
