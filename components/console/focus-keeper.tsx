'use client';
// What had the focus may be gone with what was done: a button that is another one now, a row that was removed. Then the heading
// of the page has it, and not the whole document, where keyboard and screen reader would begin anew.
import { useEffect } from 'react';

export function FocusKeeper() {
  useEffect(() => {
    let last: Element | null = null;
    const onFocus = ({ target }: FocusEvent) => {
      last = target instanceof Element ? target : null;
    };
    const changes = new MutationObserver(() => {
      if (last === null || last.isConnected) return;
      last = null;
      // A dialog that closes, or whoever took it away, may have given the focus to something else.
      if (document.activeElement !== document.body) return;
      const heading = document.querySelector<HTMLElement>('main h1');
      heading?.setAttribute('tabindex', '-1');
      heading?.focus({ preventScroll: true });
    });
    addEventListener('focusin', onFocus);
    changes.observe(document.body, { childList: true, subtree: true });
    return () => {
      removeEventListener('focusin', onFocus);
      changes.disconnect();
    };
  }, []);
  return null;
}
