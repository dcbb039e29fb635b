// The endpoints of the protocol as something to be bent: each with every parameter it has ever heard of, and a right request
// that brings live proofs of its own. On a real store.
import { Webhook } from 'standardwebhooks';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { createResendWebhookReader } from '@/lib/delivery/resend-webhook';
import { createTwilioWebhookReader } from '@/lib/delivery/twilio-webhook';
import type { Deps } from '@/lib/endpoints/deps';
import { answerRoute, findRoute } from '@/lib/endpoints/routes';
import { LIMITS } from '@/lib/login/limits';
import { NO_SETTINGS } from '@/lib/login/settings';
import {
  AUTHORIZATION_CODE_GRANT,
  AUTHORIZATION_PARAMETERS,
  CLIENT_CREDENTIALS_GRANT,
  PASSWORDLESS_OTP_GRANT,
  REFRESH_TOKEN_GRANT,
} from '@/lib/oidc/vocabulary';
import { createErrorPage, createPressPage } from '@/lib/runtime/plain-page';
import { formPostWords } from '@/lib/runtime/words';
import { APPLICATIONS, openApplicationDesk } from '@/tests/endpoints/application-desk';
import { PKCE } from '@/tests/harness/public-client';
import { confidentialClient, memoryClients } from '@/tests/memory/clients';
import { ISSUER } from '@/tests/memory/deps';
import { api, memoryResourceServers } from '@/tests/memory/resource-servers';
import { type RightRequest, type WrittenRequest, write } from './case';
import type { Answer } from './harmless';
import type { BentTarget } from './target';

export type ProviderTarget = BentTarget &
  Readonly<{
    /** Of how many targets with the same parameters this is the how-manieth: they share the nasty values out. */
    share?: Readonly<{ of: number; at: number }>;
  }>;

const CALLBACK = 'https://rp.test/cb';
const WEB = { client_id: 'web', client_secret: 's3cret' };
const SECRETS = ['client_id', 'client_secret', 'Authorization'];
const MACHINE = confidentialClient({
  clientId: 'machine',
  tokenEndpointAuthMethod: 'client_secret_post',
  grantTypes: [CLIENT_CREDENTIALS_GRANT],
});
const SIGNING_SECRET = `whsec_${Buffer.from('a secret between Resend and us').toString('base64')}`;
const ACCOUNT = `AC${'0'.repeat(31)}1`;
const AUTH_TOKEN = 'token of the account';

