'use client';
// A control with its name, what to know before filling it in, and what was wrong with what is in it.
import { CircleAlert } from 'lucide-react';
import { type ComponentProps, type ReactNode, useId } from 'react';
import { useProblem } from './form-context';
import { Textarea } from './textarea';

type Named = Readonly<{
  /** As the management API calls it. */
  name: string;
  label: string;
  hint?: ReactNode;
}>;

/**
 * What is around a control.
 *
 * @param editor what took the place of the control, where it is none that a label can point to
 */
export function Field({ control, label, hint, editor, children }: FieldProps) {
  const { id, problem } = control;
  return (
    <div className="grid content-start gap-1.5">
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: as a click on any label, it leads to what the keyboard reaches too */}
      <label
        id={`${id}-label`}
        htmlFor={editor === undefined ? id : undefined}
        onClick={editor?.focus}
        className="justify-self-start font-medium"
      >
        {label}
      </label>
      {children}
      {problem !== null && (
        <p id={`${id}-problem`} className="flex gap-1.5 text-bad">
          <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
          {problem}
        </p>
      )}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-pretty text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}

type FieldProps = Omit<Named, 'name'> &
  Readonly<{ control: Control; editor?: Readonly<{ focus: () => void }> | undefined; children: ReactNode }>;

export function TextField({
  name,
  label,
  hint,
  ...input
}: Named & Omit<ComponentProps<'input'>, 'id' | 'className' | 'name'>) {
  const control = useControl(name, hint !== undefined);
  return (
    <Field control={control} label={label} hint={hint}>
      <input {...input} name={name} {...control.attributes} className="control" />
    </Field>
  );
}

export function TextArea({
  name,
  label,
  hint,
  ...textarea
}: Named & Omit<ComponentProps<'textarea'>, 'id' | 'className' | 'name'>) {
  const control = useControl(name, hint !== undefined);
  return (
    <Field control={control} label={label} hint={hint}>
      <Textarea rows={4} {...textarea} name={name} {...control.attributes} className="control" />
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
  const control = useControl(name, hint !== undefined);
  return (
    <Field control={control} label={label} hint={hint}>
      <select {...select} name={name} {...control.attributes} className="control">
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
  const { id, attributes } = useControl(name, hint !== undefined);
  return (
    <div className="flex items-start justify-between gap-4">
      <div className="grid gap-0.5">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {hint !== undefined && (
          <p id={`${id}-hint`} className="text-pretty text-muted">
            {hint}
          </p>
        )}
      </div>
      {/* biome-ignore lint/a11y/useAriaPropsForRole: the browser says whether its own checkbox is checked */}
      <input {...input} {...attributes} type="checkbox" role="switch" name={name} className="switch" />
    </div>
  );
}

type Control = ReturnType<typeof useControl>;

/** What ties a control to the words around it. Several forms of a page may have fields of one name. */
export function useControl(name: string, hasHint: boolean) {
  const id = useId();
  const problem = useProblem(name);
  const described = [problem !== null && `${id}-problem`, hasHint && `${id}-hint`].filter(Boolean);
  return {
    id,
    problem,
    attributes: {
      id,
      'aria-invalid': problem !== null,
      ...(described.length > 0 && { 'aria-describedby': described.join(' ') }),
    },
  };
}
