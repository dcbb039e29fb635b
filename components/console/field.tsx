'use client';
// A control with its name, what to know before filling it in, and what was wrong with what is in it.
import { CircleAlert } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { useProblem } from './form-context';

type Named = Readonly<{
  /** As the management API calls it. */
  name: string;
  label: string;
  hint?: ReactNode;
}>;

function Field({ name, label, hint, children }: Named & { children: ReactNode }) {
  const problem = useProblem(name);
  return (
    <div className="grid gap-1.5">
      <label htmlFor={idOf(name)} className="justify-self-start font-medium">
        {label}
      </label>
      {children}
      {problem !== null && (
        <p id={`${idOf(name)}-problem`} className="flex gap-1.5 text-bad">
          <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
          {problem}
        </p>
      )}
      {hint !== undefined && (
        <p id={`${idOf(name)}-hint`} className="text-pretty text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}

export function TextField({
  name,
  label,
  hint,
  ...input
}: Named & Omit<ComponentProps<'input'>, 'id' | 'className' | 'name'>) {
  return (
    <Field name={name} label={label} hint={hint}>
      <input {...input} name={name} {...useControl(name, hint !== undefined)} />
    </Field>
  );
}

export function TextArea({
  name,
  label,
  hint,
  ...textarea
}: Named & Omit<ComponentProps<'textarea'>, 'id' | 'className' | 'name'>) {
  return (
    <Field name={name} label={label} hint={hint}>
      <textarea rows={4} {...textarea} name={name} {...useControl(name, hint !== undefined)} />
    </Field>
  );
}

export type Option = Readonly<{ value: string; label: string }>;

/** The system's own list: it opens over everything, on a phone as phones do it. */
export function SelectField({
  name,
  label,
  hint,
  options,
  ...select
}: Named & { options: readonly Option[] } & Omit<
    ComponentProps<'select'>,
    'id' | 'className' | 'name' | 'children'
  >) {
  return (
    <Field name={name} label={label} hint={hint}>
      <select {...select} name={name} {...useControl(name, hint !== undefined)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Field>
  );
}

/** On or off, with its name at the left. */
export function SwitchField({
  name,
  label,
  hint,
  ...input
}: Named & Omit<ComponentProps<'input'>, 'id' | 'className' | 'name' | 'type'>) {
  const { className: _, ...described } = useControl(name, hint !== undefined);
  return (
    <div className="flex items-start justify-between gap-4">
      <div className="grid gap-0.5">
        <label htmlFor={idOf(name)} className="font-medium">
          {label}
        </label>
        {hint !== undefined && (
          <p id={`${idOf(name)}-hint`} className="text-pretty text-muted">
            {hint}
          </p>
        )}
      </div>
      {/* biome-ignore lint/a11y/useAriaPropsForRole: the browser says whether its own checkbox is checked */}
      <input {...input} {...described} type="checkbox" role="switch" name={name} className="switch" />
    </div>
  );
}

/** What ties a control to the words around it. */
function useControl(name: string, hasHint: boolean) {
  const problem = useProblem(name);
  const described = [problem !== null && `${idOf(name)}-problem`, hasHint && `${idOf(name)}-hint`].filter(
    Boolean,
  );
  return {
    id: idOf(name),
    className: 'control',
    'aria-invalid': problem !== null,
    ...(described.length > 0 && { 'aria-describedby': described.join(' ') }),
  };
}

function idOf(name: string): string {
  return `field-${name.replaceAll(/[^\w-]/g, '-')}`;
}
