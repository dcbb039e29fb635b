// Applications with pages of their own, and machines: npm packages that nobody here touched, told nothing but the domain, the
// client and its secret. Each asks for a code or a link, trades it, renews, calls an API that checks the access token, and
// gives its tokens up.
import { AuthClient } from '@auth0/auth0-auth-js';
import { AuthenticationClient, ManagementClient as OldManagementClient, UserInfoClient } from 'auth0';
import { AuthenticationClient as OldAuthenticationClient } from 'auth0-v2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORDLESS_OTP_GRANT } from '@/lib/oidc/vocabulary';
import {
  codeOf,
  expectSignedOut,
  leavesTo,
  linkOf,
  newAddress,
  newKey,
  newNumber,
  operator,
  type Registration,
  register,
  SCOPE,
} from '@/tests/harness/applications';
import { findSpills, witness } from '@/tests/harness/evidence';
import { everythingPrinted } from '@/tests/harness/latchkey';
import { askOrdersApi, createOrdersApi, ORDERS_SITE, tryDoor } from '@/tests/harness/orders-api';
import { readCode, signIn, wrongCode } from '@/tests/harness/sign-in';
import { API, DOMAIN, MACHINE, startTenant, type Tenant } from '@/tests/harness/tenant';
import { createVisitor } from '@/tests/harness/visitor';

let tenant: Tenant;

beforeAll(async () => {
  tenant = await startTenant('sdks for own pages', [ORDERS_SITE], { LEGACY: 'on' });
  tenant.web.serve(ORDERS_SITE, createOrdersApi());
});

afterAll(async () => {
  await tenant?.close();
  expect(findSpills(everythingPrinted())).toEqual([]);
});

/** For libraries that send no challenge unless told otherwise. */
const NO_PKCE = { require_pkce: false };

/** What an application with pages of its own may ask for. */
const GRANTS = { grant_types: ['authorization_code', 'refresh_token', PASSWORDLESS_OTP_GRANT] };

/** Opens the link of the next message in a new browser, and presses: where the browser is sent. */
async function followLink(address: string): Promise<URL> {
  const link = linkOf(await tenant.post.waitForMessage(address));
  const browser = createVisitor(`https://${DOMAIN}`);
  return leavesTo(await browser.submit(await browser.open(link)));
}

