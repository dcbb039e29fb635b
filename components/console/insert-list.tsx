'use client';
// What may stand in the text of a form, each at a press: it is written where the cursor was last, as if it had been typed there.
import { useEffect, useRef } from 'react';

/** @param into the field that they are written to where nobody has been in any yet */
export function InsertList({
  values,
  into,
  label,
}: {
  values: readonly string[];
  into: string;
  label: string;
}) {
  const list = useRef<HTMLUListElement>(null);
  const last = useRef<TextControl | null>(null);
  useEffect(() => {
    const form = list.current?.closest('form');
    const remember = ({ target }: Event) => {
      last.current = controlOf(target as Element) ?? last.current;
    };
    form?.addEventListener('focusin', remember);
    return () => form?.removeEventListener('focusin', remember);
  }, []);
  const insert = (value: string) => {
    const given = list.current?.closest('form')?.elements.namedItem(into);
    const control = last.current ?? (given instanceof Element ? controlOf(given) : null);
    if (control === null) return;
    const { selectionStart, selectionEnd } = control;
    control.setRangeText(value, selectionStart ?? 0, selectionEnd ?? 0, 'end');
    control.dispatchEvent(new Event('input', { bubbles: true }));
    const editor = control.parentElement?.querySelector<HTMLElement>('[contenteditable]');
    (editor ?? control).focus();
  };
  return (
    <ul ref={list} aria-label={label} className="flex flex-wrap gap-2">
      {values.map((value) => (
        <li key={value}>
          <button
            type="button"
            onClick={() => insert(value)}
            className="rounded-control bg-hover px-2 py-0.5 font-mono text-table pointer-coarse:py-2"
          >
            {value}
          </button>
        </li>
      ))}
    </ul>
  );
}

type TextControl = HTMLInputElement | HTMLTextAreaElement;

/** A field that text is written in. An editor stands for its textarea. */
function controlOf(element: Element): TextControl | null {
  if (element instanceof HTMLTextAreaElement) return element;
  if (element instanceof HTMLInputElement) return element.type === 'text' ? element : null;
  return element.closest('[data-editor]')?.querySelector('textarea') ?? null;
}
