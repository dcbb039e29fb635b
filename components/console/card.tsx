// A part of a page that belongs together.
import type { ReactNode } from 'react';

/** @param action stands at the right of the title */
export function Card({
  title,
  lead,
  action,
  children,
}: {
  title?: string;
  lead?: ReactNode;
  action?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <section className="grid min-w-0 grid-cols-1 content-start gap-4 rounded-card border border-line bg-card p-5">
      {title !== undefined && (
        <div className="flex flex-wrap items-start justify-between gap-3">
          <div className="grid min-w-0 gap-1">
            <h2 className="text-base font-semibold">{title}</h2>
            {lead && <p className="text-muted">{lead}</p>}
          </div>
          {action}
        </div>
      )}
      {children}
    </section>
  );
}
