// The webhooks of both providers, signed as the providers sign, and by people who cannot.
import { Webhook } from 'standardwebhooks';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { describe, expect, it } from 'vitest';
import { createResendWebhookReader } from '@/lib/delivery/resend-webhook';
import { createTwilioWebhookReader } from '@/lib/delivery/twilio-webhook';
import { answerRoute, findRoute } from '@/lib/endpoints/routes';
import { StorageUnavailable } from '@/lib/oidc/errors';
import { ISSUER, type MemoryDeps, memoryDeps } from '../memory/deps';

const SIGNING_SECRET = `whsec_${Buffer.from('a secret between Resend and us').toString('base64')}`;
const TWILIO_URL = `${ISSUER}webhooks/twilio`;
const ACCOUNT = `AC${'0'.repeat(31)}1`;
const OTHER_ACCOUNT = `AC${'0'.repeat(31)}2`;
const MESSAGE = `SM${'a'.repeat(32)}`;
const AUTH_TOKENS = new Map([
  [ACCOUNT, 'token of the first'],
  [OTHER_ACCOUNT, 'token of the other'],
]);

function configuredDeps(): MemoryDeps {
  return {
    ...memoryDeps(),
    webhooks: {
      resend: createResendWebhookReader({ signingSecret: SIGNING_SECRET }),
      twilio: createTwilioWebhookReader({
        url: TWILIO_URL,
        findAuthToken: async (accountSid) => AUTH_TOKENS.get(accountSid) ?? null,
      }),
    },
  };
}

async function post(deps: MemoryDeps, address: string, init: RequestInit): Promise<Response> {
  const url = new URL(address, ISSUER);
  const route = findRoute(url.pathname);
  if (route === null) throw new Error(`${url.pathname} has no route`);
  return answerRoute(deps, route, new Request(url, { method: 'POST', ...init }));
}

// ---- Resend ---------------------------------------------------------------------------------------------------------

const EMAIL_ID = '56761188-7520-42d8-8898-ff6fc54ce618';

const told = (type: string, data: object = {}) => ({
  type,
  created_at: '2026-11-20T11:59:58.894719+00:00',
  data: {
    created_at: '2026-11-20T11:59:57.000Z',
    email_id: EMAIL_ID,
    from: 'Acme <login@acme.test>',
    to: ['ann@x.test'],
    subject: '482 913 is your Acme code',
    tags: { latchkey: 'login-message-m1' },
    ...data,
  },
});

type Signing = { id?: string; secret?: string; signedAt?: Date };

/** As Resend sends it. */
function fromResend(
  payload: unknown,
  { id = 'msg_1', secret = SIGNING_SECRET, signedAt = new Date() }: Signing = {},
) {
  const body = JSON.stringify(payload);
  const headers = {
    'Content-Type': 'application/json',
    'svix-id': id,
    'svix-timestamp': `${Math.floor(signedAt.getTime() / 1000)}`,
    'svix-signature': new Webhook(secret).sign(id, signedAt, body),
  };
  return { body, headers };
}

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

