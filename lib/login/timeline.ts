// What became of each message, step by step, for whoever is asked why something did not arrive: queued, tried, accepted,
// delivered, returned. Holds no address: a person is found by the keyed hash of theirs. Messages are kept for a week.
import type { DeliveryEvent } from './delivery-event';
import type { Channel } from './identifier';
import type { MessageKind } from './message';
import type { MessageStatus } from './outbox';

export type MessageTimeline = Readonly<{
  messageId: string;
  kind: MessageKind;
  channel: Channel;
  clientId: string | null;
  connection: string | null;
  maskedIdentifier: string | null;
  /** BCP 47 tag. */
  language: string;
  status: MessageStatus;
  /** Never sent later. */
  expiresAt: Date;
  /** In the order they happened; what providers told comes last, by their clocks. */
  steps: readonly TimelineStep[];
}>;

export type TimelineStep = Readonly<
  { at: Date } & (
    | { kind: 'queued' }
    | { kind: 'tried'; provider: string; outcome: FailedOutcome; reason: string | null; durationMs: number }
    | { kind: 'accepted'; provider: string; durationMs: number }
    | { kind: DeliveryEvent['kind']; provider: string; reason: string | null }
    | { kind: 'failed' | 'superseded' }
  )
>;

/** `skipped`: the provider had been failing and was left alone. */
type FailedOutcome = 'refused' | 'timed_out' | 'unreachable' | 'skipped';

/** A message as stored, with its attempts in order and what was told of them. */
export type MessageRecord = Omit<MessageTimeline, 'steps'> &
  Readonly<{
    createdAt: Date;
    /** When it was settled; for a queued one, when it is due. */
    dueAt: Date;
    attempts: readonly Readonly<{
      provider: string;
      outcome: 'accepted' | FailedOutcome;
      reason: string | null;
      startedAt: Date;
      durationMs: number;
    }>[];
    /** The earliest first. */
    events: readonly Pick<DeliveryEvent, 'provider' | 'kind' | 'reason' | 'occurredAt'>[];
  }>;

export type TimelineQuery = Readonly<{
  /** Keyed hashes of one identifier, by every configured SECRET; null for messages to anybody. */
  identifierHashes: readonly string[] | null;
  /** The message that the page before ended with; null for the first page. */
  after: string | null;
  limit: number;
}>;

export type TimelineStore = Readonly<{
  /** The newest first. Nothing when `after` has been removed meanwhile. */
  find(query: TimelineQuery): Promise<MessageRecord[]>;
}>;

/** One page of timelines, the newest message first; `next` is the `after` of the page that follows, or null. */
export async function readTimelines(
  { timelines }: { timelines: TimelineStore },
  query: TimelineQuery,
): Promise<Readonly<{ timelines: readonly MessageTimeline[]; next: string | null }>> {
  const records = await timelines.find(query);
  const next = records.length < query.limit ? null : (records.at(-1)?.messageId ?? null);
  return { timelines: records.map(layOut), next };
}

function layOut({ createdAt, dueAt, attempts, events, ...message }: MessageRecord): MessageTimeline {
  const { status } = message;
  const end: TimelineStep[] =
    status === 'failed' || status === 'superseded' ? [{ kind: status, at: dueAt }] : [];
  return {
    ...message,
    steps: [
      { kind: 'queued', at: createdAt },
      ...attempts.map(stepOf),
      ...end,
      ...events.map(({ occurredAt, ...event }) => ({ ...event, at: occurredAt })),
    ],
  };
}

function stepOf({
  provider,
  outcome,
  reason,
  startedAt,
  durationMs,
}: MessageRecord['attempts'][number]): TimelineStep {
  const at = new Date(startedAt.getTime() + durationMs);
  return outcome === 'accepted'
    ? { kind: 'accepted', at, provider, durationMs }
    : { kind: 'tried', at, provider, outcome, reason, durationMs };
}
