// Tokens that /authorize hands out itself, to clients that were given leave, checked as their libraries check them.
import { createHash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { authorize } from '@/lib/endpoints/authorize';
import { token } from '@/lib/endpoints/token';
import { userinfo } from '@/lib/endpoints/userinfo';
import type { Client } from '@/lib/oidc/client';
import { PKCE } from '../harness/public-client';
import { publicClient } from '../memory/clients';
import { ISSUER, type MemoryDeps, memoryDeps, SESSION_COOKIE, SUBJECT } from '../memory/deps';
import { api } from '../memory/resource-servers';

/** Somebody is signed in, and the client may have tokens at the front. */
function signedIn(changes: Partial<Client> = {}): MemoryDeps {
  const grantTypes = ['authorization_code', 'implicit', 'refresh_token'];
  const deps = memoryDeps(publicClient({ grantTypes, ...changes }));
  deps.beginSession();
  return deps;
}

function ask(deps: MemoryDeps, changes: Record<string, string> = {}): Promise<Response> {
  const query = new URLSearchParams({
    client_id: 'spa',
    redirect_uri: 'https://spa.test/cb',
    response_type: 'id_token token',
    scope: 'openid email',
    state: 'S1',
    nonce: 'N1',
    code_challenge: PKCE.challenge,
    code_challenge_method: 'S256',
    ...changes,
  });
  return authorize(deps, new Request(`${ISSUER}authorize?${query}`, { headers: { Cookie: SESSION_COOKIE } }));
}

/** What the fragment carries. Nothing may be in the query. */
function carried(response: Response): Record<string, string> {
  const location = new URL(response.headers.get('location') ?? '', ISSUER);
  expect(location.search).toBe('');
  return Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
}

const leftHalf = (value = '') =>
  createHash('sha256').update(value).digest().subarray(0, 16).toString('base64url');

const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

describe('a client with the implicit grant', () => {
  it.each([
    ['id_token', ['id_token']],
    ['token', ['access_token', 'expires_in', 'scope', 'token_type']],
    ['id_token token', ['access_token', 'expires_in', 'id_token', 'scope', 'token_type']],
    ['token id_token', ['access_token', 'expires_in', 'id_token', 'scope', 'token_type']],
    ['code id_token', ['code', 'id_token']],
    ['code token', ['access_token', 'code', 'expires_in', 'scope', 'token_type']],
    ['token code id_token', ['access_token', 'code', 'expires_in', 'id_token', 'scope', 'token_type']],
  ])('is answered %s in the fragment, with state and iss (STA-3)', async (responseType, names) => {
    const deps = signedIn();
    const response = await ask(deps, { response_type: responseType });
    expect(response.status).toBe(303);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const answer = carried(response);
    expect(Object.keys(answer).sort()).toEqual([...names, 'iss', 'state'].sort());
    expect(answer).toMatchObject({ state: 'S1', iss: ISSUER });
    expect(deps.codes.issued).toHaveLength(names.includes('code') ? 1 : 0);
  });

  it('gets an ID token that is bound to request, access token and code (STA-2, JWT-6)', async () => {
    const deps = signedIn();
    const answer = carried(await ask(deps, { response_type: 'code id_token token', max_age: '100' }));
    const now = seconds(deps.clock());
    expect(decodeJwt(answer.id_token ?? '')).toEqual({
      iss: ISSUER,
      sub: SUBJECT.sub,
      aud: 'spa',
      iat: now,
      exp: now + 36_000,
      nonce: 'N1',
      sid: 'sid1',
      auth_time: now,
      at_hash: leftHalf(answer.access_token),
      c_hash: leftHalf(answer.code),
      email: SUBJECT.email,
      email_verified: true,
    });
    const alone = decodeJwt(carried(await ask(deps, { response_type: 'id_token' })).id_token ?? '');
    expect(alone).not.toHaveProperty('at_hash');
    expect(alone).not.toHaveProperty('c_hash');
  });

  it('is told of the person in an ID token that comes alone, whatever the client prefers (OpenID Connect Core §5.4)', async () => {
    const deps = signedIn({ profileClaimsInIdToken: false });
    const claims = async (response_type: string) =>
      decodeJwt(carried(await ask(deps, { response_type })).id_token ?? '');
    expect(await claims('id_token')).toMatchObject({ email: SUBJECT.email });
    expect(await claims('id_token token')).not.toHaveProperty('email');
    expect(await claims('code id_token')).not.toHaveProperty('email');
  });

  it('gets an access token that lives for two hours, and no refresh token', async () => {
    const deps = signedIn();
    const answer = carried(await ask(deps, { scope: 'openid email offline_access' }));
    expect(answer).toMatchObject({ token_type: 'Bearer', expires_in: '7200', scope: 'openid email' });
    expect(decodeJwt(answer.access_token ?? '').exp).toBe(seconds(deps.clock()) + 7200);
    const headers = { Authorization: `Bearer ${answer.access_token}` };
    const asked = await userinfo(deps, new Request(`${ISSUER}userinfo`, { headers }));
    expect(await asked.json()).toEqual({ sub: SUBJECT.sub, email: SUBJECT.email, email_verified: true });
  });

  it('gets an access token for an API that lives as long as that says of the web', async () => {
    const deps = signedIn();
    deps.resourceServers.put(api({ tokenLifetimeForWebSeconds: 300 }));
    const scope = 'openid read:things';
    const answer = carried(await ask(deps, { audience: 'https://api.test/', scope }));
    expect(answer).toMatchObject({ expires_in: '300', scope });
    expect(decodeJwt(answer.access_token ?? '')).toMatchObject({
      aud: ['https://api.test/', `${ISSUER}userinfo`],
      exp: seconds(deps.clock()) + 300,
    });
  });

  it('redeems the code of a hybrid answer for tokens of their own family', async () => {
    const deps = signedIn();
    const front = carried(await ask(deps, { response_type: 'code token', scope: 'openid offline_access' }));
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'spa',
      redirect_uri: 'https://spa.test/cb',
      code: front.code ?? '',
      code_verifier: PKCE.verifier,
    });
    const response = await token(deps, new Request(`${ISSUER}oauth/token`, { method: 'POST', body }));
    const back = (await response.json()) as Record<string, string>;
    expect(back).toMatchObject({ expires_in: 86_400, refresh_token: expect.any(String) });
    const familyOf = (accessToken = '') => decodeJwt(accessToken).family;
    expect(familyOf(back.access_token)).not.toBe(familyOf(front.access_token));
    expect(decodeJwt(back.id_token ?? '')).toMatchObject({ nonce: 'N1' });
  });

  it('may have it all posted, or told to its page', async () => {
    const deps = signedIn();
    const posted = await (await ask(deps, { response_mode: 'form_post' })).text();
    expect(posted).toMatch(/<input type="hidden" name="access_token" value="[\w.-]+">/);
    expect(posted).toMatch(/<input type="hidden" name="id_token" value="[\w.-]+">/);
    const told = await (await ask(deps, { response_mode: 'web_message', prompt: 'none' })).text();
    expect(told).toMatch(/&quot;id_token&quot;:&quot;[\w.-]+&quot;/);
  });

  it.each([
    [{ response_mode: 'query' }, 'invalid_request'],
    [{ nonce: '' }, 'invalid_request'],
    [{ response_type: 'code id_token', nonce: '' }, 'invalid_request'],
    [{ scope: 'email' }, 'invalid_scope'],
    [{ response_type: 'code token', code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
    [{ response_type: 'token token' }, 'unsupported_response_type'],
    [{ response_type: 'id_token none' }, 'unsupported_response_type'],
  ])('is refused %j, and never in a query (RED-5, RED-6, STA-2)', async (changes, error) => {
    const deps = signedIn();
    const response = await ask(deps, changes as Record<string, string>);
    const { search, hash } = new URL(response.headers.get('location') ?? '', ISSUER);
    expect(new URLSearchParams(hash === '' ? search : hash.slice(1)).get('error')).toBe(error);
    expect(`${search}${hash}`).not.toMatch(/[?#&](access_token|id_token|code)=/);
    expect(deps.codes.issued).toEqual([]);
  });

  it('needs no PKCE where no code is issued, nor a nonce where no ID token is', async () => {
    const without = { code_challenge: '', code_challenge_method: '', nonce: '' };
    expect(carried(await ask(signedIn(), { response_type: 'token', ...without }))).toHaveProperty(
      'access_token',
    );
  });

  it('is told where nobody is signed in, as in every other flow', async () => {
    const deps = memoryDeps(publicClient({ grantTypes: ['implicit'] }));
    expect(carried(await ask(deps, { prompt: 'none' }))).toMatchObject({
      error: 'login_required',
      state: 'S1',
    });
    expect((await ask(deps)).headers.get('location')).toBe('/login/i1/identifier');
    expect(deps.interactions).toMatchObject([
      { responseType: ['id_token', 'token'], responseMode: 'fragment' },
    ]);
  });

  it('without leave to redeem codes gets none (RED-6)', async () => {
    const deps = signedIn({ grantTypes: ['implicit'] });
    const answer = carried(await ask(deps, { response_type: 'code token' }));
    expect(answer).toMatchObject({ error: 'unauthorized_client' });
    expect(answer).not.toHaveProperty('access_token');
  });

  it('learns that access is denied where the account goes away before the tokens are signed (COD-9)', async () => {
    const deps = signedIn();
    const gone = { ...deps, families: { ...deps.families, findActive: async () => null } };
    const answer = carried(await ask(gone));
    expect(answer).toMatchObject({ error: 'access_denied', state: 'S1' });
    expect(answer).not.toHaveProperty('id_token');
  });
});

describe('a client that asks for HS256', () => {
  const HS256 = { sealedSecret: 'sealed s3cret' };
  const verify = (idToken = '') =>
    jwtVerify(idToken, new TextEncoder().encode('s3cret'), {
      algorithms: ['HS256'],
      currentDate: new Date('2026-11-20T12:00:00Z'),
    });

  it('can check its ID tokens with its secret; access tokens are signed with our key (JWT-1)', async () => {
    const answer = carried(await ask(signedIn(HS256)));
    expect((await verify(answer.id_token)).payload).toMatchObject({
      sub: SUBJECT.sub,
      at_hash: leftHalf(answer.access_token),
    });
    expect(decodeProtectedHeader(answer.access_token ?? '')).toMatchObject({ alg: 'RS256' });
  });

  it('cannot have one back as a hint: it might have made it itself (JWT-1)', async () => {
    const deps = signedIn(HS256);
    const { id_token = '' } = carried(await ask(deps));
    expect(carried(await ask(deps, { id_token_hint: id_token, prompt: 'none' }))).toMatchObject({
      error: 'invalid_request',
    });
    const headers = { Authorization: `Bearer ${id_token}` };
    expect((await userinfo(deps, new Request(`${ISSUER}userinfo`, { headers }))).status).toBe(401);
  });
});

describe('a client without it', () => {
  it.each([
    'token',
    'id_token',
    'id_token token',
    'code token',
    'code id_token',
    'code id_token token',
    'TOKEN',
  ])(
    'is refused response_type=%s in every mode, with nothing that could be a token (RED-6)',
    async (responseType) => {
      for (const mode of ['fragment', 'query', 'form_post']) {
        const deps = signedIn({ grantTypes: ['authorization_code', 'refresh_token'] });
        const response = await ask(deps, { response_type: responseType, response_mode: mode });
        const said = `${response.headers.get('location')} ${await response.text()}`;
        expect(said).toContain('unsupported_response_type');
        expect(said).not.toMatch(/access_token|name="id_token"|[#&?]id_token=|eyJ/);
        expect(deps.codes.issued).toEqual([]);
      }
    },
  );

  it('is told so in the query, where it reads its answers (RED-5)', async () => {
    const response = await ask(signedIn({ grantTypes: ['authorization_code'] }), { response_type: 'token' });
    const location = new URL(response.headers.get('location') ?? '', ISSUER);
    expect(location.searchParams.get('error')).toBe('unsupported_response_type');
    expect(location.hash).toBe('');
  });
});
