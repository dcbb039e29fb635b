// Two processes that are one installation: what may happen once happens once however the requests fall, limits are one
// budget, and neither a restart nor a kill loses a login. Requests of a race go half to A and half to B. security.md §0.1.
import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRefreshTokens } from '@/lib/keys/refresh-token';
import { createSecretBox } from '@/lib/keys/secret-box';
import { createAccountRegister } from '@/lib/store/prisma/accounts';
import { openDatabase } from '@/lib/store/prisma/database';
import { removeExpired } from '@/lib/store/prisma/housekeeping';
import { createRefreshTokenRegister } from '@/lib/store/prisma/refresh-token-register';
import { createSessionRegister } from '@/lib/store/prisma/session-register';
import type { PrismaClient } from '@/prisma/generated/client';
import { startBalancer } from '@/tests/harness/balancer';
import { createDatabase } from '@/tests/harness/database';
import { findSpills, witness } from '@/tests/harness/evidence';
import {
  everythingPrinted,
  type LatchkeyProcess,
  startLatchkey,
  startLatchkeyPair,
} from '@/tests/harness/latchkey';
import { type App, createApp } from '@/tests/harness/operator';
import {
  authorizationCodeOf,
  authorizePath,
  PUBLIC_CLIENT,
  redeem,
  tokenRequest,
} from '@/tests/harness/public-client';
import { race } from '@/tests/harness/race';
import {
  askForCode,
  callbackParameters,
  readCode,
  signIn,
  typeCode,
  wrongCode,
} from '@/tests/harness/sign-in';
import { type SmtpSink, startSmtpSink } from '@/tests/harness/smtp-sink';
import { createVisitor, type Visitor } from '@/tests/harness/visitor';

/** Requests in one race. */
const RACERS = 50;

/** The operator's own program. */
const MACHINE = { client_id: 'operator', client_secret: 'Vb8Kq2Zt5Wn1Xc7Rm4Lp9Ds3Gf6Hj0Ya' };
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

let post: SmtpSink;
let databaseUrl: string;
let pair: [LatchkeyProcess, LatchkeyProcess];
let app: App;

beforeAll(async () => {
  post = await startSmtpSink();
  databaseUrl = await createDatabase('two processes');
  pair = await startLatchkeyPair(
    databaseUrl,
    {
      SMTP_URL: post.url,
      MANAGEMENT_CLIENT_ID: MACHINE.client_id,
      MANAGEMENT_CLIENT_SECRET: MACHINE.client_secret,
      // Limits are what other tests are about; the recipient's hour stays as it is (RLM-3).
      LIMITS: JSON.stringify({ starts_per_ip: 10_000, guesses_per_ip: 10_000 }),
    },
    { atOnce: true },
  );
  app = await createApp(pair[0], [...PUBLIC_CLIENT, 'Shop']);
});

afterAll(async () => {
  await Promise.all((pair ?? []).map((server) => server.stop()));
  await post?.close();
  expect(findSpills(everythingPrinted())).toEqual([]);
});

const newAddress = () => `${randomUUID()}@example.com`;

/** A visitor whose requests go to one of the two; both answer for the same issuer. */
const visitorOf = (server: LatchkeyProcess) => createVisitor(server.issuer, { connectTo: server.address });

/** Somebody who has asked for a code, with the code they got. */
async function waitingForCode(server = pair[0], address = newAddress()) {
  const visitor = visitorOf(server);
  const codePage = await askForCode(visitor, await visitor.open(authorizePath(app)), address);
  return { visitor, codePage, address, code: await readCode(post, address) };
}

/** A browser that is signed in, and so gets codes without a page. */
async function signedIn(server = pair[0]): Promise<Visitor> {
  const visitor = visitorOf(server);
  await signIn(visitor, await visitor.open(authorizePath(app)), { post, address: newAddress() });
  return visitor;
}

const silentCode = async (visitor: Visitor) =>
  authorizationCodeOf(await visitor.open(authorizePath(app, { prompt: 'none' })));

/** One of the two in turn. */
const addressOf = (index: number) => pair[index % 2 === 0 ? 0 : 1].address;

