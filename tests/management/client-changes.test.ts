import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretVerifier, hashClientSecret, openClientSecret } from '@/lib/keys/client-secret';
import { CLIENTS_PATH } from '@/lib/management/client-routes';
import { secretHashesAt } from '@/lib/oidc/client';
import type { ClientRegister } from '@/lib/oidc/client-register';
import { type Asked, box, type Office, openOffice } from './office';

const CALLBACK = 'https://app.example.com/callback';
const KEY = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'k1' };
const DAY = 86_400;

let office: Office;
let clients: ClientRegister;
beforeAll(async () => {
  office = await openOffice('client changes');
  clients = office.deps.clients;
});
afterAll(() => office?.close());
beforeEach(() => office.reset());

const ask = (path: string, asked: Omit<Asked, 'path'> = {}) =>
  office.ask({ path: `${CLIENTS_PATH}${path}`, ...asked });
const read = async (response: Response | Promise<Response>) => (await response).json();
const create = async (body: Record<string, unknown> = {}) =>
  read(ask('', { method: 'POST', body: { name: 'App', callbacks: [CALLBACK], ...body } }));
const update = (id: string, body: unknown, asked: Omit<Asked, 'path'> = {}) =>
  ask(`/${id}`, { method: 'PATCH', body, ...asked });
const rotate = (id: string, query = '') => ask(`/${id}/rotate-secret${query}`, { method: 'POST' });
const remove = (id: string, asked: Omit<Asked, 'path'> = {}) => ask(`/${id}`, { method: 'DELETE', ...asked });

/** Whether a secret proves the client now. */
async function proves(clientId: string, clientSecret: string): Promise<boolean> {
  const client = await clients.find(clientId);
  if (client === null) throw new Error('There is no such client.');
  return createSecretVerifier(box)(clientSecret, secretHashesAt(client, office.now));
}

