'use client';
// A form of the console. What is typed stays typed whatever the answer is; what is refused stands beside its field; where a
// recent proof is missing, the person goes through the login and comes back to what they typed.
import { useRouter } from 'next/navigation';
import {
  type ReactNode,
  startTransition,
  useActionState,
  useEffect,
  useRef,
  useState,
  useTransition,
} from 'react';
import type { ActionState } from '@/lib/web/console/action';
import { Button } from './button';
import { Callout } from './callout';
import { FormContext, useForm } from './form-context';
import { useFrame } from './frame';
import { type Toast, useToast } from './toasts';

export type FormAction = (last: ActionState, form: FormData) => Promise<ActionState>;

export function Form({
  name,
  action,
  undoAction,
  clearsWhenDone = false,
  onDone,
  children,
}: {
  /** Of one form on its page. */
  name: string;
  action: FormAction;
  /** Takes back what `action` did, by what that answered as `undo`; it is offered for a moment, and is never the only way. */
  undoAction?: FormAction | undefined;
  clearsWhenDone?: boolean;
  onDone?: (state: Extract<ActionState, { kind: 'done' }>) => void;
  children: ReactNode;
}) {
  // What came of a form that the browser sent before this script was here, and of one that was sent by it.
  const [posted, dispatch] = useActionState(action, UNTOUCHED);
  const [answered, setAnswered] = useState<ActionState | null>(null);
  const [isPending, startSending] = useTransition();
  const state = answered ?? posted;
  const form = useRef<HTMLFormElement>(null);
  const [isRestored, setIsRestored] = useState(false);
  // What was refused has no field here: it is said over all of them.
  const [isElsewhere, setIsElsewhere] = useState(false);
  // Of the fields: those of a form that was taken back are made anew, by what the page has of them then.
  const [edition, setEdition] = useState(0);
  const isUndoing = useRef(false);
  const { words, proofPath } = useFrame();
  const toast = useToast();
  const router = useRouter();

  useEffect(() => {
    const element = form.current;
    if (element === null) return;
    const isBack = restoreTyped(element, name);
    // Whoever shows what is typed was not there yet, also when somebody began before the scripts did.
    if (isBack || [...element.elements].some(isTyped))
      element.dispatchEvent(new Event('input', { bubbles: true }));
    if (!isBack) return;
    setIsRestored(true);
    element.closest('dialog')?.showModal();
  }, [name]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer is dealt with once
  useEffect(() => {
    const element = form.current;
    if (element === null) return;
    if (state.kind === 'proof_needed') leaveForProof(element, name, proofPath);
    const refused = element.querySelector<HTMLElement>('[aria-invalid="true"]');
    if (state.kind === 'refused') refused?.focus();
    setIsElsewhere(state.kind === 'refused' && refused === null);
    if (state.kind !== 'done') return;
    setIsRestored(false);
    // A secret is kept now, and not here.
    for (const secret of element.querySelectorAll<HTMLInputElement>('[type="password"]')) secret.value = '';
    if (clearsWhenDone) element.reset();
    element.closest('dialog')?.close();
    if (state === posted) say(state);
    onDone?.(state);
    if (state.goTo !== undefined) router.push(state.goTo);
  }, [state]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: they are others when the page was asked for again
  useEffect(() => {
    if (!isUndoing.current) return;
    isUndoing.current = false;
    setEdition((last) => last + 1);
  }, [children]);

  useEffect(() => {
    // Whoever shows what is typed shows what is there now.
    if (edition > 0) form.current?.dispatchEvent(new Event('input', { bubbles: true }));
  }, [edition]);

  /** Also where the page has no such form any more, now that it is done. */
  function say(answer: ActionState): void {
    if (answer.kind === 'done' && answer.said !== '') toast({ said: answer.said, ...undoOf(answer) });
  }

  function undoOf({ undo }: Extract<ActionState, { kind: 'done' }>): Pick<Toast, 'undo'> {
    if (undoAction === undefined || undo === undefined) return {};
    const run = () =>
      startTransition(async () => {
        const sent = new FormData();
        for (const [name, value] of Object.entries(undo)) sent.set(name, value);
        isUndoing.current = true;
        const answer = await undoAction(UNTOUCHED, sent);
        if (answer.kind === 'done') return toast({ said: answer.said });
        isUndoing.current = false;
        toast({ said: answer.kind === 'refused' ? answer.sentence : words.notUndone });
      });
    return { undo: { label: words.undo, run } };
  }

  return (
    <FormContext value={{ state, isPending }}>
      <form
        key={edition}
        ref={form}
        action={dispatch}
        // React empties a form that it sent itself; this one keeps what was typed.
        onSubmit={(event) => {
          event.preventDefault();
          if (isPending) return;
          const { submitter } = event.nativeEvent as SubmitEvent;
          const fields = new FormData(event.currentTarget, submitter);
          // Named for a browser that sends the form before this script is here.
          for (const name of [...fields.keys()]) if (name.startsWith('$ACTION')) fields.delete(name);
          startSending(async () => {
            const answer = await action(state, fields);
            say(answer);
            startTransition(() => setAnswered(answer));
          });
        }}
        className="grid gap-5"
        noValidate
      >
        {isRestored && <Callout tone="good">{words.proven}</Callout>}
        {state.kind === 'refused' && (state.field === null || isElsewhere) && (
          <Callout tone="bad" isNews>
            {state.sentence}
          </Callout>
        )}
        {children}
      </form>
    </FormContext>
  );
}

/** Sends its form; turns while it is on its way. */
export function SubmitButton({
  look = 'primary',
  isReady = true,
  children,
}: {
  look?: 'primary' | 'quiet' | 'danger';
  isReady?: boolean;
  children: ReactNode;
}) {
  const { isPending } = useForm();
  return (
    <Button type="submit" look={look} disabled={!isReady} aria-disabled={isPending} aria-busy={isPending}>
      {isPending && (
        <span
          className="spinner size-4 rounded-full border-2 border-current border-t-transparent"
          aria-hidden
        />
      )}
      {children}
    </Button>
  );
}

const UNTOUCHED: ActionState = { kind: 'untouched' };

// ---- What was typed, over a visit to the login ----------------------------------------------------------------------

const keyOf = (name: string) => `typed:${location.pathname}:${name}`;

/** Keeps what was typed in this tab, but for what must not be kept, and posts the browser to the login. */
function leaveForProof(form: HTMLFormElement, name: string, path: string): void {
  const typed = [...new FormData(form)].filter(
    ([field, value]) => typeof value === 'string' && !field.startsWith('$') && !isSecret(form, field),
  );
  sessionStorage.setItem(keyOf(name), JSON.stringify(typed));
  const leaving = document.createElement('form');
  leaving.method = 'post';
  leaving.action = path;
  leaving.append(hidden('to', location.pathname + location.search), hidden('fresh', 'yes'));
  document.body.append(leaving);
  leaving.submit();
}

function isSecret(form: HTMLFormElement, field: string): boolean {
  return form.querySelector(`[name="${CSS.escape(field)}"][type="password"]`) !== null;
}

function hidden(name: string, value: string): HTMLInputElement {
  return Object.assign(document.createElement('input'), { type: 'hidden', name, value });
}

function isTyped(element: Element): boolean {
  if (!(element instanceof HTMLInputElement)) return false;
  return element.value !== element.defaultValue || element.checked !== element.defaultChecked;
}

/** Puts back what was typed before, once. True where there was anything. */
function restoreTyped(form: HTMLFormElement, name: string): boolean {
  const kept = sessionStorage.getItem(keyOf(name));
  if (kept === null) return false;
  sessionStorage.removeItem(keyOf(name));
  const typed = JSON.parse(kept) as [string, string][];
  // What was not chosen was not sent, also where the page has it chosen.
  for (const box of form.querySelectorAll<HTMLInputElement>('[type="checkbox"]'))
    box.checked = typed.some(([field, value]) => field === box.name && value === box.value);
  for (const [field, value] of typed) {
    const element = form.elements.namedItem(field);
    const isBox = element instanceof HTMLInputElement && element.type === 'checkbox';
    if (!isBox && element !== null && 'value' in element) element.value = value;
  }
  return true;
}
