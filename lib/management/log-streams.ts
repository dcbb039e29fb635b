// Log streams as operators keep them: where entries of the audit log are sent, and what became of that. Auth0's `http` type, and
// `stdout` of ours for whoever collects the output of the process. How they are sent: log-delivery.ts; decision 0040.
// auth0-contract §5; security MGT-2, MGT-4, SRF-1, SRF-4.
import { z } from 'zod';
import { MASKED_SECRET } from '@/lib/login/connection-options';
import { displayName, fieldsOf, instant, oneOf, only, text } from './fields';
import { LOG_CATEGORIES, type LogCategory } from './log-categories';
import { type PiiSetting, piiBody, piiDocument, type StreamedEntry } from './log-pii';
import { type CustomHeader, customHeaders, describeHeaders, sealHeaders } from './log-stream-headers';
import { ManagementProblem } from './problem';
import { badBody, type Frozen } from './route';

export const STREAM_TYPES = ['http', 'stdout'] as const;
export const STREAM_STATUSES = ['active', 'paused', 'suspended'] as const;
export const CONTENT_FORMATS = ['JSONARRAY', 'JSONLINES', 'JSONOBJECT'] as const;

export type LogStream = PiiSetting &
  Readonly<{
    /** `lst_` and 16 characters. */
    id: string;
    name: string;
    type: (typeof STREAM_TYPES)[number];
    /** `suspended`: nobody took anything for too long. */
    status: (typeof STREAM_STATUSES)[number];
    /** Null: stdout. */
    endpoint: string | null;
    contentFormat: (typeof CONTENT_FORMATS)[number];
    contentType: string;
    sealedAuthorization: string | null;
    /** Null: stdout. */
    sealedSigningSecret: string | null;
    customHeaders: readonly CustomHeader[];
    /** Empty: every one. */
    categories: readonly LogCategory[];
    failingSince: Date | null;
    /** What came of the last batch that was not taken. */
    lastFailure: string | null;
    /** When entries were last taken. */
    lastSentAt: Date | null;
  }>;

/** What an operator may change of one. */
export type LogStreamChange = Partial<
  Pick<
    LogStream,
    | 'name'
    | 'status'
    | 'endpoint'
    | 'contentFormat'
    | 'contentType'
    | 'sealedAuthorization'
    | 'sealedSigningSecret'
    | 'customHeaders'
    | 'categories'
    | 'piiFields'
    | 'piiMethod'
  >
>;

/** A stream that this process alone may send for, for a while. */
export type ClaimedStream = LogStream & Readonly<{ leasedUntil: Date; failures: number }>;

/** What became of a batch. */
export type BatchResult = Readonly<
  /** `sentAt` is null where nothing of it was wanted. */
  | { kind: 'taken'; sentAt: Date | null }
  /** `suspends`: it has been like that for too long. */
  | { kind: 'not_taken'; reason: string; dueAt: Date; suspends: boolean }
>;

export type LogStreamStore = Readonly<{
  /** The oldest first. */
  all(): Promise<LogStream[]>;
  find(id: string): Promise<LogStream | null>;
  /**
   * From then on every entry that is written waits for it; where `startFrom` is an instant, so do those that are kept since then,
   * each once, whoever writes at that moment.
   */
  add(
    stream: Omit<LogStream, 'failingSince' | 'lastFailure' | 'lastSentAt'>,
    at: Readonly<{ startFrom: Date | null; now: Date }>,
  ): Promise<void>;
  /** One that becomes active again is tried within half a minute, as if it had never failed. Null where there is none. */
  change(id: string, change: LogStreamChange, now: Date): Promise<LogStream | null>;
  /** With what waits for it. False where there was none. */
  remove(id: string): Promise<boolean>;
  /**
   * Takes active streams that are due and have something to send, and leases them, in one statement: of any number of processes
   * that ask at once no two are given the same, and none waits for another.
   */
  claim(claim: { now: Date; leasedUntil: Date; limit: number }): Promise<ClaimedStream[]>;
  /** The oldest of what waits for a stream; null in the place of entries that are gone already. */
  waiting(streamId: string, limit: number): Promise<{ id: string; entry: StreamedEntry | null }[]>;
  /**
   * Writes what became of a batch. That it was taken is written even if the lease ran out; the rest only by whoever has it.
   * A stream that sent a batch is due again at once.
   */
  record(stream: ClaimedStream, batch: readonly string[], result: BatchResult, now: Date): Promise<void>;
}>;

