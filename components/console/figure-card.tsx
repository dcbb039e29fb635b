// One figure, large, with what it is and what to compare it with.
import type { ReactNode } from 'react';

export function FigureCard({ label, value, more }: { label: string; value: ReactNode; more?: ReactNode }) {
  return (
    <div className="grid content-start gap-1 rounded-card border border-line bg-card p-5">
      <dt className="text-table text-muted">{label}</dt>
      <dd className="grid gap-1">
        <span className="text-2xl font-semibold tracking-tight tabular-nums">{value}</span>
        {more && <span className="text-table text-muted">{more}</span>}
      </dd>
    </div>
  );
}
