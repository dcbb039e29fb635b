// Whether a sign-in feels what has piled up: a million users and ten million rows that are over, with house-keeping at work on
// them, against an empty database on the same PostgreSQL, in turn. Stops by itself.
import pg from 'pg';
import { createDatabaseOn, startPostgres } from '@/tests/harness/postgres';
import { computeFigures, type Figures } from './figures';
import { prepareRoute } from './journey/journey';
import { runLoad } from './journey/load';
import { openPostgresMeter } from './measure/postgres-meter';
import { type Sample, takeSample } from './measure/sample';
import { startMailSink } from './sink/mail-sink';
import { startLatchkeySystem } from './systems/latchkey';
import type { System } from './systems/system';
import { fillUsers } from './users';

type GrowthPlan = Readonly<{ users: number; over: number; rounds: number; journeys: number }>;

const FULL: GrowthPlan = { users: 1_000_000, over: 10_000_000, rounds: 5, journeys: 200 };
const QUICK: GrowthPlan = { users: 100_000, over: 500_000, rounds: 2, journeys: 100 };
const AT_ONCE = 8;
const EMPTY = 'empty';

/** `npm run bench -- --growth [--quick]`. */
export async function runGrowthBenchmark(words: readonly string[]): Promise<void> {
  const plan = words.includes('--quick') ? QUICK : FULL;
  const postgres = await startPostgres();
  const sink = await startMailSink();
  const meter = await openPostgresMeter(postgres.adminUrl);
  const systems: System[] = [];
  try {
    for (const name of [EMPTY, 'grown']) {
      const databaseUrl = await createDatabaseOn(postgres.adminUrl, `bench ${name}`);
      systems.push(await startLatchkeySystem({ name, databaseUrl, environment: sink.environment }));
      if (name !== EMPTY) await grow(databaseUrl, plan);
    }
    const subjects = await Promise.all(
      systems.map(async (system) => ({ system, route: await prepareRoute(system, sink) })),
    );
    for (const { route } of subjects) await runLoad(route, { users: AT_ONCE, journeys: plan.journeys });
    const samples: Sample[] = [];
    const point = { users: AT_ONCE, journeys: plan.journeys, meter };
    for (let round = 1; round <= plan.rounds; round++) {
      say(`Round ${round} of ${plan.rounds}`);
      for (const subject of subjects) samples.push(await takeSample(subject, point));
    }
    const figures = computeFigures(samples, EMPTY);
    console.log(formatReport(plan, figures));
    if (figures.some(({ failed }) => failed > 0)) process.exitCode = 1;
  } finally {
    await Promise.all(systems.map((system) => system.stop()));
    sink.stop();
    await meter.close();
    await postgres.stop();
  }
}

/** Kinds of rows that pile up, each a fifth of all: over since a year and until an hour ago, in the order in which they came. */
const OVER: Readonly<Record<string, string>> = {
  challenges: `
    INSERT INTO challenges (id, interaction_id, client_id, connection, provider, identifier, recipient, pepper_id, code_length,
      code_expires_at, max_attempts, resend_allowed_at, answerable, created_at, expires_at)
    SELECT md5('challenge' || n), md5('interaction' || n), 'bench', 'email', 'email', n % 1000000 || '@example.com',
      n % 1000000 || '@example.com', 'pepper', 6, at, 5, at, true, at, at`,
  messages: `
    INSERT INTO messages (id, generation, channel, language, context, status, due_at, expires_at, created_at)
    SELECT md5('message' || n), 0, 'email', 'en', '{}', 'accepted', at, at, at`,
  sessions: `
    INSERT INTO sessions (id, secret_hash, account_id, authenticated_at, amr, connection, created_at, last_seen_at,
      idle_expires_at, expires_at)
    SELECT md5('session' || n), md5('secret' || n), 'email|' || lpad(to_hex(n % 1000000), 24, '0'), at, '{otp}', 'email', at,
      at, at, at`,
  authorization_codes: `
    INSERT INTO authorization_codes (code_hash, client_id, account_id, session_id, redirect_uri, scope, authenticated_at,
      auth_time_requested, family_id, created_at, expires_at)
    SELECT md5('code' || n), 'bench', 'email|' || lpad(to_hex(n % 1000000), 24, '0'), md5('session' || n),
      'https://example.com/callback', 'openid', at, false, md5('family' || n), at, at`,
  token_families: `
    INSERT INTO token_families (id, client_id, account_id, session_id, scope, created_at, expires_at)
    SELECT md5('family' || n), 'bench', 'email|' || lpad(to_hex(n % 1000000), 24, '0'), md5('session' || n), 'openid', at, at`,
};

async function grow(databaseUrl: string, { users, over }: GrowthPlan): Promise<void> {
  say(`Making ${users} users`);
  await fillUsers(databaseUrl, users);
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const each = over / Object.keys(OVER).length;
    for (const [table, insert] of Object.entries(OVER)) {
      say(`Making ${each} rows of ${table} that are over`);
      await client.query(
        `${insert} FROM generate_series(1, $1::int) AS n,
          LATERAL (SELECT now() - interval '1 hour' - ($1::int - n) * (interval '1 year' / $1::int) AS at) AS time`,
        [each],
      );
      await client.query(`VACUUM ANALYZE ${table}`);
    }
  } finally {
    await client.end();
  }
}

function formatReport({ users, over }: GrowthPlan, figures: readonly Figures[]): string {
  const rows = figures.map(({ system, total, againstPeer, statementsPerLogin, failed }) =>
    [
      system,
      total.p50.toFixed(1),
      againstPeer.p50.toFixed(2),
      total.p99.toFixed(1),
      statementsPerLogin?.toFixed(1),
      failed,
    ].join(' | '),
  );
  return [
    `## ${users.toLocaleString('en')} users and ${over.toLocaleString('en')} rows that are over`,
    '',
    `A login, milliseconds, ${AT_ONCE} people at once.`,
    '',
    '| database | p50 | × | p99 | statements | failed |',
    '|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

function say(words: string): void {
  process.stderr.write(`${words} …\n`);
}
