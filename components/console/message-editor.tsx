'use client';
// The words of a message and, beside them, what people would get: asked anew at each pause in typing. The HTML of an e-mail is
// shown in a frame of its own, which the words are posted to.
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import type { ActionState } from '@/lib/web/console/action';
import { Callout } from './callout';
import { Choice } from './choice';
import type { Option } from './field';

/** How long a pause in typing is. */
const PAUSE_MS = 500;

export type PreviewWords = Readonly<{
  title: string;
  kind: string;
  language: string;
  view: string;
  desktop: string;
  phone: string;
  text: string;
  from: string;
  subject: string;
  fallback: string;
}>;

const UNTOUCHED: ActionState = { kind: 'untouched' };

type Shown = Readonly<Record<string, string>>;
type View = 'desktop' | 'phone' | 'text';

/**
 * @param ask answers with what is shown of the words in the form
 * @param framePath where the HTML is shown; null for text messages
 * @param first what is shown before anything is typed
 * @param children the form of the words
 */
export function MessageEditor({
  ask,
  framePath,
  first,
  kinds,
  languages,
  words,
  children,
}: {
  ask: (last: ActionState, form: FormData) => Promise<ActionState>;
  framePath: string | null;
  first: Shown;
  kinds: readonly Option[];
  languages: readonly Option[];
  words: PreviewWords;
  children: ReactNode;
}) {
  const id = useId();
  const place = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState(first);
  const [sample, setSample] = useState({ kind: kinds[0]?.value ?? '', language: 'en' });
  const [edits, setEdits] = useState(0);
  const [view, setView] = useState<View>(framePath === null ? 'text' : 'desktop');
  // biome-ignore lint/correctness/useExhaustiveDependencies: each state of the words is shown once
  useEffect(() => {
    const form = place.current?.querySelector('form');
    if (edits === 0 || !form) return;
    let isStale = false;
    const timer = setTimeout(async () => {
      const written = new FormData(form);
      for (const [name, value] of Object.entries(sample)) written.set(name, value);
      if (framePath !== null) postToFrame(written, framePath, id);
      const answer = await ask(UNTOUCHED, written);
      if (isStale) return;
      if (answer.kind === 'done') setShown(answer.shown ?? {});
      if (answer.kind === 'refused') setShown((last) => ({ ...last, problems: answer.sentence }));
    }, PAUSE_MS);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [edits, sample]);
  const choose = (chosen: Partial<typeof sample>) => {
    setSample({ ...sample, ...chosen });
    setEdits(edits + 1);
  };
  const views: readonly View[] = framePath === null ? ['text'] : ['desktop', 'phone', 'text'];
  return (
    <div className="grid items-start gap-6 desk:grid-cols-2">
      <div ref={place} className="grid min-w-0" onInput={() => setEdits(edits + 1)}>
        {children}
      </div>
      <section
        aria-label={words.title}
        className="grid min-w-0 grid-cols-1 gap-4 rounded-card border border-line bg-card p-5 desk:sticky desk:inset-bs-6"
      >
        <h2 className="text-base font-semibold">{words.title}</h2>
        <div className="grid gap-3 sm:grid-cols-2">
          <Choice
            label={words.kind}
            options={kinds}
            value={sample.kind}
            onChoose={(kind) => choose({ kind })}
          />
          <Choice
            label={words.language}
            options={languages}
            value={sample.language}
            onChoose={(language) => choose({ language })}
          />
        </div>
        {shown.problems && (
          <Callout tone="heed" title={words.fallback} isNews>
            <p className="whitespace-pre-line">{shown.problems}</p>
          </Callout>
        )}
        {framePath !== null && (
          <>
            <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
              <dt className="text-muted">{words.from}</dt>
              <dd>
                <bdi>{shown.from}</bdi>
              </dd>
              <dt className="text-muted">{words.subject}</dt>
              <dd>
                <bdi>{shown.subject}</bdi>
              </dd>
            </dl>
            <fieldset className="flex gap-1">
              <legend className="sr-only">{words.view}</legend>
              {views.map((each) => (
                <label
                  key={each}
                  className="rounded-control px-2.5 py-1 text-table has-checked:bg-hover has-checked:font-medium has-focus-visible:outline-2"
                >
                  <input
                    type="radio"
                    name={`${id}view`}
                    className="sr-only"
                    checked={view === each}
                    onChange={() => setView(each)}
                  />
                  {words[each]}
                </label>
              ))}
            </fieldset>
            <iframe
              name={id}
              title={words.title}
              src={framePath}
              sandbox=""
              hidden={view === 'text'}
              className={`h-[34rem] rounded-control border border-line ${view === 'phone' ? 'mx-auto w-full max-w-[22.5rem]' : 'w-full'}`}
            />
          </>
        )}
        {view === 'text' && (
          <pre
            className="rounded-control border border-line bg-page p-3 font-sans whitespace-pre-wrap"
            aria-live="polite"
          >
            {shown.text}
          </pre>
        )}
        {shown.size && <p className="text-table text-muted">{shown.size}</p>}
        {shown.cost && <p className="text-table text-muted">{shown.cost}</p>}
        {shown.warning && <Callout tone="heed">{shown.warning}</Callout>}
      </section>
    </div>
  );
}

/** As a form of the page would: a frame in a sandbox has no other way to be given anything. */
function postToFrame(written: FormData, path: string, frame: string): void {
  const form = Object.assign(document.createElement('form'), {
    method: 'post',
    action: path,
    target: frame,
    hidden: true,
  });
  for (const [name, value] of written) {
    if (typeof value !== 'string' || name.startsWith('$ACTION')) continue;
    form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
  }
  document.body.append(form);
  form.submit();
  form.remove();
}
