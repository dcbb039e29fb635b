'use client';
// A field for what is written with an editor: numbered lines, colours, indents. The page shows a textarea, which is what the form
// sends and what works before any script does; once the page has come to rest the editor is fetched, and takes its place.
import { type ComponentProps, type ReactNode, useEffect, useRef, useState } from 'react';
import type { CodeLanguage, OpenEditor } from './code-mirror';
import { Field, useControl } from './field';
import { useFrame } from './frame';
import { Textarea } from './textarea';

/** Follows what the server has, saved or taken back, as long as nothing else is typed. */
export function CodeEditor({
  name,
  label,
  hint,
  language,
  defaultValue,
  rows,
  isPacked = false,
}: {
  name: string;
  label: string;
  hint?: ReactNode;
  language: CodeLanguage;
  defaultValue: string;
  /** Whether a preview takes it packed (pack.ts), because it may be long. */
  isPacked?: boolean;
} & Pick<ComponentProps<'textarea'>, 'rows'>) {
  const { id, problem, attributes } = useControl(name, true);
  const { words } = useFrame();
  const textarea = useRef<HTMLTextAreaElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<OpenEditor>(null);
  const [isOpen, setIsOpen] = useState(false);
  const naming = {
    labelledBy: `${id}-label`,
    describedBy: attributes['aria-describedby'] ?? '',
    isInvalid: problem !== null,
  };
  const latest = useRef(naming);

  useEffect(() => {
    let isGone = false;
    const stopWaiting = whenAtRest(async () => {
      const { openEditor } = await import('./code-mirror');
      if (isGone || textarea.current === null || place.current === null) return;
      const at = { textarea: textarea.current, place: place.current };
      editor.current = openEditor({ ...at, language, nonce: pageNonce(), naming: latest.current });
      setIsOpen(true);
    });
    return () => {
      isGone = true;
      stopWaiting();
      editor.current?.close();
      editor.current = null;
    };
  }, [language]);

  useEffect(() => {
    latest.current = naming;
    editor.current?.name(naming);
  });

  const given = useRef(defaultValue);
  const sent = useRef<string | null>(null);
  useEffect(() => {
    const form = textarea.current?.form;
    const onSubmit = () => {
      sent.current = textarea.current?.value ?? null;
    };
    form?.addEventListener('submit', onSubmit);
    return () => form?.removeEventListener('submit', onSubmit);
  }, []);
  useEffect(() => {
    const field = textarea.current;
    if (field === null || given.current === defaultValue) return;
    // What was sent may be what the server has by now; what was typed since then is not, also where it was there before.
    const isTypedSince = sent.current !== null && field.value !== sent.current;
    const isTyped = field.value !== defaultValue && (isTypedSince || field.value !== given.current);
    given.current = defaultValue;
    sent.current = null;
    if (isTyped) return;
    field.value = defaultValue;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }, [defaultValue]);

  return (
    <Field
      control={{ id, problem, attributes }}
      label={label}
      editor={isOpen ? { focus: () => editor.current?.focus() } : undefined}
      hint={
        <>
          {hint} <span className={isOpen ? '' : 'invisible'}>{words.editorKeys}</span>
        </>
      }
    >
      <div data-editor className="grid min-w-0">
        <Textarea
          ref={textarea}
          {...attributes}
          aria-invalid={!isOpen && problem !== null}
          name={name}
          rows={rows}
          data-packed={isPacked ? '' : undefined}
          defaultValue={defaultValue}
          autoComplete="off"
          spellCheck={false}
          dir="auto"
          className="control resize-y font-mono text-table"
        />
        <div ref={place} className="grid min-w-0" />
      </div>
    </Field>
  );
}

/** After all that the page itself loads, and not while it is busy. Gives back how to wait no longer. */
function whenAtRest(act: () => void): () => void {
  let stop = () => removeEventListener('load', wait);
  function wait() {
    // Safari knows no idle moment.
    if (typeof requestIdleCallback === 'function') {
      const waiting = requestIdleCallback(act);
      stop = () => cancelIdleCallback(waiting);
    } else {
      const waiting = setTimeout(act);
      stop = () => clearTimeout(waiting);
    }
  }
  if (document.readyState === 'complete') wait();
  else addEventListener('load', wait, { once: true });
  return () => stop();
}

/** Of the document that is open: a page that the router put into it has another, which counts for nothing. */
function pageNonce(): string {
  return document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? '';
}
