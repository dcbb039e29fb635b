// Jobs and their rows. The promises are those of lib/login/job.ts: what acts upon a chunk of rows takes it away in the same
// statement, so a crash leaves the chunk, or what came of it.
import type { ImportedRow, Job, JobKind, JobStore, SentRow } from '@/lib/login/job';
import { type Job as JobRow, Prisma, type PrismaClient } from '@/prisma/generated/client';
import { PLANNED_ANEW } from './database';

/** Problems that are told of one job; more are counted. */
const PROBLEMS_MAX = 10_000;
/** How long a job is remembered, with its problems; and an upload that came to nothing. */
const JOB_MEMORY_SECONDS = 7 * 86_400;
const UPLOAD_MEMORY_SECONDS = 3_600;

export function createJobStore(prisma: PrismaClient): JobStore {
  return {
    async addRows({ jobId, number, rows, now: at }) {
      const now = Prisma.sql`${at.toISOString()}::timestamptz`;
      await prisma.$executeRaw`
        WITH job AS (
          INSERT INTO jobs (id, type, status, created_at, expires_at)
          VALUES (${jobId}::text, 'users_import', 'uploading', ${now},
            ${now} + make_interval(secs => ${UPLOAD_MEMORY_SECONDS}::int))
          ON CONFLICT (id) DO NOTHING
        )
        INSERT INTO job_chunks (job_id, number, rows)
        VALUES (${jobId}::text, ${number}::int, ${JSON.stringify(rows)}::jsonb)`;
    },

    async submit(job, now) {
      const isImport = job.type === 'users_import';
      const data = {
        type: job.type,
        status: job.status,
        connectionId: job.connectionId,
        externalId: job.externalId,
        options: optionsOf(job),
        total: isImport ? job.total : 0,
        createdAt: job.createdAt,
        expiresAt: new Date(now.getTime() + JOB_MEMORY_SECONDS * 1000),
      };
      await prisma.job.upsert({ where: { id: job.id }, create: { id: job.id, ...data }, update: data });
    },

    async abandon(id) {
      await prisma.job.deleteMany({ where: { id, status: 'uploading' } });
    },

    countWaiting: () =>
      prisma.job.count({ where: { type: 'users_import', status: { in: ['pending', 'processing'] } } }),

    async find(id) {
      const row = await prisma.job.findUnique({ where: { id } });
      return row === null || row.status === 'uploading' ? null : jobFrom(row);
    },

    problemsOf: (jobId, limit) =>
      prisma.jobError.findMany({
        where: { jobId },
        select: { row: true, line: true, code: true, message: true, path: true },
        orderBy: { row: 'asc' },
        take: limit,
      }),

    async claim({ now, leasedUntil }) {
      const at = Prisma.sql`${now.toISOString()}::timestamptz`;
      const rows = await prisma.$queryRaw<{ id: string }[]>`
        UPDATE jobs SET status = 'processing', leased_until = ${leasedUntil.toISOString()}::timestamptz
        WHERE id = (
          SELECT id FROM jobs WHERE type = 'users_import' AND status IN ('pending', 'processing')
            AND (leased_until IS NULL OR leased_until <= ${at})
          ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id`;
      const claimed = rows[0] && (await prisma.job.findUnique({ where: { id: rows[0].id } }));
      const job = claimed ? jobFrom(claimed) : null;
      return job?.type === 'users_import' ? job : null;
    },

    async nextRows(jobId) {
      const chunk = await prisma.jobChunk.findFirst({ where: { jobId }, orderBy: { number: 'asc' } });
      return chunk && { number: chunk.number, rows: chunk.rows as unknown as SentRow[] };
    },

    async importRows(batch) {
      const [row] = await prisma.$queryRaw<{ taken: boolean }[]>(importStatement(batch));
      return row?.taken === true;
    },

    async settle({ jobId, leasedUntil }, outcome, now) {
      await prisma.job.updateMany({
        where: { id: jobId, status: 'processing', leasedUntil },
        data: {
          status: outcome.status,
          leasedUntil: now,
          ...(outcome.status === 'failed' && { reason: outcome.reason }),
        },
      });
      // Of one that failed the rows that nobody will look at.
      if (outcome.status === 'failed') await prisma.jobChunk.deleteMany({ where: { jobId } });
    },
  };
}

