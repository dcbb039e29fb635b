// A sentence that stands out: what happened, or what to know before going on.
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Tone } from './badge';

const GROUNDS: Record<Tone, string> = {
  plain: 'border-line bg-page',
  good: 'border-transparent bg-good-ground',
  heed: 'border-transparent bg-heed-ground',
  bad: 'border-transparent bg-bad-ground',
};

const ICONS = {
  plain: <Info className="text-muted" aria-hidden />,
  good: <CircleCheck className="text-good" aria-hidden />,
  heed: <TriangleAlert className="text-heed" aria-hidden />,
  bad: <CircleAlert className="text-bad" aria-hidden />,
};

/** @param isNews true for what came of a press: it is read aloud at once */
export function Callout({
  tone = 'plain',
  title,
  isNews = false,
  children,
}: {
  tone?: Tone;
  title?: string;
  isNews?: boolean;
  children?: ReactNode;
}) {
  return (
    <div
      role={isNews ? 'alert' : undefined}
      className={`flex gap-3 rounded-control border p-3 [&>svg]:mt-0.5 [&>svg]:size-4 [&>svg]:shrink-0 ${GROUNDS[tone]}`}
    >
      {ICONS[tone]}
      <div className="grid min-w-0 gap-1">
        {title && <p className="font-medium">{title}</p>}
        {children}
      </div>
    </div>
  );
}