describe('auth0 4.37', () => {
  it.each(['email', 'sms'] as const)(
    'asks for a code by %s, trades it for checked tokens, renews, calls the API and gives the tokens up',
    async (connection) => {
      const { auth0, registered } = await openAuthentication();
      const { address, ask, trade } = connection === 'email' ? byEmail(auth0) : bySms(auth0);
      const code = await ask();
      const { data: first } = await trade(code);
      const person = await new UserInfoClient({ domain: DOMAIN }).getUserInfo(witness(first.access_token));
      expect(person.data).toMatchObject(
        connection === 'email' ? { email: address } : { phone_number: address },
      );

      const { data: second } = await auth0.oauth.refreshTokenGrant({
        refresh_token: witness(first.refresh_token ?? ''),
      });
      for (const { access_token } of [first, second]) {
        expect(await askOrdersApi(access_token)).toMatchObject({
          sub: person.data.sub,
          azp: registered.client_id,
        });
      }

      const last = witness(second.refresh_token ?? first.refresh_token ?? '');
      expect(await auth0.oauth.revokeRefreshToken({ token: last })).toMatchObject({ status: 200 });
      await expect(auth0.oauth.refreshTokenGrant({ refresh_token: last })).rejects.toMatchObject({
        error: 'invalid_grant',
        statusCode: 403,
      });
    },
  );

  it('is told of a wrong code in the words that applications show', async () => {
    const { auth0 } = await openAuthentication();
    const { ask, address } = byEmail(auth0);
    const code = await ask();
    const wrong = wrongCode(code);
    await expect(auth0.passwordless.loginWithEmail({ email: address, code: wrong })).rejects.toMatchObject({
      error: 'invalid_grant',
      error_description: 'Wrong email or verification code.',
      statusCode: 403,
    });
  });

  it('redeems the code of a redirect', async () => {
    const { auth0, registered } = await openAuthentication();
    const browser = createVisitor(`https://${DOMAIN}`);
    const callback = registered.callback;
    const address = newAddress();
    const ask = new URLSearchParams({
      client_id: registered.client_id,
      redirect_uri: callback,
      response_type: 'code',
      scope: SCOPE,
      audience: API,
    });
    const left = await signIn(browser, await browser.open(`/authorize?${ask}`), {
      post: tenant.post,
      address,
    });
    const code = leavesTo(left).searchParams.get('code') ?? '';
    const { data } = await auth0.oauth.authorizationCodeGrant({ code, redirect_uri: callback });
    expect(await askOrdersApi(data.access_token)).toMatchObject({ azp: registered.client_id });
  });

  it('sends a link that leads back to the application after a press', async () => {
    const { auth0, registered } = await openAuthentication();
    const address = newAddress();
    const authParams = {
      response_type: 'code',
      redirect_uri: registered.callback,
      scope: SCOPE,
      audience: API,
    };
    await auth0.passwordless.sendEmail({
      email: address,
      send: 'link',
      authParams: { ...authParams, state: 'abc' },
    });
    const back = await followLink(address);
    expect(back.href).toMatch(new RegExp(`^${registered.callback}\\?.*state=abc`));
    const code = witness(back.searchParams.get('code') ?? '');
    const { data } = await auth0.oauth.authorizationCodeGrant({ code, redirect_uri: registered.callback });
    expect(await askOrdersApi(data.access_token)).toMatchObject({ azp: registered.client_id });
  });

  it('proves itself by a key in place of a secret', async () => {
    const { settings, pem } = newKey();
    const { auth0 } = await openAuthentication({ settings, proof: { clientAssertionSigningKey: pem } });
    const { ask, trade, address } = byEmail(auth0);
    const { data } = await trade(await ask());
    const { refresh_token = '' } = data;
    const renewed = await auth0.oauth.refreshTokenGrant({ refresh_token: witness(refresh_token) });
    const claims = await askOrdersApi(renewed.data.access_token);
    const person = await new UserInfoClient({ domain: DOMAIN }).getUserInfo(renewed.data.access_token);
    expect(person.data).toMatchObject({ sub: claims.sub, email: address });
  });

  async function openAuthentication({
    settings = {},
    proof,
  }: {
    settings?: Partial<Registration>;
    proof?: { clientAssertionSigningKey: string };
  } = {}) {
    const registered = await register('own-pages.test', '/callback', {
      ...NO_PKCE,
      ...GRANTS,
      ...settings,
    });
    const auth0 = new AuthenticationClient({
      domain: DOMAIN,
      clientId: registered.client_id,
      ...(proof ?? { clientSecret: registered.client_secret }),
    });
    return { auth0, registered };
  }

  function byEmail(auth0: AuthenticationClient) {
    const address = newAddress();
    return {
      address,
      async ask() {
        await auth0.passwordless.sendEmail({ email: address, send: 'code' });
        return readCode(tenant.post, address);
      },
      trade: (code: string) =>
        auth0.passwordless.loginWithEmail({ email: address, code, audience: API, scope: SCOPE }),
    };
  }

  function bySms(auth0: AuthenticationClient) {
    const address = newNumber();
    return {
      address,
      async ask() {
        await auth0.passwordless.sendSMS({ phone_number: address });
        return codeOf(await tenant.twilio.waitForMessage(address));
      },
      trade: (code: string) =>
        auth0.passwordless.loginWithSMS({
          phone_number: address,
          code,
          audience: API,
          scope: `${SCOPE} phone`,
        }),
    };
  }
});

