'use client';
// A code editor with whole examples to begin with.
import { type ComponentProps, useRef } from 'react';
import { Button } from './button';
import { CodeEditor } from './code-editor';

/** @param examples each takes the place of what was typed */
export function ExampleCode({
  examplesLabel,
  examples,
  ...editor
}: {
  examplesLabel: string;
  examples: readonly Readonly<{ label: string; source: string }>[];
} & ComponentProps<typeof CodeEditor>) {
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
        {examples.map(({ label, source }) => (
          <Button key={label} size="small" onClick={() => begin(source)}>
            {label}
          </Button>
        ))}
      </div>
      <CodeEditor {...editor} />
    </div>
  );
}
