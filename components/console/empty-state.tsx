// A list with nothing in it teaches: what would be here, why one would want it, and the button that makes the first.
import type { ReactNode } from 'react';

export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  icon?: ReactNode;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="grid justify-items-center gap-3 px-4 py-10 text-center">
      {icon && (
        <div className="grid size-10 place-items-center rounded-full bg-hover text-muted [&>svg]:size-5">
          {icon}
        </div>
      )}
      <p className="font-medium">{title}</p>
      <div className="max-w-[28rem] text-pretty text-muted">{children}</div>
      {action}
    </div>
  );
}