const box = () => createSecretBox([pair[0].environment.SECRET ?? '']);
const operator = () => ({ ip: null, userAgent: null, now: new Date() });

/** What happens in a third process, of the operator's. */
async function elsewhere<Result>(work: (prisma: PrismaClient) => Promise<Result>): Promise<Result> {
  const database = await openDatabase({ databaseUrl, dataDir: '' });
  try {
    return await work(database.prisma);
  } finally {
    await database.close();
  }
}

/** The database is asked, never told. */
async function look<Row>(statement: string, parameters: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query(statement, parameters)).rows as Row[];
  } finally {
    await client.end();
  }
}

describe('many at once', () => {
  it(`${RACERS} redemptions of one code give one set of tokens, and the replays end it (COD-2)`, async () => {
    const visitor = await signedIn();
    for (let round = 0; round < 6; round++) {
      const code = await silentCode(visitor);
      const body = Buffer.from(tokenRequest(app, code));
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
      const url = new URL('/oauth/token', pair[0].issuer);
      const answers = await race(
        Array.from({ length: RACERS }, (_, index) => ({
          at: addressOf(index),
          url,
          method: 'POST' as const,
          headers,
          body,
        })),
      );
      const given = answers.filter(({ status }) => status === 200);
      expect(given).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 400)).toHaveLength(RACERS - 1);
      const tokens = (await given[0]?.json()) as { access_token: string } | undefined;
      for (const { address } of pair) {
        const asked = await fetch(`${address}/userinfo`, {
          headers: { Authorization: `Bearer ${tokens?.access_token}` },
        });
        expect(asked.status).toBe(401);
      }
    }
  });

  it(`${RACERS} times the right code from the message signs in once (OTP-10)`, async () => {
    for (let round = 0; round < 4; round++) {
      const { visitor, codePage, code, address } = await waitingForCode();
      const composed = await visitor.compose(codePage, { fields: { code }, press: 'Continue' });
      const answers = await race(
        Array.from({ length: RACERS }, (_, index) => ({ ...composed, at: addressOf(index) })),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(RACERS).fill(303));
      const left = answers.filter(({ headers }) =>
        headers.get('location')?.startsWith(app.callbacks[0] ?? ''),
      );
      expect(left).toHaveLength(1);
      const begun = answers.filter(({ headers }) =>
        headers.getSetCookie().some((line) => line.startsWith('session=')),
      );
      expect(begun).toEqual(left);
      const authorizationCode =
        callbackParameters(new URL(left[0]?.headers.get('location') ?? '')).get('code') ?? '';
      expect(await redeem(addressOf(round), app, authorizationCode)).not.toBeNull();

      const [count] = await look<{ accounts: number; sessions: number }>(
        `SELECT count(DISTINCT a.id)::int AS accounts, count(s.id)::int AS sessions
           FROM identities i JOIN accounts a ON a.id = i.account_id LEFT JOIN sessions s ON s.account_id = a.id
          WHERE i.identifier = $1`,
        [address],
      );
      expect(count).toEqual({ accounts: 1, sessions: 1 });
    }
  });

  it(`${RACERS} guesses, the right one among them, are five guesses (OTP-3)`, async () => {
    let successes = 0;
    const rounds = 8;
    for (let round = 0; round < rounds; round++) {
      const { visitor, codePage, code, address } = await waitingForCode();
      const right = Math.floor(Math.random() * RACERS);
      const racers = await Promise.all(
        Array.from({ length: RACERS }, async (_, index) => ({
          ...(await visitor.compose(codePage, {
            fields: { code: index === right ? code : wrongCode(code, index + 1) },
            press: 'Continue',
          })),
          at: addressOf(index),
        })),
      );
      const answers = await race(racers);
      expect(answers.every(({ status }) => status === 303)).toBe(true);
      const left = answers.filter(({ headers }) => headers.get('location')?.startsWith('https:'));
      successes += left.length;
      expect(left.length).toBeLessThanOrEqual(1);
      const [challenge] = await look<{ attempts: number }>(
        'SELECT attempts FROM challenges WHERE identifier = $1',
        [address],
      );
      expect(challenge?.attempts).toBeLessThanOrEqual(5);
      if (left.length === 1) continue;
      // Spent: not even the right code is looked at.
      const late = await typeCode(visitor, codePage, code);
      expect(late.leavesTo).toBeNull();
      expect(late.text).toContain('Too many tries');
    }
    // One in ten by luck; six of eight would be no luck any more (p < 0.0001).
    expect(successes).toBeLessThan(6);
  });

  it('first sign-ins of one address in many spellings make one person (IDN-7)', async () => {
    const name = randomUUID();
    const spellings = [`${name}@example.com`, `${name.toUpperCase()}@EXAMPLE.com`, ` ${name}@Example.COM `];
    const waiting = await Promise.all(
      Array.from({ length: 9 }, async (_, index) => {
        const visitor = visitorOf(pair[index % 2 === 0 ? 0 : 1]);
        const page = await visitor.open(authorizePath(app));
        const codePage = await askForCode(visitor, page, spellings[index % 3] ?? '');
        return { visitor, codePage };
      }),
    );
    const messages = await Promise.all(waiting.map(() => nextMessageOf(name)));
    const codes = messages.map(({ text }) => /^\d{6}$/m.exec(text ?? '')?.[0] ?? '');
    const references = messages.map(({ text }) => /Reference (\w\w)/.exec(text ?? '')?.[1]);
    const racers = await Promise.all(
      waiting.map(async ({ visitor, codePage }, index) => {
        const reference = /Reference (\w\w)/.exec(codePage.text)?.[1];
        const mine = codes.filter((_, message) => references[message] === reference);
        const composed = await visitor.compose(codePage, {
          fields: { code: mine[0] ?? '' },
          press: 'Continue',
        });
        return { ...composed, at: addressOf(index) };
      }),
    );
    const answers = await race(racers);
    const left = answers.filter(({ headers }) => headers.get('location')?.startsWith('https:'));
    expect(left.length).toBeGreaterThan(6); // two references may be the same by chance
    const people = await look<{ id: string; logins: number }>(
      `SELECT a.id, a.logins_count AS logins FROM identities i JOIN accounts a ON a.id = i.account_id WHERE i.identifier = $1`,
      [spellings[0]],
    );
    expect(people).toHaveLength(1);
    expect(people[0]?.logins).toBe(left.length);
  });

  /** A message to any spelling of a name that no call has handed out before. */
  const taken = new Set<unknown>();
  async function nextMessageOf(name: string) {
    for (const giveUpAt = Date.now() + 10_000; Date.now() < giveUpAt; await sleep(20)) {
      const message = post.messages.find(
        ({ to }) => !taken.has(to) && to.some((recipient) => recipient.toLowerCase().startsWith(name)),
      );
      if (message === undefined) continue;
      taken.add(message.to);
      return message;
    }
    throw new Error(`Too few messages to ${name}.`);
  }
});

