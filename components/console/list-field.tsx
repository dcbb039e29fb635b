'use client';
// A list that is typed one a line. While it is typed each line is looked at by whoever will take it, and what is wrong with
// one is said under the list, with the number of the line.
import { CircleAlert } from 'lucide-react';
import { type ComponentProps, useEffect, useId, useRef, useState } from 'react';
import type { ActionState } from '@/lib/web/console/action';
import { useForm } from './form-context';
import { Textarea } from './textarea';

/** Of a list that does not grow as it is typed, in browsers that cannot; longer ones scroll. */
const ROWS_MAX = 16;

/** How long a pause in typing is. */
const PAUSE_MS = 400;

export type ListCheck = Readonly<{
  /** Answers with what is `shown` for each line that is wrong: its number from 0, and why. */
  ask: (last: ActionState, form: FormData) => Promise<ActionState>;
  /** What it has to know besides `field` and the lines in `entries`; a field of the form by that name says it anew. */
  sent: Readonly<Record<string, string>>;
}>;

/**
 * @param lineWord how a line is named; `{line}` is its number
 * @param check left out: nothing is said before the form is sent
 */
export function ListField({
  name,
  label,
  hint,
  entries,
  lineWord,
  check,
  ...textarea
}: {
  name: string;
  label: string;
  hint?: string;
  entries: readonly string[];
  lineWord: string;
  check?: ListCheck;
} & Pick<ComponentProps<'textarea'>, 'placeholder' | 'rows'>) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  const [found, setFound] = useState<Readonly<Record<string, string>>>({});
  const { state } = useForm();
  // What the form was refused for counts until something else is typed.
  const [passed, setPassed] = useState(state);
  const latest = useRef(state);
  useEffect(() => {
    latest.current = state;
  }, [state]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each text is looked at once a turn
  useEffect(() => {
    if (typed === null || check === undefined) return;
    let isStale = false;
    const timer = setTimeout(async () => {
      const sent = { ...check.sent, ...chosenOf(area.current?.form, check.sent) };
      const answer = await check.ask(UNTOUCHED, questionOf(name, typed, sent));
      if (isStale || answer.kind !== 'done') return;
      setFound(answer.shown ?? {});
      setPassed(latest.current);
    }, PAUSE_MS);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [typed, turn]);

  // What is right may hang on what else is chosen, such as the kind of application.
  useEffect(() => {
    const form = area.current?.form;
    const onChange = ({ target }: Event) => {
      if (target instanceof HTMLInputElement && check !== undefined && target.name in check.sent)
        setTurn((last) => last + 1);
    };
    form?.addEventListener('change', onChange);
    return () => form?.removeEventListener('change', onChange);
  }, [check]);

  const problems = Object.entries(state === passed ? found : { ...found, ...refusedLine(name, state) });
  const described = [problems.length > 0 && `${id}-problems`, hint && `${id}-hint`].filter(Boolean);
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="justify-self-start font-medium">
        {label}
      </label>
      <Textarea
        rows={Math.min(Math.max(2, entries.length + 1), ROWS_MAX)}
        {...textarea}
        ref={area}
        id={id}
        name={name}
        className="control field-sizing-content max-h-[18lh] min-h-[3lh] font-mono text-table"
        defaultValue={entries.join('\n')}
        spellCheck={false}
        autoComplete="off"
        wrap="off"
        dir="ltr"
        aria-invalid={problems.length > 0}
        {...(described.length > 0 && { 'aria-describedby': described.join(' ') })}
        onInput={({ currentTarget: { value } }) => {
          setTyped(value);
          setPassed(state);
        }}
      />
      <ul id={`${id}-problems`} className="grid gap-1 text-bad empty:hidden" aria-live="polite">
        {problems.map(([line, sentence]) => (
          <li key={line} className="flex gap-1.5">
            <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
            {line === '' ? sentence : `${lineWord.replace('{line}', String(Number(line) + 1))}: ${sentence}`}
          </li>
        ))}
      </ul>
      {hint && (
        <p id={`${id}-hint`} className="text-pretty text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}

const UNTOUCHED: ActionState = { kind: 'untouched' };

function chosenOf(
  form: HTMLFormElement | null | undefined,
  sent: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const fields = form ? new FormData(form) : new FormData();
  const asText = (value: FormDataEntryValue | null) => (typeof value === 'string' ? value : '');
  return Object.fromEntries(
    Object.keys(sent)
      .filter((name) => fields.has(name))
      .map((name) => [name, asText(fields.get(name))]),
  );
}

function questionOf(field: string, typed: string, sent: Readonly<Record<string, string>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...sent, field, entries: typed })) form.set(name, value);
  return form;
}

/** `callbacks[2]` is the third entry; without a number it is the whole. */
function refusedLine(name: string, state: ActionState): Readonly<Record<string, string>> {
  if (state.kind !== 'refused' || state.field === null) return {};
  if (state.field === name) return { '': state.sentence };
  const index = state.field.startsWith(`${name}[`) ? /\[(\d+)\]/.exec(state.field)?.[1] : undefined;
  return index === undefined ? {} : { [index]: state.sentence };
}
