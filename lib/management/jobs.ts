// Jobs as operators see them: imports and exports of users, in Auth0's names and shapes. auth0-contract §5.5.
import { z } from 'zod';
import { readUpload } from '@/lib/endpoints/upload';
import type { AccountRegister } from '@/lib/login/account-register';
import type { ConnectionStore } from '@/lib/login/connection';
import type { Job, JobStore, SentRow } from '@/lib/login/job';
import { fieldsOf, instant, oneOf, text, wholeNumber } from './fields';
import { readJsonRows, UnreadableFile } from './json-rows';
import { ManagementProblem } from './problem';
import { badBody, type Frozen, parseBody } from './route';
import { EXPORT_TYPES, writeExport } from './user-exports';

export type JobsDeps = Readonly<{
  jobs: JobStore;
  accounts: AccountRegister;
  connections: ConnectionStore;
  /** `job_` and 16 random characters. */
  drawJobId(): string;
  issuer: string;
  clock: () => Date;
}>;

/** A million users of ordinary size. Auth0 takes half a megabyte. */
export const IMPORT_MAX_BYTES = 512 * 1024 * 1024;
/** Rows that are written down at once, and characters of them. */
const CHUNK_ROWS = 500;
const CHUNK_LENGTH = 512 * 1024;
/** Imports that may wait. */
const WAITING_MAX = 20;
/** Problems that are told at once; so many are kept. */
const PROBLEMS_MAX = 10_000;

export const EXPORT_FILE_PATH = '/api/v2/latchkey/jobs/{id}/file';

/** A job on the wire. */
export const jobDocument = z.strictObject({
  id: z.string(),
  type: z.enum(['users_import', 'users_export']),
  status: z.enum(['pending', 'processing', 'completed', 'failed']),
  created_at: instant(),
  connection_id: z.string().optional(),
  external_id: z.string().optional(),
  percentage_done: z.int().optional(),
  summary: z
    .strictObject({ total: z.int(), inserted: z.int(), updated: z.int(), failed: z.int() })
    .optional(),
  upsert: z.boolean().optional(),
  send_completion_email: z.literal(false).optional(),
  format: z.enum(['json', 'csv']).optional(),
  limit: z.int().optional(),
  fields: z.array(z.strictObject({ name: z.string(), export_as: z.string() })).optional(),
  /** Where the file of an export is, for whoever may read users. */
  location: z.string().optional(),
  /** Why it failed. */
  status_details: z.string().optional(),
});

export type JobDocument = Frozen<z.output<typeof jobDocument>>;

/** What was wrong with a row, on the wire. Nothing of the row is in it. */
export const rowProblemsDocument = z.array(
  z.strictObject({
    /** Which user of the file, and on which line it begins; the first is 1. */
    row: z.int(),
    line: z.int(),
    errors: z.array(z.strictObject({ code: z.string(), message: z.string(), path: z.string().optional() })),
  }),
);

export type RowProblemsDocument = Frozen<z.output<typeof rowProblemsDocument>>;

/** @throws {ManagementProblem} 404 */
export async function loadJob(deps: Pick<JobsDeps, 'jobs' | 'issuer'>, id: string): Promise<JobDocument> {
  return describe(deps, await findJob(deps, id));
}

/** @throws {ManagementProblem} 404 */
export async function loadProblems(deps: Pick<JobsDeps, 'jobs'>, id: string): Promise<RowProblemsDocument> {
  await findJob(deps, id);
  const problems = await deps.jobs.problemsOf(id, PROBLEMS_MAX);
  return problems.map(({ row, line, code, message, path }) => ({
    row,
    line,
    errors: [{ code, message, ...(path !== null && { path }) }],
  }));
}

async function findJob({ jobs }: Pick<JobsDeps, 'jobs'>, id: string): Promise<Job> {
  const job = JOB_ID.test(id) ? await jobs.find(id) : null;
  if (job === null) throw new ManagementProblem(404, 'inexistent_job', 'The job does not exist.');
  return job;
}

