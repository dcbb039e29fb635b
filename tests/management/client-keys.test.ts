import { generateKeyPairSync, KeyObject } from 'node:crypto';
import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { certify } from '@/lib/keys/certificate';
import { CLIENTS_PATH } from '@/lib/management/client-routes';
import { consumeClientAssertion } from '@/lib/oidc/client-assertion';
import { type Asked, type Office, openOffice } from './office';

const ISSUER = 'https://login.example.com/';
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const OTHER = generateKeyPairSync('rsa', { modulusLength: 2048 });
const CURVE = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pemOf = ({ publicKey }: { publicKey: KeyObject }) =>
  publicKey.export({ type: 'spki', format: 'pem' }).toString();
const KEY = { credential_type: 'public_key', pem: pemOf(RSA) };

let office: Office;
beforeAll(async () => {
  office = await openOffice('client keys');
});
afterAll(() => office?.close());
beforeEach(() => office.reset());

const ask = (path: string, asked: Omit<Asked, 'path'> = {}) =>
  office.ask({ path: `${CLIENTS_PATH}${path}`, ...asked });
const read = async (response: Response | Promise<Response>) => (await response).json();
const create = async (body: Record<string, unknown> = {}) =>
  read(ask('', { method: 'POST', body: { name: 'Bank', ...body } }));
const using = (...credentials: object[]) => ({
  client_authentication_methods: { private_key_jwt: { credentials } },
});
const update = (id: string, body: unknown, asked: Omit<Asked, 'path'> = {}) =>
  ask(`/${id}`, { method: 'PATCH', body, ...asked });
const register = (id: string, body: object = {}) =>
  ask(`/${id}/credentials`, { method: 'POST', body: { ...KEY, ...body } });

/** Whether an assertion that this key signed proves the client now. */
async function proves(clientId: string, { privateKey }: { privateKey: KeyObject }, alg = 'RS256') {
  const now = Math.floor(office.now.getTime() / 1000);
  const assertion = await new SignJWT({ jti: String(Math.random()) })
    .setProtectedHeader({ alg })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(ISSUER)
    .setIssuedAt(now)
    .setExpirationTime(now + 60)
    .sign(privateKey);
  const client = await office.deps.clients.find(clientId);
  if (client === null) throw new Error('There is no such client.');
  const deps = {
    issuer: ISSUER,
    clock: () => office.now,
    clientAssertions: { consume: async () => true },
  };
  return consumeClientAssertion(deps, client, assertion);
}

