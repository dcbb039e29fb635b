// Looks for something in a list: a form that is read from the address, so that back works and a search can be sent on.
import { Search } from 'lucide-react';

/** @param path the list itself; @param query what is looked for now */
export function SearchForm({ path, query, label }: { path: string; query: string; label: string }) {
  return (
    <search>
      <form action={path} className="relative">
        <Search className="absolute inset-s-3 inset-bs-2.5 size-4 text-muted" aria-hidden />
        <input
          type="search"
          name="q"
          defaultValue={query}
          aria-label={label}
          placeholder={label}
          maxLength={100}
          className="control ps-9"
        />
      </form>
    </search>
  );
}
