// A link was opened in this browser and proved who it is. Some tab of it goes on to the client; this page waits for the one
// that waited, and else goes on itself.
import { LinkOpenedCard } from '@/components/login/link-opened-card';
import { stepPath } from '@/lib/web/answer';
import { offerQuestion } from '@/lib/web/passkeys';
import { titleOf } from '@/lib/web/title';
import { visitInteraction } from '@/lib/web/visit';
import { isProvenByLink } from '@/lib/web/waiting';
import { stepSetting } from '../../../page-setting';
import { showDeadEnd } from '../dead-end';
import type { ShowStep } from '../shown';

export const showDone: ShowStep = async (latchkey, browser, { id, actions }) => {
  const visit = await visitInteraction(latchkey, browser, id);
  const { chooseLanguage, finishLogin } = actions;
  const page = stepSetting(latchkey, browser, { visit, step: 'done', chooseLanguage });
  const title = titleOf(latchkey, { visit, step: 'done' });
  if (visit.kind !== 'open') return showDeadEnd(latchkey, { visit, page, title });

  if (!(await isProvenByLink(latchkey.login, visit.interaction)))
    return { kind: 'elsewhere', location: stepPath(id, 'code') };
  const card = (
    <LinkOpenedCard
      page={page}
      finishAction={finishLogin}
      hidden={{ interaction: id, ...offerQuestion(latchkey, browser) }}
    />
  );
  return { kind: 'page', title, card };
};
