'use client';
// Narrows a list while one types: what is in the fields is in the address, so that back, forward and a link lead to the same
// list. Without its script it is a form like any other.
import { Search } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useTransition } from 'react';
import { HiddenFields } from './confirm-dialog';
import type { Option } from './field';

/** Long enough to be between two letters, too short to be waited for. */
const TYPING_MS = 180;

export function FilterBar({
  path,
  search,
  selects = [],
  kept = {},
}: {
  /** Of the list; what is chosen becomes its query. */
  path: string;
  search: Readonly<{
    name: string;
    label: string;
    value: string;
    problem: string | null;
    hint: string | null;
  }>;
  /** The first option of each is no filter, and has no value. */
  selects?: readonly Readonly<{ name: string; label: string; value: string; options: readonly Option[] }>[];
  /** What else is in the address and stays there. */
  kept?: Readonly<Record<string, string>>;
}) {
  const note = search.problem ?? search.hint;
  const router = useRouter();
  const [isPending, startTransition] = useTransition();
  const form = useRef<HTMLFormElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const typing = useRef<ReturnType<typeof setTimeout>>(undefined);

  // Back and forward change the address, not what stands in the field.
  useEffect(() => {
    if (field.current !== null && field.current !== document.activeElement)
      field.current.value = search.value;
  }, [search.value]);
  // Who typed and then pressed a link wants to go there.
  useEffect(() => {
    const forget = (event: Event) => {
      if (event.target instanceof Element && event.target.closest('a')) clearTimeout(typing.current);
    };
    addEventListener('click', forget, { capture: true });
    return () => {
      removeEventListener('click', forget, { capture: true });
      clearTimeout(typing.current);
    };
  }, []);

  /** @param step what is typed letter by letter is one step back, what is chosen is one each */
  function narrow(step: 'replace' | 'push') {
    clearTimeout(typing.current);
    if (form.current === null) return;
    const chosen = [...new FormData(form.current)].filter(([, value]) => value !== '');
    const query = new URLSearchParams(chosen as [string, string][]);
    startTransition(() => router[step](query.size === 0 ? path : `${path}?${query}`, { scroll: false }));
  }

  return (
    <search>
      <form
        ref={form}
        action={path}
        className="grid gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          narrow('replace');
        }}
      >
        <HiddenFields fields={kept} />
        <div className="flex flex-wrap gap-2">
          <div className="relative min-w-[min(100%,16rem)] flex-1">
            {isPending ? (
              <span
                className="spinner absolute inset-s-3 inset-bs-1/2 -mt-2 size-4 rounded-full border-2 border-muted border-t-transparent"
                aria-hidden
              />
            ) : (
              <Search
                className="pointer-events-none absolute inset-s-3 inset-bs-1/2 -mt-2 size-4 text-muted"
                aria-hidden
              />
            )}
            <input
              ref={field}
              type="search"
              name={search.name}
              defaultValue={search.value}
              placeholder={search.label}
              aria-label={search.label}
              aria-invalid={search.problem !== null}
              aria-describedby={note === null ? undefined : `${search.name}-hint`}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={500}
              className="control ps-9"
              onChange={() => {
                clearTimeout(typing.current);
                typing.current = setTimeout(() => narrow('replace'), TYPING_MS);
              }}
            />
          </div>
          {selects.map(({ name, label, value, options }) => (
            <select
              // The address has changed otherwise: what is chosen follows it.
              key={`${name} ${value}`}
              name={name}
              defaultValue={value}
              aria-label={label}
              className="control w-auto max-sm:flex-1"
              onChange={() => narrow('push')}
            >
              {options.map((option) => (
                <option key={option.value} value={option.value}>
                  {option.label}
                </option>
              ))}
            </select>
          ))}
        </div>
        {note !== null && (
          <p
            id={`${search.name}-hint`}
            className={`text-table ${search.problem === null ? 'text-muted' : 'text-bad'}`}
          >
            {note}
          </p>
        )}
      </form>
    </search>
  );
}
