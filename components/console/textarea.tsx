'use client';
// A textarea that keeps what somebody writes in it before the page's scripts are there. React keeps that of every other control;
// over this one it writes what it takes for the default, and puts the cursor to the start.
import { type ComponentProps, useEffect, useState } from 'react';

export function Textarea({ id, defaultValue, ...attributes }: ComponentProps<'textarea'> & { id: string }) {
  const [early, setEarly] = useState(() => readEarly(id));
  useEffect(() => {
    if (early === null) return;
    setEarly(null);
    // Whoever looks at what is written was not there yet.
    if (early.isTyped) document.getElementById(id)?.dispatchEvent(new Event('input', { bubbles: true }));
  }, [id, early]);
  return <textarea {...attributes} id={id} defaultValue={early?.value ?? defaultValue} />;
}

/** What is in the one that the server sent, or null where it sent none. */
function readEarly(id: string) {
  if (typeof document === 'undefined') return null;
  const area = document.getElementById(id);
  if (!(area instanceof HTMLTextAreaElement)) return null;
  const { value, defaultValue } = area;
  // A value that was set is no default any more: the cursor stays where it is, whatever the default becomes.
  area.value = value;
  return { value, isTyped: value !== defaultValue };
}
