// What became of a message, in words: the same wherever one is shown.
import type { Tone } from '@/components/console/badge';
import type { TimelineEntry } from '@/components/console/timeline';
import type { MessageDocument } from '@/lib/management/reports';
import type { Formats } from '@/lib/web/console/formats';
import { nameOfProvider } from '@/lib/web/console/provider-words';
import { t } from '@/lib/web/console/words';

type State = 'queued' | 'accepted' | 'delivered' | 'late' | 'returned' | 'failed' | 'superseded';

const TONES: Record<State, Tone> = {
  queued: 'plain',
  accepted: 'plain',
  delivered: 'good',
  late: 'heed',
  returned: 'bad',
  failed: 'bad',
  superseded: 'plain',
};

/** How it stands. What providers told later says more than that they took it. */
export function stateOf({ status, steps }: MessageDocument): Readonly<{ said: string; tone: Tone }> {
  const told = new Set(steps.map(({ kind }) => kind));
  const isBack = told.has('bounced') || told.has('complained');
  const state = isBack
    ? 'returned'
    : told.has('delivered')
      ? 'delivered'
      : told.has('delayed')
        ? 'late'
        : status;
  return { said: t(`messages.states.${state}`), tone: TONES[state] };
}

/** Step by step. */
export function storyOf({ steps }: MessageDocument, formats: Formats): TimelineEntry[] {
  return steps.map((step, index) => ({
    key: `${index} ${step.kind}`,
    at: formats.moment(step.at),
    title: wordsOf(step),
    tone: TONES_OF_STEPS[step.kind] ?? 'plain',
    detail: detailOf(step),
  }));
}

type Step = MessageDocument['steps'][number];

const TONES_OF_STEPS: Partial<Record<Step['kind'], Tone>> = {
  accepted: 'good',
  delivered: 'good',
  tried: 'heed',
  delayed: 'heed',
  bounced: 'bad',
  complained: 'bad',
  failed: 'bad',
};

function wordsOf({ kind, provider: name = '', outcome = 'refused' }: Step): string {
  const provider = nameOfProvider(name);
  if (kind !== 'tried') return t(`messages.steps.${kind}`, { provider });
  return t(`messages.steps.${outcome}`, { provider });
}

function detailOf({ reason, duration_ms: milliseconds }: Step): string | null {
  const told = [
    reason ? t('messages.reason', { reason }) : null,
    milliseconds === undefined
      ? null
      : t('messages.took', { seconds: Math.max(milliseconds / 1000, 0.1).toFixed(1) }),
  ].filter((part) => part !== null);
  return told.length === 0 ? null : told.join(', ');
}
