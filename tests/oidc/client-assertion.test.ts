import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { authenticateClient, parseClientCredentials } from '@/lib/oidc/client-authentication';
import { type ClientKey, type ClientSigningAlgorithm, parseClientKeys } from '@/lib/oidc/client-key';
import { describeProvider } from '@/lib/oidc/discovery';
import { parseFormParameters } from '@/lib/oidc/parameters';
import { confidentialClient } from '../memory/clients';
import { ISSUER, type MemoryDeps, memoryDeps } from '../memory/deps';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const pairs = await Promise.all(
  (['RS256', 'PS256', 'ES256', 'EdDSA'] as const).map(async (alg) => {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    const key = { ...(await exportJWK(publicKey)), kid: alg } as ClientKey;
    return { alg, key, privateKey, privateJwk: await exportJWK(privateKey) };
  }),
);

function pairOf(alg: string) {
  const pair = pairs.find((each) => each.alg === alg);
  if (pair === undefined) throw new Error('There is no such key.');
  return pair;
}

const CLIENT = confidentialClient({
  tokenEndpointAuthMethod: 'private_key_jwt',
  secretHashes: [],
  jwks: pairs.map(({ key }) => key),
});

const nowOf = (deps: MemoryDeps) => Math.floor(deps.clock().getTime() / 1000);

function claims(deps: MemoryDeps, changes: Record<string, unknown> = {}): Record<string, unknown> {
  const now = nowOf(deps);
  return { iss: 'web', sub: 'web', aud: ISSUER, iat: now, exp: now + 60, jti: 'j1', ...changes };
}

function sign(
  deps: MemoryDeps,
  changes: Record<string, unknown> = {},
  { alg = 'ES256', header = {} }: { alg?: ClientSigningAlgorithm; header?: Record<string, unknown> } = {},
): Promise<string> {
  return new SignJWT(claims(deps, changes))
    .setProtectedHeader({ alg, kid: alg, ...header })
    .sign(pairOf(alg).privateKey);
}

async function prove(deps: MemoryDeps, assertion: string, { client = CLIENT, more = '' } = {}) {
  const form = `client_assertion=${assertion}&client_assertion_type=${ASSERTION_TYPE}${more}`;
  const credentials = parseClientCredentials(null, parseFormParameters(form));
  return authenticateClient(deps, client, credentials);
}

const invalidClient = expect.objectContaining({
  error: 'invalid_client',
  status: 401,
  wwwAuthenticate: null,
});
const invalidRequest = expect.objectContaining({ error: 'invalid_request', status: 400 });

