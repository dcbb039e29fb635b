// What happened to one thing, in order: a line, a point for each step, and the words beside it.
import type { ReactNode } from 'react';
import type { Tone } from './badge';
import { Moment, type MomentWords } from './moment';

export type TimelineEntry = Readonly<{
  key: string;
  at: MomentWords;
  title: string;
  detail?: ReactNode;
  tone?: Tone;
}>;

const POINTS: Record<Tone, string> = {
  plain: 'bg-edge',
  good: 'bg-good',
  heed: 'bg-heed',
  bad: 'bg-bad',
};

export function Timeline({ entries }: { entries: readonly TimelineEntry[] }) {
  return (
    <ol className="grid">
      {entries.map(({ key, at, title, detail, tone = 'plain' }) => (
        <li key={key} className="group grid grid-cols-[1rem_minmax(0,1fr)] gap-3 pb-4 last:pb-0">
          <span className="relative grid justify-center before:absolute before:inset-s-1/2 before:inset-bs-4 before:-inset-be-4 before:w-px before:bg-line group-last:before:hidden">
            <span className={`mt-1.5 size-2 rounded-full ${POINTS[tone]}`} aria-hidden />
          </span>
          <div className="grid gap-0.5">
            <p className="flex flex-wrap justify-between gap-x-4">
              <span className="font-medium">{title}</span>
              <span className="text-table text-muted">
                <Moment moment={at} />
              </span>
            </p>
            {detail && <div className="text-muted">{detail}</div>}
          </div>
        </li>
      ))}
    </ol>
  );
}