export type LogStreamsDeps = Readonly<{
  logStreams: LogStreamStore;
  drawLogStreamId(): string;
  /** `whsec_` and 32 random bytes in base64: a key of Standard Webhooks. */
  drawSigningSecret(): string;
  /** Makes of a secret what may be kept of it. */
  sealLogStreamSecret(secret: string): string;
  /** Why this installation posts nothing there, or null. */
  findOutboundRefusal(url: string): string | null;
  clock: () => Date;
}>;

/** More are no help to anybody, and each costs a row an entry. */
const STREAMS_MAX = 10;

// ---- On the wire ----------------------------------------------------------------------------------------------------

/** What an `http` stream's address may be told; of `stdout` there is nothing to tell. */
const sinkFields = {
  httpEndpoint: text(1, 1024),
  httpContentType: text(1, 128).regex(/^[\w.+-]+\/[\w.+-]+(?:; ?charset=[\w-]+)?$/, 'must be a media type'),
  httpContentFormat: oneOf(CONTENT_FORMATS),
  /** What the header Authorization is to say. Kept sealed, and never shown. */
  httpAuthorization: text(1, 2048).regex(
    /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/,
    'must be printable ASCII',
  ),
};

/** An instant, as ISO 8601 writes it. */
const startFrom = z.iso.datetime({ offset: true, error: 'must be an instant in ISO 8601' });

const filters = z
  .array(
    fieldsOf({ type: only('category', 'there is no other kind of filter'), name: oneOf(LOG_CATEGORIES) }),
    { error: 'must be a list of filters' },
  )
  .max(LOG_CATEGORIES.length, `may hold ${LOG_CATEGORIES.length} entries at most`);

const isPriority = only(false, 'streams do not wait for one another').optional();

/** A stream to make. */
export const newStreamBody = fieldsOf({
  name: displayName(255),
  type: oneOf(STREAM_TYPES),
  sink: fieldsOf({
    ...sinkFields,
    httpEndpoint: sinkFields.httpEndpoint.optional(),
    httpContentType: sinkFields.httpContentType.default('application/json'),
    httpContentFormat: sinkFields.httpContentFormat.default('JSONARRAY'),
    httpAuthorization: sinkFields.httpAuthorization.optional(),
    httpCustomHeaders: customHeaders.default([]),
  }).optional(),
  filters: filters.default([]),
  pii_config: piiBody.optional(),
  startFrom: startFrom.optional(),
  isPriority,
});

/** What of a stream may change; of the sink what is there. */
export const streamChangeBody = fieldsOf({
  name: displayName(255).optional(),
  status: oneOf(['active', 'paused'] as const).optional(),
  sink: fieldsOf({
    httpEndpoint: sinkFields.httpEndpoint.optional(),
    httpContentType: sinkFields.httpContentType.optional(),
    httpContentFormat: sinkFields.httpContentFormat.optional(),
    httpAuthorization: sinkFields.httpAuthorization.or(z.literal(MASKED_SECRET)).nullable().optional(),
    httpCustomHeaders: customHeaders.optional(),
  }).optional(),
  filters: filters.optional(),
  pii_config: piiBody.optional(),
  isPriority,
});