const JOB_ID = /^job_[A-Za-z0-9_-]{16}$/;

function describe({ issuer }: Pick<JobsDeps, 'issuer'>, job: Job): JobDocument {
  const { id, type, status, connectionId, externalId, reason, createdAt } = job;
  return {
    id,
    type,
    status,
    created_at: createdAt.toISOString(),
    ...(connectionId !== null && { connection_id: connectionId }),
    ...(externalId !== null && { external_id: externalId }),
    ...(reason !== null && { status_details: reason }),
    ...(job.type === 'users_import' ? describeImport(job) : describeExport(issuer, job)),
  };
}

function describeImport({
  status,
  upsert,
  total,
  inserted,
  updated,
  failed,
}: Extract<Job, { type: 'users_import' }>) {
  const done = inserted + updated + failed;
  return {
    upsert,
    send_completion_email: false as const,
    // The last row may be done a moment before the job is.
    percentage_done:
      status === 'completed' ? 100 : Math.min(99, Math.floor((done / Math.max(1, total)) * 100)),
    summary: { total, inserted, updated, failed },
  };
}

function describeExport(
  issuer: string,
  { id, format, fields, limit }: Extract<Job, { type: 'users_export' }>,
) {
  return {
    format,
    percentage_done: 100,
    ...(limit !== null && { limit }),
    ...(fields !== null && { fields: fields.map(({ name, exportAs }) => ({ name, export_as: exportAs })) }),
    location: new URL(EXPORT_FILE_PATH.replace('{id}', id), issuer).href,
  };
}

// ---- Imports --------------------------------------------------------------------------------------------------------

const flagText = () =>
  z.enum(['true', 'false'], { error: 'must be true or false' }).transform((word) => word === 'true');

/** The fields beside the file. */
const importFields = fieldsOf({
  connection_id: text(1, 64),
  upsert: flagText().default(false),
  external_id: text(1, 255).optional(),
  /** Taken because Auth0 takes it: nobody is sent a message. */
  send_completion_email: flagText().optional(),
});

/** The whole form, as the API's document has it. */
export const importForm = z.strictObject({
  ...importFields.shape,
  users: z.string().meta({ wire: { type: 'string', format: 'binary' } }),
});

/**
 * Takes a file of users and makes a job of it. Nothing is imported before all of it is there: a file that breaks off, or cannot
 * be read, is forgotten.
 * @throws {ManagementProblem} 400, 429; OAuthError 413, 415
 */
export async function startImport(deps: JobsDeps, request: Request): Promise<JobDocument> {
  if ((await deps.jobs.countWaiting()) >= WAITING_MAX) {
    const sentence = `There are ${WAITING_MAX} active import users jobs, please wait until some of them are finished and try again`;
    throw new ManagementProblem(429, 'too_many_requests', sentence, { 'Retry-After': '60' });
  }
  const jobId = deps.drawJobId();
  try {
    const { fields, file: total } = await readUpload(request, {
      fileField: 'users',
      maxBytes: IMPORT_MAX_BYTES,
      read: (chunks) => writeDown(deps, jobId, chunks),
    });
    const {
      connection_id: connectionId,
      upsert,
      external_id: externalId = null,
    } = parseBody(importFields, fields);
    if (total === null) throw badBody('users', 'must be there, as a file');
    if (total === 0) throw badBody('users', 'holds no users');
    if (!(await deps.connections.all()).some(({ id }) => id === connectionId))
      throw new ManagementProblem(400, 'inexistent_connection', 'Connection does not exist.');
    const now = deps.clock();
    const job: Job = {
      id: jobId,
      type: 'users_import',
      status: 'pending',
      connectionId,
      externalId,
      reason: null,
      createdAt: now,
      upsert,
      total,
      inserted: 0,
      updated: 0,
      failed: 0,
    };
    await deps.jobs.submit(job, now);
    return describe(deps, job);
  } catch (problem) {
    await deps.jobs.abandon(jobId);
    if (problem instanceof UnreadableFile) throw badBody('users', `line ${problem.line} ${problem.sentence}`);
    throw problem;
  }
}

