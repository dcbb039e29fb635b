// The running server while its database is away, and starts that cannot succeed: quick and honest answers, nothing lost,
// nothing half done, no restart needed afterwards, and one clear line for the operator. security.md §1.14, contract §5.
import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createDatabase } from '@/tests/harness/database';
import { findSpills } from '@/tests/harness/evidence';
import { findFreePort } from '@/tests/harness/free-port';
import {
  type Environment,
  everythingPrinted,
  type LatchkeyProcess,
  runLatchkeyToEnd,
  startLatchkey,
} from '@/tests/harness/latchkey';
import { type App, createApp } from '@/tests/harness/operator';
import {
  authorizationCodeOf,
  authorizePath,
  PUBLIC_CLIENT,
  redeem,
  tokenRequest,
} from '@/tests/harness/public-client';
import { askForCode, readCode, signIn, typeCode } from '@/tests/harness/sign-in';
import { type SmtpSink, startSmtpSink } from '@/tests/harness/smtp-sink';
import { createVisitor, type Visitor } from '@/tests/harness/visitor';
import { type InterruptibleLink, layLink } from '@/tests/store/interruptible-link';

const SECRET = 'h2Gf6Dk9sLa3Qw7eRt1yUi5oPz8xCv4b';
/** security.md AVL-1 */
const ANSWER_WITHIN_MILLISECONDS = 3000;
/** A client may be answered from memory for so long. */
const CLIENT_MEMORY_MILLISECONDS = 5000;

let post: SmtpSink;
let link: InterruptibleLink;
let databaseUrl: string;
let server: LatchkeyProcess;
let app: App;

beforeAll(async () => {
  post = await startSmtpSink();
  databaseUrl = await createDatabase('outage');
  link = await layLink(databaseUrl);
  server = await startLatchkey({ DATABASE_URL: link.url, SECRET, SMTP_URL: post.url });
  app = await createApp(server, [...PUBLIC_CLIENT, 'Shop']);
});

afterAll(async () => {
  await link?.become('open');
  await server?.stop();
  await Promise.all([link?.close(), post?.close()]);
  expect(findSpills(everythingPrinted())).toEqual([]);
});

const newAddress = () => `${randomUUID()}@example.com`;
const browser = () => createVisitor(server.issuer);

type Answer = { status: number; headers: Headers; body: string; milliseconds: number };

async function timed(ask: () => Promise<Response>): Promise<Answer> {
  const begunAt = performance.now();
  const response = await ask();
  const body = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body,
    milliseconds: performance.now() - begunAt,
  };
}

/** One of everything that needs the database, held at the point where it is about to ask for it. */
async function holdEverything() {
  const person = browser();
  const page = await person.open(authorizePath(app));
  const left = await signIn(person, page, { post, address: newAddress() });
  const accessToken = await redeem(server.address, app, authorizationCodeOf(left));
  const silent = await person.open(authorizePath(app, { prompt: 'none' }));
  const code = authorizationCodeOf(silent);
  const signOut = await person.open('/oidc/logout');

  const newcomer = browser();
  const firstPage = await newcomer.open(authorizePath(app));
  const address = newAddress();
  const waiting = browser();
  const codePage = await askForCode(waiting, await waiting.open(authorizePath(app)), address);
  const oneTimeCode = await readCode(post, address);

  const submit = async (visitor: Visitor, ...[at, input]: Parameters<Visitor['compose']>) => {
    const { url, method, headers, body } = await visitor.compose(at, input);
    return visitor.send(url, { method, headers, ...(body && { body }) });
  };
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const requests: Record<string, () => Promise<Response>> = {
    token: () =>
      browser().send('/oauth/token', { method: 'POST', headers: form, body: tokenRequest(app, code) }),
    userinfo: () => browser().send('/userinfo', { headers: { Authorization: `Bearer ${accessToken}` } }),
    'authorize with a session': () => person.send(authorizePath(app, { prompt: 'none' })),
    'authorize without one': () => browser().send(authorizePath(app)),
    'the first page': () => newcomer.send(firstPage.url),
    'an address typed': () =>
      submit(newcomer, firstPage, { fields: { identifier: newAddress() }, press: 'Continue' }),
    'the second page': () => waiting.send(codePage.url),
    'a code typed': () => submit(waiting, codePage, { fields: { code: oneTimeCode }, press: 'Continue' }),
    'the message once more': () => submit(waiting, codePage, { press: 'Send it again' }),
    'sign-out': () => person.send('/oidc/logout'),
    'sign-out confirmed': () => submit(person, signOut, { press: 'Sign out' }),
    readyz: () => browser().send('/readyz'),
  };
  return { requests, waiting, codePage, oneTimeCode };
}

