// A million users: how long an operator waits for a list, a search and a count, and how long a file of them takes to go in and out.
// The users of the searches are made by one statement; those of the import come through the API of a server, as an operator's
// would. PostgreSQL; stops by itself.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, openAsBlob, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { OLDEST_FIRST } from '@/lib/login/account-query';
import type { AccountRegister } from '@/lib/login/account-register';
import type { JobDocument } from '@/lib/management/jobs';
import { parseUserQuery } from '@/lib/management/user-query';
import { createAccountRegister } from '@/lib/store/prisma/accounts';
import { openDatabase } from '@/lib/store/prisma/database';
import { migrate } from '@/lib/store/prisma/migrate';
import { createDatabaseOn, startPostgres } from '@/tests/harness/postgres';
import { readUsage } from './measure/process-tree';
import { percentile } from './measure/statistics';
import { startLatchkeySystem } from './systems/latchkey';

export type UsersPlan = Readonly<{ users: number; searchesEach: number }>;

const FULL: UsersPlan = { users: 1_000_000, searchesEach: 200 };
const QUICK: UsersPlan = { users: 100_000, searchesEach: 50 };

type SearchFigures = Readonly<{ search: string; found: string; p50: number; p99: number }>;

type FileFigures = Readonly<{
  users: number;
  fileBytes: number;
  uploadSeconds: number;
  importSeconds: number;
  exportSeconds: number;
  /** Of the server, before the file came and at most while it was dealt with. */
  residentBefore: number;
  residentPeak: number;
}>;

/** `npm run bench -- --users [--quick]`. */
export async function runUsersBenchmark(words: readonly string[]): Promise<void> {
  const plan = words.includes('--quick') ? QUICK : FULL;
  const postgres = await startPostgres();
  try {
    const searches = await measureSearches(postgres.adminUrl, plan);
    const file = await measureFile(postgres.adminUrl, plan);
    console.log(formatReport(plan, searches, file));
  } finally {
    await postgres.stop();
  }
}

// ---- Searches -------------------------------------------------------------------------------------------------------

const FIRST_NAMES = [
  'Ann',
  'Ada',
  'Bob',
  'Carla',
  'Dmitri',
  'Eve',
  'Farid',
  'Grace',
  'Hiro',
  'Ines',
  'Jan',
  'Kofi',
  'Lena',
  'Mia',
  'Noor',
  'Omar',
  'Pia',
  'Quentin',
  'Rosa',
  'Sven',
];

/** Four in five by e-mail; a third have names, a quarter data of their own, few are blocked or unproven. */
const FILL = `
  WITH person AS (
    SELECT n, ($2::text[])[1 + n % 20] AS first, initcap(substr(md5((n % 20000)::text), 1, 3 + n % 6)) || 'son' AS last,
      CASE WHEN n % 5 = 0 THEN 'sms' ELSE 'email' END AS provider, lpad(to_hex(n), 24, '0') AS user_id,
      timestamptz '2024-01-01' + n * interval '1 minute' AS at
    FROM generate_series(1, $1::int) AS n
  ),
  account AS (
    INSERT INTO accounts (id, name, given_name, family_name, user_metadata, app_metadata, blocked_at, last_login_at,
      logins_count, created_at, updated_at)
    SELECT provider || '|' || user_id, CASE WHEN n % 3 = 0 THEN first || ' ' || last END,
      CASE WHEN n % 3 = 0 THEN first END, CASE WHEN n % 3 = 0 THEN last END,
      CASE WHEN n % 4 = 0 THEN jsonb_build_object('city', last) ELSE '{}' END,
      CASE WHEN n % 10 = 0 THEN jsonb_build_object('plan', CASE WHEN n % 1000 = 0 THEN 'gold' ELSE 'free' END) ELSE '{}' END,
      CASE WHEN n % 2000 = 0 THEN at END, at + interval '1 year', n % 40, at, at
    FROM person
  )
  INSERT INTO identities (provider, user_id, account_id, identifier, typed_form, verified_at, created_at)
  SELECT provider, user_id, provider || '|' || user_id, identifier, identifier, CASE WHEN n % 500 <> 1 THEN at END, at
  FROM (
    SELECT *, CASE provider WHEN 'sms' THEN '+49151' || lpad(n::text, 8, '0')
      ELSE lower(first) || '.' || lower(last) || n || '@' || (ARRAY['example.com', 'acme.test', 'mail.test', 'example.org'])[1 + n % 4]
      END AS identifier
    FROM person
  ) AS named`;

