// A box to be ticked before a form may be sent: what a person means, and no program that presses buttons.
import { Note } from './field';

export function Tick({
  name,
  missing,
  children,
}: {
  name: string;
  /** What is said of a form that was sent without it; null otherwise. */
  missing: string | null;
  children: string;
}) {
  const noteId = `${name}-note`;
  const isMissing = missing !== null;
  return (
    <div className="grid gap-1.5">
      <label className="tick">
        <input
          type="checkbox"
          name={name}
          {...(isMissing && { autoFocus: true })}
          aria-invalid={isMissing || undefined}
          aria-describedby={isMissing ? noteId : undefined}
        />
        {children}
      </label>
      <Note id={noteId} note={isMissing ? { kind: 'error', text: missing } : null} lines={1} />
    </div>
  );
}