/** Opens an empty store with every endpoint before it. */
export async function openProvider() {
  const desk = await openApplicationDesk();
  await desk.reset();
  const things = api();
  const resourceServers = memoryResourceServers(things);
  resourceServers.grant('machine', { audience: things.identifier, scopes: ['read:things'] });
  const limits = Object.fromEntries(Object.keys(LIMITS).map((name) => [name, 1_000_000]));
  const plain = desk.depsOf({ ip: '192.0.2.1', scopes: ['create:users'], limits });
  const { clock, random } = plain;
  const settings = () => NO_SETTINGS;
  const place = { isHttps: true, origin: new URL(ISSUER).origin, random, settings };
  const deps: Deps = {
    ...plain,
    errorPage: createErrorPage({ ...place, issuer: ISSUER, clock, showsDetail: true }),
    pressPage: createPressPage(place),
    formPostWords,
    clients: memoryClients(...APPLICATIONS, MACHINE),
    resourceServers,
    webhooks: {
      resend: createResendWebhookReader({ signingSecret: SIGNING_SECRET }),
      twilio: createTwilioWebhookReader({
        url: `${ISSUER}webhooks/twilio`,
        findAuthToken: async (account) => (account === ACCOUNT ? AUTH_TOKEN : null),
      }),
    },
  };

  /** Hands a written request to its endpoint. */
  async function ask({ method, address, headers, body }: WrittenRequest): Promise<Answer> {
    const url = new URL(address, ISSUER);
    const route = findRoute(url.pathname);
    if (route === null) throw new Error(`${url.pathname} is not the protocol's`);
    const bytes = body === null ? null : new Uint8Array(Buffer.from(body, 'latin1'));
    const request = new Request(url, { method, headers: headers as [string, string][], body: bytes });
    const begunAt = performance.now();
    const response = await answerRoute(deps, route, request);
    const text = await response.text();
    const milliseconds = performance.now() - begunAt;
    return { status: response.status, headers: response.headers, text, milliseconds };
  }

  /** Asks rightly, in JSON or as a page's query. */
  async function askRightly(path: string, right: RightRequest, method = 'POST'): Promise<Answer> {
    const encoding = method === 'POST' ? 'json' : 'query';
    const target = { name: path, method, path, encodings: [encoding], parameters: [] } as const;
    return ask(write(target, { target: path, encoding, bends: [], wrappings: [] }, right));
  }

  let people = 0;
  const newAddress = () => `person${++people}@x.test`;

  /** Somebody who was sent a code on behalf of the client. */
  async function sendCode(client: Record<string, string>, headers: Record<string, string> = {}) {
    const email = newAddress();
    await askRightly('/passwordless/start', {
      parameters: { ...client, connection: 'email', email, send: 'code' },
      headers,
    });
    return { email, code: desk.code() };
  }

  async function signIn(): Promise<Record<string, string>> {
    const { email, code } = await sendCode(WEB);
    const parameters = {
      ...WEB,
      grant_type: PASSWORDLESS_OTP_GRANT,
      username: email,
      realm: 'email',
      otp: code,
      scope: 'openid email offline_access',
    };
    return JSON.parse((await askRightly('/oauth/token', { parameters })).text);
  }

  const asked = {
    client_id: 'web',
    redirect_uri: CALLBACK,
    response_type: 'code',
    response_mode: 'query',
    scope: 'openid email',
    state: 'state',
    nonce: 'nonce',
    code_challenge: PKCE.challenge,
    code_challenge_method: 'S256',
    connection: 'email',
    max_age: '3600',
    login_hint: 'ann@x.test',
    ui_locales: 'de en',
    screen_hint: 'signup',
    display: 'page',
    claims: '{"userinfo":{"name":{"essential":true}}}',
    'ext-campaign': 'x',
  };
  const authorizeNames = [...new Set([...AUTHORIZATION_PARAMETERS, ...Object.keys(asked)])];

  /** Cookies of a browser that is signed in. */
  const session = await (async () => {
    const { email, code } = await sendCode(WEB);
    const parameters = { ...asked, email, verification_code: code };
    const target = {
      name: '',
      method: 'POST',
      path: '/passwordless/verify_redirect',
      encodings: [],
      parameters: [],
    };
    const headers = { Origin: new URL(ISSUER).origin };
    const bare = { target: '', encoding: 'form', bends: [], wrappings: [] } as const;
    const answer = await ask(write(target, bare, { parameters, headers }));
    return answer.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
  })();

  const authorizationCode = async () => {
    const { headers } = await askRightly(
      '/authorize',
      { parameters: asked, headers: { Cookie: session } },
      'GET',
    );
    return new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
  };

  const tokens = await signIn();
  const redirectsTo = [CALLBACK, 'https://rp.test/bye'];
  const browsers = { speaksTo: 'browsers', redirectsTo } as const;
  const programs = { speaksTo: 'programs' } as const;
  const constant = (parameters: RightRequest['parameters'], headers?: Record<string, string>) => {
    const right: RightRequest = headers ? { parameters, headers } : { parameters };
    return { parameters: Object.keys(parameters), fresh: async () => right };
  };
  const both = { encodings: ['json', 'form'] } as const;
  const readable = (name: string, path: string): ProviderTarget => ({
    ...programs,
    ...constant({}),
    ...{ name, path, method: 'GET', encodings: ['query'], isPublic: true, right: { status: 200 } },
  });

  const targets: ProviderTarget[] = [
    {
      name: 'authorize',
      share: { of: 6, at: 0 },
      ...{ method: 'GET', path: '/authorize', encodings: ['query'] },
      ...browsers,
      parameters: authorizeNames,
      fresh: async () => ({ parameters: asked }),
      right: { status: 303 },
    },
    {
      name: 'authorize, posted',
      share: { of: 6, at: 1 },
      ...{ method: 'POST', path: '/authorize', encodings: ['form'] },
      ...browsers,
      parameters: authorizeNames,
      fresh: async () => ({ parameters: asked }),
      right: { status: 303 },
    },
    {
      name: 'authorize, signed in',
      share: { of: 6, at: 2 },
      ...{ method: 'GET', path: '/authorize', encodings: ['query'] },
      ...browsers,
      parameters: authorizeNames,
      fresh: async () => ({ parameters: { ...asked, prompt: 'none' }, headers: { Cookie: session } }),
      right: { status: 303, gains: ['code'] },
      proof: [
        'client_id',
        'response_type',
        'code_challenge',
        'code_challenge_method',
        'Cookie',
        'Purpose',
        'RSC',
      ],
    },
    {
      name: 'par',
      share: { of: 6, at: 3 },
      ...{ method: 'POST', path: '/oauth/par', encodings: ['form'] },
      ...programs,
      parameters: [...authorizeNames, 'client_secret', 'client_assertion', 'client_assertion_type'],
      fresh: async () => ({ parameters: { ...asked, ...WEB } }),
      right: { status: 201, gains: ['request_uri'] },
      proof: [...SECRETS, 'redirect_uri', 'response_type', 'code_challenge', 'code_challenge_method'],
    },
    {
      name: 'token, authorization_code',
      ...{ method: 'POST', path: '/oauth/token', ...both },
      ...programs,
      parameters: [
        ...['grant_type', 'client_id', 'client_secret', 'code', 'redirect_uri', 'code_verifier'],
        ...['client_assertion', 'client_assertion_type', 'scope', 'audience'],
      ],
      fresh: async () => ({
        parameters: {
          ...WEB,
          grant_type: AUTHORIZATION_CODE_GRANT,
          code: await authorizationCode(),
          redirect_uri: CALLBACK,
          code_verifier: PKCE.verifier,
        },
      }),
      right: { status: 200, gains: ['access_token', 'id_token'] },
      proof: [...SECRETS, 'grant_type', 'code', 'redirect_uri', 'code_verifier'],
    },
    {
      name: 'token, refresh_token',
      ...{ method: 'POST', path: '/oauth/token', ...both },
      ...programs,
      parameters: [
        'grant_type',
        'client_id',
        'client_secret',
        'refresh_token',
        'scope',
        'audience',
        'redirect_uri',
      ],
      fresh: async () => {
        const { refresh_token } = await signIn();
        return { parameters: { ...WEB, grant_type: REFRESH_TOKEN_GRANT, refresh_token, scope: 'openid' } };
      },
      right: { status: 200, gains: ['access_token', 'id_token', 'refresh_token'] },
      proof: [...SECRETS, 'grant_type', 'refresh_token'],
    },
    {
      name: 'token, client_credentials',
      ...{ method: 'POST', path: '/oauth/token', ...both },
      ...programs,
      ...constant({
        grant_type: CLIENT_CREDENTIALS_GRANT,
        client_id: 'machine',
        client_secret: 's3cret',
        audience: things.identifier,
        scope: 'read:things',
      }),
      right: { status: 200, gains: ['access_token'] },
      proof: [...SECRETS, 'grant_type'],
    },
    {
      name: 'token, passwordless',
      ...{ method: 'POST', path: '/oauth/token', ...both },
      ...programs,
      parameters: [
        ...['grant_type', 'client_id', 'username', 'otp', 'realm', 'scope', 'scopes', 'audience'],
        ...['redirect_uri', 'client_secret', 'client_assertion', 'auth_session'],
      ],
      fresh: async () => {
        const { email, code } = await sendCode({ client_id: 'native' });
        const parameters = { username: email, otp: code, realm: 'email', scope: 'openid', redirect_uri: 'x' };
        return { parameters: { client_id: 'native', grant_type: PASSWORDLESS_OTP_GRANT, ...parameters } };
      },
      right: { status: 200, gains: ['access_token', 'id_token'] },
      proof: ['grant_type', 'client_id', 'username', 'otp', 'realm', 'Authorization'],
    },
    {
      name: 'token, passwordless with a session',
      ...{ method: 'POST', path: '/oauth/token', ...both },
      ...programs,
      parameters: ['grant_type', 'client_id', 'auth_session', 'otp', 'scope', 'audience'],
      fresh: async () => {
        const email = newAddress();
        const challenge = { client_id: 'native', connection: 'email', email, allow_signup: true };
        const { auth_session } = JSON.parse(
          (await askRightly('/otp/challenge', { parameters: challenge })).text,
        );
        const parameters = { auth_session, otp: desk.code(), scope: 'openid' };
        return { parameters: { client_id: 'native', grant_type: PASSWORDLESS_OTP_GRANT, ...parameters } };
      },
      right: { status: 200, gains: ['access_token', 'id_token'] },
      proof: ['grant_type', 'client_id', 'auth_session', 'otp', 'Authorization'],
    },
    {
      name: 'revoke',
      ...{ method: 'POST', path: '/oauth/revoke', ...both },
      ...programs,
      ...constant({ ...WEB, token: 'v1.gone', token_type_hint: 'refresh_token' }),
      right: { status: 200 },
    },
    {
      name: 'introspect',
      ...{ method: 'POST', path: '/oauth/introspect', ...both },
      ...programs,
      ...constant({ ...WEB, token: tokens.access_token, token_type_hint: 'access_token' }),
      right: { status: 200, gains: ['sub', 'active'] },
      proof: [...SECRETS, 'token'],
    },
    {
      name: 'userinfo',
      ...{ method: 'GET', path: '/userinfo', encodings: ['query'] },
      ...programs,
      parameters: ['access_token'],
      fresh: async () => ({ parameters: {}, headers: { Authorization: `Bearer ${tokens.access_token}` } }),
      right: { status: 200, gains: ['sub'] },
      proof: ['Authorization'],
    },
    {
      name: 'userinfo, posted',
      ...{ method: 'POST', path: '/userinfo', encodings: ['form'] },
      ...programs,
      ...constant({ access_token: tokens.access_token }),
      right: { status: 200, gains: ['sub'] },
      proof: ['Authorization', 'access_token'],
    },
    {
      name: 'passwordless/start, a code',
      ...{ method: 'POST', path: '/passwordless/start', ...both },
      ...programs,
      parameters: [
        ...['client_id', 'client_secret', 'connection', 'email', 'phone_number', 'send', 'authParams'],
        ...['captcha', 'client_assertion', 'client_assertion_type'],
      ],
      fresh: async () => ({
        parameters: {
          ...WEB,
          connection: 'email',
          email: newAddress(),
          send: 'code',
          authParams: { scope: 'openid' },
        },
      }),
      right: { status: 200 },
    },
    {
      name: 'passwordless/start, a link',
      ...{ method: 'POST', path: '/passwordless/start', ...both },
      ...programs,
      parameters: ['client_id', 'client_secret', 'connection', 'email', 'send', 'authParams'],
      fresh: async () => {
        const authParams = { redirect_uri: CALLBACK, scope: 'openid', state: 'state' };
        return { parameters: { ...WEB, connection: 'email', email: newAddress(), send: 'link', authParams } };
      },
      right: { status: 200 },
    },
    {
      name: 'passwordless/start, a text message',
      ...{ method: 'POST', path: '/passwordless/start', ...both },
      ...programs,
      ...constant({ ...WEB, connection: 'sms', phone_number: '+4915112345678' }),
      right: { status: 200 },
    },
    {
      name: 'passwordless/verify',
      ...{ method: 'POST', path: '/passwordless/verify', ...both },
      ...programs,
      parameters: ['client_id', 'client_secret', 'connection', 'email', 'phone_number', 'verification_code'],
      fresh: async () => {
        const { email, code } = await sendCode({ client_id: 'native' });
        return { parameters: { client_id: 'native', connection: 'email', email, verification_code: code } };
      },
      right: { status: 200 },
      proof: ['client_id', 'connection', 'email', 'verification_code', 'Authorization'],
      isGainToSucceed: true,
    },
    {
      name: 'passwordless/verify_redirect',
      share: { of: 6, at: 4 },
      ...{ method: 'GET', path: '/passwordless/verify_redirect', encodings: ['query'] },
      ...browsers,
      parameters: [
        ...authorizeNames,
        'email',
        'phone_number',
        'verification_code',
        '_csrf',
        '_intstate',
        'protocol',
      ],
      fresh: async () => ({ parameters: { ...asked, email: 'ann@x.test', verification_code: '123456' } }),
      right: { status: 200 },
    },
    {
      name: 'passwordless/verify_redirect, pressed',
      share: { of: 6, at: 5 },
      ...{ method: 'POST', path: '/passwordless/verify_redirect', encodings: ['form'] },
      ...browsers,
      parameters: [...authorizeNames, 'email', 'phone_number', 'verification_code'],
      fresh: async () => {
        const { email, code } = await sendCode(WEB);
        const parameters = { ...asked, email, verification_code: code };
        return { parameters, headers: { Origin: new URL(ISSUER).origin } };
      },
      right: { status: 303, gains: ['code', 'session'] },
      proof: [
        'client_id',
        'response_type',
        'connection',
        'email',
        'verification_code',
        'Origin',
        'Sec-Fetch-Site',
      ],
    },
    {
      name: 'otp/challenge',
      ...{ method: 'POST', path: '/otp/challenge', encodings: ['json'] },
      ...programs,
      parameters: [
        ...['client_id', 'client_secret', 'connection', 'email', 'phone_number', 'allow_signup'],
        ...['delivery_method', 'client_assertion'],
      ],
      fresh: async () => ({
        parameters: { ...WEB, connection: 'email', email: newAddress(), allow_signup: true },
      }),
      right: { status: 200, gains: ['auth_session'] },
      proof: [...SECRETS, 'connection'],
    },
    {
      name: 'co/authenticate',
      ...{ method: 'POST', path: '/co/authenticate', ...both },
      ...programs,
      parameters: ['client_id', 'credential_type', 'username', 'otp', 'realm'],
      fresh: async () => {
        const headers = { Origin: 'https://spa.test' };
        const { email, code } = await sendCode({ client_id: 'spa' }, headers);
        const parameters = {
          username: email,
          otp: code,
          realm: 'email',
          credential_type: PASSWORDLESS_OTP_GRANT,
        };
        return { parameters: { client_id: 'spa', ...parameters }, headers };
      },
      right: { status: 200, gains: ['login_ticket'] },
      proof: ['client_id', 'credential_type', 'username', 'otp', 'realm', 'Origin'],
    },
    {
      name: 'oauth/ro',
      ...{ method: 'POST', path: '/oauth/ro', ...both },
      ...programs,
      parameters: [
        ...['client_id', 'client_secret', 'username', 'password', 'connection', 'grant_type', 'scope'],
        ...['device', 'id_token', 'audience'],
      ],
      fresh: async () => {
        const { email, code } = await sendCode({ client_id: 'native' });
        const parameters = { username: email, password: code, connection: 'email', scope: 'openid' };
        return { parameters: { client_id: 'native', grant_type: 'password', ...parameters } };
      },
      right: { status: 200, gains: ['access_token', 'id_token'] },
      proof: ['client_id', 'username', 'password', 'connection', 'grant_type', 'Authorization'],
    },
    {
      name: 'api/users',
      ...{ method: 'POST', path: '/api/users/', encodings: ['json'] },
      ...programs,
      parameters: ['connection', 'email', 'phone_number', 'email_verified'],
      fresh: async () => ({
        parameters: { connection: 'email', email: newAddress(), email_verified: false },
      }),
      right: { status: 200 },
    },
    ...(['GET', 'POST'] as const).map(
      (method): ProviderTarget => ({
        name: `oidc/logout, ${method}`,
        ...{ method, path: '/oidc/logout', encodings: [method === 'GET' ? 'query' : 'form'] },
        ...browsers,
        parameters: [
          ...['id_token_hint', 'logout_hint', 'post_logout_redirect_uri', 'client_id', 'state', 'ui_locales'],
          'federated',
        ],
        fresh: async () => ({
          parameters: {
            id_token_hint: tokens.id_token,
            client_id: 'web',
            post_logout_redirect_uri: 'https://rp.test/bye',
            state: 'state',
          },
        }),
        right: { status: 303 },
      }),
    ),
    {
      name: 'v2/logout',
      ...{ method: 'GET', path: '/v2/logout', encodings: ['query'] },
      ...browsers,
      ...constant({ client_id: 'web', returnTo: 'https://rp.test/bye', federated: '' }),
      right: { status: 302 },
    },
    readable('the script of a client', '/client/web.js'),
    readable('discovery', '/.well-known/openid-configuration'),
    readable('metadata', '/.well-known/oauth-authorization-server'),
    readable('jwks', '/.well-known/jwks.json'),
    readable('country', '/user/geoloc/country'),
    readable('livez', '/livez'),
    readable('readyz', '/readyz'),
    {
      name: 'webhooks/resend',
      ...{ method: 'POST', path: '/webhooks/resend', encodings: ['json'] },
      ...programs,
      parameters: ['type', 'created_at', 'data'],
      fresh: async () => {
        const parameters = {
          type: 'email.delivered',
          created_at: '2026-11-20T11:59:58.894719+00:00',
          data: { email_id: '56761188-7520-42d8-8898-ff6fc54ce618', tags: { latchkey: 'login-message-m1' } },
        };
        const signedAt = new Date();
        const headers = {
          'svix-id': 'msg_1',
          'svix-timestamp': `${Math.floor(signedAt.getTime() / 1000)}`,
          'svix-signature': new Webhook(SIGNING_SECRET).sign('msg_1', signedAt, JSON.stringify(parameters)),
        };
        return { parameters, headers };
      },
      right: { status: 204 },
      proof: ['type', 'created_at', 'data'],
      isGainToSucceed: true,
    },
    {
      name: 'webhooks/twilio',
      ...{ method: 'POST', path: '/webhooks/twilio', encodings: ['form'] },
      ...programs,
      parameters: ['AccountSid', 'MessageSid', 'MessageStatus', 'ErrorCode'],
      fresh: async () => {
        const parameters = { AccountSid: ACCOUNT, MessageSid: `SM${'a'.repeat(32)}`, MessageStatus: 'sent' };
        const address = `${ISSUER}webhooks/twilio`;
        const signature = getExpectedTwilioSignature(AUTH_TOKEN, address, parameters);
        return { parameters, headers: { 'X-Twilio-Signature': signature } };
      },
      right: { status: 204 },
      proof: ['AccountSid', 'MessageSid', 'MessageStatus', 'ErrorCode'],
      isGainToSucceed: true,
    },
  ];

  return { targets, ask, messages: desk.messages, close: desk.close };
}
