// Around every chart: what it shows, which colour is what, and the same figures as a table for whoever cannot or will not look.
// A chart is drawn on the server and needs no script (docs/decisions).
import type { ReactNode } from 'react';

/** One line or one layer: its name, and how it is drawn. */
export type Series = Readonly<{ key: string; label: string; paint: Paint }>;

/** What stands for what: the ink, a lighter one, and the colours that mean something. */
export type Paint = 'first' | 'second' | 'good' | 'bad';

export const FILLS: Record<Paint, string> = {
  first: 'fill-ink',
  second: 'fill-edge',
  good: 'fill-good',
  bad: 'fill-bad',
};

export const STROKES: Record<Paint, string> = {
  first: 'stroke-ink',
  second: 'stroke-edge',
  good: 'stroke-good',
  bad: 'stroke-bad',
};

const SWATCHES: Record<Paint, string> = {
  first: 'bg-ink',
  second: 'bg-edge',
  good: 'bg-good',
  bad: 'bg-bad',
};

/** A row of the table behind a chart: what it is of, and a figure for each series. */
export type FigureRow = Readonly<{ key: string; label: string; values: readonly string[] }>;

export function ChartFrame({
  label,
  series,
  table,
  children,
}: {
  /** What the chart shows, in a few words. */
  label: string;
  series: readonly Series[];
  table: Readonly<{ open: string; first: string; rows: readonly FigureRow[] }>;
  children: ReactNode;
}) {
  return (
    <figure className="grid min-w-0 gap-3" aria-label={label}>
      {series.length > 1 && (
        <figcaption className="flex flex-wrap gap-x-4 gap-y-1 text-table text-muted">
          {series.map(({ key, label, paint }) => (
            <span key={key} className="inline-flex items-center gap-1.5">
              <span className={`size-2.5 rounded-xs ${SWATCHES[paint]}`} aria-hidden />
              {label}
            </span>
          ))}
        </figcaption>
      )}
      {children}
      <details className="text-table">
        <summary className="w-fit rounded-sm py-1 text-muted hover:text-ink">{table.open}</summary>
        <div className="mt-2 max-h-80 overflow-auto rounded-control border border-line">
          <table className="w-full">
            <caption className="sr-only">{label}</caption>
            <thead>
              <tr className="border-b border-line text-muted">
                <th scope="col" className="h-8 px-3 text-start font-medium">
                  {table.first}
                </th>
                {series.map(({ key, label }) => (
                  <th key={key} scope="col" className="h-8 px-3 text-end font-medium">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="divide-y divide-line tabular-nums">
              {table.rows.map(({ key, label, values }) => (
                <tr key={key}>
                  <th scope="row" className="h-8 px-3 text-start font-normal">
                    {label}
                  </th>
                  {values.map((value, index) => (
                    <td key={series[index]?.key} className="h-8 px-3 text-end">
                      {value}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}
