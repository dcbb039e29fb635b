// The last step where one is needed: may the client have what it asks for?
import { ConsentCard } from '@/components/login/consent-card';
import { stepPath } from '@/lib/web/answer';
import { whatConsentShows } from '@/lib/web/consent';
import { titleOf } from '@/lib/web/title';
import { visitInteraction } from '@/lib/web/visit';
import { stepSetting } from '../../../page-setting';
import { showDeadEnd } from '../dead-end';
import type { ShowStep } from '../shown';

export const showConsent: ShowStep = async (latchkey, browser, { id, actions }) => {
  const visit = await visitInteraction(latchkey, browser, id);
  // Nobody has proven anything, as far as this browser's cookie tells: the page before knows more (FRM-8).
  if (visit.kind === 'open') return { kind: 'elsewhere', location: stepPath(id, 'done') };
  const { chooseLanguage } = actions;
  const page = stepSetting(latchkey, browser, { visit, step: 'consent', chooseLanguage });
  const title = titleOf(latchkey, { visit, step: 'consent' });
  if (visit.kind !== 'proven') return showDeadEnd(latchkey, { visit, page, title });
  const asked = await whatConsentShows(latchkey, browser, visit.interaction);
  if (asked === null) return showDeadEnd(latchkey, { visit: { ...visit, kind: 'expired' }, page, title });
  const card = (
    <ConsentCard
      {...asked}
      page={page}
      action={actions.answerConsent}
      hidden={{ interaction: id }}
      otherAccountAction={actions.chooseOtherAccount}
    />
  );
  return { kind: 'page', title, card };
};
