// Log streams and what waits for them. The promises are those of lib/management/log-streams.ts. Entries come by a trigger on
// log_events (migration log_streams), in the transaction that writes the event.

import type { StreamedEntry } from '@/lib/management/log-pii';
import type { ClaimedStream, LogStream, LogStreamStore } from '@/lib/management/log-streams';
import { Prisma, type PrismaClient, type LogStream as Row } from '@/prisma/generated/client';
import { logEntryColumns, logEntryJoins } from './account-log';

export function createLogStreamStore(prisma: PrismaClient): LogStreamStore {
  return {
    async all() {
      const rows = await prisma.logStream.findMany({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
      return rows.map(streamOf);
    },

    async find(id) {
      const row = await prisma.logStream.findUnique({ where: { id } });
      return row && streamOf(row);
    },

    async add({ categories, customHeaders, piiFields, ...stream }, { startFrom, now }) {
      const lists = {
        categories: [...categories],
        customHeaders: [...customHeaders],
        piiFields: [...piiFields],
      };
      const create = prisma.logStream.create({
        data: { ...stream, ...lists, dueAt: now, createdAt: now, updatedAt: now },
      });
      if (startFrom === null) {
        await create;
        return;
      }
      // Whoever writes an entry now is done before the stream is there, and seen below, or finds it, as all that follow.
      await prisma.$transaction([prisma.$executeRaw`LOCK TABLE log_events IN SHARE MODE`, create]);
      await prisma.$executeRaw`
        INSERT INTO log_stream_entries (stream_id, event_id, created_at)
        SELECT ${stream.id}::text, id, occurred_at FROM log_events
        WHERE occurred_at >= ${startFrom.toISOString()}::timestamptz
        ON CONFLICT DO NOTHING`;
    },

    async change(id, { categories, customHeaders, piiFields, ...change }, now) {
      const [, [row]] = await prisma.$transaction([
        prisma.$executeRaw`
          UPDATE log_streams SET failures = 0, failing_since = NULL, last_failure = NULL,
            due_at = LEAST(due_at, ${new Date(now.getTime() + REVIVAL_MS).toISOString()}::timestamptz)
          WHERE id = ${id}::text AND status <> 'active' AND ${change.status === 'active'}::boolean`,
        prisma.logStream.updateManyAndReturn({
          where: { id },
          data: {
            ...change,
            ...(categories !== undefined && { categories: [...categories] }),
            ...(customHeaders !== undefined && { customHeaders: [...customHeaders] }),
            ...(piiFields !== undefined && { piiFields: [...piiFields] }),
            updatedAt: now,
          },
        }),
      ]);
      return row === undefined ? null : streamOf(row);
    },

    async remove(id) {
      const [row] = await prisma.$queryRaw<[{ count: number }]>`
        WITH removed AS (DELETE FROM log_streams WHERE id = ${id}::text RETURNING id),
        unsent AS (DELETE FROM log_stream_entries WHERE stream_id = ${id}::text)
        SELECT count(*)::int AS count FROM removed`;
      return row.count > 0;
    },

    async claim({ now: at, leasedUntil, limit }) {
      const now = Prisma.sql`${at.toISOString()}::timestamptz`;
      // SKIP LOCKED keeps two processes apart while both are here, `due_at` afterwards.
      return prisma.$queryRaw<ClaimedStream[]>`
        WITH due AS (
          SELECT id FROM log_streams s
          WHERE status = 'active' AND due_at <= ${now}
            AND EXISTS (SELECT 1 FROM log_stream_entries e WHERE e.stream_id = s.id)
          ORDER BY due_at LIMIT ${limit}::int FOR UPDATE SKIP LOCKED
        )
        UPDATE log_streams s SET due_at = ${leasedUntil.toISOString()}::timestamptz FROM due WHERE s.id = due.id
        RETURNING ${columns}, s.due_at AS "leasedUntil", s.failures`;
    },

    async waiting(streamId, limit) {
      const rows = await prisma.$queryRaw<(StreamedEntry & { waitingId: string; id: string | null })[]>`
        SELECT e.event_id AS "waitingId", l.identifier_hash AS "identifierHash", ${logEntryColumns}
        FROM (
          SELECT event_id FROM log_stream_entries WHERE stream_id = ${streamId}::text ORDER BY event_id LIMIT ${limit}::int
        ) AS e
        LEFT JOIN log_events l ON l.id = e.event_id ${logEntryJoins}
        ORDER BY e.event_id`;
      return rows.map(({ waitingId, ...entry }) => ({
        id: waitingId,
        entry: entry.id === null ? null : entry,
      }));
    },

    async record({ id, leasedUntil }, batch, result, at) {
      const now = Prisma.sql`${at.toISOString()}::timestamptz`;
      const held = Prisma.sql`id = ${id}::text AND due_at = ${leasedUntil.toISOString()}::timestamptz`;
      if (result.kind === 'taken') {
        await prisma.$executeRaw`
          WITH sent AS (
            DELETE FROM log_stream_entries WHERE stream_id = ${id}::text AND event_id = ANY(${[...batch]}::text[])
          )
          UPDATE log_streams SET due_at = ${now}, failures = 0, failing_since = NULL, last_failure = NULL,
            last_sent_at = COALESCE(${result.sentAt?.toISOString() ?? null}::timestamptz, last_sent_at)
          WHERE ${held}`;
        return;
      }
      await prisma.$executeRaw`
        UPDATE log_streams SET due_at = ${result.dueAt.toISOString()}::timestamptz, failures = failures + 1,
          failing_since = COALESCE(failing_since, ${now}), last_failure = ${result.reason}::text,
          status = CASE WHEN ${result.suspends}::boolean AND status = 'active' THEN 'suspended' ELSE status END
        WHERE ${held}`;
    },
  };
}

/** As long as a lease: a process that was sending when the stream was paused has it until then. */
const REVIVAL_MS = 30_000;

const columns = Prisma.sql`
  s.id, s.name, s.type, s.status, s.endpoint, s.content_format AS "contentFormat", s.content_type AS "contentType",
  s.sealed_authorization AS "sealedAuthorization", s.sealed_signing_secret AS "sealedSigningSecret", s.categories,
  s.custom_headers AS "customHeaders", s.pii_fields AS "piiFields", s.pii_method AS "piiMethod",
  s.failing_since AS "failingSince", s.last_failure AS "lastFailure", s.last_sent_at AS "lastSentAt"`;

function streamOf({ dueAt: _, failures: __, createdAt: ___, updatedAt: ____, ...stream }: Row): LogStream {
  return stream as unknown as LogStream;
}