describe('a change of a client', () => {
  it('touches what was sent and nothing else', async () => {
    const { client_secret: secret, ...before } = await create({
      description: 'Ours',
      app_type: 'regular_web',
    });
    const changes = {
      name: 'Shop',
      callbacks: ['https://shop.example.com/callback'],
      is_first_party: false,
      allowed_logout_urls: ['https://shop.example.com/'],
      allowed_origins: ['https://docs.example.com'],
      web_origins: ['https://shop.example.com'],
      grant_types: ['authorization_code'],
      jwt_configuration: { lifetime_in_seconds: 600 },
      refresh_token: { leeway: 0, token_lifetime: 3600 },
      require_pkce: false,
      require_pushed_authorization_requests: true,
      profile_claims_in_id_token: false,
      cross_origin_authentication: false,
      is_token_endpoint_ip_header_trusted: true,
      logo_uri: 'https://shop.example.com/logo.svg',
      initiate_login_uri: 'https://shop.example.com/login',
      client_metadata: { team: 'shop' },
      custom_login_page_on: false,
    };
    const seen: Record<string, unknown> = { ...before };
    for (const [field, value] of Object.entries(changes)) {
      seen[field] =
        typeof value === 'object' && !Array.isArray(value) ? { ...(seen[field] as object), ...value } : value;
      expect(await read(update(before.client_id, { [field]: value }))).toEqual(seen);
    }
    expect(await read(ask(`/${before.client_id}`))).toEqual(seen);
    expect(await clients.find(before.client_id)).toMatchObject({
      name: 'Shop',
      redirectUris: changes.callbacks,
      idTokenLifetimeSeconds: 600,
      requirePkce: false,
      profileClaimsInIdToken: false,
      crossOriginAuthentication: false,
      trustsForwardedAddress: true,
    });
    expect(await proves(before.client_id, secret)).toBe(true);
  });

  it('takes back what may be absent', async () => {
    const { client_id: id } = await create({ description: 'x', logo_uri: 'https://a.example/l.svg' });
    const nothing = { description: null, logo_uri: null, initiate_login_uri: null };
    expect(await read(update(id, { ...nothing, description: '' }))).toMatchObject(nothing);
    expect(await read(update(id, {}))).toMatchObject(nothing);
  });

  it('of where it hears of sign-outs leaves the rest of that as it is, and the other way round', async () => {
    const uri = 'https://app.example.com/logout';
    const initiators = { mode: 'custom', selected_initiators: ['session-revoked'] };
    const { client_id: id } = await create({
      oidc_logout: { backchannel_logout_urls: [uri], backchannel_logout_initiators: initiators },
      backchannel_logout_session_required: true,
    });
    const moved = await read(update(id, { backchannel_logout_uri: `${uri}/2` }));
    expect(moved).toMatchObject({
      backchannel_logout_uri: `${uri}/2`,
      backchannel_logout_session_required: true,
      oidc_logout: { backchannel_logout_urls: [`${uri}/2`], backchannel_logout_initiators: initiators },
    });
    const told = { backchannel_logout_initiators: { mode: 'all' } };
    expect(await read(update(id, { oidc_logout: told }))).toMatchObject({
      oidc_logout: { backchannel_logout_urls: [`${uri}/2`], ...told },
    });
    expect(await read(update(id, { oidc_logout: { backchannel_logout_urls: [] } }))).toMatchObject({
      backchannel_logout_uri: null,
      backchannel_logout_session_required: true,
    });
    expect((await update(id, { backchannel_logout_uri: 'https://127.0.0.1/' })).status).toBe(400);
  });

  it('of how refresh tokens live replaces all of it, and null takes it back', async () => {
    const { client_id: id, refresh_token: usual } = await create();
    const stays = { rotation_type: 'non-rotating', expiration_type: 'non-expiring' };
    expect(await read(update(id, { refresh_token: stays }))).toMatchObject({
      refresh_token: { ...stays, infinite_token_lifetime: true, infinite_idle_token_lifetime: true },
    });
    expect(await read(update(id, { token_endpoint_auth_method: 'none' }))).toMatchObject({
      message:
        'Payload validation error: refresh_token.rotation_type must be rotating where there is no client secret.',
    });
    expect(await read(update(id, { refresh_token: { leeway: 5 } }))).toMatchObject({
      refresh_token: { ...usual, leeway: 5 },
    });
    expect(await read(update(id, { refresh_token: null }))).toMatchObject({ refresh_token: usual });
  });

  it('merges metadata by name, and takes away what is null or empty', async () => {
    const { client_id: id } = await create({ client_metadata: { team: 'shop', tier: 'gold', old: 'x' } });
    const changed = await read(
      update(id, { client_metadata: { tier: 'silver', old: null, team: '', new: 'y' } }),
    );
    expect(changed.client_metadata).toEqual({ tier: 'silver', new: 'y' });
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`k${index}`, 'v']));
    expect(await read(update(id, { client_metadata: many }))).toMatchObject({
      message: 'Payload validation error: client_metadata may hold 10 entries at most.',
    });
  });

  it('is made beside another at the same moment: neither is lost', async () => {
    const { client_id: id } = await create();
    const names = ['description', 'logo_uri', 'initiate_login_uri'];
    const answers = await Promise.all(names.map((name) => update(id, { [name]: 'https://a.example/x' })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await read(ask(`/${id}`))).toMatchObject(
      Object.fromEntries(names.map((name) => [name, 'https://a.example/x'])),
    );
  });

  it('that others are always quicker with is given up: 409', async () => {
    const { client_id: id } = await create();
    const deps = { clients: { ...clients, change: async () => null } };
    expect(await read(update(id, { name: 'Never' }, { deps }))).toMatchObject({
      statusCode: 409,
      errorCode: 'client_conflict',
    });
  });

  it('leaves alone what was registered when the rules were others', async () => {
    const { client_id: id } = await create();
    const old = ['https://*.vercel.app/cb'];
    await office.prisma.client.update({ where: { clientId: id }, data: { redirectUris: old } });
    expect(await read(update(id, { name: 'Other' }))).toMatchObject({ name: 'Other', callbacks: old });
    expect((await update(id, { callbacks: old })).status).toBe(400);
    expect((await update(id, { app_type: 'spa', token_endpoint_auth_method: 'none' })).status).toBe(400);
  });

  it('gives no leave for wildcards that the client was not made with (RED-3)', async () => {
    const wildcard = 'https://*.preview.example.com/cb';
    const { client_id: plain } = await create();
    expect(await read(update(plain, { callbacks: [wildcard] }))).toMatchObject({
      message:
        'Payload validation error: callbacks[0]: The redirect URI holds a *, which this client may not use.',
    });
    const { client_id: wild } = await create({ callbacks: [wildcard] });
    expect((await update(wild, { callbacks: [wildcard, CALLBACK] })).status).toBe(200);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['its id', { client_id: 'x' }, 'the body holds a field client_id that is not one of'],
    ['its secret', { client_secret: 'x' }, 'the body holds a field client_secret'],
    ['its hashes', { secretHashes: ['x'] }, 'the body holds a field secretHashes'],
    ['the tenant', { tenant: 'x' }, 'the body holds a field tenant'],
    ['whether it is global', { global: true }, 'the body holds a field global'],
    ['when it was made', { created_at: '2031-01-01' }, 'the body holds a field created_at'],
    ['its signing keys', { signing_keys: [] }, 'the body holds a field signing_keys'],
    ['a word for a flag', { require_pkce: 'true' }, 'require_pkce must be true or false.'],
    ['null for a flag', { require_pkce: null }, 'require_pkce must be true or false.'],
    ['null for a name', { name: null }, 'name must be a string.'],
    ['a text for a list', { callbacks: CALLBACK }, 'callbacks must be a list of strings.'],
    ['null for a list', { callbacks: null }, 'callbacks must be a list of strings.'],
    [
      'a script for a callback (RED-3)',
      { callbacks: ['javascript:alert(1)//'] },
      'callbacks[0]: The redirect URI has',
    ],
    [
      'data for a callback (RED-3)',
      { callbacks: ['data:text/html,x'] },
      'callbacks[0]: The redirect URI has',
    ],
    ['vbscript after sign-out (RED-3)', { allowed_logout_urls: ['vbscript:x'] }, 'allowed_logout_urls[0]: '],
    [
      'a blank before a script (RED-3)',
      { callbacks: [' javascript:x'] },
      'callbacks[0]: The redirect URI may hold',
    ],
    [
      'a fragment (RED-3)',
      { callbacks: ['https://x.example/#f'] },
      'callbacks[0]: The redirect URI has a fragment.',
    ],
    ['a wildcard for a host (RED-3)', { callbacks: ['https://*/cb'] }, 'callbacks[0]: The redirect URI '],
    ['a scheme of its own (RED-3)', { callbacks: ['com.example:/cb'] }, 'callbacks[0]: '],
    ['every origin', { web_origins: ['*'] }, 'web_origins[0] must be an origin'],
    ['a type there is not', { app_type: 'box' }, 'app_type must be one of'],
    ['a type that keeps no secret', { app_type: 'spa' }, 'token_endpoint_auth_method must be none: a spa'],
    [
      'no method, and machine grants',
      { token_endpoint_auth_method: 'none', grant_types: ['client_credentials'] },
      'grant_types may hold',
    ],
    [
      'no method, and no PKCE',
      { token_endpoint_auth_method: 'none', require_pkce: false },
      'require_pkce must be true',
    ],
    [
      'a method without its keys',
      { token_endpoint_auth_method: 'private_key_jwt' },
      'jwks must be an object',
    ],
    ['keys without their method', { jwks: { keys: [KEY] } }, 'jwks may be there only where'],
    [
      'trust in what cannot prove itself',
      { token_endpoint_auth_method: 'none', is_token_endpoint_ip_header_trusted: true },
      'is_token_endpoint_ip_header_trusted must be false',
    ],
    [
      'HS256 where only a hash is kept',
      { jwt_configuration: { alg: 'HS256' } },
      'jwt_configuration.alg becomes HS256 only',
    ],
    ['alg none (JWT-1)', { jwt_configuration: { alg: 'none' } }, 'jwt_configuration.alg must be one of'],
    [
      'a lifetime without end',
      { jwt_configuration: { lifetime_in_seconds: 2_592_001 } },
      'jwt_configuration.lifetime_in_seconds must be a whole number from 1 to 2592000.',
    ],
    [
      'half a second',
      { jwt_configuration: { lifetime_in_seconds: 0.5 } },
      'jwt_configuration.lifetime_in_seconds must',
    ],
    [
      'a secret in base64',
      { jwt_configuration: { secret_encoded: true } },
      'jwt_configuration.secret_encoded must be false: ',
    ],
    [
      'an unknown field inside',
      { jwt_configuration: { kid: 'x' } },
      'jwt_configuration holds a field kid that',
    ],
    ['what is not true here', { oidc_conformant: false }, 'oidc_conformant must be true: '],
    ['what is not true here either', { sso_disabled: true }, 'sso_disabled must be false: '],
    ['a long description', { description: 'x'.repeat(141) }, 'description may hold 140 characters at most.'],
    ['metadata that is none', { client_metadata: [] }, 'client_metadata must be an object of strings.'],
    ['metadata that is deep', { client_metadata: { a: { b: 'c' } } }, 'client_metadata.a must be a string.'],
    [
      'long metadata',
      { client_metadata: { a: 'x'.repeat(256) } },
      'client_metadata.a may hold 255 characters at most.',
    ],
    [
      'a name that is told back to nobody',
      { client_metadata: { '<script>': 1 } },
      'client_metadata.… must be a string.',
    ],
    [
      'a long name of metadata',
      { client_metadata: { ['x'.repeat(256)]: 'a' } },
      'client_metadata.… may hold names of 1 to 255',
    ],
    ['a list', [] as never, 'the body must be a JSON object.'],
  ])('does not take %s: 400, and nothing is changed (MGT-2)', async (_, body, sentence) => {
    const { client_secret: _secret, ...before } = await create();
    const problem = await read(update(before.client_id, body));
    expect(problem).toMatchObject({ statusCode: 400, errorCode: 'invalid_body' });
    expect(problem.message).toContain(`Payload validation error: ${sentence}`);
    expect(await read(ask(`/${before.client_id}`))).toEqual(before);
  });

  it('of nobody is 404', async () => {
    for (const response of [update('nobody', {}), rotate('nobody'), remove('nobody')])
      expect(await read(response)).toMatchObject({ statusCode: 404, errorCode: 'inexistent_client' });
  });
});

