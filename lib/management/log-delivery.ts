// Log streams at work: entries of the audit log go where operators want them, the oldest first, in batches. Whoever holds the
// lease of a stream sends its next batch, and records what came of it; what was not taken is sent again, by any process, so that
// nothing is lost. Knows no network and no database. decision 0040; security SRF-4.
import { categoryOf } from './log-categories';
import { protectPerson, type StreamedEntry } from './log-pii';
import type { BatchResult, ClaimedStream, LogStreamStore } from './log-streams';
import { describeLogEntry, type LogEntry } from './logs';

/** Seconds one process has a stream for itself. */
const LEASE_SECONDS = 30;
/** How long an answer is waited for. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Entries of one batch. */
const BATCH_MAX = 100;
/** Streams that are sent for at once. */
const STREAMS_AT_ONCE = 10;
/** Seconds before the second request, doubled before each further one. */
const FIRST_WAIT_SECONDS = 2;
const WAIT_MAX_SECONDS = 300;
/** A stream that has taken nothing for so long is suspended. */
const PATIENCE_SECONDS = 86_400;

/** A batch on its way to an address. */
export type LogBatch = Readonly<{
  url: string;
  /** The same each time that these entries are sent: who has seen it before need not look again. */
  id: string;
  now: Date;
  body: string;
  contentType: string;
  authorization: string | null;
  /** Of the operator's own. */
  headers: Readonly<Record<string, string>>;
  /** `whsec_…` */
  signingSecret: string;
  signal: AbortSignal;
}>;

export type LogDeliveryDeps = Readonly<{
  logStreams: Pick<LogStreamStore, 'claim' | 'waiting' | 'record'>;
  /** Null: it was taken. Otherwise what came of it, in a few words. Never throws. */
  postLogBatch(batch: LogBatch): Promise<string | null>;
  /** Prints a line, on one output that is this process's own. */
  printLine(line: string): void;
  /** Null where no configured SECRET opens it. */
  unsealLogStreamSecret(sealed: string): string | null;
  /** A digest of texts, 32 hex digits. */
  digest(texts: readonly string[]): string;
  clock: () => Date;
  /** The operator is told of a stream that is not tried any more. */
  onSuspended(stream: Readonly<{ stream: string; reason: string }>): void;
}>;

/**
 * Sends one batch for each stream that is due.
 *
 * A process that dies between the answer and the record leaves a batch that is sent again under the same id, as does an answer
 * that came too late: an entry arrives twice rather than never.
 *
 * @returns whether any batch was taken: there may be more
 * @throws the first error of storage, after every stream was tried; what could not be recorded is sent again later
 */
export async function sendLogs(deps: LogDeliveryDeps): Promise<boolean> {
  const now = deps.clock();
  const streams = await deps.logStreams.claim({
    now,
    leasedUntil: later(now, LEASE_SECONDS),
    limit: STREAMS_AT_ONCE,
  });
  const settled = await Promise.allSettled(streams.map((stream) => sendBatch(deps, stream)));
  for (const outcome of settled) if (outcome.status === 'rejected') throw outcome.reason;
  return settled.some((outcome) => outcome.status === 'fulfilled' && outcome.value);
}

async function sendBatch(deps: LogDeliveryDeps, stream: ClaimedStream): Promise<boolean> {
  const limit = stream.contentFormat === 'JSONOBJECT' ? 1 : BATCH_MAX;
  const waiting = await deps.logStreams.waiting(stream.id, limit);
  const entries = waiting.flatMap(({ entry }) => (entry !== null && isWanted(stream, entry) ? [entry] : []));
  const reason = entries.length === 0 ? null : await send(deps, stream, entries);
  const sentAt = entries.length === 0 ? null : deps.clock();
  const result: BatchResult =
    reason === null ? { kind: 'taken', sentAt } : notTaken(stream, reason, deps.clock());
  const ids = waiting.map(({ id }) => id);
  await deps.logStreams.record(stream, ids, result, deps.clock());
  if (result.kind === 'taken') return true;
  if (result.suspends) deps.onSuspended({ stream: stream.id, reason: result.reason });
  return false;
}

function isWanted({ categories }: ClaimedStream, { type }: LogEntry): boolean {
  return categories.length === 0 || categories.includes(categoryOf(type));
}

/** Null: it was taken. */
async function send(
  deps: LogDeliveryDeps,
  stream: ClaimedStream,
  entries: readonly StreamedEntry[],
): Promise<string | null> {
  const documents = entries.map((entry) => ({
    log_id: entry.id,
    data: describeLogEntry(protectPerson(stream, entry)),
  }));
  const lines = documents.map((document) => JSON.stringify(document));
  if (stream.endpoint === null) {
    lines.forEach(deps.printLine);
    return null;
  }
  const signingSecret = open(deps, stream.sealedSigningSecret);
  const authorization = open(deps, stream.sealedAuthorization);
  const headers = openHeaders(deps, stream);
  const isOpen = signingSecret !== null && (authorization !== null || stream.sealedAuthorization === null);
  if (!isOpen || headers === null) return 'SECRET cannot open what it is sent with';
  return deps.postLogBatch({
    url: stream.endpoint,
    id: `msg_${deps.digest([stream.id, ...entries.map(({ id }) => id)])}`,
    now: deps.clock(),
    body: stream.contentFormat === 'JSONARRAY' ? `[${lines.join(',')}]` : lines.join('\n'),
    contentType: stream.contentType,
    authorization,
    headers,
    signingSecret,
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
}

/** Null where one of them cannot be opened. */
function openHeaders(
  deps: LogDeliveryDeps,
  { customHeaders }: ClaimedStream,
): Readonly<Record<string, string>> | null {
  const headers = customHeaders.map(({ header, sealedValue }) => [header, open(deps, sealedValue)] as const);
  return headers.some(([, value]) => value === null)
    ? null
    : Object.fromEntries(headers.map(([header, value]) => [header, value ?? '']));
}

function open({ unsealLogStreamSecret }: LogDeliveryDeps, sealed: string | null): string | null {
  return sealed === null ? null : unsealLogStreamSecret(sealed);
}

function notTaken({ failures, failingSince }: ClaimedStream, reason: string, now: Date): BatchResult {
  const waitSeconds = Math.min(FIRST_WAIT_SECONDS * 2 ** Math.min(failures, 16), WAIT_MAX_SECONDS);
  const suspends = failingSince !== null && now >= later(failingSince, PATIENCE_SECONDS);
  return { kind: 'not_taken', reason, dueAt: later(now, waitSeconds), suspends };
}

function later(from: Date, seconds: number): Date {
  return new Date(from.getTime() + seconds * 1000);
}
