// Whether an operator feels how much there is: pages of the console with a million users, entries and messages, against the same pages
// with a hundred of each, in turn, over HTTP, as an owner who signed in. Another server on the same PostgreSQL; stops by itself.
import pg from 'pg';
import { createDatabaseOn, startPostgres } from '@/tests/harness/postgres';
import { signIn } from '@/tests/harness/sign-in';
import { type SmtpSink, startSmtpSink } from '@/tests/harness/smtp-sink';
import { createVisitor, type Visitor } from '@/tests/harness/visitor';
import { fillLog } from './logs';
import { percentile } from './measure/statistics';
import { startLatchkeySystem } from './systems/latchkey';
import type { System } from './systems/system';
import { emailOf, fillUsers, lastNameOf, userIdOf } from './users';

type ConsolePlan = Readonly<{ many: number; requestsEach: number }>;

const FULL: ConsolePlan = { many: 1_000_000, requestsEach: 20 };
const QUICK: ConsolePlan = { many: 100_000, requestsEach: 20 };
/** Enough to fill a page of each list. */
const FEW = 100;
const OWNER = 'owner@acme.test';

/** Each request asks for somebody else, whom both databases have. */
const PAGES: readonly Readonly<{ name: string; path: (n: number) => string }>[] = [
  { name: 'overview', path: () => '/console' },
  { name: 'users, the first page', path: () => '/console/users' },
  { name: 'users, the second page', path: () => '/console/users?page=2' },
  { name: 'users, by address', path: (n) => `/console/users?q=${encodeURIComponent(emailOf(n))}` },
  { name: 'users, by name', path: (n) => `/console/users?q=${lastNameOf(n)}` },
  { name: 'users, by a part', path: (n) => `/console/users?q=${lastNameOf(n).slice(0, 3)}` },
  { name: 'users, those blocked', path: () => '/console/users?state=blocked' },
  { name: 'users, not proven', path: () => '/console/users?state=unproven' },
  { name: 'a user', path: (n) => userPath(n) },
  { name: 'a user’s log', path: (n) => `${userPath(n)}/log` },
  { name: 'a user’s messages', path: (n) => `${userPath(n)}/messages` },
  { name: 'log, the first page', path: () => '/console/logs' },
  { name: 'log, sign-ins of a day', path: () => '/console/logs?kind=sign_ins&span=day' },
  { name: 'messages', path: () => '/console/messages' },
  { name: 'messages, by address', path: (n) => `/console/messages?to=${encodeURIComponent(emailOf(n))}` },
];

const userPath = (n: number) => `/console/users/${encodeURIComponent(userIdOf(n))}`;

type Times = Readonly<{ p50: number; p99: number }>;

/** `npm run bench -- --console [--quick]`. */
export async function runConsoleBenchmark(words: readonly string[]): Promise<void> {
  const plan = words.includes('--quick') ? QUICK : FULL;
  const [postgres, post] = await Promise.all([startPostgres(), startSmtpSink()]);
  const systems: System[] = [];
  try {
    const owners: Visitor[] = [];
    for (const size of [FEW, plan.many]) {
      const databaseUrl = await createDatabaseOn(postgres.adminUrl, `bench ${size}`);
      const environment = { SMTP_URL: post.url, CONSOLE_ADMINS: OWNER };
      const system = await startLatchkeySystem({ name: `${size}`, databaseUrl, environment });
      systems.push(system);
      say(`Making ${size} users, entries and messages`);
      await fill(databaseUrl, size);
      owners.push(await signInAsOwner(system, post));
    }
    const rows: string[] = [];
    for (const page of PAGES) {
      say(`Opening ${page.name}`);
      const [few, many] = await measurePage(owners, page, plan);
      rows.push(formatRow(page.name, few, many));
    }
    console.log(formatReport(plan, rows));
  } finally {
    await Promise.all(systems.map((system) => system.stop()));
    await post.close();
    await postgres.stop();
  }
}

/** Of the days for which messages are kept, each with what its provider said. */
const MESSAGES = [
  `INSERT INTO messages (id, generation, channel, language, context, status, due_at, expires_at, created_at, masked_identifier,
     identifier_hash, connection)
   SELECT 'msg_' || lpad(n::text, 16, '0'), 0, 'email', 'en', '{}', 'accepted', at, at, at, 'a***@example.com', md5(n::text), 'email'
   FROM generate_series(1, $1::int) AS n, LATERAL (SELECT now() - n * (interval '6 days' / $1::int) AS at) AS time`,
  `INSERT INTO delivery_attempts (id, message_id, provider, outcome, started_at, duration_ms)
   SELECT 'att_' || substr(id, 5), id, 'smtp', 'accepted', created_at, 40 FROM messages WHERE $1::int > 0`,
];

async function fill(databaseUrl: string, size: number): Promise<void> {
  await fillUsers(databaseUrl, size);
  await fillLog(databaseUrl, { entries: size, last: new Date() });
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    for (const statement of MESSAGES) await client.query(statement, [size]);
    for (const table of ['messages', 'delivery_attempts']) await client.query(`VACUUM ANALYZE ${table}`);
  } finally {
    await client.end();
  }
}

async function signInAsOwner({ issuer }: System, post: SmtpSink): Promise<Visitor> {
  const visitor = createVisitor(issuer, { headers: { 'X-Forwarded-For': '203.0.113.7' } });
  const firstPage = await visitor.submit(await visitor.open('/console/sign-in'), { press: 'Sign in' });
  await signIn(visitor, firstPage, { post, address: OWNER });
  return visitor;
}

/** In turn, so that whatever else the machine does comes to both. The first two of each warm up. */
async function measurePage(
  owners: readonly Visitor[],
  { name, path }: (typeof PAGES)[number],
  { requestsEach }: ConsolePlan,
): Promise<readonly Times[]> {
  const times = owners.map((): number[] => []);
  for (let n = -1; n <= requestsEach; n++) {
    for (const [index, owner] of owners.entries()) {
      // Those known by an address, and one by one the others.
      const person = Math.abs(n) * 5 - 1;
      const begun = performance.now();
      const response = await owner.send(path(Math.max(person, 1)));
      await response.arrayBuffer();
      if (n > 0) times[index]?.push(performance.now() - begun);
      if (!response.ok) throw new Error(`${name}: ${response.status}`);
    }
  }
  return times.map((each) => ({ p50: percentile(each, 50), p99: percentile(each, 99) }));
}

function formatRow(name: string, few: Times | undefined, many: Times | undefined): string {
  if (few === undefined || many === undefined) throw new Error(`Nothing was measured of ${name}.`);
  const [a, b, c, d] = [few.p50, few.p99, many.p50, many.p99].map((each) => each.toFixed(0));
  return `| ${name} | ${a} | ${b} | ${c} | ${d} | ${(many.p50 / few.p50).toFixed(2)} |`;
}

function formatReport({ many }: ConsolePlan, rows: readonly string[]): string {
  return [
    `## The console with ${many.toLocaleString('en')} users, entries and messages`,
    '',
    `Milliseconds of a page, against one with ${FEW} of each.`,
    '',
    `| page | p50, ${FEW} | p99 | p50, ${many.toLocaleString('en')} | p99 | × |`,
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** Progress goes to stderr: stdout is the report. */
function say(words: string): void {
  process.stderr.write(`${words} …\n`);
}