/** What is asked, for the n-th time: each asks for somebody else. */
const SEARCHES: readonly Readonly<{ name: string; q: (n: number) => string | null }>[] = [
  { name: 'the list', q: () => null },
  { name: 'an address', q: (n) => `email:"${emailOf(n)}"` },
  { name: 'the beginning of an address', q: (n) => `email:${nameOf(n)}.${md5Start(n)}*` },
  { name: 'the beginning of many addresses', q: (n) => `email:${nameOf(n)}*` },
  { name: 'a part of an address', q: (n) => `email:*son${n}@*` },
  { name: 'a name', q: (n) => `name:"${nameOf(n * 3)} ${lastNameOf(n * 3)}"` },
  { name: 'the beginning of many names', q: (n) => `name:${nameOf(n)}*` },
  { name: 'a part of a name', q: (n) => `name:*${md5Start(n)}*` },
  { name: 'a number', q: (n) => `phone_number:"+49151${String(n * 5).padStart(8, '0')}"` },
  { name: 'anywhere', q: (n) => `*${nameOf(n)}* AND *${md5Start(n)}*` },
  { name: 'name or address', q: (n) => `name:*${md5Start(n)}* OR email:*${md5Start(n)}*` },
  { name: 'metadata, of one in a thousand', q: () => 'app_metadata.plan:gold' },
  { name: 'blocked', q: () => 'blocked:true' },
  { name: 'not proven', q: () => 'email_verified:false' },
  {
    name: 'by e-mail, of a month',
    q: (n) => `identities.provider:email AND created_at:[2024-${month(n)}-01 TO 2024-${month(n)}-28]`,
  },
];

/** As the statement names them. */
const nameOf = (n: number) => (FIRST_NAMES[n % 20] ?? '').toLowerCase();
export const lastNameOf = (n: number) =>
  `${createHash('md5')
    .update(String(n % 20_000))
    .digest('hex')
    .slice(0, 3 + (n % 6))}son`;
/** Of one known by an address. */
export const userIdOf = (n: number) => `email|${n.toString(16).padStart(24, '0')}`;
const md5Start = (n: number) => lastNameOf(n).slice(0, 3);
const month = (n: number) => String(1 + (n % 12)).padStart(2, '0');
export const emailOf = (n: number) =>
  `${nameOf(n)}.${lastNameOf(n)}${n}@${['example.com', 'acme.test', 'mail.test', 'example.org'][n % 4]}`;

async function measureSearches(adminUrl: string, plan: UsersPlan): Promise<SearchFigures[]> {
  const databaseUrl = await createDatabaseOn(adminUrl, 'bench users');
  const database = await openDatabase({ databaseUrl, dataDir: '' });
  try {
    await migrate(database, 'prisma/migrations');
    say(`Making ${plan.users} users`);
    await fillUsers(databaseUrl, plan.users);
    const accounts = createAccountRegister(database.prisma);
    const figures: SearchFigures[] = [];
    for (const { name, q } of SEARCHES) {
      say(`Looking for ${name}`);
      figures.push(await measureSearch(accounts, { name, q, plan }));
    }
    return figures;
  } finally {
    await database.close();
  }
}

/** Makes so many users by one statement. @param databaseUrl of a database that is migrated */
export async function fillUsers(databaseUrl: string, users: number): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query(FILL, [users, FIRST_NAMES]);
  for (const table of ['accounts', 'identities']) await client.query(`VACUUM ANALYZE ${table}`);
  await client.end();
}

/** A page of fifty with its total, as a console asks: two statements at once. */
async function measureSearch(
  accounts: AccountRegister,
  { name, q, plan }: { name: string; q: (n: number) => string | null; plan: UsersPlan },
): Promise<SearchFigures> {
  const times: number[] = [];
  let total = 0;
  for (let n = 1; n <= plan.searchesEach; n++) {
    // Of all the users there are, and none that is known by a number.
    const text = q(n * 35 + 1);
    const condition = text === null ? null : parseUserQuery(text);
    const begun = performance.now();
    const [, count] = await Promise.all([
      accounts.search({ condition, range: { kind: 'page', order: OLDEST_FIRST, offset: 0, limit: 50 } }),
      accounts.count({ condition, exactUpTo: 1_000 }),
    ]);
    times.push(performance.now() - begun);
    total = Math.max(total, count);
  }
  const found = total >= 1_000 && q(1) !== null ? '1,000 or more' : total.toLocaleString('en');
  return { search: name, found, p50: percentile(times, 50), p99: percentile(times, 99) };
}

// ---- Files ----------------------------------------------------------------------------------------------------------

const OPERATOR = {
  MANAGEMENT_CLIENT_ID: 'bench',
  MANAGEMENT_CLIENT_SECRET: 'Vb8Kq2Zt5Wn1Xc7Rm4Lp9Ds3Gf6Hj0Ya',
};