describe('a change of how a client proves itself', () => {
  it('draws a secret where there was none, and shows it this once (CLI-4)', async () => {
    const { client_id: id } = await create({ token_endpoint_auth_method: 'none' });
    const changed = await read(update(id, { token_endpoint_auth_method: 'client_secret_post' }));
    expect(await proves(id, changed.client_secret)).toBe(true);
    expect(await read(update(id, { token_endpoint_auth_method: 'client_secret_basic' }))).not.toHaveProperty(
      'client_secret',
    );
    expect(await proves(id, changed.client_secret)).toBe(true);
  });

  it('by keys in place of a secret ends the secret, and back draws another', async () => {
    const { client_id: id, client_secret: secret } = await create({ jwt_configuration: { alg: 'HS256' } });
    const keys = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [KEY] } };
    expect((await update(id, keys)).status).toBe(400);
    await update(id, { ...keys, jwt_configuration: { alg: 'RS256' } });
    expect(await clients.find(id)).toMatchObject({ secretHashes: [], sealedSecret: null, jwks: [KEY] });
    expect(await read(update(id, { name: 'Same keys' }))).toMatchObject({ jwks: { keys: [KEY] } });
    const back = await read(update(id, { token_endpoint_auth_method: null }));
    expect(back).toMatchObject({ token_endpoint_auth_method: 'client_secret_post' });
    expect(back).not.toHaveProperty('jwks');
    expect([await proves(id, back.client_secret), await proves(id, secret)]).toEqual([true, false]);
  });

  it('lets an ID token be signed by our key again, and forgets the secret that signed it', async () => {
    const { client_id: id, client_secret: secret } = await create({ jwt_configuration: { alg: 'HS256' } });
    await update(id, { jwt_configuration: { alg: 'RS256' } });
    expect(await clients.find(id)).toMatchObject({ sealedSecret: null });
    expect(await proves(id, secret)).toBe(true);
  });

  it('takes update:client_keys besides: whoever makes it can be the client (MGT-1)', async () => {
    const { client_id: id } = await create();
    const scopes = ['update:clients'];
    for (const body of [
      { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [KEY] } },
      { token_endpoint_auth_method: 'none' },
    ]) {
      expect(await read(update(id, body, { scopes }))).toMatchObject({
        statusCode: 403,
        message: 'Insufficient scope, expected any of: update:client_keys',
      });
      expect((await update(id, body, { scopes: [...scopes, 'update:client_keys'] })).status).toBe(200);
    }
    expect((await update(id, { name: 'Anybody' }, { scopes })).status).toBe(200);
  });
});

