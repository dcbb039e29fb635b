// The offer of a passkey, to whoever has just proven who they are. Nobody comes here whose script did not say that this device
// can keep one.
import { PasskeyOfferCard } from '@/components/login/passkey-offer-card';
import { askToCreatePasskey } from '@/lib/login/create-passkey';
import { stepPath } from '@/lib/web/answer';
import { findOffered } from '@/lib/web/passkeys';
import { titleOf } from '@/lib/web/title';
import { visitInteraction } from '@/lib/web/visit';
import { stepSetting } from '../../../page-setting';
import { showDeadEnd } from '../dead-end';
import type { ShowStep } from '../shown';

export const showPasskeyOffer: ShowStep = async (latchkey, browser, { id, actions }) => {
  const visit = await visitInteraction(latchkey, browser, id);
  const { chooseLanguage, answerPasskeyOffer } = actions;
  const page = stepSetting(latchkey, browser, { visit, step: 'passkey', chooseLanguage });
  const title = titleOf(latchkey, { visit, step: 'passkey' });
  if (visit.kind !== 'open') return showDeadEnd(latchkey, { visit, page, title });

  const { interaction } = visit;
  const offered = await findOffered(latchkey, browser, interaction);
  // Whoever was proven, and cannot make one here any more, goes on from there.
  if (offered === null) return { kind: 'elsewhere', location: stepPath(id, 'code') };
  const options = await askToCreatePasskey(latchkey, {
    interaction,
    accountId: offered.accountId,
    accountName: offered.asked.typedForm,
    now: latchkey.clock(),
  });
  const card = (
    <PasskeyOfferCard
      page={page}
      action={answerPasskeyOffer}
      hidden={{ interaction: id }}
      options={options}
      hasFailed={interaction.outcome?.kind === 'passkey_refused'}
    />
  );
  return { kind: 'page', title, card };
};
