// A page outside the frame: signing in, the first set-up, an address that is not there. One card, and nothing to go astray in.
import type { ReactNode } from 'react';
import { Mark } from './mark';

export function PlainPage({
  title,
  lead,
  children,
}: {
  title: string;
  lead: ReactNode;
  children?: ReactNode;
}) {
  return (
    <main className="mx-auto grid max-w-[26rem] grid-cols-1 content-start gap-6 px-4 pt-[clamp(2rem,14svb,8rem)] pb-8">
      <Mark />
      <div className="grid gap-2">
        <h1 className="text-title font-semibold tracking-tight text-balance">{title}</h1>
        <div className="grid gap-2 text-pretty text-muted">{lead}</div>
      </div>
      {children}
    </main>
  );
}
