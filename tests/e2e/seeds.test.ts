// Auth0's guides to passwordless sign-in, as they stood over the years: each request is typed here as the guide prints it and
// sent to the running server, with placeholders filled in and nothing else. What is mended is what no program could send:
// curly quotes, comments in JSON, and one missing comma.
import { ManagementClient } from 'auth0-v7';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORDLESS_OTP_GRANT } from '@/lib/oidc/vocabulary';
import { findSpills, witness } from '@/tests/harness/evidence';
import { everythingPrinted } from '@/tests/harness/latchkey';
import { createOrdersApi, ORDERS_SITE, tryDoor } from '@/tests/harness/orders-api';
import { readCode } from '@/tests/harness/sign-in';
import { API, DOMAIN, MACHINE, startTenant, type Tenant } from '@/tests/harness/tenant';

let tenant: Tenant;
const operator = new ManagementClient({ domain: DOMAIN, ...MACHINE });

beforeAll(async () => {
  tenant = await startTenant('seeds', [ORDERS_SITE], { LEGACY: 'on', SMS_COUNTRIES: 'DE,US' });
  tenant.web.serve(ORDERS_SITE, createOrdersApi());
});

afterAll(async () => {
  await tenant?.close();
  expect(findSpills(everythingPrinted())).toEqual([]);
});

type App = { client_id: string; client_secret: string };

/** Registers an application that may trade codes. */
async function register(app_type: 'regular_web' | 'native', alg: 'RS256' | 'HS256' = 'RS256'): Promise<App> {
  const { client_id = '', client_secret = '' } = await operator.clients.create({
    name: 'Guide',
    app_type,
    grant_types: ['refresh_token', PASSWORDLESS_OTP_GRANT],
    jwt_configuration: { alg },
  });
  return { client_id, client_secret: witness(client_secret) };
}

/** Sends a request as a guide prints it: its first line, its headers, its JSON. */
function send(printed: string, placeholders: Readonly<Record<string, string>>): Promise<Response> {
  const filled = Object.entries(placeholders).reduce(
    (text, [name, value]) => text.replaceAll(name, value),
    printed.trim(),
  );
  const [, method = '', address = '', head = '', body = ''] =
    /^(\w+) (\S+)\n(.*?)\n*(\{.*)$/s.exec(filled) ?? [];
  const headers = head.split('\n').map((line): [string, string] => {
    const [name = '', value = ''] = line.split(/: (.*)/s);
    return [name, value];
  });
  return fetch(address, { method, headers, body: mend(body) });
}

/** An API that checks the token, and wants no scope. */
async function callApi(accessToken: string): Promise<unknown> {
  const answer = await tryDoor('by-key', accessToken);
  return answer.json();
}

/** A token for the management API, of the operator's machine. */
async function apiToken(): Promise<string> {
  const { clientId, clientSecret } = MACHINE;
  const response = await fetch(`https://${DOMAIN}/oauth/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      audience: `https://${DOMAIN}/api/v2/`,
    }),
  });
  return witness((await response.json()).access_token);
}

function mend(json: string): string {
  const mended = json
    .replace(/[“”]/g, '"')
    .replace(/ \/\/.*$/gm, '')
    .replace(/"\n(?= *")/g, '",\n');
  JSON.parse(mended);
  return mended;
}

