// Consent as /authorize and the embedded endpoints know it: who is asked, who is told, who is refused. The page of it is in
// tests/e2e, what is written in tests/store.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { authorize } from '@/lib/endpoints/authorize';
import type { Client } from '@/lib/oidc/client';
import { PASSWORDLESS_OTP_GRANT } from '@/lib/oidc/vocabulary';
import { PKCE } from '../harness/public-client';
import { publicClient } from '../memory/clients';
import { ISSUER, type MemoryDeps, memoryDeps, SESSION_COOKIE } from '../memory/deps';
import { api } from '../memory/resource-servers';
import { type ApplicationDesk, openApplicationDesk, refusal } from './application-desk';

const REQUEST = {
  client_id: 'spa',
  redirect_uri: 'https://spa.test/cb',
  response_type: 'code',
  scope: 'openid email',
  state: 'S1',
  code_challenge: PKCE.challenge,
  code_challenge_method: 'S256',
};

/** Somebody is signed in. */
function signedIn(client: Partial<Client> = {}): MemoryDeps {
  const deps = memoryDeps(publicClient(client));
  deps.beginSession();
  return deps;
}

async function ask(deps: MemoryDeps, changes: Record<string, string> = {}) {
  const query = new URLSearchParams({ ...REQUEST, ...changes });
  const headers = { Cookie: SESSION_COOKIE };
  const response = await authorize(deps, new Request(`${ISSUER}authorize?${query}`, { headers }));
  return { response, to: new URL(response.headers.get('location') ?? '', ISSUER) };
}

describe('/authorize for a client of another house, with a session', () => {
  it('asks the person first, and issues nothing yet', async () => {
    const deps = signedIn({ isFirstParty: false });
    const { response, to } = await ask(deps);
    expect(response.status).toBe(303);
    expect(to.pathname).toBe('/login/i1/consent');
    expect(deps.interactions).toMatchObject([{ clientId: 'spa', scope: 'openid email' }]);
    expect(deps.codes.issued).toEqual([]);
  });

  it('answers at once what was allowed, and asks for more of it', async () => {
    const deps = signedIn({ isFirstParty: false });
    deps.allow('openid', 'email', 'profile');
    expect((await ask(deps)).to.searchParams.has('code')).toBe(true);
    expect((await ask(deps, { scope: 'openid phone' })).to.pathname).toBe('/login/i1/consent');
    expect((await ask(deps, { prompt: 'consent' })).to.pathname).toBe('/login/i1/consent');
  });

  it('STA-6: prompt=none shows nothing and says consent_required, with state and iss', async () => {
    const deps = signedIn({ isFirstParty: false });
    const { to } = await ask(deps, { prompt: 'none' });
    expect(`${to.origin}${to.pathname}`).toBe('https://spa.test/cb');
    expect(Object.fromEntries(to.searchParams)).toEqual({
      error: 'consent_required',
      error_description: 'Consent required',
      state: 'S1',
      iss: ISSUER,
    });
    expect(deps.interactions).toEqual([]);
    deps.allow('openid', 'email');
    expect((await ask(deps, { prompt: 'none' })).to.searchParams.has('code')).toBe(true);
  });

  it('says so by message to the page that frames it (silent authentication)', async () => {
    const deps = signedIn({ isFirstParty: false });
    const { response } = await ask(deps, { prompt: 'none', response_mode: 'web_message' });
    expect(await response.text()).toContain('consent_required');
    expect(response.headers.has('location')).toBe(false);
  });

  it('asks who it is before it asks whether it may', async () => {
    const deps = signedIn({ isFirstParty: false });
    for (const changes of [{ prompt: 'login' }, { prompt: 'login consent' }, { prompt: 'select_account' }])
      expect((await ask(deps, changes)).to.pathname).toBe('/login/i1/identifier');
    deps.allow('openid', 'email');
    deps.advance(2);
    expect((await ask(deps, { max_age: '1' })).to.pathname).toBe('/login/i1/identifier');
    expect((await ask(deps, { max_age: '1', prompt: 'none' })).to.searchParams.get('error')).toBe(
      'login_required',
    );
  });

  it('hands out no token at the front before (RED-6)', async () => {
    const grantTypes = ['authorization_code', 'implicit'];
    const deps = signedIn({ isFirstParty: false, grantTypes });
    const implicit = { response_type: 'id_token token', nonce: 'N1' };
    expect((await ask(deps, implicit)).to.pathname).toBe('/login/i1/consent');
    const silent = await ask(deps, { ...implicit, prompt: 'none' });
    expect(new URLSearchParams(silent.to.hash.slice(1)).get('error')).toBe('consent_required');
  });
});

