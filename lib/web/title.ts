// Titles: `step - app`, with the error first where there is one, so that a screen reader says it before anything else.
import type { Runtime } from '@/lib/runtime/compose';
import type { Step } from './answer';
import type { Visit } from './visit';

/** @param isSignUp whether the identifier page speaks of signing up */
export function titleOf(
  latchkey: Pick<Runtime, 'wordsOf'>,
  { visit, step, isSignUp = false }: { visit: Visit; step: Step; isSignUp?: boolean },
): string {
  const t = latchkey.wordsOf(visit.language);
  if (visit.kind !== 'open' && visit.kind !== 'proven') return t('stale.heading');
  const app = visit.client.name;
  const { asked, outcome } = visit.interaction;
  const headings = {
    identifier: t(isSignUp ? 'identifier.signUpStep' : 'identifier.step'),
    code: t(asked?.sendMode === 'link' ? 'link.heading' : 'code.heading'),
    done: t('done.heading'),
    passkey: t('passkey.heading'),
    consent: t('consent.heading', { app }),
  } satisfies Record<Step, string>;
  const failed = outcome !== null && outcome.kind !== 'sent_again';
  return t(failed ? 'page.titleWithError' : 'page.title', { step: headings[step], app });
}
