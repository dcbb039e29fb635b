'use client';
// `/` puts the cursor into the page's search field, where there is one.
import { useEffect } from 'react';

export function Shortcuts() {
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      const isTyping =
        event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]');
      if (event.key !== '/' || isTyping || event.metaKey || event.ctrlKey || event.altKey) return;
      const field = document.querySelector<HTMLElement>('main [type="search"]');
      if (field === null) return;
      event.preventDefault();
      field.focus();
    }
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return null;
}
