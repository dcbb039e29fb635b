'use client';
// The document of a page template, with whole examples to begin with.
import { useRef } from 'react';
import { Button } from './button';
import { CodeEditor } from './code-editor';

/** @param examples each takes the place of what was typed */
export function PageCode({
  name,
  label,
  hint,
  defaultValue,
  examplesLabel,
  examples,
}: {
  name: string;
  label: string;
  hint: string;
  defaultValue: string;
  examplesLabel: string;
  examples: readonly Readonly<{ label: string; source: string }>[];
}) {
  const place = useRef<HTMLDivElement>(null);
  const begin = (source: string) => {
    const code = place.current?.querySelector('textarea');
    if (!code) return;
    code.value = source;
    code.dispatchEvent(new Event('input', { bubbles: true }));
    code.focus();
  };
  return (
    <div ref={place} className="grid min-w-0 gap-4">
      <div className="flex flex-wrap items-center gap-2">
        <span className="text-muted">{examplesLabel}</span>
        {examples.map(({ label: example, source }) => (
          <Button key={example} size="small" onClick={() => begin(source)}>
            {example}
          </Button>
        ))}
      </div>
      <CodeEditor
        name={name}
        label={label}
        hint={hint}
        language="liquid"
        rows={26}
        isPacked
        defaultValue={defaultValue}
      />
    </div>
  );
}
