'use client';
// Asks which kind of file, and posts: what it is answered with is the file.
import { type ReactNode, useRef } from 'react';
import { Button } from './button';
import { HiddenFields } from './confirm-dialog';
import { Dialog } from './dialog';
import { type Option, SelectField } from './field';

export function ExportDialog({
  path,
  hidden = {},
  formats,
  words,
}: {
  path: string;
  hidden?: Readonly<Record<string, string>>;
  formats: readonly Option[];
  words: Readonly<{ button: ReactNode; title: string; lead: string; format: string; submit: string }>;
}) {
  const form = useRef<HTMLFormElement>(null);
  return (
    <Dialog trigger={{ label: words.button }} title={words.title} lead={words.lead}>
      <form
        ref={form}
        method="post"
        action={path}
        className="grid gap-5"
        // The file comes, and the page stays as it is.
        onSubmit={() => form.current?.closest('dialog')?.close()}
      >
        <HiddenFields fields={hidden} />
        <SelectField name="format" label={words.format} options={formats} />
        <div className="flex justify-end">
          <Button type="submit" look="primary">
            {words.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