describe('a client that is made with keys, in Auth0’s way (CLI-5)', () => {
  it('has no secret, and proves itself by any of them', async () => {
    const curve = { ...KEY, pem: pemOf(CURVE), alg: 'ES256', name: 'Second', kid: 'second' };
    const created = await create(using({ ...KEY, name: 'First' }, curve));
    expect(created).toMatchObject({ token_endpoint_auth_method: 'private_key_jwt' });
    expect(created).not.toHaveProperty('client_secret');
    const listed = await read(ask(`/${created.client_id}/credentials`));
    const ids = listed.map(({ id }: { id: string }) => ({ id }));
    expect(created.client_authentication_methods).toEqual({ private_key_jwt: { credentials: ids } });
    expect(listed).toEqual([
      {
        id: expect.stringMatching(/^cred_[A-Za-z0-9_-]{16}$/),
        name: 'First',
        kid: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
        alg: 'RS256',
        credential_type: 'public_key',
        created_at: office.now.toISOString(),
        updated_at: office.now.toISOString(),
      },
      expect.objectContaining({ name: 'Second', kid: 'second', alg: 'ES256' }),
    ]);
    const { client_id: id } = created;
    expect(await proves(id, RSA)).toBe(true);
    expect(await proves(id, CURVE, 'ES256')).toBe(true);
    expect(await proves(id, RSA, 'PS256')).toBe(false);
    expect(await proves(id, OTHER)).toBe(false);
  });

  it.each<[string, object, string]>([
    ['no PEM', { pem: undefined }, 'pem must be there.'],
    [
      'a private key',
      { pem: RSA.privateKey.export({ type: 'pkcs8', format: 'pem' }) },
      'pem must be the PEM of',
    ],
    [
      'a key for another algorithm',
      { alg: 'ES256' },
      'pem must be the PEM of a public key, or of a certificate, for ES256.',
    ],
    [
      'a weak key',
      { pem: pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 })) },
      'pem must not hold an RSA key of less',
    ],
    ['a shared secret', { alg: 'HS256' }, 'alg must be one of RS256, PS256, ES256, EdDSA.'],
    [
      'a certificate’s subject',
      { credential_type: 'cert_subject_dn' },
      'credential_type must be public_key: ',
    ],
    [
      'the expiry of a certificate',
      { parse_expiry_from_cert: true },
      'parse_expiry_from_cert must be false: ',
    ],
    ['a word for an instant', { expires_at: 'soon' }, 'expires_at must be an instant'],
    ['a kid with a path', { kid: '../x' }, 'kid may hold letters'],
    ['a field that there is not', { thumbprint: 'x' }, 'holds a field thumbprint'],
  ])('is refused with %s, and neither made nor changed (MGT-2)', async (_, changes, sentence) => {
    const made = await create(using({ ...KEY, ...changes }));
    expect(made).toMatchObject({ statusCode: 400, errorCode: 'invalid_body' });
    expect(made.message).toContain(sentence);
    const { client_id: id } = await create(using(KEY));
    expect((await read(register(id, changes))).message).toContain(sentence);
    expect(await read(ask(`/${id}/credentials`))).toHaveLength(1);
  });

  it.each<[string, object, string]>([
    ['two keys of one name', using(KEY, KEY), 'must not hold two keys of one kid'],
    ['no key', using(), 'must not be empty'],
    [
      'keys of another client',
      using({ id: 'cred_AAAAAAAAAAAAAAAA' }),
      'credentials[0].credential_type must be public_key',
    ],
    [
      'keys and a secret',
      { ...using(KEY), token_endpoint_auth_method: 'client_secret_post' },
      'token_endpoint_auth_method must be left out',
    ],
    ['keys in a browser', { ...using(KEY), app_type: 'spa' }, 'token_endpoint_auth_method must be none'],
    [
      'certificates',
      { client_authentication_methods: { tls_client_auth: {} } },
      'private_key_jwt must be a JSON object',
    ],
  ])('is not made with %s', async (_, body, sentence) => {
    const made = await create(body as Record<string, unknown>);
    expect(made).toMatchObject({ statusCode: 400 });
    expect(made.message).toContain(sentence);
  });
});