describe('/authorize for a client of ours, with a session', () => {
  const orders = api({ skipConsent: false });

  it('asks nobody anything, for UserInfo and for an API that does not want it', async () => {
    const deps = signedIn();
    deps.resourceServers.put(api());
    expect((await ask(deps)).to.searchParams.has('code')).toBe(true);
    const forApi = await ask(deps, { audience: api().identifier, scope: 'openid read:things' });
    expect(forApi.to.searchParams.has('code')).toBe(true);
  });

  it('asks for the scopes of an API that wants it', async () => {
    const deps = signedIn();
    deps.resourceServers.put(orders);
    const forApi = { audience: orders.identifier, scope: 'openid email read:things' };
    expect((await ask(deps, forApi)).to.pathname).toBe('/login/i1/consent');
    expect((await ask(deps, { ...forApi, prompt: 'none' })).to.searchParams.get('error')).toBe(
      'consent_required',
    );
    deps.allow('read:things');
    expect((await ask(deps, forApi)).to.searchParams.has('code')).toBe(true);
  });

  it('asks where the request wants it', async () => {
    expect((await ask(signedIn(), { prompt: 'consent' })).to.pathname).toBe('/login/i1/consent');
  });
});

describe('pages of their own', () => {
  let desk: ApplicationDesk;
  beforeAll(async () => {
    desk = await openApplicationDesk();
  });
  beforeEach(() => desk.reset());
  afterAll(() => desk?.close());

  const theirs = { client_id: 'other-house' };
  const code = { ...theirs, username: 'ann@x.test', otp: '123456' };

  it.each<[string, string, Record<string, string>]>([
    ['start', '/passwordless/start', { ...theirs, connection: 'email', email: 'ann@x.test', send: 'code' }],
    ['ask anew', '/otp/challenge', { ...theirs, connection: 'email', email: 'ann@x.test' }],
    ['trade', '/oauth/token', { ...code, grant_type: PASSWORDLESS_OTP_GRANT, realm: 'email' }],
    [
      'check',
      '/passwordless/verify',
      { ...theirs, connection: 'email', email: 'ann@x.test', verification_code: '123456' },
    ],
    [
      'log in across',
      '/co/authenticate',
      { ...code, credential_type: PASSWORDLESS_OTP_GRANT, realm: 'email' },
    ],
    [
      'trade as of old',
      '/oauth/ro',
      { ...theirs, username: 'ann@x.test', password: '123456', connection: 'email', grant_type: 'password' },
    ],
  ])('CLI-6: of another house may not %s: the person’s code would be typed there', async (_, path, body) => {
    const response = await desk.post(path, body, { headers: { Origin: 'https://spa.test' } });
    expect(await refusal(response)).toEqual([
      403,
      'unauthorized_client',
      'Only a first-party client may use the passwordless grant.',
    ]);
    expect(desk.messages).toEqual([]);
    expect(await desk.stage.prisma.challenge.count()).toBe(0);
  });

  it('CLI-6: of another house sign nobody in by a link', async () => {
    const query = new URLSearchParams({
      ...REQUEST,
      ...theirs,
      connection: 'email',
      email: 'ann@x.test',
      verification_code: '123456',
    });
    const response = await desk.send(`/passwordless/verify_redirect?${query}`, {});
    const to = new URL(response.headers.get('location') ?? '');
    expect(Object.fromEntries(to.searchParams)).toMatchObject({ error: 'unauthorized_client', state: 'S1' });
  });

  describe('of ours, for an API that wants consent', () => {
    const orders = api({ skipConsent: false });
    const asked = { audience: orders.identifier, scope: 'openid read:things' };
    beforeEach(() => desk.resourceServers.put(orders));

    it('trade without a question: who types a code into the client’s own page has given it', async () => {
      await desk.start();
      const response = await desk.trade(desk.code(), asked);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ scope: 'openid read:things' });
      expect(await desk.stage.prisma.grant.count()).toBe(0);
    });

    it('are asked where a browser of ours goes on, by ticket and by link, with the session begun', async () => {
      const page = 'https://spa.test';
      await desk.start({ client_id: 'spa' }, { headers: { Origin: page } });
      const ticket = await desk.post(
        '/co/authenticate',
        {
          client_id: 'spa',
          credential_type: PASSWORDLESS_OTP_GRANT,
          username: 'ann@x.test',
          realm: 'email',
          otp: desk.code(),
        },
        { headers: { Origin: page } },
      );
      const { login_ticket } = await ticket.json();
      const query = new URLSearchParams({ ...REQUEST, ...asked, login_ticket });
      const response = await desk.send(`/authorize?${query}`, { headers: { Referer: `${page}/login` } });
      expect(response.headers.get('location')).toMatch(/^\/login\/[\w-]+\/consent$/);
      const cookies = response.headers.getSetCookie().map((cookie) => cookie.split('=', 1)[0]);
      expect(cookies).toEqual(['__Host-session', expect.stringMatching(/^__Host-interaction-/)]);
      expect(await desk.stage.prisma.session.count()).toBe(1);
      expect(await desk.stage.prisma.authorizationCode.count()).toBe(0);

      await desk.start({ client_id: 'web', client_secret: 's3cret' });
      const link = new URLSearchParams({
        ...asked,
        client_id: 'web',
        connection: 'email',
        email: 'ann@x.test',
        verification_code: desk.code(),
        response_type: 'code',
        redirect_uri: 'https://rp.test/cb',
      });
      const pressed = await desk.send('/passwordless/verify_redirect', {
        method: 'POST',
        body: link,
        headers: { Origin: 'https://op.test' },
      });
      expect(pressed.headers.get('location')).toMatch(/^\/login\/[\w-]+\/consent$/);
      expect(await desk.stage.prisma.session.count()).toBe(2);
    });
  });
});