/** A stream on the wire. No secret; a mask where there is one (MGT-4). */
export const streamDocument = z.strictObject({
  id: z.string(),
  name: z.string(),
  type: z.enum(STREAM_TYPES),
  status: z.enum(STREAM_STATUSES),
  isPriority: z.literal(false),
  filters: z.array(z.strictObject({ type: z.literal('category'), name: z.enum(LOG_CATEGORIES) })),
  sink: z.strictObject({
    httpEndpoint: z.string().optional(),
    httpContentType: z.string().optional(),
    httpContentFormat: z.enum(CONTENT_FORMATS).optional(),
    httpAuthorization: z.string().optional(),
    httpCustomHeaders: z.array(z.strictObject({ header: z.string(), value: z.string() })).optional(),
  }),
  pii_config: piiDocument.optional(),
  /** While nothing is taken: since when, and what came of the last batch. */
  failing_since: instant().optional(),
  last_failure: z.string().optional(),
  /** When entries were last taken. */
  last_sent_at: instant().optional(),
});

export type StreamDocument = Frozen<z.output<typeof streamDocument>>;

/** A stream that was just made; of an `http` one with what it signs by, shown this once. */
export const createdStreamDocument = streamDocument.extend({ signing_secret: z.string().optional() });

export function describeStream(stream: LogStream): StreamDocument {
  const { id, name, type, status, endpoint, failingSince, lastFailure, lastSentAt } = stream;
  return {
    id,
    name,
    type,
    status,
    isPriority: false,
    filters: stream.categories.map((category) => ({ type: 'category', name: category })),
    sink:
      endpoint === null
        ? {}
        : {
            httpEndpoint: endpoint,
            httpContentType: stream.contentType,
            httpContentFormat: stream.contentFormat,
            ...(stream.sealedAuthorization !== null && { httpAuthorization: MASKED_SECRET }),
            ...(stream.customHeaders.length > 0 && {
              httpCustomHeaders: describeHeaders(stream.customHeaders),
            }),
          },
    ...(stream.piiFields.length > 0 && {
      pii_config: { log_fields: stream.piiFields, method: stream.piiMethod },
    }),
    ...(failingSince !== null && { failing_since: failingSince.toISOString() }),
    ...(lastFailure !== null && { last_failure: lastFailure }),
    ...(lastSentAt !== null && { last_sent_at: lastSentAt.toISOString() }),
  };
}

// ---- What can be done -----------------------------------------------------------------------------------------------

/** @throws {ManagementProblem} 404 */
export async function loadStream(
  { logStreams }: Pick<LogStreamsDeps, 'logStreams'>,
  id: string,
): Promise<LogStream> {
  return (STREAM_ID.test(id) ? await logStreams.find(id) : null) ?? noSuchStream();
}

const STREAM_ID = /^lst_[A-Za-z0-9_-]{16}$/;

function noSuchStream(): never {
  throw new ManagementProblem(404, 'inexistent_log_stream', 'The log stream does not exist.');
}

/** @throws {ManagementProblem} 400 */
export async function createStream(
  deps: LogStreamsDeps,
  { name, type, sink, filters, ...body }: z.output<typeof newStreamBody>,
): Promise<Frozen<z.output<typeof createdStreamDocument>>> {
  const isHttp = type === 'http';
  if (isHttp && sink?.httpEndpoint === undefined) throw badBody('sink.httpEndpoint', 'must be there');
  if (!isHttp && sink !== undefined) throw badBody('sink', 'is nothing that stdout has');
  const endpoint = sink?.httpEndpoint ?? null;
  if (endpoint !== null) checkEndpoint(deps, endpoint);
  if ((await deps.logStreams.all()).length >= STREAMS_MAX)
    throw new ManagementProblem(
      409,
      'log_stream_conflict',
      `There may be ${STREAMS_MAX} log streams at most.`,
    );
  const now = deps.clock();
  const startsFrom = body.startFrom === undefined ? null : new Date(body.startFrom);
  if (startsFrom !== null && startsFrom > now) throw badBody('startFrom', 'must not be in the future');
  const signingSecret = isHttp ? deps.drawSigningSecret() : null;
  const stream = {
    id: deps.drawLogStreamId(),
    name,
    type,
    status: 'active',
    endpoint,
    contentFormat: sink?.httpContentFormat ?? 'JSONLINES',
    contentType: sink?.httpContentType ?? 'application/json',
    sealedAuthorization:
      sink?.httpAuthorization === undefined ? null : deps.sealLogStreamSecret(sink.httpAuthorization),
    sealedSigningSecret: signingSecret && deps.sealLogStreamSecret(signingSecret),
    customHeaders: sealHeaders(deps, sink?.httpCustomHeaders ?? [], []),
    categories: filters.map((filter) => filter.name),
    piiFields: body.pii_config?.log_fields ?? [],
    piiMethod: body.pii_config?.method ?? 'mask',
  } as const;
  await deps.logStreams.add(stream, { startFrom: startsFrom, now });
  return {
    ...describeStream({ ...stream, failingSince: null, lastFailure: null, lastSentAt: null }),
    ...(signingSecret !== null && { signing_secret: signingSecret }),
  };
}