async function measureFile(adminUrl: string, { users }: UsersPlan): Promise<FileFigures> {
  const folder = mkdtempSync(path.join(tmpdir(), 'latchkey-bench-'));
  const system = await startLatchkeySystem({
    name: 'Latchkey, PostgreSQL',
    databaseUrl: await createDatabaseOn(adminUrl, 'bench import'),
    environment: OPERATOR,
  });
  let residentPeak = 0;
  const watching = setInterval(() => {
    residentPeak = Math.max(residentPeak, readUsage(system.pid).residentBytes);
  }, 250);
  try {
    const file = path.join(folder, 'users.ndjson');
    say(`Writing a file of ${users} users`);
    await writeUsers(file, users);
    const api = await signInAsOperator(system.issuer);
    const residentBefore = readUsage(system.pid).residentBytes;
    residentPeak = residentBefore;

    say('Sending it');
    const form = new FormData();
    form.append('users', await openAsBlob(file), 'users.ndjson');
    const [connection] = (await api('connections?name=email')) as { id: string }[];
    form.append('connection_id', connection?.id ?? '');
    const sent = performance.now();
    let job = (await api('jobs/users-imports', { method: 'POST', body: form })) as JobDocument;
    const uploadSeconds = (performance.now() - sent) / 1000;
    say('Waiting for the import');
    while (job.status === 'pending' || job.status === 'processing') {
      await sleep(500);
      job = (await api(`jobs/${job.id}`)) as JobDocument;
    }
    const importSeconds = (performance.now() - sent) / 1000;
    if (job.summary?.inserted !== users) throw new Error(`Not imported: ${JSON.stringify(job)}`);

    say('Fetching an export');
    const asked = performance.now();
    const body = JSON.stringify({ format: 'json' });
    const { location = '' } = (await api('jobs/users-exports', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })) as JobDocument;
    const rows = await countLines(await api.fetch(location));
    const exportSeconds = (performance.now() - asked) / 1000;
    if (rows !== users) throw new Error(`Exported ${rows} users of ${users}.`);
    return {
      users,
      fileBytes: statSync(file).size,
      uploadSeconds,
      importSeconds,
      exportSeconds,
      residentBefore,
      residentPeak,
    };
  } finally {
    clearInterval(watching);
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writeUsers(file: string, users: number): Promise<void> {
  const stream = createWriteStream(file);
  for (let n = 1; n <= users; n++) {
    const row = {
      email: `Person.${n}@example.com`,
      email_verified: true,
      name: `${FIRST_NAMES[n % 20]} Number ${n}`,
      user_metadata: { city: 'Berlin', since: n % 30 },
      app_metadata: { plan: n % 10 === 0 ? 'gold' : 'free' },
    };
    if (!stream.write(`${JSON.stringify(row)}\n`)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
}

async function signInAsOperator(issuer: string) {
  const response = await fetch(new URL('oauth/token', issuer), {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: OPERATOR.MANAGEMENT_CLIENT_ID,
      client_secret: OPERATOR.MANAGEMENT_CLIENT_SECRET,
      audience: `${issuer}api/v2/`,
    }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  const ask = async (address: string, init: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${token}`, ...init.headers };
    const answer = await fetch(new URL(address, `${issuer}api/v2/`), { ...init, headers });
    if (!answer.ok) throw new Error(`${address}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const api = async (address: string, init?: RequestInit): Promise<unknown> =>
    (await ask(address, init)).json();
  return Object.assign(api, { fetch: ask });
}

async function countLines(response: Response): Promise<number> {
  let lines = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read())
    for (const byte of part.value) if (byte === 10) lines++;
  return lines;
}

// ---- Report ---------------------------------------------------------------------------------------------------------

function formatReport({ users }: UsersPlan, searches: readonly SearchFigures[], file: FileFigures): string {
  const mb = (bytes: number) => `${Math.round(bytes / 1_000_000)} MB`;
  const rate = (seconds: number) =>
    `${seconds.toFixed(1)} s, ${Math.round(file.users / seconds).toLocaleString('en')} users a second`;
  return [
    `## ${users.toLocaleString('en')} users`,
    '',
    'A page of fifty with its total, milliseconds.',
    '',
    '| looked for | found | p50 | p99 |',
    '|---|---|---|---|',
    ...searches.map(
      ({ search, found, p50, p99 }) => `| ${search} | ${found} | ${p50.toFixed(1)} | ${p99.toFixed(1)} |`,
    ),
    '',
    `- file: ${mb(file.fileBytes)}, sent in ${file.uploadSeconds.toFixed(1)} s`,
    `- import, sending included: ${rate(file.importSeconds)}`,
    `- export: ${rate(file.exportSeconds)}`,
    `- resident memory of the server: ${mb(file.residentBefore)} before, ${mb(file.residentPeak)} at most`,
  ].join('\n');
}

/** Progress goes to stderr: stdout is the report. */
function say(words: string): void {
  process.stderr.write(`${words} …\n`);
}
