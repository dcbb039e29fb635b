// The sender for gateways of one's own against a server that holds it to Auth0's webhook contract (auth0-contract §1.3).
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGatewaySender, type GatewaySettings } from '@/lib/delivery/gateway';
import { createGuardedFetch } from '@/lib/delivery/guarded-fetch';
import { type GatewaySink, startGatewaySink } from '@/tests/harness/gateway-sink';
import { unhurried } from './an-email';
import { anSms } from './an-sms';

const SECRET = 'c2VjcmV0LW9mLXRoZS1nYXRld2F5';
const now = new Date();

let open: GatewaySink;
let guarded: GatewaySink;
let decoding: GatewaySink;
beforeAll(async () => {
  open = await startGatewaySink();
  guarded = await startGatewaySink(Buffer.from(SECRET));
  decoding = await startGatewaySink(Buffer.from(SECRET, 'base64url'));
});
beforeEach(() => {
  for (const sink of [open, guarded, decoding]) {
    sink.behave({ kind: 'accept' });
    sink.messages.length = 0;
    sink.violations.length = 0;
  }
});
afterAll(() => Promise.all([open, guarded, decoding].map((sink) => sink.close())));

const senderTo = (url: string, changes: Partial<GatewaySettings> = {}, privateNetworks = ['127.0.0.0/8']) =>
  createGatewaySender(
    { url, sender: '+14155552345', forwardsRequest: false, authentication: null, ...changes },
    { fetch: createGuardedFetch({ privateNetworks }), clock: () => now },
  );

const authentication = { audience: 'sms', subject: 'latchkey', secret: SECRET, secretIsBase64: false };

describe('a gateway of one’s own', () => {
  it('MSG-1: is given one recipient, the text and the sender, and nothing of who asked', async () => {
    const sms = anSms();
    expect(await senderTo(open.url).send(sms, unhurried())).toEqual({
      kind: 'accepted',
      providerMessageId: null,
    });
    expect(open.violations).toEqual([]);
    expect(open.messages).toEqual([
      {
        recipient: '+447700900123',
        body: sms.body,
        sender: '+14155552345',
        headers: expect.objectContaining({ 'idempotency-key': sms.idempotencyKey }),
        claims: null,
      },
    ]);
    expect(open.messages[0]?.headers).not.toHaveProperty('authorization');
  });

  it('is told address and browser of who asked, where it wants to know and it is known', async () => {
    const sender = senderTo(open.url, { forwardsRequest: true });
    await sender.send(anSms(), unhurried());
    await sender.send(anSms({ request: { ip: null, userAgent: null } }), unhurried());
    expect(open.violations).toEqual([]);
    expect(open.messages.map(({ req }) => req)).toEqual([
      { ip: '203.0.113.7', 'user-agent': 'Mozilla/5.0' },
      {},
    ]);
  });

  it('is given a token for this message and this minute', async () => {
    const sms = anSms();
    await senderTo(guarded.url, { authentication }).send(sms, unhurried());
    const issuedAt = Math.floor(now.getTime() / 1000);
    expect(guarded.messages).toMatchObject([
      {
        claims: {
          sub: 'latchkey',
          aud: 'sms',
          jti: sms.idempotencyKey,
          iat: issuedAt,
          exp: issuedAt + 60,
        },
      },
    ]);
  });

  it('is given a token without subject where none was set, by the bytes of the secret where it is encoded', async () => {
    const encoded = { ...authentication, subject: null, secretIsBase64: true };
    await senderTo(decoding.url, { authentication: encoded }).send(anSms(), unhurried());
    expect(decoding.messages).toHaveLength(1);
    expect(decoding.messages[0]?.claims).not.toHaveProperty('sub');
  });

  it('SMS-3: with another secret gets nothing but the number of the refusal', async () => {
    const refused = { kind: 'refused', reason: '401', permanent: false };
    for (const changes of [
      { authentication: null },
      { authentication: { ...authentication, secret: 'another' } },
      { authentication: { ...authentication, secretIsBase64: true } },
    ])
      expect(await senderTo(guarded.url, changes).send(anSms(), unhurried())).toEqual(refused);
    expect(guarded.messages).toEqual([]);
  });

  it('is not asked at all with a secret that is no key', async () => {
    const before = open.requestCount();
    const unusable = { ...authentication, secret: '!', secretIsBase64: true };
    const outcome = await senderTo(open.url, { authentication: unusable }).send(anSms(), unhurried());
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'unusable_secret' });
    expect(open.requestCount()).toBe(before);
  });

  it.each([
    [201, true],
    [202, true],
    [204, true],
    [400, true],
    [413, true],
    [422, true],
    [401, false],
    [403, false],
    [404, false],
    [429, false],
    [500, false],
    [503, false],
  ])(
    'SMS-3: succeeds with 200 only; %i is told by its number alone (for good: %s)',
    async (status, permanent) => {
      open.behave({ kind: 'answer', status });
      const outcome = await senderTo(open.url).send(anSms(), unhurried());
      expect(outcome).toEqual({ kind: 'refused', reason: `${status}`, permanent });
    },
  );

  it('MSG-6: gives up on a slow answer when told to, and survives a hang-up', async () => {
    open.behave({ kind: 'slow', delayMilliseconds: 3_000 });
    const startedAt = performance.now();
    expect(await senderTo(open.url).send(anSms(), AbortSignal.timeout(200))).toEqual({ kind: 'timed_out' });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    open.behave({ kind: 'hang-up' });
    const outcome = await senderTo(open.url).send(anSms(), unhurried());
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'ECONNRESET' });
  });

  it('SRF-1: inside the network is not asked, and the operator reads which variable would allow it', async () => {
    const before = open.requestCount();
    const outcome = await senderTo(open.url.replace('http:', 'https:'), {}, []).send(anSms(), unhurried());
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'not_in_OUTBOUND_PRIVATE_NETWORKS' });
    expect(open.requestCount()).toBe(before);
  });

  it('SRF-1: that points elsewhere is not followed', async () => {
    guarded.behave({ kind: 'redirect', location: open.url });
    const before = open.requestCount();
    const outcome = await senderTo(guarded.url, { authentication }).send(anSms(), unhurried());
    expect(outcome).toEqual({ kind: 'refused', reason: '307', permanent: false });
    expect(open.requestCount()).toBe(before);
  });
});
