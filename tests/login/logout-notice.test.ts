// Telling clients of sign-outs: a real store, real requests on loopback, a clock that is moved by hand. security.md LGO-3, SRF-*.
import { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGuardedFetch } from '@/lib/delivery/guarded-fetch';
import { createLogoutTokenPost } from '@/lib/delivery/logout-token-post';
import { createCircuitBreaker } from '@/lib/login/circuit-breaker';
import { type TellDeps, tellClients } from '@/lib/login/logout-notice';
import { type BackChannel, startBackChannel } from '@/tests/harness/back-channel';
import { memorySigner } from '../memory/token-signer';
import { CLIENT_ID, clientRow, createStage, type SignedIn, type Stage } from '../store/conformance/stage';
import { type OpenStore, openServerStore, type Process } from '../store/conformance/stores';

const ISSUER = 'https://login.acme.test/';
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

let store: OpenStore;
let stage: Stage;
let channel: BackChannel;
let givenUp: object[];
let breaker: TellDeps['breaker'];
let drawn = 0;

beforeAll(async () => {
  [store, channel] = await Promise.all([openServerStore(null), startBackChannel()]);
  stage = createStage(store);
});
beforeEach(async () => {
  await stage.reset();
  await setUri(channel.url);
  channel.behave({ kind: 'answer', status: 200 });
  (channel.tokens as string[]).length = 0;
  givenUp = [];
  breaker = createCircuitBreaker({ clock: () => stage.now, onChange() {} });
});
afterAll(async () => {
  expect(channel.violations).toEqual([]);
  await Promise.all([channel.close(), store.close()]);
});

const setUri = (backchannelLogoutUri: string | null, clientId = CLIENT_ID) =>
  stage.prisma.client.update({ where: { clientId }, data: { backchannelLogoutUri } });

const signer = memorySigner(ISSUER, () => stage.now);

function tell(changes: { on?: Process; privateNetworks?: string[] } = {}): Promise<number> {
  const { on = stage.first, privateNetworks = ['127.0.0.0/8'] } = changes;
  return tellClients(
    {
      notices: on.notices,
      postLogoutToken: createLogoutTokenPost(createGuardedFetch({ privateNetworks })),
      breaker,
      issuer: ISSUER,
      signer,
      random: { id: () => `jti${++drawn}` },
      clock: () => stage.now,
      onGivenUp: (given) => void givenUp.push(given),
    },
    { limit: 50 },
  );
}

async function signedOut(address = 'ann@x.test'): Promise<SignedIn> {
  const signedIn = await stage.signIn(address);
  const { sessionId } = signedIn;
  await stage.first.sessions.end({ sessionId, clientId: null, ip: null, userAgent: null, now: stage.now });
  return signedIn;
}

const waiting = () => stage.prisma.logoutNotice.count();
const told = async () =>
  (await stage.prisma.logEvent.findMany({ where: { type: { startsWith: 'oidc_' } } })).map(
    ({ type, description }) => `${type}: ${description}`,
  );
const TOLD = 'oidc_backchannel_logout_succeeded: Told of a sign-out.';
const notTold = (reason: string) => `oidc_backchannel_logout_failed: Not told of a sign-out: ${reason}.`;