describe('a new secret (CLI-4)', () => {
  it('is shown this once, and the one before is good for a day', async () => {
    const { client_id: id, client_secret: first } = await create();
    const response = await rotate(id);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { client_secret: second } = await response.json();
    expect([await proves(id, first), await proves(id, second)]).toEqual([true, true]);
    expect(JSON.stringify(await office.prisma.client.findMany())).not.toContain(second);
    expect(await (await ask(`/${id}`)).text()).not.toContain('lks_');
    office.pass(DAY - 1);
    expect(await proves(id, first)).toBe(true);
    office.pass(1);
    expect([await proves(id, first), await proves(id, second)]).toEqual([false, true]);
  });

  it('ADM-3: takes a recent proof of an operator at the console', async () => {
    const { client_id: id, client_secret: first } = await create();
    const operator = (seconds: number) => ({
      kind: 'operator' as const,
      accountId: 'email|ann',
      provenAt: new Date(office.now.getTime() - seconds * 1000),
    });
    const late = await ask(`/${id}/rotate-secret`, { method: 'POST', caller: operator(601) });
    expect(await read(late)).toMatchObject({ statusCode: 403, errorCode: 'recent_proof_required' });
    expect(await proves(id, first)).toBe(true);
    const inTime = await ask(`/${id}/rotate-secret`, { method: 'POST', caller: operator(600) });
    expect(await read(inTime)).toHaveProperty('client_secret');
  });

  it('has at most one before it: the oldest is dead at once', async () => {
    const { client_id: id, client_secret: first } = await create();
    const { client_secret: second } = await read(rotate(id));
    const { client_secret: third } = await read(rotate(id));
    const good = await Promise.all([first, second, third].map((secret) => proves(id, secret)));
    expect(good).toEqual([false, true, true]);
  });

  it('ends the one before when the caller says so', async () => {
    const { client_id: id, client_secret: first } = await create();
    await rotate(id, '?former_secret_seconds=0');
    expect(await proves(id, first)).toBe(false);
    const { client_secret: third } = await read(rotate(id, '?former_secret_seconds=60'));
    office.pass(60);
    expect(await proves(id, third)).toBe(true);
    for (const query of ['-1', '1.5', '2592001', 'x'])
      expect(await read(rotate(id, `?former_secret_seconds=${query}`))).toMatchObject({ statusCode: 400 });
  });

  it('signs ID tokens from now on where the one before did', async () => {
    const { client_id: id } = await create({ jwt_configuration: { alg: 'HS256' } });
    const { client_secret: second } = await read(rotate(id));
    expect(openClientSecret(box, (await clients.find(id))?.sealedSecret ?? '')).toBe(second);
  });

  it('is kept as a hash alone where it signs nothing', async () => {
    const { client_id: id } = await create();
    const { client_secret: second } = await read(rotate(id));
    const client = await clients.find(id);
    expect(client?.sealedSecret).toBeNull();
    expect(client?.secretHashes[0]).toBe(hashClientSecret(box, second));
  });

  it('is nothing for a client without one', async () => {
    const { client_id: id } = await create({ app_type: 'spa' });
    expect(await read(rotate(id))).toMatchObject({ statusCode: 400, errorCode: 'operation_not_supported' });
  });
});