/** Keeps the rows of a file until somebody works on them; how many there are. */
async function writeDown(
  { jobs, clock }: Pick<JobsDeps, 'jobs' | 'clock'>,
  jobId: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<number> {
  let [total, number, length] = [0, 0, 0];
  let rows: SentRow[] = [];
  const flush = async () => {
    if (rows.length > 0) await jobs.addRows({ jobId, number, rows, now: clock() });
    [number, length, rows] = [number + 1, 0, []];
  };
  for await (const row of readJsonRows(chunks)) {
    if (rows.length >= CHUNK_ROWS || length + row[2].length > CHUNK_LENGTH) await flush();
    rows.push(row);
    length += row[2].length;
    total++;
  }
  await flush();
  return total;
}

// ---- Exports --------------------------------------------------------------------------------------------------------

const FIELDS_MAX = 100;
/** `identities[0].connection` leads into a list, as in Auth0's own example. */
const FIELD_NAME = /^[A-Za-z_][\w-]*(?:\.[\w-]+|\[\d{1,3}\]){0,8}$/;

const exportedField = fieldsOf({
  name: text(1, 255).regex(FIELD_NAME, 'must be the name of a field, or names with dots between them'),
  export_as: text(1, 255).optional(),
});

export const exportBody = fieldsOf({
  connection_id: text(1, 64).optional(),
  format: oneOf(['json', 'csv']).default('json'),
  limit: wholeNumber(1, 100_000_000).optional(),
  fields: z
    .array(exportedField, { error: 'must be a list' })
    .min(1, 'must name a field')
    .max(FIELDS_MAX, `may hold ${FIELDS_MAX} entries at most`)
    .optional(),
});

/**
 * Makes a job of an export. Its file is written when it is fetched, and lies nowhere.
 * @throws {ManagementProblem} 400
 */
export async function startExport(deps: JobsDeps, body: z.output<typeof exportBody>): Promise<JobDocument> {
  const { connection_id: connectionId = null, format, limit = null } = body;
  await loadProvider(deps, connectionId);
  const now = deps.clock();
  const job: Job = {
    id: deps.drawJobId(),
    type: 'users_export',
    status: 'completed',
    connectionId,
    externalId: null,
    reason: null,
    createdAt: now,
    format,
    limit,
    fields: body.fields?.map(({ name, export_as: exportAs = name }) => ({ name, exportAs })) ?? null,
  };
  await deps.jobs.submit(job, now);
  return describe(deps, job);
}

/** @throws {ManagementProblem} 404 */
export async function fetchExport(deps: JobsDeps, id: string): Promise<Response> {
  const job = await findJob(deps, id);
  if (job.type !== 'users_export') throw new ManagementProblem(404, 'inexistent_job', 'The job has no file.');
  const provider = await loadProvider(deps, job.connectionId);
  const condition = provider === null ? null : ({ kind: 'provider', provider } as const);
  return new Response(writeExport(deps, { job, condition }), {
    headers: {
      'Cache-Control': 'no-store',
      'Content-Type': EXPORT_TYPES[job.format],
      'Content-Disposition': `attachment; filename="${id}.${job.format === 'json' ? 'ndjson' : 'csv'}"`,
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    },
  });
}

/** Whose users a connection knows; null where none is named. @throws {ManagementProblem} 400 */
async function loadProvider({ connections }: Pick<JobsDeps, 'connections'>, id: string | null) {
  if (id === null) return null;
  const connection = (await connections.all()).find((candidate) => candidate.id === id);
  if (connection !== undefined) return connection.strategy;
  throw new ManagementProblem(400, 'inexistent_connection', 'Connection does not exist.');
}
