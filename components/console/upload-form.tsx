'use client';
// A form with a file that may take minutes: it says how much of it is sent, and goes on to the page that its answer names.
import { useRouter } from 'next/navigation';
import { type ReactNode, useId, useState } from 'react';
import type { ActionState } from '@/lib/web/console/action';
import { Button } from './button';
import { Callout } from './callout';
import { FormContext } from './form-context';

export type UploadWords = Readonly<{
  submit: string;
  /** Over the bar; `{share}` is how much is there. */
  sending: string;
  /** When all of it is there. */
  reading: string;
  broken: string;
}>;

/** @param path answers a post with an {@link ActionState} */
export function UploadForm({
  path,
  words,
  children,
}: {
  path: string;
  words: UploadWords;
  children: ReactNode;
}) {
  const router = useRouter();
  const id = useId();
  const [state, setState] = useState<ActionState>({ kind: 'untouched' });
  /** 0 to 1 while it is on its way. */
  const [sent, setSent] = useState<number | null>(null);

  function send(form: HTMLFormElement) {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => setSent(loaded / Math.max(1, total));
    request.onloadend = () => {
      const answer = request.response as ActionState | null;
      setState(answer ?? { kind: 'refused', field: null, sentence: words.broken });
      if (answer?.kind === 'done' && answer.goTo !== undefined) router.push(answer.goTo);
      else setSent(null);
    };
    setState({ kind: 'untouched' });
    setSent(0);
    request.send(new FormData(form));
  }

  return (
    <FormContext value={{ state, isPending: sent !== null }}>
      <form
        className="grid gap-5"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (sent === null) send(event.currentTarget);
        }}
      >
        {state.kind === 'refused' && state.field === null && (
          <Callout tone="bad" isNews>
            {state.sentence}
          </Callout>
        )}
        {children}
        {sent === null ? (
          <div className="flex justify-end">
            <Button type="submit" look="primary">
              {words.submit}
            </Button>
          </div>
        ) : (
          <div className="grid gap-2">
            <label htmlFor={id}>
              {sent < 1 ? words.sending.replace('{share}', `${Math.floor(sent * 100)} %`) : words.reading}
            </label>
            <progress id={id} className="progress" max={1} value={sent} />
          </div>
        )}
      </form>
    </FormContext>
  );
}