describe('the end of a client', () => {
  it('is the end of everything it has, and of nothing else', async () => {
    const [{ client_id: id }, { client_id: other }] = [await create(), await create()];
    for (const clientId of [id, other]) {
      await office.prisma.authorizationCode.create({ data: codeRow(clientId) });
      await office.prisma.tokenFamily.create({ data: familyRow(clientId) });
      await office.prisma.pushedRequest.create({
        data: { clientId, referenceHash: `of ${clientId}`, sealedParameters: 'x', expiresAt: office.now },
      });
    }
    const response = await remove(id);
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect((await ask(`/${id}`)).status).toBe(404);
    expect(await clients.find(id)).toBeNull();
    const { authorizationCode, tokenFamily, pushedRequest, clientConnection } = office.prisma;
    for (const rows of await Promise.all([
      authorizationCode.findMany(),
      tokenFamily.findMany(),
      pushedRequest.findMany(),
      clientConnection.findMany({ distinct: 'clientId' }),
    ]))
      expect(rows.map(({ clientId }) => clientId)).toEqual([other]);
    expect((await remove(id)).status).toBe(404);
  });

  it('is not brought about by the client itself (MGT-5)', async () => {
    const { client_id: id } = await create({ app_type: 'non_interactive' });
    expect(await read(remove(id, { caller: { clientId: id } }))).toMatchObject({
      statusCode: 400,
      errorCode: 'operation_not_supported',
      message: 'A client cannot delete itself.',
    });
    expect((await ask(`/${id}`)).status).toBe(200);
  });

  function codeRow(clientId: string) {
    return {
      ...{ codeHash: `code of ${clientId}`, clientId, accountId: 'a', sessionId: 's', redirectUri: CALLBACK },
      ...{ scope: 'openid', familyId: `family of ${clientId}`, authTimeRequested: false },
      ...{ authenticatedAt: office.now, createdAt: office.now, expiresAt: office.now },
    };
  }

  function familyRow(clientId: string) {
    const expiresAt = office.now;
    return {
      ...{ id: `family of ${clientId}`, clientId, accountId: 'a', scope: 'openid' },
      ...{ createdAt: office.now, expiresAt },
    };
  }
});

describe('a client that the environment describes (MGT-5)', () => {
  beforeEach(async () => {
    const { client_id: made } = await create();
    await office.prisma.client.update({ where: { clientId: made }, data: { clientId: 'declared' } });
  });

  it.each([
    ['deleted', () => remove('declared'), 'Take it away there.'],
    ['given another secret', () => rotate('declared'), 'Change its secret there.'],
    ['sent elsewhere', () => update('declared', { callbacks: [CALLBACK] }), 'Change its callbacks there.'],
    [
      'made to prove itself otherwise',
      () => update('declared', { token_endpoint_auth_method: 'none' }),
      'Change its token_endpoint_auth_method there.',
    ],
  ])('is not %s: the next boot would undo it', async (_, act, sentence) => {
    expect(await read(act())).toMatchObject({
      statusCode: 400,
      errorCode: 'operation_not_supported',
      message: `This client comes from the environment of the server. ${sentence}`,
    });
  });

  it('may have another name', async () => {
    expect((await update('declared', { name: 'Operations' })).status).toBe(200);
  });
});