describe('the guide of 2020', () => {
  const START = `
POST https://YOUR_AUTH0_DOMAIN/passwordless/start
Content-Type: application/json
{
"client_id": "\${account.clientid}",
“client_secret”: “YOUR_CLIENT_SECRET”, // only required for Web Apps as Native apps don’t have a client secret
"connection": "email", // accepts "email" or "sms"
"email": "EMAIL", // Value should be the user's email for connection=email; for sms, use "phone_number": "PHONE_NUMBER"
"send": "code",
"authParams": { // any authentication parameters that you would like to add
   "scope": "openid",
   "state": "YOUR_STATE" // Fill in your unique state here
   }
}
`;
  const TOKEN = `
POST https://YOUR_AUTH0_DOMAIN/oauth/token
Content-Type: application/json
{
  “grant_type” : “http://auth0.com/oauth/grant-type/passwordless/otp”
  "client_id": "\${manage_url}",
  "client_secret": "YOUR_CLIENT_SECRET", // only for web apps, native apps don’t have a client secret
  "otp": "CODE",
  “audience” : “api-audience”,
  "realm": "email", // or "sms"
  “username”:”<email address>”, // or "<phone number>"
  "scopes": "openid profile email"
}
`;

  /** What its answer to the second request holds; the refresh token is for who asks for `offline_access`. */
  const ANSWER = {
    access_token: expect.any(String),
    id_token: expect.any(String),
    token_type: 'Bearer',
    expires_in: 86_400,
    scope: 'openid profile email',
  };

  const filledFor = ({ client_id, client_secret }: App) => ({
    YOUR_AUTH0_DOMAIN: DOMAIN,
    '${account.clientid}': client_id,
    '${manage_url}': client_id,
    YOUR_CLIENT_SECRET: client_secret,
    YOUR_STATE: 'state',
    'api-audience': API,
  });

  it('signs in a web application by e-mail', async () => {
    const app = await register('regular_web');
    const address = witness('web@example.com');
    const asked = await send(START, { ...filledFor(app), EMAIL: address });
    expect([asked.status, await asked.json()]).toEqual([
      200,
      { _id: expect.stringMatching(/^[0-9a-f]{24}$/), email: address, email_verified: false },
    ]);

    const CODE = await readCode(tenant.post, address);
    const traded = await send(TOKEN, { ...filledFor(app), CODE, '<email address>': address });
    expect(traded.headers.get('content-type')).toMatch(/^application\/json/);
    const tokens = await traded.json();
    expect([traded.status, tokens]).toEqual([200, ANSWER]);
    witness(tokens.id_token);
    expect(await callApi(tokens.access_token)).toMatchObject({ azp: app.client_id });
    expect(decodeJwt(tokens.id_token)).toMatchObject({ email: address, email_verified: true, name: address });

    const again = await send(TOKEN, { ...filledFor(app), CODE, '<email address>': address });
    expect([again.status, await again.json()]).toEqual([
      403,
      { error: 'invalid_grant', error_description: 'Wrong email or verification code.' },
    ]);
  });

  it('signs in a native application by text message, with a refresh token where it is asked for', async () => {
    const app = await register('native');
    const number = witness('+14255550123');
    const withoutSecret = (printed: string) => printed.replace(/.*client_secret.*\n/, '');
    const start = withoutSecret(START)
      .replace('"connection": "email"', '"connection": "sms"')
      .replace('"email": "EMAIL"', '"phone_number": "PHONE_NUMBER"');
    const asked = await send(start, { ...filledFor(app), PHONE_NUMBER: number });
    expect([asked.status, await asked.json()]).toEqual([
      200,
      { _id: expect.any(String), phone_number: number, phone_verified: false },
    ]);

    const { body } = await tenant.twilio.waitForMessage(number);
    const CODE = witness(/^\d{6}/.exec(body)?.[0] ?? '');
    const token = withoutSecret(TOKEN)
      .replace('"realm": "email"', '"realm": "sms"')
      .replace('openid profile email', 'openid profile email offline_access');
    const traded = await send(token, { ...filledFor(app), CODE, '<email address>': number });
    const tokens = await traded.json();
    expect([traded.status, tokens]).toEqual([
      200,
      { ...ANSWER, refresh_token: expect.any(String), scope: 'openid profile email offline_access' },
    ]);
    witness(tokens.refresh_token);
    witness(tokens.id_token);
    const { sub } = decodeJwt(tokens.id_token);
    expect(sub).toMatch(/^sms\|[0-9a-f]{24}$/);
    expect(await callApi(tokens.access_token)).toMatchObject({ sub });
  });
});

