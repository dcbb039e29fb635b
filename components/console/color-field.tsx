'use client';
// A colour by its digits, with the system's own way to choose one beside them. Either moves the other.
import { type ComponentProps, useRef, useState } from 'react';
import { Field, type TextField, useControl } from './field';

/** @param fallback what the swatch shows while there is no colour */
export function ColorField({
  name,
  label,
  hint,
  defaultValue = '',
  fallback,
  pickLabel,
}: Pick<ComponentProps<typeof TextField>, 'name' | 'label' | 'hint'> & {
  defaultValue?: string;
  fallback: string;
  /** Names the swatch for people who listen. */
  pickLabel: string;
}) {
  const control = useControl(name, hint !== undefined);
  const text = useRef<HTMLInputElement>(null);
  const [color, setColor] = useState(longForm(defaultValue));
  return (
    <Field control={control} label={label} hint={hint}>
      <div className="flex gap-2">
        <input
          type="color"
          aria-label={pickLabel}
          className="swatch"
          value={color ?? fallback}
          onChange={({ target: { value } }) => {
            setColor(value);
            if (text.current) text.current.value = value;
          }}
        />
        <input
          {...control.attributes}
          ref={text}
          name={name}
          className="control font-mono"
          defaultValue={defaultValue}
          placeholder={fallback}
          autoComplete="off"
          spellCheck={false}
          maxLength={100}
          onInput={({ currentTarget: { value } }) => setColor(longForm(value))}
        />
      </div>
    </Field>
  );
}

/** `#rrggbb`, or null for what is no colour yet. */
function longForm(typed: string): string | null {
  const [, digits = ''] = /^#((?:[0-9a-f]{3}){1,2})$/i.exec(typed.trim()) ?? [];
  if (digits === '') return null;
  return `#${digits.length === 3 ? digits.replace(/./g, '$&$&') : digits}`.toLowerCase();
}
