import { X509Certificate } from 'node:crypto';
import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SIGNING_KEYS_PATH } from '@/lib/management/signing-key-routes';
import type { Prisma } from '@/prisma/generated/client';
import { type Asked, type Office, openOffice } from './office';

let office: Office;
/** Made once: a pair of RSA keys costs a test half a second. */
let firstKeys: { data: Prisma.SigningKeyCreateManyInput[] };
beforeAll(async () => {
  office = await openOffice('signing keys at the office');
  await office.signingKeys.ensureKeys();
  firstKeys = { data: (await office.prisma.signingKey.findMany()) as Prisma.SigningKeyCreateManyInput[] };
});
afterAll(() => office?.close());
beforeEach(async () => {
  await office.reset();
  await office.prisma.signingKey.deleteMany();
  await office.prisma.signingKey.createMany(firstKeys);
  await office.prisma.limitCounter.deleteMany();
  office.pass(5);
});

const ask = (path: string, asked: Omit<Asked, 'path'> = {}) =>
  office.ask({ path: `${SIGNING_KEYS_PATH}${path}`, ...asked });
const read = async (response: Response | Promise<Response>) => (await response).json();
const rotate = (asked: Omit<Asked, 'path'> = {}) => ask('/rotate', { method: 'POST', ...asked });
const revoke = (kid: string) => ask(`/${kid}/revoke`, { method: 'PUT' });

type Key = { kid: string; alg: string; cert: string; current: boolean; next: boolean; previous: boolean };
const keys = (): Promise<Key[]> => read(ask(''));
const kidOf = async (status: 'current' | 'next' | 'previous') =>
  (await keys()).find((key) => key[status])?.kid ?? '';
const sign = async () => {
  const now = office.now.getTime() / 1000;
  const claims = { iss: 'https://login.example.com/', sub: 'x', iat: now, exp: now + 60 };
  return office.signingKeys.sign(claims, { typ: 'JWT', alg: 'RS256' });
};
const isGood = async (token: string) => (await office.signingKeys.verify(token, { typ: 'JWT' })) !== null;

describe('the signing keys', () => {
  it('ADM-3: are replaced and ended by an operator at the console who proved themselves a moment ago', async () => {
    const caller = {
      kind: 'operator' as const,
      accountId: 'email|ann',
      provenAt: new Date(office.now.getTime() - 601_000),
    };
    const before = await kidOf('current');
    for (const asked of [
      { path: '/rotate', method: 'POST' },
      { path: `/${before}/revoke`, method: 'PUT' },
    ])
      expect(await read(ask(asked.path, { method: asked.method, caller }))).toMatchObject({
        errorCode: 'recent_proof_required',
      });
    expect(await kidOf('current')).toBe(before);
  });

  it('are shown in Auth0’s names, each with a certificate of its own', async () => {
    const [first, second] = await keys();
    expect([first, second].map((key) => [key?.current, key?.next])).toContainEqual([true, false]);
    expect([first, second].map((key) => [key?.current, key?.next])).toContainEqual([false, true]);
    const current = (await keys()).find((key) => key.current);
    const certificate = new X509Certificate(current?.cert ?? '');
    expect(current).toEqual({
      kid: expect.any(String),
      alg: 'RS256',
      cert: certificate.toString(),
      fingerprint: certificate.fingerprint,
      thumbprint: certificate.fingerprint.replaceAll(':', ''),
      current: true,
      next: false,
      previous: false,
      revoked: false,
      current_since: expect.stringMatching(/^2031-05-06T/),
    });
    expect(certificate.subject).toBe('CN=login.example.com');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(await read(ask(`/${current?.kid}`))).toEqual(current);
  });

  it('are shown without a private part (MGT-4, PRV-3)', async () => {
    await office.signingKeys.sign({ iss: 'x' }, { typ: 'JWT', alg: 'EdDSA' });
    const shown = await (await ask('')).text();
    expect(shown).not.toMatch(/"(d|p|q|dp|dq|qi|sealed\w*)"|PRIVATE/i);
    for (const { sealedPrivateJwk } of await office.prisma.signingKey.findMany())
      expect(shown).not.toContain(sealedPrivateJwk);
    const curve = (await keys()).filter(({ alg }) => alg === 'EdDSA');
    expect(curve).toHaveLength(2);
    expect(curve[0]).not.toHaveProperty('cert');
  });

  it('are none of another name', async () => {
    for (const response of [ask('/nobody'), ask('/%00'), revoke('nobody'), revoke('%27%20OR%201=1')])
      expect(await read(response)).toMatchObject({ statusCode: 404, errorCode: 'inexistent_signing_key' });
  });
});

describe('a rotation (JWT-4)', () => {
  it('lets the next key sign, and what was signed before stays good', async () => {
    const next = await kidOf('next');
    const before = await sign();
    const response = await rotate();
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ kid: next, cert: expect.stringContaining('BEGIN CERTIFICATE') });
    expect(decodeProtectedHeader(await sign()).kid).toBe(next);
    expect(await isGood(before)).toBe(true);
    expect((await keys()).map(({ current, next, previous }) => [current, next, previous])).toEqual(
      expect.arrayContaining([
        [true, false, false],
        [false, true, false],
        [false, false, true],
      ]),
    );
    expect((await keys()).find(({ previous }) => previous)).toMatchObject({
      current_until: expect.stringMatching(/Z$/),
    });
  });

  it('asked for twice at once is one', async () => {
    const answers = await Promise.all([read(rotate()), read(rotate())]);
    expect(answers[0]).toEqual(answers[1]);
    expect(await keys()).toHaveLength(3);
  });

  it('is made five times a day, whoever asks, and by the machine’s own operator at any time', async () => {
    office.limit({ key_rotations: 2 });
    expect([(await rotate()).status, (await rotate()).status]).toEqual([201, 201]);
    const refused = await rotate({ caller: { clientId: 'another' } });
    expect(await refused.json()).toMatchObject({ statusCode: 429, errorCode: 'too_many_requests' });
    const wait = Number(refused.headers.get('retry-after'));
    expect((await rotate({ caller: { kind: 'command_line' } })).status).toBe(201);
    office.pass(wait);
    expect((await rotate()).status).toBe(201);
  });

  it('is nothing where no server has made keys', async () => {
    await office.prisma.signingKey.deleteMany();
    expect(await read(rotate())).toMatchObject({ statusCode: 404, errorCode: 'inexistent_signing_key' });
  });
});

describe('a revocation (JWT-4)', () => {
  it('ends what a previous key signed, at once, and can be said twice', async () => {
    const before = await sign();
    await rotate();
    const previous = await kidOf('previous');
    expect(decodeProtectedHeader(before).kid).toBe(previous);
    for (let times = 0; times < 2; times++) {
      const response = await revoke(previous);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ kid: previous });
      expect(await isGood(before)).toBe(false);
    }
    expect(await read(ask(`/${previous}`))).toMatchObject({
      revoked: true,
      previous: false,
      revoked_at: expect.stringMatching(/Z$/),
    });
  });

  it.each(['current', 'next'] as const)('is not for the %s key', async (status) => {
    const kid = await kidOf(status);
    expect(await read(revoke(kid))).toMatchObject({
      statusCode: 400,
      errorCode: 'operation_not_supported',
      message: 'Only a previous key can be revoked. Rotate the keys first.',
    });
    expect(await kidOf(status)).toBe(kid);
  });
});