describe('POST /webhooks/resend', () => {
  it.each([
    ['email.delivered', {}, 'delivered', null],
    ['email.delivery_delayed', {}, 'delayed', null],
    ['email.complained', {}, 'complained', null],
    [
      'email.bounced',
      { bounce: { type: 'Permanent', subType: 'General', message: 'No such user ann@x.test' } },
      'bounced',
      'Permanent/General',
    ],
    ['email.failed', { failed: { reason: 'reached_daily_quota' } }, 'bounced', 'reached_daily_quota'],
    [
      'email.suppressed',
      { suppressed: { type: 'OnAccountSuppressionList', message: 'ann@x.test' } },
      'bounced',
      'OnAccountSuppressionList',
    ],
  ] as const)(
    '%s is written as a fact, with the provider’s code and none of its words',
    async (type, data, kind, reason) => {
      const deps = configuredDeps();
      const response = await post(deps, '/webhooks/resend', fromResend(told(type, data)));
      expect(response.status).toBe(204);
      expect(deps.told).toEqual([
        {
          id: 'resend:msg_1',
          provider: 'resend',
          providerMessageId: EMAIL_ID,
          kind,
          reason,
          occurredAt: new Date('2026-11-20T11:59:58.894Z'),
        },
      ]);
    },
  );

  it('SRF-4: tells the same event twice to no effect, whoever sends it again', async () => {
    const deps = configuredDeps();
    const webhook = fromResend(told('email.bounced', { bounce: { type: 'Permanent', subType: 'General' } }));
    for (let time = 0; time < 3; time++)
      expect((await post(deps, '/webhooks/resend', webhook)).status).toBe(204);
    expect(deps.told).toHaveLength(1);
    await post(deps, '/webhooks/resend', fromResend(told('email.delivered'), { id: 'msg_2' }));
    expect(deps.told).toHaveLength(2);
  });

  const genuine = fromResend(told('email.bounced'));
  it.each([
    ['is not signed', { ...genuine, headers: { 'Content-Type': 'application/json' } }],
    [
      'is signed with another secret',
      fromResend(told('email.bounced'), { secret: `whsec_${btoa('another')}` }),
    ],
    ['was changed on the way', { ...genuine, body: genuine.body.replace('bounced', 'delivered') }],
    ['has another event’s id', { ...genuine, headers: { ...genuine.headers, 'svix-id': 'msg_2' } }],
    [
      'has a signature without a version',
      {
        ...genuine,
        headers: { ...genuine.headers, 'svix-signature': genuine.headers['svix-signature'].slice(3) },
      },
    ],
    ['has an empty signature', { ...genuine, headers: { ...genuine.headers, 'svix-signature': 'v1' } }],
    ['is signed six minutes ago', fromResend(told('email.bounced'), { signedAt: minutesAgo(6) })],
    ['is signed in six minutes', fromResend(told('email.bounced'), { signedAt: minutesAgo(-6) })],
    [
      'claims to be newer than its signature',
      {
        ...genuine,
        headers: { ...genuine.headers, 'svix-timestamp': `${Number(genuine.headers['svix-timestamp']) + 1}` },
      },
    ],
  ])('SRF-4: what %s is refused, and nothing is written', async (_why, webhook) => {
    const deps = configuredDeps();
    const response = await post(deps, '/webhooks/resend', webhook);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: 'invalid_request' });
    expect(deps.told).toEqual([]);
    expect(deps.happened).toEqual(['refused /webhooks/resend 401 invalid_request']);
  });

  it('takes one signed four minutes ago, and one of several signatures while the secret is rotated', async () => {
    const deps = configuredDeps();
    const late = fromResend(told('email.delivered'), { signedAt: minutesAgo(4) });
    expect((await post(deps, '/webhooks/resend', late)).status).toBe(204);
    const { body, headers } = fromResend(told('email.delivered'), { id: 'msg_2' });
    const signatures = `v1,${btoa('of the old secret')} ${headers['svix-signature']}`;
    expect(
      (await post(deps, '/webhooks/resend', { body, headers: { ...headers, 'svix-signature': signatures } }))
        .status,
    ).toBe(204);
    expect(deps.told).toHaveLength(2);
  });

  it.each([
    ['another kind of event', told('email.opened')],
    [
      'an event of something else',
      { type: 'contact.created', created_at: '2026-11-20T12:00:00Z', data: { id: 'c1' } },
    ],
    [
      'somebody else’s message of the same account',
      told('email.bounced', { tags: { category: 'newsletter' } }),
    ],
    ['a message without tags', told('email.bounced', { tags: undefined })],
    ['an id that is none', told('email.bounced', { email_id: 'a b\u0000' })],
    ['what is no event at all', [1, 2, 3]],
    ['nothing', null],
  ])('has no use for %s, and says that it came', async (_what, payload) => {
    const deps = configuredDeps();
    expect((await post(deps, '/webhooks/resend', fromResend(payload))).status).toBe(204);
    expect(deps.told).toEqual([]);
  });
});

// ---- Twilio ---------------------------------------------------------------------------------------------------------

type Callback = Record<string, string>;

const status = (MessageStatus: string, more: Callback = {}): Callback => ({
  AccountSid: ACCOUNT,
  ApiVersion: '2010-04-01',
  From: '+15005550006',
  MessageSid: MESSAGE,
  MessageStatus,
  SmsSid: MESSAGE,
  SmsStatus: MessageStatus,
  To: '+4915112345678',
  ...more,
});

/** As Twilio sends it: form fields, their names sorted, under the URL that the message named. */
function fromTwilio(fields: Callback, { url = TWILIO_URL, token = AUTH_TOKENS.get(ACCOUNT) ?? '' } = {}) {
  return {
    body: new URLSearchParams(fields).toString(),
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'X-Twilio-Signature': getExpectedTwilioSignature(token, url, fields),
    },
  };
}