describe('private_key_jwt (CLI-5)', () => {
  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'] as const)(
    'takes what the client signed with %s',
    async (alg) => {
      const deps = memoryDeps(CLIENT);
      await expect(prove(deps, await sign(deps, {}, { alg }))).resolves.toBe(CLIENT);
    },
  );

  it('takes an assertion that names no key, beside the client’s own id', async () => {
    const deps = memoryDeps(CLIENT);
    const assertion = await sign(deps, {}, { header: { kid: undefined, typ: 'client-authentication+jwt' } });
    await expect(prove(deps, assertion, { more: '&client_id=web' })).resolves.toBe(CLIENT);
  });

  it('takes each jti once: of fifty at the same time one is let in', async () => {
    const deps = memoryDeps(CLIENT);
    const assertion = await sign(deps);
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => prove(deps, assertion)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(prove(deps, await sign(deps, {}, { alg: 'RS256' }))).rejects.toThrow(invalidClient);
    await expect(prove(deps, await sign(deps, { jti: 'j2' }))).resolves.toBe(CLIENT);
  });

  it('uses no jti up for an assertion that is not good', async () => {
    const deps = memoryDeps(CLIENT);
    const stranger = await generateKeyPair('ES256');
    const forged = await new SignJWT(claims(deps))
      .setProtectedHeader({ alg: 'ES256', kid: 'ES256' })
      .sign(stranger.privateKey);
    await expect(prove(deps, forged)).rejects.toThrow(invalidClient);
    await expect(prove(deps, await sign(deps, { aud: 'https://other.test/' }))).rejects.toThrow(
      invalidClient,
    );
    await expect(prove(deps, await sign(deps))).resolves.toBe(CLIENT);
  });

  it('has its jti remembered to the last second in which it would be taken', async () => {
    const remembered: Date[] = [];
    const clientAssertions = {
      consume: async ({ expiresAt }: { expiresAt: Date }) => remembered.push(expiresAt) > 0,
    };
    const deps = { ...memoryDeps(CLIENT), clientAssertions };
    const made = nowOf(deps);
    const assertion = await sign(deps);
    await prove({ ...deps, clock: () => new Date((made + 89) * 1000) }, assertion);
    expect(remembered).toEqual([new Date((made + 90) * 1000)]);
  });

  it.each<[string, (now: number) => Record<string, unknown>]>([
    ['the token endpoint as audience', () => ({ aud: `${ISSUER}oauth/token` })],
    ['a list as audience', () => ({ aud: [ISSUER] })],
    ['another provider as audience', () => ({ aud: 'https://other.test/' })],
    ['the issuer without its slash', () => ({ aud: ISSUER.slice(0, -1) })],
    ['no audience', () => ({ aud: undefined })],
    ['another issuer', () => ({ iss: 'other' })],
    ['another subject', () => ({ sub: 'other' })],
    ['no end', () => ({ exp: undefined })],
    ['an end more than five minutes away', (now) => ({ exp: now + 301 })],
    ['an end far away, and no beginning', (now) => ({ exp: now + 3600, iat: undefined })],
    ['an end that is over', (now) => ({ exp: now - 31, iat: now - 91 })],
    ['a beginning to come', (now) => ({ nbf: now + 60 })],
    ['a date of issue to come', (now) => ({ iat: now + 60, exp: now + 120 })],
    ['a date of issue that is none', () => ({ iat: 'now' })],
    ['no id', () => ({ jti: undefined })],
    ['an empty id', () => ({ jti: '' })],
    ['an id of 256 bytes', () => ({ jti: 'x'.repeat(256) })],
    ['an id that no column holds', () => ({ jti: 'a\u0000b' })],
  ])('refuses %s', async (_, changes) => {
    const deps = memoryDeps(CLIENT);
    await expect(prove(deps, await sign(deps, changes(nowOf(deps))))).rejects.toThrow(invalidClient);
  });

  it.each<[string, Record<string, unknown>]>([
    ['a key it brought along', { jwk: pairOf('ES256').key }],
    ['the address of a key', { jku: 'https://evil.test/keys' }],
    ['a certificate', { x5c: ['MII'] }],
    ['the address of a certificate', { x5u: 'https://evil.test/cert' }],
    ['a key that is not registered', { kid: 'other' }],
    ['the name of another algorithm’s key', { kid: 'RS256' }],
    ['the type of an access token', { typ: 'at+jwt' }],
    ['the type of a logout token', { typ: 'logout+jwt' }],
  ])('refuses a header with %s', async (_, header) => {
    const deps = memoryDeps(CLIENT);
    await expect(prove(deps, await sign(deps, {}, { header }))).rejects.toThrow(invalidClient);
  });

  it('refuses alg none, and HS256 with a public key as its secret', async () => {
    const deps = memoryDeps(CLIENT);
    await expect(prove(deps, new UnsecuredJWT(claims(deps)).encode())).rejects.toThrow(invalidClient);
    const secret = new TextEncoder().encode(JSON.stringify(pairOf('RS256').key));
    const symmetric = await new SignJWT(claims(deps))
      .setProtectedHeader({ alg: 'HS256', kid: 'RS256' })
      .sign(secret);
    await expect(prove(deps, symmetric)).rejects.toThrow(invalidClient);
  });

  it.each(['x', 'a.b.c', 'e30.e30.', 'e30.bnVsbA.x'])(
    'refuses what is no assertion: %s',
    async (assertion) => {
      const deps = memoryDeps(CLIENT);
      await expect(prove(deps, assertion)).rejects.toThrow(invalidClient);
    },
  );

  it('refuses an assertion of a client that is registered for a secret, and a secret in its place (CLI-2)', async () => {
    const web = confidentialClient();
    const deps = memoryDeps(web);
    await expect(prove(deps, await sign(deps), { client: web })).rejects.toThrow(invalidClient);
    const post = parseClientCredentials(null, parseFormParameters('client_id=web&client_secret=s3cret'));
    await expect(authenticateClient(deps, CLIENT, post)).rejects.toThrow(invalidClient);
  });

  it('refuses a second way beside it, a type that is none, and another client’s id (CLI-2)', async () => {
    const deps = memoryDeps(CLIENT);
    const assertion = await sign(deps);
    const parse = (form: string, authorization: string | null = null) =>
      parseClientCredentials(authorization, parseFormParameters(`client_assertion=${assertion}${form}`));
    const type = `&client_assertion_type=${ASSERTION_TYPE}`;
    expect(() => parse(`${type}&client_secret=x`)).toThrow(invalidRequest);
    expect(() => parse(type, `Basic ${btoa('web:x')}`)).toThrow(invalidRequest);
    expect(() => parse('')).toThrow(invalidRequest);
    expect(() => parse('&client_assertion_type=saml')).toThrow(invalidRequest);
    expect(() => parse(`${type}&client_id=other`)).toThrow(invalidClient);
  });

  it('is announced, with its algorithms', () => {
    expect(describeProvider(ISSUER, ['en'])).toMatchObject({
      token_endpoint_auth_methods_supported: expect.arrayContaining(['private_key_jwt']),
      token_endpoint_auth_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    });
  });
});

describe('the keys a client registers (CLI-5)', () => {
  it('are kept with their public members alone', async () => {
    const keys = await parseClientKeys({
      keys: pairs.map(({ key }) => ({ ...key, use: 'sig', key_ops: ['x'] })),
    });
    expect(keys).toEqual(pairs.map(({ key }) => key));
  });

  it('may name the one algorithm they are for', async () => {
    const client = { ...CLIENT, jwks: [{ ...pairOf('RS256').key, kid: 'RS256', alg: 'PS256' }] };
    const deps = memoryDeps(client);
    await expect(prove(deps, await sign(deps, {}, { alg: 'RS256' }), { client })).rejects.toThrow(
      invalidClient,
    );
  });

  it('may not be private, symmetric, weak, for encryption, unreadable, or two of one name', async () => {
    const { key, privateJwk } = pairOf('ES256');
    const weak = { kty: 'RSA', e: 'AQAB', n: Buffer.alloc(128, 0xff).toString('base64url') };
    for (const keys of [
      null,
      [],
      [null],
      ['x'],
      [privateJwk],
      [{ kty: 'oct', k: 'c2VjcmV0' }],
      [{ kty: 'oct' }],
      [weak],
      [{ ...key, use: 'enc' }],
      [{ ...key, alg: 'HS256' }],
      [{ ...key, crv: 'P-521' }],
      [{ ...key, x: 'AA' }],
      [{ ...key, kid: 7 }],
      [key, key],
      Array.from({ length: 11 }, (_, index) => ({ ...key, kid: `${index}` })),
    ]) {
      expect(await parseClientKeys({ keys })).toEqual(expect.stringMatching(/^must /));
    }
    expect(await parseClientKeys(undefined)).toEqual(expect.stringMatching(/^must /));
  });
});
