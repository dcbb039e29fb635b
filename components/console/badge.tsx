// A state in a word, with the colour of its meaning. Never the colour alone.
import { cva, type VariantProps } from 'class-variance-authority';
import type { ReactNode } from 'react';

const badgeClass = cva(
  'badge inline-flex items-center gap-1 rounded-full px-2 text-xs leading-5 font-medium whitespace-nowrap [&>svg]:size-3',
  {
    variants: {
      tone: {
        plain: 'bg-hover text-ink',
        good: 'bg-good-ground text-good',
        heed: 'bg-heed-ground text-heed',
        bad: 'bg-bad-ground text-bad',
      },
    },
    defaultVariants: { tone: 'plain' },
  },
);

/** What a colour means: nothing, well, needs attention, failed. */
export type Tone = NonNullable<VariantProps<typeof badgeClass>['tone']>;

export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={badgeClass({ tone })}>{children}</span>;
}
