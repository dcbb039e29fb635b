// Imports of users: what a row of a file may say, and the work on the rows of a job, a chunk at a time. Each row is read as if
// its user were created by itself; what is wrong with one is told by line and field, and stops no other.
import { z } from 'zod';
import type { Connection, ConnectionStore } from '@/lib/login/connection';
import type { Channel } from '@/lib/login/identifier';
import type { ImportedRow, Job, JobLease, JobStore, RowProblem, SentRow } from '@/lib/login/job';
import { StorageUnavailable } from '@/lib/oidc/errors';
import { fieldsOf, wholeNumber } from './fields';
import { BrokenField, nameOfIssue } from './route';
import { newUserFields, profileFrom, readChosenId, readOwnIdentifier } from './users';

/** Seconds one process has a job for itself, renewed with every chunk. */
const LEASE_SECONDS = 60;
/** Tries of one chunk, where another statement was in the way. */
const ATTEMPTS_MAX = 3;

export type ImportDeps = Readonly<{
  jobs: JobStore;
  connections: ConnectionStore;
  /** 24 hex digits. */
  drawUserId(): string;
  clock: () => Date;
  /** Told of rows that could not be written, for whoever runs the installation. */
  reportFailed(cause: unknown): void;
}>;

/** An instant of the past, as exports have it. */
const pastInstant = () =>
  z.iso.datetime({ offset: true, error: 'must be an instant such as 2026-01-31T14:02:00Z' });

/** One user of a file: what a new one may be told, and what another installation knew. */
export const importedUser = fieldsOf({
  ...newUserFields,
  created_at: pastInstant().optional(),
  last_login: pastInstant().optional(),
  logins_count: wholeNumber(0, 1_000_000_000).optional(),
});

/**
 * Works on imports until there is none, or the process is about to end. Any number of processes may do so at once.
 * @throws errors of storage, after which the job at hand is taken up again when its lease has run out
 */
export async function workOnImports(deps: ImportDeps, isStopping: () => boolean): Promise<void> {
  while (!isStopping()) {
    const now = deps.clock();
    const leasedUntil = later(now, LEASE_SECONDS);
    const job = await deps.jobs.claim({ now, leasedUntil });
    if (job === null) return;
    await workOnJob(deps, { job, lease: { jobId: job.id, leasedUntil }, isStopping });
  }
}

type Import = Extract<Job, { type: 'users_import' }>;

async function workOnJob(
  deps: ImportDeps,
  work: { job: Import; lease: JobLease; isStopping: () => boolean },
): Promise<void> {
  const { job, isStopping } = work;
  let { lease } = work;
  const connection = (await deps.connections.all()).find(({ id }) => id === job.connectionId);
  if (connection === undefined) {
    const reason = 'The connection is not there any more.';
    return deps.jobs.settle(lease, { status: 'failed', reason }, deps.clock());
  }
  for (
    let chunk = await deps.jobs.nextRows(job.id);
    chunk !== null;
    chunk = await deps.jobs.nextRows(job.id)
  ) {
    const nextLease = later(deps.clock(), LEASE_SECONDS);
    const outcome = await importChunk(deps, { job, connection, chunk, lease, nextLease });
    if (outcome === 'lost') return;
    if (outcome === 'failed') {
      const reason = `The users from number ${chunk.rows[0]?.[0] ?? 0} on could not be written. Those before them were.`;
      return deps.jobs.settle(lease, { status: 'failed', reason }, deps.clock());
    }
    lease = { ...lease, leasedUntil: nextLease };
    if (isStopping()) return deps.jobs.settle(lease, { status: 'processing' }, deps.clock());
  }
  return deps.jobs.settle(lease, { status: 'completed' }, deps.clock());
}

/** `lost`: another process took the job over. `failed`: the rows could not be written, time and again. */
async function importChunk(
  deps: ImportDeps,
  batch: {
    job: Import;
    connection: Connection;
    chunk: Readonly<{ number: number; rows: readonly SentRow[] }>;
    lease: JobLease;
    nextLease: Date;
  },
): Promise<'done' | 'lost' | 'failed'> {
  const { job, chunk, connection, ...leases } = batch;
  const { strategy: provider } = connection;
  const read = readRows(deps, provider, chunk.rows);
  for (let attempt = 1; ; attempt++) {
    try {
      const { number } = chunk;
      const { upsert } = job;
      const isDone = await deps.jobs.importRows({
        ...leases,
        ...read,
        number,
        provider,
        upsert,
        now: deps.clock(),
      });
      return isDone ? 'done' : 'lost';
    } catch (problem) {
      if (problem instanceof StorageUnavailable) throw problem;
      if (attempt < ATTEMPTS_MAX) continue;
      deps.reportFailed(problem);
      return 'failed';
    }
  }
}

function readRows(
  deps: Pick<ImportDeps, 'drawUserId'>,
  provider: Channel,
  sent: readonly SentRow[],
): { rows: ImportedRow[]; problems: RowProblem[] } {
  const rows: ImportedRow[] = [];
  const problems: RowProblem[] = [];
  const seen = new Set<string>();
  for (const [number, line, text] of sent) {
    const place = { row: number, line };
    const row = readRow(deps, provider, { place, text });
    if ('code' in row) {
      problems.push(row);
      continue;
    }
    const { identifier, userId } = row.identity;
    // Two of one in one statement: the second would meet what the first has not written yet.
    const isTwice = seen.has(identifier) || seen.has(`|${userId}`);
    if (isTwice)
      problems.push({
        ...place,
        code: 'DUPLICATED_USER',
        message: 'The user is in the file twice.',
        path: null,
      });
    else rows.push(row);
    seen.add(identifier).add(`|${userId}`);
  }
  return { rows, problems };
}

function readRow(
  { drawUserId }: Pick<ImportDeps, 'drawUserId'>,
  provider: Channel,
  { place, text }: { place: Readonly<{ row: number; line: number }>; text: string },
): ImportedRow | RowProblem {
  const problem = (path: string, sentence: string): RowProblem => ({
    ...place,
    code: 'INVALID_FORMAT',
    message: [path, sentence].filter(Boolean).join(' '),
    path: path || null,
  });
  try {
    const parsed = importedUser.safeParse(JSON.parse(text));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return problem(nameOfIssue(issue), issue?.message ?? '');
    }
    const { data } = parsed;
    const identifier = readOwnIdentifier(provider, data);
    return {
      ...place,
      identity: {
        userId: readChosenId(provider, data.user_id) ?? drawUserId(),
        identifier: identifier.canonical,
        typedForm: identifier.typedForm,
      },
      isVerified: (provider === 'email' ? data.email_verified : data.phone_verified) ?? null,
      ...profileFrom(data),
      userMetadata: data.user_metadata ?? null,
      appMetadata: data.app_metadata ?? null,
      isBlocked: data.blocked ?? null,
      createdAt: dateFrom(data.created_at),
      lastLoginAt: dateFrom(data.last_login),
      loginsCount: data.logins_count ?? null,
    };
  } catch (broken) {
    if (broken instanceof BrokenField) return problem(broken.field, broken.sentence);
    if (broken instanceof SyntaxError) return { ...problem('', 'is no JSON object'), code: 'INVALID_JSON' };
    throw broken;
  }
}

function dateFrom(text: string | undefined): Date | null {
  return text === undefined ? null : new Date(text);
}

function later(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}
