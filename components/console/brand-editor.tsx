'use client';
// The look of the login while it is being made: fields at the one side, a page of the login as it would be at the other. At each
// pause in typing the page is asked for anew, and so is what there is to say of what was typed. Nothing is kept by looking.
import { Monitor, Moon, Smartphone, Sun } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import type { ActionState } from '@/lib/web/console/action';
import { Choice } from './choice';
import type { Option } from './field';
import { LiveProblems } from './form-context';
import { pack } from './pack';
import { PreviewFrame } from './preview-frame';

/** How long a pause in typing is. */
const PAUSE_MS = 250;

/** What stands under the fields about how things stand out. */
export type Finding = Readonly<{
  sentence: string;
  isEnough: boolean;
  /** A colour that would do, and the field it is for. */
  offer: Readonly<{ field: string; color: string; label: string }> | null;
}>;

export type BrandEditorWords = Readonly<{
  title: string;
  screen: string;
  language: string;
  scheme: string;
  light: string;
  dark: string;
  device: string;
  desktop: string;
  phone: string;
}>;

const UNTOUCHED: ActionState = { kind: 'untouched' };

/**
 * @param ask answers with problems and findings; left out where there are none
 * @param version changes when something was saved: the preview is asked for again
 * @param fixed what every preview is asked for with, such as the language of the texts in the form
 * @param languages left out where the language is fixed
 * @param isWide true where as much is to be seen of the fields as of the preview
 */