describe('POST /webhooks/twilio', () => {
  it.each([
    ['sent', {}, 'sent', null],
    ['delivered', {}, 'delivered', null],
    ['read', {}, 'delivered', null],
    ['undelivered', { ErrorCode: '30003' }, 'bounced', '30003'],
    ['failed', { ErrorCode: '30007' }, 'bounced', '30007'],
    ['failed', { ErrorCode: 'Message to +4915112345678 filtered' }, 'bounced', null],
    ['canceled', {}, 'bounced', null],
  ] as const)('%s %j is written as %s, at our own time', async (messageStatus, more, kind, reason) => {
    const deps = configuredDeps();
    const response = await post(deps, '/webhooks/twilio', fromTwilio(status(messageStatus, more)));
    expect(response.status).toBe(204);
    expect(deps.told).toEqual([
      {
        id: `twilio:${MESSAGE}:${messageStatus}`,
        provider: 'twilio',
        providerMessageId: MESSAGE,
        kind,
        reason,
        occurredAt: deps.clock(),
      },
    ]);
  });

  it('SRF-4: tells the same status twice to no effect', async () => {
    const deps = configuredDeps();
    for (let time = 0; time < 3; time++)
      await post(deps, '/webhooks/twilio', fromTwilio(status('delivered')));
    expect(deps.told).toHaveLength(1);
  });

  it('believes the configured issuer and no Host header', async () => {
    const deps = configuredDeps();
    const honest = fromTwilio(status('delivered'));
    const behindProxy = { ...honest, headers: { ...honest.headers, 'X-Forwarded-Host': 'evil.test' } };
    expect((await post(deps, 'http://10.0.0.7:3000/webhooks/twilio', behindProxy)).status).toBe(204);

    const forEvil = fromTwilio(status('failed'), { url: 'https://evil.test/webhooks/twilio' });
    expect((await post(deps, 'https://evil.test/webhooks/twilio', forEvil)).status).toBe(401);
    expect(deps.told).toHaveLength(1);
  });

  it('covers the query, should the address have one', async () => {
    const deps = configuredDeps();
    const webhook = fromTwilio(status('delivered'), { url: `${TWILIO_URL}?edge=1` });
    expect((await post(deps, '/webhooks/twilio?edge=1', webhook)).status).toBe(204);
    expect((await post(deps, '/webhooks/twilio?edge=2', webhook)).status).toBe(401);
  });

  it('believes each account for its own messages only', async () => {
    const deps = configuredDeps();
    const own = status('delivered', { AccountSid: OTHER_ACCOUNT });
    const otherToken = { token: AUTH_TOKENS.get(OTHER_ACCOUNT) ?? '' };
    expect((await post(deps, '/webhooks/twilio', fromTwilio(own, otherToken))).status).toBe(204);
    expect((await post(deps, '/webhooks/twilio', fromTwilio(status('failed'), otherToken))).status).toBe(401);
  });

  const genuine = fromTwilio(status('failed'));
  it.each([
    ['is not signed', { ...genuine, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }],
    ['is signed with another token', fromTwilio(status('failed'), { token: 'a guess' })],
    [
      'is of an account that nobody configured',
      fromTwilio(status('failed', { AccountSid: `AC${'f'.repeat(32)}` })),
    ],
    ['names no account', fromTwilio({ MessageSid: MESSAGE, MessageStatus: 'failed' })],
    [
      'was changed on the way',
      { ...genuine, body: genuine.body.replace('MessageStatus=failed', 'MessageStatus=sent') },
    ],
    ['says something twice', { ...genuine, body: `${genuine.body}&MessageStatus=delivered` }],
    ['says something more', { ...genuine, body: `${genuine.body}&ErrorCode=30003` }],
  ])('SRF-4: what %s is refused, and nothing is written', async (_why, webhook) => {
    const deps = configuredDeps();
    expect((await post(deps, '/webhooks/twilio', webhook)).status).toBe(401);
    expect(deps.told).toEqual([]);
  });

  it.each([
    ['a status on the way', status('sending')],
    ['an unknown status', status('abducted')],
    ['a message without an id', status('delivered', { MessageSid: '' })],
  ])('has no use for %s', async (_what, fields) => {
    const deps = configuredDeps();
    expect((await post(deps, '/webhooks/twilio', fromTwilio(fields))).status).toBe(204);
    expect(deps.told).toEqual([]);
  });
});

// ---- Both -----------------------------------------------------------------------------------------------------------

describe.each([
  ['/webhooks/resend', fromResend(told('email.delivered')), 'application/x-www-form-urlencoded', 404],
  ['/webhooks/twilio', fromTwilio(status('delivered')), 'application/json', 401],
] as const)('%s', (path, webhook, otherType, refusal) => {
  it('believes nobody while its provider is not configured', async () => {
    const deps = memoryDeps();
    const response = await post(deps, path, webhook);
    expect(response.status).toBe(refusal);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(deps.told).toEqual([]);
  });

  it('CLI-7: takes POST alone, of one type and no more than 64 KiB', async () => {
    const deps = configuredDeps();
    const get = await post(deps, path, { method: 'GET' });
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    const headers = { ...webhook.headers, 'Content-Type': otherType };
    expect((await post(deps, path, { ...webhook, headers })).status).toBe(415);
    expect((await post(deps, path, { ...webhook, body: webhook.body + ' '.repeat(65_536) })).status).toBe(
      413,
    );
    expect(deps.told).toEqual([]);
  });

  it('AVL-1: asks to be told again while storage is away', async () => {
    const away = { record: () => Promise.reject(new StorageUnavailable('away')) };
    const response = await post({ ...configuredDeps(), deliveryEvents: away }, path, webhook);
    expect(response.status).toBe(503);
    expect(response.headers.has('retry-after')).toBe(true);
  });
});
