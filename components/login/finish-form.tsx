// The way to the client once a link proved who it is, from whichever tab goes there. The tab that opened the link says so to
// the others of its browser; the one that waited answers, sends this form and is the one that goes on, because an
// application in that tab may have begun there. Where nobody answers, the tab that opened the link goes on itself.
import type { ReactNode } from 'react';
import { type FormAction, HiddenInputs, type HiddenValues } from '../hidden-inputs';

export function FinishForm({
  action,
  hidden,
  tab,
  children,
}: {
  action: FormAction;
  /** Holds `interaction`. */
  hidden: HiddenValues;
  /** `waits` is not seen and has no button: only the script sends it. */
  tab: 'waits' | 'opened';
  children?: ReactNode;
}) {
  return (
    <form action={action} data-tab={tab} hidden={tab === 'waits'}>
      <HiddenInputs values={hidden} />
      {children}
    </form>
  );
}