describe('auth0 2.44', () => {
  async function openAuthentication() {
    const { client_id, client_secret, callback } = await register('own-pages.test', '/callback', {
      ...NO_PKCE,
      ...GRANTS,
    });
    const auth0 = new OldAuthenticationClient({
      domain: DOMAIN,
      clientId: client_id,
      clientSecret: client_secret,
    });
    return { auth0, client_id, callback };
  }

  it.each(['email', 'sms'] as const)(
    'asks for a code by %s, trades it for checked tokens, renews, calls the API and gives the tokens up',
    async (realm) => {
      const { auth0, client_id } = await openAuthentication();
      const { username, otp } = await askForCode(auth0, realm);
      const asked = { username, otp, realm, audience: API, scope: SCOPE };
      const first = await auth0.passwordless.signIn(asked);
      const person = await auth0.getProfile(witness(first.access_token));
      const second = await auth0.refreshToken({ refresh_token: witness(first.refresh_token ?? '') });
      for (const { access_token } of [first, second])
        expect(await askOrdersApi(access_token)).toMatchObject({ sub: person.sub, azp: client_id });

      const token = witness(second.refresh_token ?? '');
      await auth0.tokens.revokeRefreshToken({ token });
      await expect(auth0.refreshToken({ refresh_token: token })).rejects.toThrow('Unknown or invalid');
    },
  );

  it.each(['email', 'sms'] as const)(
    'trades a code by %s as a password, as it once did',
    async (connection) => {
      const { auth0, client_id } = await openAuthentication();
      const { username, otp: password } = await askForCode(auth0, connection);
      const asked = { username, password, connection, audience: API, scope: 'openid read:orders' };
      const tokens = await auth0.passwordless.signIn(asked);
      expect(tokens.token_type).toBe('bearer');
      const person = await auth0.getProfile(witness(tokens.access_token));
      expect(await askOrdersApi(tokens.access_token)).toMatchObject({ sub: person.sub, azp: client_id });
    },
  );

  it('sends a link, and redeems the code that it leads back with', async () => {
    const { auth0, client_id, callback } = await openAuthentication();
    const email = newAddress();
    const authParams = { response_type: 'code', redirect_uri: callback, scope: SCOPE, audience: API };
    await auth0.requestMagicLink({ email, authParams });
    const code = witness((await followLink(email)).searchParams.get('code') ?? '');
    const tokens = await auth0.oauth.authorizationCodeGrant({ code, redirect_uri: callback });
    expect(await askOrdersApi(tokens.access_token)).toMatchObject({ azp: client_id });
  });

  async function askForCode(auth0: OldAuthenticationClient, connection: 'email' | 'sms') {
    if (connection === 'sms') {
      const phone_number = newNumber();
      await auth0.requestSMSCode({ phone_number });
      return { username: phone_number, otp: codeOf(await tenant.twilio.waitForMessage(phone_number)) };
    }
    const email = newAddress();
    await auth0.requestEmailCode({ email });
    return { username: email, otp: await readCode(tenant.post, email) };
  }
});

