'use client';
// Headers of a request, as many as there are: a name and a value each. A value is a secret, so one that is kept is not shown, and
// stays as it is where nothing is typed.
import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { Button } from './button';
import { TextField } from './field';

export type HeaderWords = Readonly<{
  /** `{number}` is which one. */
  row: string;
  header: string;
  value: string;
  /** In place of a value that is kept. */
  kept: string;
  add: string;
  remove: string;
}>;

/**
 * @param name of the list, as the API calls it: fields are `name[0].header` and `name[0].value`
 * @param kept names of those there are
 */
export function HeaderFields({
  name,
  label,
  hint,
  kept,
  max,
  words,
}: {
  name: string;
  label: string;
  hint: string;
  kept: readonly string[];
  max: number;
  words: HeaderWords;
}) {
  const [rows, setRows] = useState(() => kept.map((header, key) => ({ key, header })));
  const [next, setNext] = useState(kept.length);
  const line = { autoComplete: 'off', spellCheck: false, dir: 'ltr' } as const;
  return (
    <fieldset className="grid min-w-0 gap-3">
      <legend className="mb-1 font-medium">{label}</legend>
      <p className="text-pretty text-muted">{hint}</p>
      {rows.map(({ key, header }, index) => (
        <fieldset key={key} className="grid items-start gap-3 sm:grid-cols-[1fr_1fr_auto]">
          <legend className="sr-only">{words.row.replace('{number}', String(index + 1))}</legend>
          <TextField
            {...line}
            name={`${name}[${index}].header`}
            label={words.header}
            placeholder="X-Api-Key"
            defaultValue={header}
          />
          <TextField
            {...line}
            type="password"
            autoComplete="new-password"
            name={`${name}[${index}].value`}
            label={words.value}
            placeholder={header === '' ? '' : words.kept}
          />
          <div className="justify-self-end sm:mt-6.5">
            <Button
              look="bare"
              size="icon"
              aria-label={`${words.remove}: ${words.row.replace('{number}', String(index + 1))}`}
              onClick={() => setRows(rows.filter((row) => row.key !== key))}
            >
              <X aria-hidden />
            </Button>
          </div>
        </fieldset>
      ))}
      {rows.length < max && (
        <div>
          <Button
            size="small"
            onClick={() => {
              setRows([...rows, { key: next, header: '' }]);
              setNext(next + 1);
            }}
          >
            <Plus aria-hidden />
            {words.add}
          </Button>
        </div>
      )}
    </fieldset>
  );
}