/** 503, soon, with when to try again, and nothing that looks like success. */
function expectAway(name: string, { status, headers, body, milliseconds }: Answer): void {
  expect(status, name).toBe(503);
  expect(Number(headers.get('retry-after')), name).toBeGreaterThan(0);
  expect(headers.get('cache-control'), name).toContain('no-store');
  expect(headers.get('location'), name).toBeNull();
  expect(headers.getSetCookie(), name).toEqual([]);
  expect(body, name).not.toMatch(/access_token|ECONN|postgres|\bat .*\.js|:\d{4,5}\b/);
  expect(milliseconds, name).toBeLessThan(ANSWER_WITHIN_MILLISECONDS);
  if (headers.get('content-type')?.startsWith('text/html')) expect(body).toContain('We will be right back');
  else expect(JSON.parse(body), name).toMatchObject({ error: 'temporarily_unavailable' });
}

describe('while the database', () => {
  it('is away everything says so at once, and the same requests work when it is back (AVL-1)', async () => {
    const { requests } = await holdEverything();
    await link.become('refusing');
    await sleep(CLIENT_MEMORY_MILLISECONDS + 500);
    try {
      for (const [name, ask] of Object.entries(requests)) expectAway(name, await timed(ask));
      for (const known of [
        '/.well-known/openid-configuration',
        '/.well-known/jwks.json',
        '/livez',
        '/login.js',
        '/favicon.svg',
      ])
        expect((await timed(() => browser().send(known))).status, known).toBe(200);
    } finally {
      await link.become('open');
    }
    const statuses: Record<string, number> = {};
    // The message is sent again at the earliest half a minute after the first: 303 to the page that says so.
    for (const [name, ask] of Object.entries(requests)) statuses[name] = (await timed(ask)).status;
    expect(statuses).toEqual({
      token: 200,
      userinfo: 200,
      'authorize with a session': 303,
      'authorize without one': 303,
      'the first page': 200,
      'an address typed': 303,
      'the second page': 200,
      'a code typed': 303,
      'the message once more': 303,
      'sign-out': 303,
      'sign-out confirmed': 303,
      readyz: 200,
    });
  });

  it('is away a right code is no guess and is not spent (OTP-4, AVL-1)', async () => {
    const { waiting, codePage, oneTimeCode } = await holdEverything();
    await link.become('refusing');
    try {
      for (let guess = 0; guess < 8; guess++) {
        const { url, method, headers, body } = await waiting.compose(codePage, {
          fields: { code: oneTimeCode },
          press: 'Continue',
        });
        expectAway(
          'a code typed',
          await timed(() => waiting.send(url, { method, headers, ...(body && { body }) })),
        );
      }
    } finally {
      await link.become('open');
    }
    const left = await typeCode(waiting, codePage, oneTimeCode);
    expect(await redeem(server.address, app, authorizationCodeOf(left))).not.toBeNull();
  });

  it('ends its connections, as one does that restarts, nobody sees more than a 503', async () => {
    const person = browser();
    await signIn(person, await person.open(authorizePath(app)), { post, address: newAddress() });
    const admin = new pg.Client({ connectionString: inject('postgresAdminUrl') });
    await admin.connect();
    try {
      const ask = () => timed(() => person.send(authorizePath(app, { prompt: 'none' })));
      for (let round = 0; round < 5; round++) {
        // Whatever the round before left behind, the server is back, and holds a connection that can be ended.
        await expect.poll(async () => (await ask()).status, { timeout: 5_000 }).toBe(303);
        const ended = await admin.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = 'latchkey'",
          [new URL(databaseUrl).pathname.slice(1)],
        );
        const answers = await Promise.all(Array.from({ length: 8 }, ask));
        for (const { status } of answers) expect([303, 503]).toContain(status);
        expect(ended.rowCount).toBeGreaterThan(0);
      }
    } finally {
      await admin.end();
    }
    expect(authorizationCodeOf(await person.open(authorizePath(app, { prompt: 'none' })))).toBeTruthy();
  });

  it('comes and goes under load, no answer is wrong and every login ends well (AVL-1)', async () => {
    const people = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const person = browser();
        authorizationCodeOf(
          await signIn(person, await person.open(authorizePath(app)), { post, address: newAddress() }),
        );
        return person;
      }),
    );
    let isOver = false;
    const seen = new Set<number>();
    const wrong: string[] = [];
    async function keepAsking(person: Visitor): Promise<void> {
      while (!isOver) {
        const response = await person.send(authorizePath(app, { prompt: 'none' }));
        seen.add(response.status);
        if (response.status !== 303) continue;
        const answer = new URL(response.headers.get('location') ?? '').searchParams;
        if (answer.has('error')) wrong.push(`/authorize: ${answer.get('error')}`);
        const token = await browser().send('/oauth/token', {
          method: 'POST',
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
          body: tokenRequest(app, answer.get('code') ?? ''),
        });
        if (token.status !== 200 && token.status !== 503) wrong.push(`/oauth/token: ${token.status}`);
      }
    }
    const asking = Promise.all(people.map(keepAsking));
    for (let outage = 0; outage < 4; outage++) {
      await sleep(500);
      await link.become('refusing');
      await sleep(400);
      await link.become('open');
    }
    isOver = true;
    await asking;
    expect(wrong).toEqual([]);
    expect([...seen].sort()).toEqual([303, 503]);
    const last = browser();
    const left = await signIn(last, await last.open(authorizePath(app)), { post, address: newAddress() });
    expect(await redeem(server.address, app, authorizationCodeOf(left))).not.toBeNull();
  });
});

