// One of a few things, or some of them, each with a line about what it is: a card to press.
import type { ReactNode } from 'react';

export type Choice = Readonly<{ value: string; label: ReactNode; lead?: ReactNode }>;

/**
 * @param isSeveral whether more than one may be chosen
 * @param isTitled whether a title above says what the label says: it is read aloud alone then
 */
export function ChoiceField({
  name,
  label,
  hint,
  choices,
  chosen,
  isSeveral = false,
  isTitled = false,
}: {
  name: string;
  label: string;
  hint?: string;
  choices: readonly Choice[];
  chosen: readonly string[];
  isSeveral?: boolean;
  isTitled?: boolean;
}) {
  return (
    <fieldset className="grid min-w-0 gap-2">
      <legend className={isTitled ? 'sr-only' : 'mb-2 font-medium'}>{label}</legend>
      {hint && <p className="text-pretty text-muted">{hint}</p>}
      <div className="grid gap-2 sm:grid-cols-2">
        {choices.map(({ value, label, lead }) => (
          <label
            key={value}
            className="flex min-w-0 cursor-pointer items-start gap-3 rounded-control border border-line p-3 hover:bg-hover has-checked:border-accent"
          >
            <input
              type={isSeveral ? 'checkbox' : 'radio'}
              name={name}
              value={value}
              defaultChecked={chosen.includes(value)}
              className="mt-0.5 size-4 shrink-0 accent-accent"
            />
            <span className="grid min-w-0 gap-0.5">
              <span className="font-medium">{label}</span>
              {lead && <span className="text-pretty text-muted">{lead}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