export function BrandEditor({
  ask,
  framePath,
  version,
  fixed = {},
  screens,
  languages = [],
  isWide = false,
  words,
  findingsTitle,
  children,
}: {
  ask: (last: ActionState, form: FormData) => Promise<ActionState>;
  framePath: string;
  version: string;
  fixed?: Readonly<Record<string, string>>;
  screens: readonly Option[];
  languages?: readonly Option[];
  isWide?: boolean;
  words: BrandEditorWords;
  findingsTitle: string;
  children: ReactNode;
}) {
  const id = useId();
  const place = useRef<HTMLDivElement>(null);
  const [edits, setEdits] = useState(0);
  const [screen, setScreen] = useState(screens[0]?.value ?? '');
  const [language, setLanguage] = useState('en');
  const [scheme, setScheme] = useState<'light' | 'dark'>('light');
  const [device, setDevice] = useState<'desktop' | 'phone'>('desktop');
  const [draft, setDraft] = useState('');
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const [findings, setFindings] = useState<readonly Finding[]>([]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each state of the fields is shown once
  useEffect(() => {
    const form = place.current?.querySelector('form');
    if (!form) return;
    let isStale = false;
    const look = async () => {
      const changed = await changedFields(form);
      if (isStale) return;
      setDraft(changed);
      const answer = await ask(UNTOUCHED, new FormData(form));
      if (isStale || answer.kind !== 'done') return;
      setProblems(JSON.parse(answer.shown?.problems ?? '{}'));
      setFindings(JSON.parse(answer.shown?.findings ?? '[]'));
    };
    const timer = setTimeout(look, edits === 0 ? 0 : PAUSE_MS);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [edits, version]);

  const asked = new URLSearchParams({ language, ...fixed, screen });
  return (
    <LiveProblems value={problems}>
      <div
        className={`grid items-start gap-6 ${isWide ? 'desk:grid-cols-2' : 'desk:grid-cols-[minmax(0,22rem)_minmax(0,1fr)]'}`}
      >
        <div ref={place} className="grid min-w-0 gap-6" onInput={() => setEdits(edits + 1)}>
          {children}
          {findings.length > 0 && (
            <Findings
              title={findingsTitle}
              findings={findings}
              onTake={(offer) => take(place.current, offer)}
            />
          )}
        </div>
        <section
          aria-label={words.title}
          className="grid min-w-0 grid-cols-1 gap-4 rounded-card border border-line bg-card p-4 desk:sticky desk:inset-bs-6"
        >
          <div className="flex flex-wrap items-end gap-3">
            <Choice label={words.screen} options={screens} value={screen} onChoose={setScreen} />
            {languages.length > 0 && (
              <Choice label={words.language} options={languages} value={language} onChoose={setLanguage} />
            )}
            <div className="ms-auto flex gap-2">
              <Toggle
                id={`${id}scheme`}
                label={words.scheme}
                value={scheme}
                onChoose={setScheme}
                choices={[
                  { value: 'light', label: words.light, icon: <Sun aria-hidden /> },
                  { value: 'dark', label: words.dark, icon: <Moon aria-hidden /> },
                ]}
              />
              <Toggle
                id={`${id}device`}
                label={words.device}
                value={device}
                onChoose={setDevice}
                choices={[
                  { value: 'desktop', label: words.desktop, icon: <Monitor aria-hidden /> },
                  { value: 'phone', label: words.phone, icon: <Smartphone aria-hidden /> },
                ]}
              />
            </div>
          </div>
          <PreviewFrame
            title={words.title}
            address={`${framePath}?${asked}${draft === '' ? '' : `&${draft}`}`}
            version={version}
            scheme={scheme}
            device={device}
          />
        </section>
      </div>
    </LiveProblems>
  );
}

function Findings({
  title,
  findings,
  onTake,
}: {
  title: string;
  findings: readonly Finding[];
  onTake: (offer: NonNullable<Finding['offer']>) => void;
}) {
  return (
    <section
      aria-label={title}
      aria-live="polite"
      className="grid gap-3 rounded-card border border-line bg-card p-5"
    >
      <h2 className="text-base font-semibold">{title}</h2>
      <ul className="grid gap-3">
        {findings.map(({ sentence, isEnough, offer }) => (
          <li key={sentence} className="flex gap-2.5">
            <span
              className={`mt-1.5 size-2 shrink-0 rounded-full ${isEnough ? 'bg-good' : 'bg-heed'}`}
              aria-hidden
            />
            <div className="grid gap-1.5">
              <p className="text-pretty">{sentence}</p>
              {offer && (
                <button
                  type="button"
                  className="button inline-flex min-h-8 w-fit items-center gap-2 rounded-control border border-edge px-2.5 text-table font-medium hover:bg-hover pointer-coarse:min-h-11"
                  onClick={() => onTake(offer)}
                >
                  <svg className="size-4 rounded-sm" viewBox="0 0 1 1" aria-hidden="true">
                    <path d="M0 0h1v1H0z" fill={offer.color} />
                  </svg>
                  {offer.label}
                </button>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** As if it had been typed. */
function take(place: HTMLElement | null, { field, color }: NonNullable<Finding['offer']>): void {
  const input = place?.querySelector<HTMLInputElement>(`input[name="${field}"]`);
  if (!input) return;
  input.value = color;
  input.dispatchEvent(new Event('input', { bubbles: true }));
}

/** What is not as it was when the form was shown, as a query. */
async function changedFields(form: HTMLFormElement): Promise<string> {
  const changed = new URLSearchParams();
  for (const field of form.elements) {
    if (field instanceof HTMLSelectElement) {
      if (!field.selectedOptions[0]?.defaultSelected) changed.set(field.name, field.value);
      continue;
    }
    const isText =
      field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && field.type !== 'hidden');
    if (!isText || field.name === '' || field.value === field.defaultValue) continue;
    const value = field.dataset.packed === undefined ? field.value : await pack(field.value);
    if (value !== null) changed.set(field.name, value);
  }
  return changed.toString();
}

function Toggle<Value extends string>({
  id,
  label,
  value,
  choices,
  onChoose,
}: {
  id: string;
  label: string;
  value: Value;
  choices: readonly Readonly<{ value: Value; label: string; icon: ReactNode }>[];
  onChoose: (value: Value) => void;
}) {
  return (
    <fieldset className="flex rounded-control border border-edge p-0.5">
      <legend className="sr-only">{label}</legend>
      {choices.map((choice) => (
        <label
          key={choice.value}
          title={choice.label}
          className="relative grid size-8 cursor-pointer place-items-center rounded-md text-muted has-checked:bg-hover has-checked:text-ink has-focus-visible:outline-2 pointer-coarse:size-10 [&>svg]:size-4"
        >
          <input
            type="radio"
            name={id}
            className="absolute inset-0 cursor-pointer opacity-0"
            aria-label={choice.label}
            checked={value === choice.value}
            onChange={() => onChoose(choice.value)}
          />
          {choice.icon}
        </label>
      ))}
    </fieldset>
  );
}
