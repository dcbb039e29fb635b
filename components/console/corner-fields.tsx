'use client';
// How corners and lines of the card, its buttons and its fields are drawn: a few whole looks to press, and each by itself.
import { useRef } from 'react';
import { Button } from './button';
import { type Option, SelectField, TextField } from './field';

/** Values by the names of the form's fields; what is not there is left as it is. */
export type Corners = Readonly<{ label: string; values: Readonly<Record<string, string>> }>;

/** @param fields in rows that have a name each */
export function CornerFields({
  legend,
  hint,
  presets,
  rows,
}: {
  legend: string;
  hint: string;
  presets: readonly Corners[];
  rows: readonly Readonly<{
    legend: string;
    fields: readonly Readonly<{
      name: string;
      label: string;
      value: string;
      placeholder?: string;
      options?: readonly Option[];
    }>[];
  }>[];
}) {
  const place = useRef<HTMLFieldSetElement>(null);
  return (
    <fieldset ref={place} className="grid min-w-0 gap-4">
      <legend className="mb-2 font-medium">{legend}</legend>
      <div className="flex flex-wrap gap-2">
        {presets.map(({ label, values }) => (
          <Button key={label} size="small" onClick={() => fill(place.current, values)}>
            {label}
          </Button>
        ))}
      </div>
      <p className="text-pretty text-muted">{hint}</p>
      {rows.map((row) => (
        <fieldset key={row.legend} className="min-w-0">
          <legend className="mb-1.5 text-muted">{row.legend}</legend>
          <div className="grid grid-cols-3 gap-2">
            {row.fields.map(({ name, label, value, options, placeholder }) =>
              options === undefined ? (
                <TextField
                  key={name}
                  name={name}
                  label={label}
                  inputMode="numeric"
                  autoComplete="off"
                  maxLength={4}
                  defaultValue={value}
                  placeholder={placeholder}
                />
              ) : (
                <SelectField key={name} name={name} label={label} options={options} defaultValue={value} />
              ),
            )}
          </div>
        </fieldset>
      ))}
    </fieldset>
  );
}

/** As if it had been typed. */
function fill(place: HTMLElement | null, values: Corners['values']): void {
  for (const [name, value] of Object.entries(values)) {
    const field = place?.querySelector<HTMLInputElement | HTMLSelectElement>(`[name="${name}"]`);
    if (field) field.value = value;
  }
  place?.dispatchEvent(new Event('input', { bubbles: true }));
}