describe('a start', () => {
  const AWAY = 'postgresql://latchkey:hunter2hunter2@127.0.0.1:1/latchkey';

  it.each([
    ['ISSUER', { ISSUER: 'http://login.example.com' }],
    ['ISSUER', { ISSUER: 'https://login.example.com/path' }],
    ['SECRET', { ISSUER: 'https://login.example.com' }],
    ['SECRET', { SECRET: 'changeme-changeme-changeme-changeme' }],
    ['DATABASE_URL', { DATABASE_URL: 'mysql://hunter2hunter2@localhost/x' }],
    ['SMTP_URL', { SMTP_URL: 'hunter2hunter2' }],
    ['LIMITS', { LIMITS: '{"starts_per_ip":"hunter2hunter2"}' }],
    ['PORT', { PORT: '70000' }],
  ] as [string, Environment][])(
    'with a bad %s ends with its name and one sentence (%j)',
    async (name, environment) => {
      const { code, stdout, stderr } = await runLatchkeyToEnd(environment);
      expect(code).toBeGreaterThan(0);
      const lines = stderr.trim().split('\n');
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(new RegExp(`^Latchkey did not start: ${name} [^.]*(?:\\.[^.]+)*\\.$`));
      expect(stdout + stderr).not.toMatch(/hunter2|changeme-|\n\s+at /);
      expect(stdout).not.toContain('ready');
    },
  );

  it('without the database it was told of ends with one line that names the place and no password', async () => {
    const unknown = new URL(databaseUrl);
    unknown.pathname = '/nowhere';
    const locked = new URL(databaseUrl);
    locked.password = 'hunter2hunter2';
    const runs = [AWAY, unknown.href, locked.href].map(async (url) => {
      const { code, stdout, stderr } = await runLatchkeyToEnd({ DATABASE_URL: url, SECRET });
      expect(code).toBeGreaterThan(0);
      expect(stderr).toMatch(
        new RegExp(
          `^Latchkey did not start: The database at ${new URL(url).host}/\\w+ (?:does not answer|refuses: .*)\\.\n$`,
        ),
      );
      expect(stdout + stderr).not.toMatch(/hunter2|\n\s+at /);
    });
    await Promise.all(runs);
  });

  it('with another SECRET than the database was set up with ends with one line (PRV-3)', async () => {
    const another = { DATABASE_URL: databaseUrl, SECRET: 'z9Xc8Vb7nM6aS5dF4gH3jK2lQ1wE0rTy' };
    const { code, stderr } = await runLatchkeyToEnd(another);
    expect(code).toBeGreaterThan(0);
    expect(stderr).toMatch(/^Latchkey did not start: .*SECRET.*\.\n$/);
  });

  it('on a port that is taken ends with one line', async () => {
    const { port } = new URL(server.address);
    const { code, stderr } = await runLatchkeyToEnd({ DATABASE_URL: databaseUrl, SECRET, PORT: port });
    expect([code, stderr]).toEqual([1, `Port ${port} is taken: set PORT to a free one.\n`]);
  });
});

