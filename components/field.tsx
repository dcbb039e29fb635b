// One labelled input and the line under it. The line always has its place: a hint gives way to an error or a notice, so
// nothing below moves when one appears. WCAG 1.3.1, 3.3.1, 4.1.3.
import type { ComponentProps } from 'react';

/** What stands under a field. Only an error says that the value is wrong; trouble lies elsewhere, a notice is good news. */
export type FieldNote = Readonly<{ kind: 'hint' | 'error' | 'trouble' | 'notice'; text: string }>;

export type FieldProps = Readonly<{
  /** Also the id of the input; `{name}-note` is the id of the line. */
  name: string;
  label: string;
  note: FieldNote | null;
  /** Lines kept free for the note. */
  noteLines: 1 | 2;
  /** Ids of further descriptions, read before the note. */
  describedBy?: string;
  /** Everything else the input is: type, autoComplete, autoFocus … */
  input: ComponentProps<'input'> & { 'data-digits'?: number; 'data-delivery'?: string };
}>;

export function Field({ name, label, note, noteLines, describedBy, input }: FieldProps) {
  const noteId = `${name}-note`;
  const descriptions = [describedBy, note && noteId].filter(Boolean).join(' ');
  return (
    <div className="grid gap-1.5">
      <label htmlFor={name} className="font-medium">
        {label}
      </label>
      <input
        {...input}
        id={name}
        name={name}
        className={input.className ?? 'control'}
        aria-invalid={note?.kind === 'error' || undefined}
        aria-describedby={descriptions || undefined}
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
      />
      <Note id={noteId} note={note} lines={noteLines} />
    </div>
  );
}

/** The line itself, for controls that have their label elsewhere. */
export function Note({ id, note, lines }: { id: string; note: FieldNote | null; lines: 1 | 2 }) {
  return (
    <div id={id} className={lines === 2 ? 'note min-block-10' : 'note min-block-5'} data-kind={note?.kind}>
      {note && note.kind !== 'hint' && <NoteIcon kind={note.kind} />}
      {note && <p>{note.text}</p>}
    </div>
  );
}

/** Colour alone would not tell an error from a notice. */
function NoteIcon({ kind }: { kind: Exclude<FieldNote['kind'], 'hint'> }) {
  return (
    <svg className="note-icon" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="7" />
      <path d={kind === 'notice' ? 'm5 8.25 2 2 4-4.25' : 'M8 4.5v4M8 11.25v.25'} />
    </svg>
  );
}