describe('a client that took part in a session that ended', () => {
  it('is sent a logout token: signed, short-lived, about that person and that session (LGO-3, SRF-4, oidcc-backchannel-rp-initiated-logout)', async () => {
    const { sessionId, accountId } = await signedOut();
    await tell();
    const [logoutToken = ''] = channel.tokens;
    const header = decodeProtectedHeader(logoutToken);
    expect(header).toEqual({ typ: 'logout+jwt', alg: 'RS256', kid: expect.any(String) });
    const { d: _private, ...jwk } = (await signer.publicKeys()).find(({ kid }) => kid === header.kid) ?? {};
    const { payload } = await jwtVerify(logoutToken, await importJWK(jwk, 'RS256'), {
      currentDate: stage.now,
    });
    const iat = Math.floor(stage.now.getTime() / 1000);
    expect(payload).toEqual({
      iss: ISSUER,
      sub: accountId,
      aud: CLIENT_ID,
      iat,
      exp: iat + 120,
      jti: expect.any(String),
      sid: sessionId,
      events: { [EVENT]: {} },
    });
    expect(await told()).toEqual([TOLD]);
    expect(await waiting()).toBe(0);
  });

  it('may answer 204', async () => {
    channel.behave({ kind: 'answer', status: 204 });
    await signedOut();
    await tell();
    expect(await told()).toEqual([TOLD]);
  });

  it.each([
    ['503', { kind: 'answer', status: 503 }],
    ['429', { kind: 'answer', status: 429 }],
    ['hanging up', { kind: 'hang-up' }],
  ] as const)(
    'that answers by %s is asked again, with a token of its own each time',
    async (_, behaviour) => {
      channel.behave(behaviour);
      await signedOut();
      await tell();
      expect(await tell()).toBe(0);
      stage.pass(2);
      await tell();
      channel.behave({ kind: 'answer', status: 200 });
      stage.pass(8);
      await tell();
      expect(new Set(channel.tokens.map((logoutToken) => decodeJwt(logoutToken).jti)).size).toBe(3);
      expect(await told()).toEqual([TOLD]);
      expect(givenUp).toEqual([]);
    },
  );

  it('that is dead is given up after five requests, and the operator is told', async () => {
    channel.behave({ kind: 'answer', status: 500 });
    await signedOut();
    for (const wait of [0, 2, 8, 30, 120, 600]) {
      stage.pass(wait);
      await tell();
    }
    expect(channel.tokens).toHaveLength(5);
    expect(await told()).toEqual([notTold('refused 500')]);
    expect(givenUp).toEqual([{ clientId: CLIENT_ID, reason: 'refused 500' }]);
    expect(await waiting()).toBe(0);
  });

  it.each([400, 401, 404, 410])('that answers %i is not asked again', async (status) => {
    channel.behave({ kind: 'answer', status });
    await signedOut();
    await tell();
    expect(await told()).toEqual([notTold(`refused ${status}`)]);
    expect(await waiting()).toBe(0);
  });

  it('that leads elsewhere is not followed, and what it says is kept nowhere (SRF-1, SRF-3)', async () => {
    const inside = await startBackChannel();
    channel.behave({ kind: 'redirect', location: inside.url });
    await signedOut();
    await tell();
    expect(inside.tokens).toEqual([]);
    expect(await told()).toEqual([notTold('refused 302')]);
    expect((await stage.dump()).map(({ row }) => row).join()).not.toContain('a secret of the client');
    await inside.close();
  });

  it('is not called inside the network, unless the operator says that it may (SRF-1, SRF-2)', async () => {
    await signedOut();
    await tell({ privateNetworks: [] });
    expect(channel.tokens).toEqual([]);
    expect(await told()).toEqual([notTold('refused not_https')]);
    await setUri('https://localhost/logout');
    await signedOut('bob@x.test');
    await tell({ privateNetworks: [] });
    expect((await told())[1]).toBe(notTold('refused not_in_OUTBOUND_PRIVATE_NETWORKS'));
  });

  it('that says nothing is waited for five seconds, and nobody else waits with it (LGO-3)', async () => {
    const wiki = await startBackChannel();
    await stage.prisma.client.create({
      data: { ...clientRow('wiki', stage.now), backchannelLogoutUri: wiki.url },
    });
    channel.behave({ kind: 'silence' });
    const ann = await signedOut();
    await stage.prisma.logoutNotice.create({
      data: {
        ...{ sessionId: ann.sessionId, accountId: ann.accountId, clientId: 'wiki', dueAt: stage.now },
        ...{ expiresAt: stage.later(600), createdAt: stage.now },
      },
    });
    const began = performance.now();
    const telling = tell();
    await wiki.waitForToken(2_000);
    await expect.poll(told, { timeout: 2_000 }).toEqual([TOLD]);
    await telling;
    expect(performance.now() - began).toBeLessThan(9_000);
    expect(await stage.prisma.logoutNotice.findMany()).toMatchObject([{ clientId: CLIENT_ID, attempts: 1 }]);
    await wiki.close();
  });

  it('that fails five times in a row is left alone for a while, then asked by one notice', async () => {
    channel.behave({ kind: 'answer', status: 500 });
    for (let person = 0; person < 5; person++) await signedOut(`ann${person}@x.test`);
    await tell();
    expect(channel.tokens).toHaveLength(5);
    stage.pass(2);
    expect(await tell()).toBe(0);
    stage.pass(3);
    await tell();
    expect(channel.tokens).toHaveLength(6);
    channel.behave({ kind: 'answer', status: 200 });
    stage.pass(60);
    for (let turn = 0; turn < 3; turn++, stage.pass(3)) await tell();
    expect(await told()).toEqual(Array(5).fill(TOLD));
  });

  it('is told by another process where the first one dies with the notice in hand', async () => {
    await signedOut();
    const { now, later } = stage;
    await stage.first.notices.claim({ now, leasedUntil: later(30), without: [], limit: 10 });
    stage.pass(29);
    await tell({ on: stage.second });
    expect(channel.tokens).toEqual([]);
    stage.pass(1);
    await tell({ on: stage.second });
    expect(channel.tokens).toHaveLength(1);
  });

  it('is told once by many processes at once', async () => {
    for (let person = 0; person < 5; person++) await signedOut(`ann${person}@x.test`);
    await stage.atOnce(8, (on) => tell({ on }));
    expect(channel.tokens).toHaveLength(5);
  });

  it('that does not want to be told any more is not', async () => {
    await signedOut();
    await setUri(null);
    await tell();
    expect(channel.tokens).toEqual([]);
    expect(await told()).toEqual([]);
    expect(await waiting()).toBe(0);
  });

  it('that nobody could tell for ten minutes, because all processes were down, is given up', async () => {
    await signedOut();
    stage.pass(600);
    await tell();
    expect(channel.tokens).toEqual([]);
    expect(await told()).toEqual([notTold('too late')]);
  });
});
