// Ten million entries of the audit log: how long an operator waits for a page and its count, how quickly house-keeping makes room,
// and what a stream adds to the writing of an entry. PostgreSQL; stops by itself.
import pg from 'pg';
import { parseLogQuery } from '@/lib/management/log-query';
import type { AuditLog } from '@/lib/management/logs';
import { createAuditLog } from '@/lib/store/prisma/audit-log';
import { type Database, openDatabase } from '@/lib/store/prisma/database';
import { removeExpired } from '@/lib/store/prisma/housekeeping';
import { insertLogEvent } from '@/lib/store/prisma/log-events';
import { createLogStreamStore } from '@/lib/store/prisma/log-streams';
import { migrate } from '@/lib/store/prisma/migrate';
import { Prisma } from '@/prisma/generated/client';
import { createDatabaseOn, startPostgres } from '@/tests/harness/postgres';
import { percentile } from './measure/statistics';

type LogsPlan = Readonly<{ entries: number; searchesEach: number; writes: number }>;

const FULL: LogsPlan = { entries: 10_000_000, searchesEach: 100, writes: 2_000 };
const QUICK: LogsPlan = { entries: 1_000_000, searchesEach: 30, writes: 1_000 };

/** The last entry happened then; all of them within the month before. */
const LAST = new Date('2031-05-31T00:00:00Z');
const MONTH_MS = 30 * 86_400_000;
const ACCOUNTS = 100_000;

/** `npm run bench -- --logs [--quick]`. */
export async function runLogsBenchmark(words: readonly string[]): Promise<void> {
  const plan = words.includes('--quick') ? QUICK : FULL;
  const postgres = await startPostgres();
  try {
    const databaseUrl = await createDatabaseOn(postgres.adminUrl, 'bench logs');
    const database = await openDatabase({ databaseUrl, dataDir: '' });
    try {
      await migrate(database, 'prisma/migrations');
      say(`Writing ${plan.entries} entries`);
      await fillLog(databaseUrl, { entries: plan.entries, last: LAST });
      const log = createAuditLog(database.prisma);
      for (const { name, q } of SEARCHES) await measureSearch(log, { name, q, plan });
      await measureWrites(database, plan);
      await measureHouseKeeping(database);
    } finally {
      await database.close();
    }
  } finally {
    await postgres.stop();
  }
}

/** One in a hundred thousand is of a kind that nothing else is; addresses and people come again and again. */
const FILL = `
  INSERT INTO log_events (id, occurred_at, type, client_id, account_id, connection, masked_identifier, identifier_hash, ip,
    user_agent, description)
  SELECT lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || substr(md5(n::text), 1, 20), at,
    CASE WHEN n % 100000 = 0 THEN 'ferrt' ELSE (ARRAY['cls', 's', 'seacft', 'f', 'slo', 'sertft'])[1 + n % 6] END,
    'client-' || n % 20, 'email|' || n % ${ACCOUNTS}, 'email', 'a…@example.com', md5((n % ${ACCOUNTS})::text),
    '203.0.' || n % 113 || '.' || n % 251, 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Signed in.'
  FROM generate_series(1, $1::int) AS n,
    LATERAL (SELECT $2::timestamptz - ($1::int - n) * ($3::bigint / $1::int::float8) * interval '1 millisecond' AS at) AS time`;

/** So many entries of the month before `last`. */
export async function fillLog(
  databaseUrl: string,
  { entries, last }: { entries: number; last: Date },
): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    await client.query(FILL, [entries, last.toISOString(), MONTH_MS]);
    await client.query('VACUUM ANALYZE log_events');
  } finally {
    await client.end();
  }
}

const SEARCHES: readonly Readonly<{ name: string; q: (n: number) => string | null }>[] = [
  { name: 'the list', q: () => null },
  { name: 'a kind', q: () => 'type:f' },
  { name: 'a rare kind', q: () => 'type:ferrt' },
  { name: 'a kind that there is not', q: () => 'type:nothing' },
  { name: 'a user', q: (n) => `user_id:"email|${n}"` },
  { name: 'a network address', q: (n) => `ip:203.0.${n % 113}.${n % 251}` },
  { name: 'an application, of a day', q: (n) => `client_id:client-${n % 20} AND date:2031-05-${day(n)}` },
  { name: 'two kinds', q: () => 'type:(ferrt OR fn)' },
  { name: 'a kind, of a user', q: (n) => `type:f AND user_id:"email|${n}"` },
  { name: 'everything but a kind', q: () => 'NOT type:s' },
];

const day = (n: number) => String(2 + (n % 28)).padStart(2, '0');

/** A page of fifty with its total, as Auth0's library asks: two statements at once. */
async function measureSearch(
  log: AuditLog,
  { name, q, plan }: { name: string; q: (n: number) => string | null; plan: LogsPlan },
): Promise<void> {
  const times: number[] = [];
  for (let n = 1; n <= plan.searchesEach; n++) {
    const text = q(n * 35 + 1);
    const condition = text === null ? null : parseLogQuery(text, () => []);
    const begun = performance.now();
    await Promise.all([
      log.search({ condition, range: { kind: 'page', descending: true, offset: 0, limit: 50 } }),
      log.count({ condition, exactUpTo: 1_000 }),
    ]);
    times.push(performance.now() - begun);
  }
  tell(name, times);
}

/** One entry a statement, with no stream, and with one that nobody sends for. */
async function measureWrites({ prisma }: Database, { writes }: LogsPlan): Promise<void> {
  const write = async () => {
    const times: number[] = [];
    for (let n = 0; n < writes; n++) {
      const begun = performance.now();
      await prisma.$executeRaw(
        insertLogEvent(
          { ip: '203.0.113.7', userAgent: 'bench', now: LAST },
          { from: Prisma.sql`(SELECT 1) AS one`, type: Prisma.sql`'s'`, clientId: Prisma.sql`NULL` },
        ),
      );
      times.push(performance.now() - begun);
    }
    return times;
  };
  await write();
  tell('writing an entry', await write());
  await createLogStreamStore(prisma).add(
    {
      id: 'lst_AAAAAAAAAAAAAAAA',
      name: 'bench',
      type: 'stdout',
      status: 'paused',
      endpoint: null,
      contentFormat: 'JSONLINES',
      contentType: 'application/json',
      sealedAuthorization: null,
      sealedSigningSecret: null,
      customHeaders: [],
      categories: [],
      piiFields: [],
      piiMethod: 'mask',
    },
    { startFrom: null, now: LAST },
  );
  tell('writing an entry for a stream', await write());
}

/** As much as one process removes in a minute: half an hour of the month's entries. */
async function measureHouseKeeping({ prisma }: Database): Promise<void> {
  const begun = performance.now();
  let removed = 0;
  for (let batch = 0; batch < 50; batch++)
    removed += await removeExpired(prisma, LAST, { logRetentionDays: 20 });
  const seconds = (performance.now() - begun) / 1000;
  console.log(`${removed} expired entries in ${seconds.toFixed(1)} s`);
}

function tell(name: string, times: readonly number[]): void {
  console.log(
    `${name}: p50 ${percentile(times, 50).toFixed(1)} ms, p99 ${percentile(times, 99).toFixed(1)} ms`,
  );
}

function say(what: string): void {
  process.stderr.write(`${what}\n`);
}
