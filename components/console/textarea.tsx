'use client';
// A textarea that keeps what somebody writes in it before the page's scripts are there. React keeps that of every other control;
// over this one it writes what the server sent, and puts the cursor to its start.
import { type ComponentProps, useEffect, useLayoutEffect, useState } from 'react';

export function Textarea({ id, ...attributes }: ComponentProps<'textarea'> & { id: string }) {
  const [early] = useState(() => readEarly(id));
  useLayoutEffect(() => {
    const area = findArea(id);
    if (area === null || early === null) return;
    if (area.value !== early.value) area.value = early.value;
    if (area === document.activeElement) area.setSelectionRange(early.selectionStart, early.selectionEnd);
  }, [id, early]);
  useEffect(() => {
    if (early?.isTyped) findArea(id)?.dispatchEvent(new Event('input', { bubbles: true }));
  }, [id, early]);
  return <textarea {...attributes} id={id} />;
}

/** What is in the one that the server sent, or null where it sent none. */
function readEarly(id: string) {
  const area = findArea(id);
  if (area === null) return null;
  const { value, defaultValue, selectionStart, selectionEnd } = area;
  return { value, isTyped: value !== defaultValue, selectionStart, selectionEnd };
}

function findArea(id: string): HTMLTextAreaElement | null {
  if (typeof document === 'undefined') return null;
  const found = document.getElementById(id);
  return found instanceof HTMLTextAreaElement ? found : null;
}
