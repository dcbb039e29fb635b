// An address or a number within a sentence: in its own direction, whichever the sentence has.
import type { ReactNode } from 'react';

/** For the place `<recipient>` of a sentence. */
export function addressOf(shown: ReactNode): ReactNode {
  return (
    <bdi className="address" dir="ltr">
      {shown}
    </bdi>
  );
}
