// A choice out of a list, as the browser shows it, with an arrow of our own. Works without scripts.
import type { ComponentProps } from 'react';

/** `value` is sent, `label` shown; `language` is set where the label is not in the language of the page. */
export type SelectOption = Readonly<{ value: string; label: string; language?: string }>;

export function Select({
  options,
  ...select
}: ComponentProps<'select'> & { options: readonly SelectOption[] }) {
  return (
    <span className="select">
      <select {...select}>
        {options.map(({ value, label, language }) => (
          <option key={value} value={value} lang={language}>
            {label}
          </option>
        ))}
      </select>
      <svg className="select-arrow" viewBox="0 0 16 16" aria-hidden="true">
        <path d="m4 6 4 4 4-4" />
      </svg>
    </span>
  );
}