describe('the guide of 2014', () => {
  const MAKE_KNOWN = `
POST https://@@account.namespace@@/api/users/
Authorization: Bearer {Auth0 API Token}
Content-Type: 'application/json'

{
  "connection":     "sms",
  "email_verified": false,
  "phone_number":   "+14251112222"
}
`;
  const SIGN_IN = `
POST https://@@account.namespace@@/oauth/ro
Content-Type: 'application/json'
{
  "client_id":   "@@account.clientId@@",
  "username":    "+14251112222",
  "password":    "ONE-TIME-CODE",
  "connection":  "sms",
  "grant_type":  "password",
  "scope":       "openid" //or "openid profile"
}
`;
  const NUMBER = witness('+14251112222');

  /** The first step, and the code it sends. */
  async function makeKnown(): Promise<string> {
    const made = await send(MAKE_KNOWN, {
      '@@account.namespace@@': DOMAIN,
      '{Auth0 API Token}': await apiToken(),
    });
    expect([made.status, await made.json()]).toEqual([
      200,
      expect.objectContaining({ connection: 'sms', phone_number: NUMBER, email_verified: false }),
    ]);
    const message = await tenant.twilio.waitForMessage(NUMBER);
    expect(message.validityPeriod, 'with 10 minutes expiration').toBe(600);
    return witness(/^\d{6}/.exec(message.body)?.[0] ?? '');
  }

  /** The second, as a client without a secret sends it, or one that brings its own. */
  async function signIn(app: App, code: string) {
    const secret = app.client_secret && `"client_secret": "${app.client_secret}",\n  `;
    const response = await send(SIGN_IN.replace('"client_id":', `${secret}"client_id":`), {
      '@@account.namespace@@': DOMAIN,
      '@@account.clientId@@': app.client_id,
      'ONE-TIME-CODE': code,
    });
    const tokens = await response.json();
    expect([response.status, tokens]).toEqual([
      200,
      {
        id_token: expect.any(String),
        access_token: expect.any(String),
        token_type: 'bearer',
        expires_in: 86_400,
        scope: 'openid',
      },
    ]);
    witness(tokens.access_token);
    return witness(tokens.id_token);
  }

  /** The claims that it prints, and those that bind the token to what came with it. */
  function expectAsPrinted(claims: Readonly<Record<string, unknown>>, { client_id }: App): void {
    const { iat, exp, at_hash: _, ...others } = claims;
    expect(others).toEqual({
      iss: `https://${DOMAIN}/`,
      sub: expect.stringMatching(/^sms\|[0-9a-f]{24}$/),
      aud: client_id,
    });
    expect(Number(exp) - Number(iat)).toBe(36_000);
  }

  it('makes somebody known, who signs in with the code that was sent', async () => {
    const app = await register('native');
    expectAsPrinted(decodeJwt(await signIn(app, await makeKnown())), app);
  });

  it('signs the ID token with the secret of a client that asks for HS256', async () => {
    const app = await register('regular_web', 'HS256');
    const idToken = await signIn(app, await makeKnown());
    expect(decodeProtectedHeader(idToken)).toEqual({ typ: 'JWT', alg: 'HS256' });
    const { payload } = await jwtVerify(idToken, new TextEncoder().encode(app.client_secret));
    expectAsPrinted(payload, app);
  });
});

describe('the guide of 2015', () => {
  it('replaces @@password@@ in the message that is configured, and knows who comes back', async () => {
    const app = await register('native');
    const connections = `https://${DOMAIN}/api/v2/connections`;
    const headers = { Authorization: `Bearer ${await apiToken()}`, 'Content-Type': 'application/json' };
    const [sms] = await (await fetch(`${connections}?strategy=sms`, { headers })).json();
    const options = { template: 'Acme: @@password@@', syntax: 'md_with_macros' };
    const body = JSON.stringify({ options });
    const updated = await fetch(`${connections}/${sms.id}`, { method: 'PATCH', headers, body });
    expect(updated.status).toBe(200);
    const number = witness('+4915155500155');
    const post = (path: string, body: object) =>
      fetch(`https://${DOMAIN}${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ client_id: app.client_id, ...body }),
      });
    const subjects = new Set<unknown>();
    for (let time = 0; time < 2; time++) {
      await post('/passwordless/start', { connection: 'sms', phone_number: number });
      const { body } = await tenant.twilio.waitForMessage(number);
      const [, otp = ''] = /^Acme: (\d{6})/.exec(body) ?? [];
      const code = {
        username: number,
        otp: witness(otp),
        realm: 'sms',
        scope: 'openid profile offline_access',
      };
      const traded = await post('/oauth/token', { grant_type: PASSWORDLESS_OTP_GRANT, ...code });
      const { id_token: idToken, refresh_token: refreshToken } = await traded.json();
      witness(refreshToken);
      subjects.add(decodeJwt(witness(idToken)).sub);
    }
    expect(subjects.size).toBe(1);
  });
});
