'use client';
// Asks before what cannot be undone. Where it takes something away from others, the name of the thing has to be typed.
import { type ReactNode, useId, useState } from 'react';
import { Button } from './button';
import { Dialog } from './dialog';
import { Form, type FormAction, SubmitButton } from './form';
import { useFrame } from './frame';

export type ConfirmWords = Readonly<{
  title: string;
  lead: string;
  /** Over the field, where something has to be typed: `Type ann@acme.test to confirm`. */
  type?: string;
  submit: string;
}>;

/** @param wanted what has to be typed; left out: a press is enough */
export function ConfirmDialog({
  name,
  trigger,
  action,
  undoAction,
  hidden,
  wanted,
  words,
}: {
  name: string;
  trigger: Parameters<typeof Dialog>[0]['trigger'];
  action: FormAction;
  /** As that of a form. */
  undoAction?: FormAction;
  hidden: Readonly<Record<string, string>>;
  wanted?: string;
  words: ConfirmWords;
}) {
  const [typed, setTyped] = useState('');
  const id = useId();
  const { words: frame } = useFrame();
  return (
    <Dialog trigger={trigger} title={words.title} lead={words.lead}>
      <Form name={name} action={action} undoAction={undoAction} clearsWhenDone>
        <HiddenFields fields={hidden} />
        {wanted !== undefined && (
          <div className="grid gap-1.5">
            <label htmlFor={id} className="font-medium">
              {words.type}
            </label>
            <input
              id={id}
              className="control"
              autoComplete="off"
              spellCheck={false}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          </div>
        )}
        <div className="flex justify-end gap-2">
          <Button look="quiet" onClick={(event) => event.currentTarget.closest('dialog')?.close()}>
            {frame.cancel}
          </Button>
          <SubmitButton look="danger" isReady={wanted === undefined || typed.trim() === wanted}>
            {words.submit}
          </SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}

/** What a form sends along without asking. */
export function HiddenFields({ fields }: { fields: Readonly<Record<string, string>> }): ReactNode {
  return Object.entries(fields).map(([name, value]) => (
    <input key={name} type="hidden" name={name} value={value} />
  ));
}
