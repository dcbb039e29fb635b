// A list as a table, a page of it at a time. Sorting and paging are links, so that every view has an address. On a phone a row is
// a card of its own (console.css).
import { ArrowDown, ArrowUp, ChevronLeft, ChevronRight } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { buttonClass } from './button';

export type Column = Readonly<{
  key: string;
  /** Empty for a column of buttons. */
  label: string;
  isNumeric?: boolean;
  /** Where pressing its name leads, and which way the list is sorted by it now. */
  sort?: Readonly<{ href: string; now: 'ascending' | 'descending' | null }>;
}>;

export type Row = Readonly<{
  key: string;
  /** By key of the column; the first one names the row. */
  cells: Readonly<Record<string, ReactNode>>;
}>;

export type Paging = Readonly<{
  /** `1–50 of 213`. */
  said: string;
  label: string;
  previous: Readonly<{ label: string; href: string | null }>;
  next: Readonly<{ label: string; href: string | null }>;
}>;

/** @param caption what the list is, for people who listen */
export function DataTable({
  caption,
  columns,
  rows,
  paging,
}: {
  caption: string;
  columns: readonly Column[];
  rows: readonly Row[];
  paging?: Paging | undefined;
}) {
  return (
    <div className="grid gap-3">
      <div className="overflow-x-auto rounded-card border border-line bg-card">
        <table className="rows w-full text-table">
          <caption className="sr-only">{caption}</caption>
          <thead>
            <tr className="border-b border-line text-start text-muted">
              {columns.map((column) => (
                <HeaderCell key={column.key} column={column} />
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {rows.map(({ key, cells }) => (
              <tr key={key} className="hover:bg-hover">
                {columns.map((column, index) =>
                  index === 0 ? (
                    <th
                      key={column.key}
                      scope="row"
                      className="px-4 py-1 text-start align-middle font-normal sm:h-11 sm:py-2"
                    >
                      {cells[column.key]}
                    </th>
                  ) : (
                    <td
                      key={column.key}
                      data-label={column.label}
                      className={`px-4 py-1 align-middle sm:h-11 sm:py-2 ${column.isNumeric ? 'text-end tabular-nums' : ''}`}
                    >
                      {cells[column.key]}
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {paging && <Pages {...paging} />}
    </div>
  );
}

function HeaderCell({ column: { label, isNumeric = false, sort } }: { column: Column }) {
  const Arrow = sort?.now === 'ascending' ? ArrowUp : ArrowDown;
  return (
    <th
      scope="col"
      aria-sort={sort?.now ?? undefined}
      className={`h-9 px-4 font-medium whitespace-nowrap ${isNumeric ? 'text-end' : 'text-start'}`}
    >
      {sort ? (
        <Link
          href={sort.href}
          prefetch={false}
          className="inline-flex items-center gap-1 rounded-sm hover:text-ink"
        >
          {label}
          {sort.now && <Arrow className="size-3" aria-hidden />}
        </Link>
      ) : (
        label || <span className="sr-only">·</span>
      )}
    </th>
  );
}

function Pages({ said, label, previous, next }: Paging) {
  return (
    <nav aria-label={label} className="flex items-center justify-between gap-3 text-table text-muted">
      <span className="tabular-nums">{said}</span>
      <span className="flex gap-2">
        <PageLink {...previous} icon={<ChevronLeft className="rtl:-scale-x-100" aria-hidden />} />
        <PageLink {...next} icon={<ChevronRight className="rtl:-scale-x-100" aria-hidden />} />
      </span>
    </nav>
  );
}

function PageLink({ label, href, icon }: { label: string; href: string | null; icon: ReactNode }) {
  return href === null ? (
    <span className={buttonClass({ size: 'small' })} aria-disabled="true">
      {icon}
      {label}
    </span>
  ) : (
    <Link href={href} prefetch={false} className={buttonClass({ size: 'small' })}>
      {icon}
      {label}
    </Link>
  );
}