/** @throws {ManagementProblem} 400, 404 */
export async function updateStream(
  deps: LogStreamsDeps,
  { id, body }: { id: string; body: z.output<typeof streamChangeBody> },
): Promise<StreamDocument> {
  const before = await loadStream(deps, id);
  const { name, status, sink, filters, pii_config: pii } = body;
  if (sink !== undefined && before.type !== 'http') throw badBody('sink', 'is nothing that stdout has');
  const { httpEndpoint: endpoint, httpAuthorization: authorization } = sink ?? {};
  if (endpoint !== undefined) checkEndpoint(deps, endpoint);
  const isKept = authorization === undefined || authorization === MASKED_SECRET;
  // What one receiver is told to know us by is not told to another.
  const isMoved = endpoint !== undefined && endpoint !== before.endpoint;
  if (isMoved && before.sealedAuthorization !== null && isKept)
    throw badBody('sink.httpAuthorization', 'must be there, or null, where httpEndpoint changes');
  if (isMoved && before.customHeaders.length > 0 && sink?.httpCustomHeaders === undefined)
    throw badBody('sink.httpCustomHeaders', 'must be there where httpEndpoint changes');
  const change: LogStreamChange = {
    ...(name !== undefined && { name }),
    ...(status !== undefined && { status }),
    ...(endpoint !== undefined && { endpoint }),
    ...(sink?.httpContentFormat !== undefined && { contentFormat: sink.httpContentFormat }),
    ...(sink?.httpContentType !== undefined && { contentType: sink.httpContentType }),
    ...(!isKept && { sealedAuthorization: authorization && deps.sealLogStreamSecret(authorization) }),
    ...(sink?.httpCustomHeaders !== undefined && {
      customHeaders: sealHeaders(deps, sink.httpCustomHeaders, isMoved ? [] : before.customHeaders),
    }),
    ...(filters !== undefined && { categories: filters.map((filter) => filter.name) }),
    ...(pii !== undefined && { piiFields: pii.log_fields, piiMethod: pii.method }),
  };
  const changed = (await deps.logStreams.change(id, change, deps.clock())) ?? noSuchStream();
  return describeStream(changed);
}

/** A new signing secret, from the next batch on. @throws {ManagementProblem} 400, 404 */
export async function rotateSigningSecret(
  deps: LogStreamsDeps,
  id: string,
): Promise<{ signing_secret: string }> {
  const { type } = await loadStream(deps, id);
  if (type !== 'http') throw badBody('the body', 'is about a stream that signs nothing');
  const signingSecret = deps.drawSigningSecret();
  const change = { sealedSigningSecret: deps.sealLogStreamSecret(signingSecret) };
  if ((await deps.logStreams.change(id, change, deps.clock())) === null) noSuchStream();
  return { signing_secret: signingSecret };
}

/** @throws {ManagementProblem} 404 */
export async function removeStream({ logStreams }: LogStreamsDeps, id: string): Promise<void> {
  if (!STREAM_ID.test(id) || !(await logStreams.remove(id))) noSuchStream();
}

/** @throws {ManagementProblem} 400 */
function checkEndpoint({ findOutboundRefusal }: LogStreamsDeps, url: string): void {
  const refusal = findOutboundRefusal(url);
  if (refusal !== null) throw badBody('sink.httpEndpoint', `is not called from here: ${refusal}`);
}
