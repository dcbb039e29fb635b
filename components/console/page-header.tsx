// The top of a page: where it is, what it is called, what it is for, and the one thing most people came to do.
import Link from 'next/link';
import type { ReactNode } from 'react';

/** A page above this one. */
export type Crumb = Readonly<{ label: string; href: string }>;

/** @param trail the pages above, from the top; left out where there are none */
export function PageHeader({
  trail = [],
  trailLabel,
  title,
  lead,
  badge,
  action,
}: {
  trail?: readonly Crumb[];
  /** Names the trail for people who listen. */
  trailLabel?: string;
  title: string;
  lead: ReactNode;
  badge?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <header className="grid grid-cols-1 gap-2">
      {trail.length > 0 && (
        <nav aria-label={trailLabel} className="text-table text-muted">
          <ol className="flex flex-wrap gap-x-2 gap-y-1">
            {trail.map(({ label, href }) => (
              <li key={href} className="flex max-w-full gap-2 after:content-['/']">
                <Link
                  href={href}
                  prefetch={false}
                  className="max-w-96 truncate rounded-sm hover:text-ink hover:underline"
                >
                  {label}
                </Link>
              </li>
            ))}
            <li aria-current="page" className="max-w-[min(24rem,100%)] truncate">
              {title}
            </li>
          </ol>
        </nav>
      )}
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="grid min-w-0 gap-1">
          <h1 className="flex flex-wrap items-center gap-3 text-title font-semibold tracking-tight">
            {title}
            {badge}
          </h1>
          <p className="max-w-[44rem] text-pretty text-muted">{lead}</p>
        </div>
        {action && <div className="flex flex-wrap gap-2">{action}</div>}
      </div>
    </header>
  );
}