describe('the embedded database', () => {
  it('belongs to one process, outlives its death, and is back from a copy of its folder (AVL-4)', async () => {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'latchkey-outage-'));
    const copy = `${dataDir}-copy`;
    const environment = { DATA_DIR: dataDir, PORT: `${await findFreePort()}` };
    try {
      const first = await startLatchkey(environment);
      const refused = await runLatchkeyToEnd({ DATA_DIR: dataDir });
      expect(refused.code).toBeGreaterThan(0);
      expect(refused.stderr).toBe(
        `Latchkey did not start: The data folder ${dataDir} is in use by process ${first.pid}; stop that process or set another folder.\n`,
      );

      const client = await createApp(first, [...PUBLIC_CLIENT, 'Shop']);
      const visitor = createVisitor(first.issuer);
      const address = 'inbox@example.com';
      const codePage = await askForCode(visitor, await visitor.open(authorizePath(client)), address);
      const inbox = await waitForInbox(visitor, address);
      const shown = await visitor.send(/href="(\/inbox\/[^"]+)"/.exec(inbox.html)?.[1] ?? '');
      expect(shown.headers.get('content-security-policy')).toMatch(
        /^sandbox; default-src 'none'; style-src 'unsafe-inline'/,
      );
      const oneTimeCode = /\b(\d{3}) (\d{3}) is your Shop code/.exec(inbox.text)?.slice(1).join('') ?? '';

      await first.kill();
      const second = await startLatchkey(environment);
      const left = await typeCode(visitor, codePage, oneTimeCode);
      expect(await redeem(second.address, client, authorizationCodeOf(left))).not.toBeNull();
      expect(await second.stop()).toEqual({ code: 0, signal: null });

      // What was lost is made good by the copy: whoever was signed in still is, by the keys of before.
      cpSync(dataDir, copy, { recursive: true });
      rmSync(dataDir, { recursive: true });
      const third = await startLatchkey({ ...environment, DATA_DIR: copy });
      const silent = await visitor.open(authorizePath(client, { prompt: 'none' }));
      expect(await redeem(third.address, client, authorizationCodeOf(silent))).not.toBeNull();
      expect(await third.stop()).toEqual({ code: 0, signal: null });
    } finally {
      for (const folder of [dataDir, copy]) rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);

  async function waitForInbox(visitor: Visitor, address: string) {
    for (const giveUpAt = Date.now() + 10_000; Date.now() < giveUpAt; await sleep(100)) {
      const page = await visitor.open('/inbox');
      if (page.text.includes(address)) return page;
    }
    throw new Error('The inbox stayed empty.');
  }
});