describe('@auth0/auth0-auth-js 1.16', () => {
  const wanted = { audience: API, scope: SCOPE };

  async function openClient({ isKeyed = false } = {}) {
    const { settings, pem } = newKey();
    const app = await register('own-pages.test', '/callback', { ...GRANTS, ...(isKeyed && settings) });
    const auth0 = new AuthClient({
      domain: DOMAIN,
      clientId: app.client_id,
      ...(isKeyed ? { clientAssertionSigningKey: pem } : { clientSecret: app.client_secret }),
    });
    return { auth0, app };
  }

  type Tokens = Awaited<ReturnType<AuthClient['getTokenByRefreshToken']>>;

  /** Renews, calls the API with both tokens, and gives them up. */
  async function goOn(auth0: AuthClient, first: Tokens): Promise<void> {
    const { sub } = await auth0.getUserInfo({ accessToken: witness(first.accessToken) });
    expect(first.claims?.sub).toBe(sub);
    const second = await auth0.getTokenByRefreshToken({ refreshToken: witness(first.refreshToken ?? '') });
    expect(second.accessToken).not.toBe(first.accessToken);
    for (const { accessToken } of [first, second])
      expect(await askOrdersApi(accessToken)).toMatchObject({ sub });

    const last = witness(second.refreshToken ?? '');
    await auth0.revokeToken({ token: last });
    await expect(auth0.getTokenByRefreshToken({ refreshToken: last })).rejects.toMatchObject({
      cause: { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' },
    });
  }

  it.each([
    ['with a secret', {}],
    ['with a key, pushing its requests', { isKeyed: true }],
  ])('signs in by redirect %s, renews, calls the API and signs out', async (_, how) => {
    const { auth0, app } = await openClient(how);
    const { authorizationUrl, codeVerifier } = await auth0.buildAuthorizationUrl({
      pushedAuthorizationRequests: 'isKeyed' in how,
      authorizationParams: { ...wanted, redirect_uri: app.callback },
    });
    const login = createVisitor(`https://${DOMAIN}`);
    const address = newAddress();
    const back = leavesTo(
      await signIn(login, await login.open(authorizationUrl), { post: tenant.post, address }),
    );
    const tokens = await auth0.getTokenByCode(back, { codeVerifier });
    expect(tokens.claims).toMatchObject({ email: address, email_verified: true });
    await goOn(auth0, tokens);

    const returnTo = 'https://own-pages.test/';
    // It sends no id_token_hint, so the person is asked.
    const question = await login.open(await auth0.buildLogoutUrl({ returnTo }));
    expect(leavesTo(await login.submit(question, { press: 'Sign out' })).href).toBe(returnTo);
    await expectSignedOut({ login }, app);
  });

  it('signs in by a code from an e-mail, renews, calls the API and gives the tokens up', async () => {
    const { auth0 } = await openClient({ isKeyed: true });
    const email = newAddress();
    await auth0.passwordless.sendEmail({ email, send: 'code' });
    const code = await readCode(tenant.post, email);
    await expect(
      auth0.getTokenByPasswordlessEmail({ email, code: wrongCode(code), ...wanted }),
    ).rejects.toMatchObject({
      cause: { error: 'invalid_grant', error_description: 'Wrong email or verification code.' },
    });
    await goOn(auth0, await auth0.getTokenByPasswordlessEmail({ email, code, ...wanted }));
  });

  it('signs in by a code from a text message, and goes on likewise', async () => {
    const { auth0 } = await openClient();
    const phoneNumber = newNumber();
    await auth0.passwordless.sendSms({ phoneNumber, language: 'de' });
    const message = await tenant.twilio.waitForMessage(phoneNumber);
    expect(message.body).toContain('Ihr');
    await goOn(
      auth0,
      await auth0.getTokenByPasswordlessSms({ phoneNumber, code: codeOf(message), ...wanted }),
    );
  });

  it('signs in by a link, and goes on likewise', async () => {
    const { auth0, app } = await openClient();
    const email = newAddress();
    const authParams = { ...wanted, redirect_uri: app.callback, response_type: 'code', state: 'abc' };
    await auth0.passwordless.sendEmail({ email, send: 'link', authParams });
    const back = await followLink(email);
    witness(back.searchParams.get('code') ?? '');
    await goOn(auth0, await auth0.getTokenByMagicLinkCode(back, { expectedState: 'abc' }));
  });

  it('signs in by a challenge, and goes on likewise', async () => {
    const { auth0 } = await openClient();
    const email = newAddress();
    const asked = { email, connection: 'email', allowSignup: true };
    const { authSession } = await auth0.passwordless.challengeWithEmail(asked);
    const otp = await readCode(tenant.post, email);
    const proof = { authSession: witness(authSession), otp };
    await goOn(auth0, await auth0.passwordless.getTokenByPasswordlessDbConnection({ ...proof, ...wanted }));
  });
});

describe('a machine', () => {
  it('gets a token of the API by auth0 4.37', async () => {
    const auth0 = new AuthenticationClient({ domain: DOMAIN, ...MACHINE });
    const { data } = await auth0.oauth.clientCredentialsGrant({ audience: API });
    expect(await askOrdersApi(data.access_token)).toMatchObject({
      sub: `${MACHINE.clientId}@clients`,
      gty: 'client-credentials',
      scope: 'read:orders',
    });
  });

  it('registers a client by auth0 7.1, which auth0 4.37 then finds', async () => {
    const { client_id } = await register('made.test', '/callback');
    const old = new OldManagementClient({ domain: DOMAIN, ...MACHINE });
    const { data } = await old.clients.get({ client_id });
    expect(data).toMatchObject({ name: 'made.test', callbacks: ['https://made.test/callback'] });
    const { data: page } = await operator.clients.list();
    expect(page).toContainEqual(expect.objectContaining({ client_id }));
  });
});

describe('an API behind express-oauth2-jwt-bearer 1.10 and jwks-rsa 4.1', () => {
  it('believes no token that is not for it', async () => {
    const auth0 = new AuthenticationClient({ domain: DOMAIN, ...MACHINE });
    const { data } = await auth0.oauth.clientCredentialsGrant({ audience: `https://${DOMAIN}/api/v2/` });
    const genuine = (await auth0.oauth.clientCredentialsGrant({ audience: API })).data.access_token;
    const [head, body, signature = ''] = genuine.split('.');
    const forged = [
      head,
      body,
      signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`,
    ];
    for (const token of [data.access_token, forged.join('.'), 'nonsense']) {
      for (const door of ['orders', 'by-key'] as const) {
        expect([door, (await tryDoor(door, token)).status]).toEqual([door, 401]);
      }
    }
  });
});