describe('a refresh token', () => {
  type Tokens = { access_token: string; refresh_token: string; id_token: string };

  /** Registers an application whose refresh tokens live as it says. */
  async function register(refresh_token: Record<string, number>): Promise<App> {
    const at = pair[0].address;
    const grant = { grant_type: 'client_credentials', audience: `${pair[0].issuer}/api/v2/`, ...MACHINE };
    const asked = await fetch(`${at}/oauth/token`, {
      ...{ method: 'POST', headers: FORM, body: new URLSearchParams(grant) },
    });
    const { access_token } = (await asked.json()) as Tokens;
    const made = await fetch(`${at}/api/v2/clients`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${witness(access_token)}` },
      body: JSON.stringify({
        name: 'Till',
        app_type: 'spa',
        callbacks: ['https://rp.test/cb'],
        refresh_token,
      }),
    });
    expect(made.status).toBe(201);
    return (await made.json()) as App;
  }

  /** The first one, of a sign-in of its own in this browser. */
  async function given(of: App, visitor: Visitor): Promise<Tokens> {
    const asked = authorizePath(of, { scope: 'openid email offline_access', prompt: 'none' });
    const body = tokenRequest(of, authorizationCodeOf(await visitor.open(asked)));
    const response = await fetch(`${pair[0].address}/oauth/token`, { method: 'POST', headers: FORM, body });
    return noted((await response.json()) as Tokens);
  }

  function noted(tokens: Tokens): Tokens {
    for (const secret of Object.values(tokens)) if (typeof secret === 'string') witness(secret);
    return tokens;
  }

  const refreshBody = (of: App, refresh_token: string) =>
    new URLSearchParams({ grant_type: 'refresh_token', client_id: of.client_id, refresh_token }).toString();

  async function refresh(at: LatchkeyProcess, of: App, refreshToken: string): Promise<Tokens | null> {
    const response = await fetch(`${at.address}/oauth/token`, {
      ...{ method: 'POST', headers: FORM, body: refreshBody(of, refreshToken) },
    });
    const answer = (await response.json()) as Tokens & { error?: string; error_description?: string };
    if (response.status === 200) return noted(answer);
    expect([response.status, answer.error, answer.error_description]).toEqual([
      403,
      'invalid_grant',
      'Unknown or invalid refresh token.',
    ]);
    return null;
  }

  function raceFor(of: App, refreshToken: string) {
    const request = { url: new URL('/oauth/token', pair[0].issuer), method: 'POST' as const, headers: FORM };
    const body = Buffer.from(refreshBody(of, refreshToken));
    return race(Array.from({ length: RACERS }, (_, index) => ({ ...request, body, at: addressOf(index) })));
  }

  const familyOf = async ({ refresh_token }: Tokens) => {
    const target = createRefreshTokens(box()).read(refresh_token);
    const [family] = await look<{ sequence: number; revoked: boolean }>(
      `SELECT refresh_sequence AS sequence, revoked_at IS NOT NULL AS revoked FROM token_families WHERE id = $1`,
      [target?.familyId],
    );
    return family;
  };

  const isIn = async (at: LatchkeyProcess, { access_token }: Tokens) =>
    (await fetch(`${at.address}/userinfo`, { headers: { Authorization: `Bearer ${access_token}` } }))
      .status === 200;

  it(`used ${RACERS} times at once over both gives the same successor each time (RFT-2, RFT-3)`, async () => {
    const visitor = await signedIn();
    for (let round = 0; round < 3; round++) {
      const first = await given(app, visitor);
      const answers = await raceFor(app, first.refresh_token);
      expect(answers.map(({ status }) => status)).toEqual(Array(RACERS).fill(200));
      const tokens = await Promise.all(answers.map(async (answer) => noted((await answer.json()) as Tokens)));
      const successors = new Set(tokens.map(({ refresh_token }) => refresh_token));
      expect(successors.size).toBe(1);
      expect(await familyOf(first)).toEqual({ sequence: 1, revoked: false });
      const [successor = ''] = successors;
      expect(await refresh(pair[round % 2 === 0 ? 1 : 0], app, successor)).not.toBeNull();
    }
  });

  it(`without a grace, of ${RACERS} uses at once over both one succeeds at most, and then all is over (RFT-2)`, async () => {
    const strict = await register({ leeway: 0 });
    const visitor = await signedIn();
    for (let round = 0; round < 3; round++) {
      const first = await given(strict, visitor);
      const answers = await raceFor(strict, first.refresh_token);
      const good = answers.filter(({ status }) => status === 200);
      expect(good.length).toBeLessThanOrEqual(1);
      expect(answers.filter(({ status }) => status === 403)).toHaveLength(RACERS - good.length);
      expect(await familyOf(first)).toMatchObject({ revoked: true });
      for (const answer of good) {
        const tokens = noted((await answer.json()) as Tokens);
        for (const server of pair) expect(await isIn(server, tokens)).toBe(false);
        expect(await refresh(pair[1], strict, tokens.refresh_token)).toBeNull();
      }
    }
  });

  it('whose answer was lost gives the same successor again, at the other process too (RFT-3)', async () => {
    const first = await given(app, await signedIn());
    const lost = await refresh(pair[0], app, first.refresh_token);
    const again = await refresh(pair[1], app, first.refresh_token);
    expect(again?.refresh_token).toBe(lost?.refresh_token);
    expect(await refresh(pair[0], app, again?.refresh_token ?? '')).not.toBeNull();
  });

  it('that was used long ago is known as such after both have started anew and cleared up (RFT-4)', async () => {
    const strict = await register({ leeway: 0 });
    const first = await given(strict, await signedIn());
    const second = await refresh(pair[0], strict, first.refresh_token);
    const third = await refresh(pair[1], strict, second?.refresh_token ?? '');
    pair = [await restart(pair[0], 'stop'), await restart(pair[1], 'stop')];
    await elsewhere((prisma) => removeExpired(prisma, new Date()));
    expect(await refresh(pair[1], strict, first.refresh_token)).toBeNull();
    expect(await refresh(pair[0], strict, third?.refresh_token ?? '')).toBeNull();
    expect(await familyOf(first)).toMatchObject({ revoked: true });
    const events = await look<{ count: number }>(
      `SELECT count(*)::int AS count FROM log_events WHERE type = 'ferrt' AND client_id = $1`,
      [strict.client_id],
    );
    expect(events).toEqual([{ count: 1 }]);
  }, 60_000);

  it('lives no longer than its client has it, however often it is used, nor unused (RFT-7)', async () => {
    const [brief, restless] = [
      await register({ token_lifetime: 4 }),
      await register({ idle_token_lifetime: 2 }),
    ];
    const visitor = await signedIn();
    let tokens: Tokens | null = await given(brief, visitor);
    const begun = Date.now();
    const unused = await given(restless, visitor);
    const used = await given(restless, visitor);
    await sleep(1_000);
    const renewed = await refresh(pair[1], restless, used.refresh_token);
    for (let use = 0; tokens !== null && use < 20; use++, await sleep(300))
      tokens = await refresh(pair[use % 2 === 0 ? 0 : 1], brief, tokens.refresh_token);
    expect(tokens).toBeNull();
    expect(Date.now() - begun).toBeGreaterThan(3_900);
    expect(await refresh(pair[0], restless, unused.refresh_token)).toBeNull();
    expect(await refresh(pair[0], restless, renewed?.refresh_token ?? '')).toBeNull();
  });

  it.each<[string, (prisma: PrismaClient, accountId: string, sessionId: string) => Promise<unknown>]>([
    [
      'the person is blocked',
      (prisma, accountId) => createAccountRegister(prisma).change(accountId, { isBlocked: true }, new Date()),
    ],
    [
      'the person is deleted',
      async (prisma, accountId) => {
        const accounts = createAccountRegister(prisma);
        const { identities = [] } = (await accounts.find(accountId)) ?? {};
        const origin = { ...operator(), clientId: null };
        const named = { identities, identifierHashes: [], pseudonym: 'deleted|1' };
        await accounts.remove({ id: accountId, ...named, origin });
      },
    ],
    [
      'what the application was granted is revoked',
      (prisma, accountId) =>
        createRefreshTokenRegister(prisma).revoke({ accountId, clientId: app.client_id }, operator()),
    ],
    [
      'the session is revoked',
      (prisma, accountId, sessionId) =>
        createSessionRegister(prisma).end({
          of: { accountId, sessionId },
          revokesTokens: true,
          by: operator(),
        }),
    ],
  ])('is refused by both at once when %s (RFT-6, FRM-7)', async (how, act) => {
    const visitor = await signedIn();
    const tokens = await given(app, visitor);
    const { sub = '', sid } = decodeJwt(tokens.id_token);
    for (const server of pair) expect(await isIn(server, tokens)).toBe(true);
    await elsewhere((prisma) => act(prisma, sub, String(sid)));
    for (const server of pair) {
      expect(await isIn(server, tokens)).toBe(false);
      expect(await refresh(server, app, tokens.refresh_token)).toBeNull();
    }
    const silent = await visitor.open(authorizePath(app, { prompt: 'none' }));
    const error = silent.leavesTo && callbackParameters(silent.leavesTo).get('error');
    // A grant is the application's; the browser stays signed in.
    expect(error).toBe(how.includes('granted') ? null : 'login_required');
  });

  it('outlives a sign-out: offline_access is asked for to do so (RFT-6)', async () => {
    const visitor = await signedIn();
    const tokens = await given(app, visitor);
    await visitor.open(`/oidc/logout?${new URLSearchParams({ id_token_hint: tokens.id_token })}`);
    expect(await refresh(pair[1], app, tokens.refresh_token)).not.toBeNull();
  });

  it('gives its successor to a client that missed it because the process was killed (RFT-3, AVL-3)', async () => {
    const visitor = await signedIn(pair[1]);
    for (let kill = 0; kill < 2; kill++) {
      const tokens = [];
      for (let tab = 0; tab < 8; tab++) tokens.push(await given(app, visitor));
      const lost = tokens.map(({ refresh_token }) => refresh(pair[0], app, refresh_token).catch(() => null));
      await sleep(Math.random() * 25);
      await pair[0].kill();
      const first = await Promise.all(lost);
      const starting = startLatchkey(pair[0].environment);
      for (const [index, { refresh_token }] of tokens.entries()) {
        const again = await refresh(pair[1], app, refresh_token);
        expect(again, 'an honest client was shut out').not.toBeNull();
        if (first[index]) expect(again?.refresh_token).toBe(first[index].refresh_token);
        expect(await refresh(pair[1], app, again?.refresh_token ?? '')).not.toBeNull();
      }
      pair[0] = await starting;
    }
  }, 60_000);
});

describe('one installation', () => {
  it('takes at B what A has begun: page, form, code and tokens (NXT-6)', async () => {
    const [a, b] = pair;
    const atA = visitorOf(a);
    const atB = createVisitor(a.issuer, { connectTo: b.address });
    const share = (from: Visitor, to: Visitor) =>
      to.jar.store(
        new URL(a.issuer),
        from.jar.list('localhost').map(({ name, value }) => `${name}=${value}; Path=/; HttpOnly`),
      );
    const address = newAddress();
    const page = await atA.open(authorizePath(app));
    share(atA, atB);
    const codePage = await askForCode(atB, page, address);
    share(atB, atA);
    const left = await typeCode(atA, codePage, await readCode(post, address));
    expect(await redeem(b.address, app, authorizationCodeOf(left))).not.toBeNull();
    share(atA, atB);
    expect(await redeem(a.address, app, await silentCode(atB))).not.toBeNull();
  });

  it('has one budget for both, which outlives a restart (RLM-3)', async () => {
    const address = newAddress();
    async function askAt(server: LatchkeyProcess) {
      const visitor = visitorOf(server);
      return askForCode(visitor, await visitor.open(authorizePath(app)), address);
    }
    for (let start = 0; start < 10; start++)
      expect((await askAt(pair[start % 2 === 0 ? 0 : 1])).text).toContain('Enter your code');
    for (const server of pair)
      expect((await askAt(server)).text).toMatch(/try again in \d+ (second|minute|hour)/i);
    pair[1] = await restart(pair[1], 'stop');
    expect((await askAt(pair[1])).text).toMatch(/try again in \d+ (second|minute|hour)/i);
    expect(post.messages.filter(({ to }) => to.includes(address))).toHaveLength(10);
  });
});

/** Ends a server as told and starts it again in the same place. */
async function restart(server: LatchkeyProcess, how: 'stop' | 'kill'): Promise<LatchkeyProcess> {
  await server[how]();
  return startLatchkey(server.environment);
}

describe('a restart', () => {
  it('of one after the other under load loses no login (AVL-2)', async () => {
    const balancer = await startBalancer(pair.map(({ address }) => address));
    let isOver = false;
    let logins = 0;
    const problems: string[] = [];
    async function keepSigningIn(): Promise<void> {
      while (!isOver) {
        const visitor = createVisitor(pair[0].issuer, { connectTo: balancer.url });
        try {
          const left = await signIn(visitor, await visitor.open(authorizePath(app)), {
            post,
            address: newAddress(),
          });
          const token = await redeem(balancer.url, app, authorizationCodeOf(left));
          if (token === null) problems.push('The code was refused.');
          logins += 1;
        } catch (problem) {
          problems.push(String(problem));
        }
        await sleep(50);
      }
    }
    const people = Array.from({ length: 3 }, keepSigningIn);
    try {
      await sleep(500);
      for (const index of [0, 1] as const) {
        const ended = await pair[index].stop();
        expect(ended).toEqual({ code: 0, signal: null });
        pair[index] = await startLatchkey(pair[index].environment);
        await sleep(300);
      }
    } finally {
      isOver = true;
      await Promise.all(people);
      await balancer.close();
    }
    expect(problems).toEqual([]);
    expect(logins).toBeGreaterThan(10);
  }, 60_000);

  it('answers what it has in hand, takes nothing new and ends without waiting for idle connections (AVL-2)', async () => {
    const [, server] = pair;
    const visitor = await signedIn(server);
    const codes = await Promise.all(Array.from({ length: 10 }, () => silentCode(visitor)));
    const url = new URL('/oauth/token', server.issuer);
    const agent = new Agent({ keepAlive: true });
    let ending: ReturnType<LatchkeyProcess['stop']> | null = null;
    const answers = await race(
      codes.map((code) => ({
        at: server.address,
        url,
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: Buffer.from(tokenRequest(app, code)),
      })),
      {
        agent,
        async beforeRelease() {
          ending = server.stop();
          await sleep(200);
          await expect(fetch(`${server.address}/livez`)).rejects.toThrow('fetch failed');
        },
      },
    );
    const answeredAt = Date.now();
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(await ending).toEqual({ code: 0, signal: null });
    expect(Date.now() - answeredAt).toBeLessThan(3000);
    agent.destroy();
    pair[1] = await startLatchkey(server.environment);
  });
});

describe('a kill', () => {
  it('at any moment of a redemption never leaves two sets of tokens, nor half of one (AVL-3)', async () => {
    const visitor = await signedIn(pair[1]);
    for (let kill = 0; kill < 4; kill++) {
      const codes = await Promise.all(Array.from({ length: 6 }, () => silentCode(visitor)));
      const first = codes.map((code) => redeem(pair[0].address, app, code).catch(() => null));
      await sleep(Math.random() * 25);
      await pair[0].kill();
      const tokens = await Promise.all(first);
      const starting = startLatchkey(pair[0].environment);
      for (const [index, code] of codes.entries()) {
        const again = await redeem(pair[1].address, app, code);
        expect(tokens[index] === null || again === null, 'two sets of tokens').toBe(true);
      }
      pair[0] = await starting;
    }
    const [halves] = await look<{ count: number }>(
      `SELECT count(*)::int AS count FROM authorization_codes c FULL JOIN token_families f ON f.id = c.family_id
        WHERE (c.consumed_at IS NULL) <> (f.id IS NULL)`,
    );
    expect(halves?.count).toBe(0);
  }, 60_000);

  it('between any two steps of a login is not noticed', async () => {
    let on: 0 | 1 = 0;
    /** Kills the server that was used last and goes on with the other. */
    const switchOver = async () => {
      const killed = on;
      on = on === 0 ? 1 : 0;
      await pair[killed].kill();
      const starting = startLatchkey(pair[killed].environment);
      return async () => {
        pair[killed] = await starting;
      };
    };
    const jar: { cookies: string[] } = { cookies: [] };
    const goOn = () => {
      const visitor = createVisitor(pair[0].issuer, { connectTo: pair[on].address });
      visitor.jar.store(new URL(pair[0].issuer), jar.cookies);
      return visitor;
    };
    const leave = (visitor: Visitor) => {
      jar.cookies = visitor.jar
        .list('localhost')
        .map(({ name, value }) => `${name}=${value}; Path=/; HttpOnly`);
    };

    const address = newAddress();
    let visitor = goOn();
    const page = await visitor.open(authorizePath(app));
    leave(visitor);
    let isBack = await switchOver();
    visitor = goOn();
    const codePage = await askForCode(visitor, page, address);
    const code = await readCode(post, address);
    leave(visitor);
    await isBack();
    isBack = await switchOver();
    visitor = goOn();
    const left = await typeCode(visitor, codePage, code);
    leave(visitor);
    await isBack();
    isBack = await switchOver();
    const token = await redeem(pair[on].address, app, authorizationCodeOf(left));
    await isBack();
    isBack = await switchOver();
    const asked = await fetch(`${pair[on].address}/userinfo`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    expect(await asked.json()).toMatchObject({ email: address });
    expect(await redeem(pair[on].address, app, await silentCode(goOn()))).not.toBeNull();
    await isBack();
  }, 60_000);
});
