'use client';
// The list of pages in the sidebar. On a phone the sidebar lies over the page and goes when a page was chosen.
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { type ReactNode, useEffect } from 'react';

export type NavigationItem = Readonly<{ href: string; label: string; icon: ReactNode }>;

export type NavigationGroup = Readonly<{ label: string | null; items: readonly NavigationItem[] }>;

/** @param root the page that is current by itself alone, not for the pages below it */
export function Navigation({
  label,
  groups,
  root,
  sidebarId,
}: {
  label: string;
  groups: readonly NavigationGroup[];
  root: string;
  sidebarId: string;
}) {
  const path = usePathname();
  // biome-ignore lint/correctness/useExhaustiveDependencies: each page closes it once
  useEffect(() => {
    const sidebar = document.getElementById(sidebarId);
    if (sidebar?.matches(':popover-open')) sidebar.hidePopover();
  }, [path, sidebarId]);
  const isCurrent = (href: string) => path === href || (href !== root && path.startsWith(`${href}/`));
  return (
    <nav aria-label={label} className="grid gap-4">
      {groups.map((group) => (
        <div key={group.label} className="grid gap-1">
          {group.label && <p className="px-2 text-xs font-medium text-muted">{group.label}</p>}
          <ul className="grid gap-0.5">
            {group.items.map(({ href, label, icon }) => (
              <li key={href}>
                <Link
                  href={href}
                  aria-current={isCurrent(href) ? 'page' : undefined}
                  className="flex min-h-9 items-center gap-2.5 rounded-control px-2 text-muted hover:bg-hover hover:text-ink aria-[current]:bg-hover aria-[current]:font-medium aria-[current]:text-ink pointer-coarse:min-h-11 [&>svg]:size-4"
                >
                  {icon}
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