describe('a credential', () => {
  it('proves nothing until the client uses it, and nothing when it no longer does', async () => {
    const { client_id: id, client_secret: secret } = await create();
    expect(secret).toBeDefined();
    const { id: first } = await read(register(id));
    expect(await proves(id, RSA)).toBe(false);
    await update(id, using({ id: first }));
    expect(await office.deps.clients.find(id)).toMatchObject({ secretHashes: [] });
    const { id: second } = await read(register(id, { pem: pemOf(OTHER) }));
    expect([await proves(id, RSA), await proves(id, OTHER)]).toEqual([true, false]);
    await update(id, using({ id: first }, { id: second }));
    expect([await proves(id, RSA), await proves(id, OTHER)]).toEqual([true, true]);
    expect(await read(update(id, using({ id: second })))).toMatchObject(using({ id: second }));
    expect([await proves(id, RSA), await proves(id, OTHER)]).toEqual([false, true]);
    const back = await read(
      update(id, { client_authentication_methods: null, token_endpoint_auth_method: 'client_secret_post' }),
    );
    expect(back).toHaveProperty('client_secret');
    expect(back).not.toHaveProperty('client_authentication_methods');
    expect(await proves(id, OTHER)).toBe(false);
    expect(await read(ask(`/${id}/credentials`))).toHaveLength(2);
  });

  it('may come as a certificate, of which the key counts', async () => {
    const pair = await generateKeyPair('RS256', { extractable: true });
    const { x5c } = await certify(pair, { kid: 'x', commonName: 'bank.example', now: office.now });
    const pem = `-----BEGIN CERTIFICATE-----\n${x5c[0]}\n-----END CERTIFICATE-----`;
    const { client_id: id } = await create(using({ ...KEY, pem }));
    expect(await proves(id, { privateKey: KeyObject.from(pair.privateKey) })).toBe(true);
  });

  it('ends when its time has come', async () => {
    const expires_at = new Date(office.now.getTime() + 60_000).toISOString();
    const { client_id: id } = await create(using({ ...KEY, expires_at }));
    const [{ id: credential }] = await read(ask(`/${id}/credentials`));
    expect(await proves(id, RSA)).toBe(true);
    office.pass(60);
    expect(await proves(id, RSA)).toBe(false);
    const patch = (body: unknown) => ask(`/${id}/credentials/${credential}`, { method: 'PATCH', body });
    expect(await read(patch({ expires_at: null }))).not.toHaveProperty('expires_at');
    expect(await proves(id, RSA)).toBe(true);
    expect(await read(patch({ expires_at: '2031-05-06T09:08:09+02:00' }))).toMatchObject({
      expires_at: '2031-05-06T07:08:09.000Z',
      updated_at: office.now.toISOString(),
    });
    expect(await proves(id, RSA)).toBe(false);
    for (const body of [{}, { expires_at: 1 }, { expires_at: null, pem: KEY.pem }, { name: 'x' }])
      expect(await read(patch(body))).toMatchObject({ statusCode: 400, errorCode: 'invalid_body' });
  });

  it('is deleted once nothing uses it', async () => {
    const { client_id: id } = await create(using(KEY, { ...KEY, pem: pemOf(OTHER) }));
    const [first, second] = await read(ask(`/${id}/credentials`));
    const remove = (credential: string) => ask(`/${id}/credentials/${credential}`, { method: 'DELETE' });
    expect(await read(remove(first.id))).toMatchObject({
      statusCode: 400,
      errorCode: 'operation_not_supported',
    });
    await update(id, using({ id: second.id }));
    expect((await remove(first.id)).status).toBe(204);
    expect(await read(ask(`/${id}/credentials`))).toEqual([second]);
    for (const method of ['GET', 'DELETE'])
      expect(await read(ask(`/${id}/credentials/${first.id}`, { method }))).toMatchObject({
        statusCode: 404,
        errorCode: 'inexistent_credential',
      });
  });

  it('is one of ten, of a name of its own', async () => {
    const { client_id: id } = await create();
    expect((await register(id, { kid: 'k0' })).status).toBe(201);
    expect(await read(register(id, { kid: 'k0' }))).toMatchObject({ statusCode: 400 });
    for (let index = 1; index < 10; index++) await register(id, { kid: `k${index}` });
    expect(await read(register(id, { kid: 'k10' }))).toMatchObject({
      message: 'A client has 10 credentials at most.',
    });
  });

  it('of nobody is not put to use, and puts no client out of use', async () => {
    const { client_id: id } = await create(using(KEY));
    const { client_id: other } = await create(using(KEY));
    const [{ id: foreign }] = await read(ask(`/${other}/credentials`));
    expect(await read(update(id, using({ id: foreign })))).toMatchObject({
      message:
        'Payload validation error: client_authentication_methods.private_key_jwt.credentials[0].id is no credential of this client.',
    });
    expect((await update(id, using())).status).toBe(400);
    expect(await proves(id, RSA)).toBe(true);
  });

  it('is put to use with update:client_keys alone (MGT-1)', async () => {
    const { client_id: id } = await create();
    const { id: credential } = await read(register(id));
    const scopes = ['update:clients'];
    expect((await update(id, using({ id: credential }), { scopes })).status).toBe(403);
    expect((await update(id, { name: 'Bank of Acme' }, { scopes })).status).toBe(200);
    const more = [...scopes, 'update:client_keys'];
    expect((await update(id, using({ id: credential }), { scopes: more })).status).toBe(200);
  });

  it('of no client is none', async () => {
    for (const response of [ask('/nobody/credentials'), register('nobody'), ask('/nobody/credentials/x')])
      expect(await read(response)).toMatchObject({ statusCode: 404, errorCode: 'inexistent_client' });
  });
});