/** Identities are taken in their order, and before accounts, as by everything else that takes both. */
function importStatement(batch: Parameters<JobStore['importRows']>[0]): Prisma.Sql {
  const { lease, provider, upsert, rows, problems } = batch;
  const now = Prisma.sql`${batch.now.toISOString()}::timestamptz`;
  const isMine = Prisma.sql`j.status = 'processing' AND j.leased_until = ${lease.leasedUntil.toISOString()}::timestamptz`;
  // What suits the first rows of a file, when the tables may be empty, does not suit the last.
  return Prisma.sql`${Prisma.raw(PLANNED_ANEW)}
    WITH job AS (
      SELECT j.id FROM jobs j WHERE j.id = ${lease.jobId}::text AND ${isMine} FOR NO KEY UPDATE
    ),
    chunk AS (
      DELETE FROM job_chunks c USING job WHERE c.job_id = job.id AND c.number = ${batch.number}::int RETURNING c.job_id
    ),
    entry AS MATERIALIZED (
      SELECT e.*, ${provider}::text || '|' || e.user_id AS account_id
      FROM jsonb_to_recordset(${JSON.stringify(rows.map(entryOf))}::jsonb) AS e(row_number int, line int, user_id text, identifier text,
        typed_form text, verified boolean, name text, nickname text, given_name text, family_name text, picture text,
        user_metadata jsonb, app_metadata jsonb, blocked boolean, created_at timestamptz, last_login_at timestamptz,
        logins_count int), chunk
    ),
    held AS MATERIALIZED (
      SELECT i.user_id AS held_user_id, i.account_id AS held_account_id, i.identifier FROM identities i
      WHERE i.provider = ${provider}::text AND i.identifier IN (SELECT identifier FROM entry)
      ORDER BY i.user_id FOR NO KEY UPDATE
    ),
    identity AS (
      INSERT INTO identities (provider, user_id, account_id, identifier, typed_form, verified_at, created_at)
      SELECT ${provider}::text, user_id, account_id, identifier, typed_form, CASE WHEN verified THEN ${now} END,
        COALESCE(created_at, ${now})
      FROM entry
      WHERE (SELECT count(*) FROM held) >= 0 AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = entry.account_id)
      ORDER BY identifier
      ON CONFLICT DO NOTHING
      RETURNING user_id
    ),
    account AS (
      INSERT INTO accounts (id, name, nickname, given_name, family_name, picture, user_metadata, app_metadata, blocked_at,
        last_login_at, logins_count, created_at, updated_at)
      SELECT account_id, name, nickname, given_name, family_name, picture, COALESCE(user_metadata, '{}'),
        COALESCE(app_metadata, '{}'), CASE WHEN blocked THEN ${now} END, last_login_at, COALESCE(logins_count, 0),
        COALESCE(created_at, ${now}), ${now}
      FROM entry JOIN identity USING (user_id)
      RETURNING id
    ),
    verified AS (
      UPDATE identities i SET verified_at = CASE WHEN entry.verified THEN COALESCE(i.verified_at, ${now}) END
      FROM entry JOIN held USING (identifier)
      WHERE ${upsert}::boolean AND entry.verified IS NOT NULL AND i.provider = ${provider}::text
        AND i.user_id = held.held_user_id
    ),
    changed AS (
      UPDATE accounts a SET name = COALESCE(entry.name, a.name), nickname = COALESCE(entry.nickname, a.nickname),
        given_name = COALESCE(entry.given_name, a.given_name), family_name = COALESCE(entry.family_name, a.family_name),
        picture = COALESCE(entry.picture, a.picture),
        user_metadata = a.user_metadata || COALESCE(entry.user_metadata, '{}'),
        app_metadata = a.app_metadata || COALESCE(entry.app_metadata, '{}'),
        blocked_at = CASE WHEN entry.blocked IS NULL THEN a.blocked_at WHEN entry.blocked THEN COALESCE(a.blocked_at, ${now}) END,
        updated_at = ${now}
      FROM entry JOIN held USING (identifier)
      WHERE ${upsert}::boolean AND a.id = held.held_account_id
      RETURNING entry.row_number
    ),
    problem AS (
      SELECT row_number, line, 'DUPLICATED_USER' AS code, 'The user already exists.' AS message,
        CASE WHEN identifier IN (SELECT identifier FROM held) THEN ${provider === 'email' ? 'email' : 'phone_number'}::text
          ELSE 'user_id' END AS path
      FROM entry
      WHERE user_id NOT IN (SELECT user_id FROM identity) AND row_number NOT IN (SELECT row_number FROM changed)
      UNION ALL
      SELECT p.row_number, p.line, p.code, p.message, p.path
      FROM jsonb_to_recordset(${JSON.stringify(problems.map(({ row, ...problem }) => ({ row_number: row, ...problem })))}::jsonb) AS p(row_number int, line int, code text, message text, path text), chunk
    ),
    told AS (
      INSERT INTO job_errors (job_id, row, line, code, message, path)
      SELECT ${lease.jobId}::text, row_number, line, code, message, path FROM problem
      WHERE (SELECT count(*) FROM job_errors WHERE job_id = ${lease.jobId}::text) < ${PROBLEMS_MAX}::int
    ),
    counted AS (
      UPDATE jobs j SET inserted = inserted + (SELECT count(*) FROM account), updated = updated + (SELECT count(*) FROM changed),
        failed = failed + (SELECT count(*) FROM problem), leased_until = ${batch.nextLease.toISOString()}::timestamptz
      FROM chunk WHERE j.id = chunk.job_id
    )
    SELECT EXISTS (SELECT 1 FROM chunk) AS taken`;
}

function entryOf({ identity, ...row }: ImportedRow) {
  return {
    row_number: row.row,
    line: row.line,
    user_id: identity.userId,
    identifier: identity.identifier,
    typed_form: identity.typedForm,
    verified: row.isVerified,
    name: row.name,
    nickname: row.nickname,
    given_name: row.givenName,
    family_name: row.familyName,
    picture: row.picture,
    user_metadata: row.userMetadata,
    app_metadata: row.appMetadata,
    blocked: row.isBlocked,
    created_at: row.createdAt,
    last_login_at: row.lastLoginAt,
    logins_count: row.loginsCount,
  };
}

function optionsOf(job: JobKind): Prisma.InputJsonObject {
  if (job.type === 'users_import') return { upsert: job.upsert };
  return { format: job.format, fields: job.fields as Prisma.InputJsonValue, limit: job.limit };
}

function jobFrom({
  id,
  type,
  status,
  connectionId,
  externalId,
  reason,
  createdAt,
  options,
  ...counts
}: JobRow): Job {
  const { total, inserted, updated, failed } = counts;
  const kind = (
    type === 'users_import'
      ? { type, ...(options as object), total, inserted, updated, failed }
      : { type, ...(options as object) }
  ) as JobKind;
  return { id, status: status as Job['status'], connectionId, externalId, reason, createdAt, ...kind };
}
