// The Resend sender against a server that checks every request with Resend's own description.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createResendSender } from '@/lib/delivery/resend';
import type { EmailSender } from '@/lib/login/message';
import { findFreePort } from '@/tests/harness/free-port';
import { type ResendSink, startResendSink } from '@/tests/harness/resend-sink';
import { anEmail, unhurried } from './an-email';

let sink: ResendSink;
let sender: EmailSender;

beforeAll(async () => {
  sink = await startResendSink();
  sender = createResendSender({ apiKey: sink.apiKey, baseUrl: sink.url });
});
beforeEach(() => {
  sink.behave({ kind: 'accept' });
  sink.messages.length = 0;
  sink.violations.length = 0;
});
afterAll(() => sink.close());

let emails = 0;
/** No two tests share an idempotency key. */
const freshEmail = () => anEmail({ idempotencyKey: `key-${emails++}` });

describe('Resend', () => {
  it('MSG-1: is given one recipient, and what the description allows', async () => {
    const email = freshEmail();
    const outcome = await sender.send(email, unhurried());
    expect(sink.violations).toEqual([]);
    expect(sink.messages).toEqual([
      {
        id: expect.any(String),
        from: email.from,
        to: ['Ann@x.test'],
        subject: email.subject,
        html: email.html,
        text: email.text,
        headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': 'en' },
        tags: [{ name: 'latchkey', value: email.idempotencyKey }],
        idempotencyKey: email.idempotencyKey,
      },
    ]);
    expect(outcome).toEqual({ kind: 'accepted', providerMessageId: sink.messages[0]?.id });
  });

  it('AVL-5: sends a repeated attempt once', async () => {
    const email = freshEmail();
    const first = await sender.send(email, unhurried());
    expect(await sender.send(email, unhurried())).toEqual(first);
    expect(sink.messages).toHaveLength(1);
  });

  it('AVL-5: takes a repeated attempt in other words (an upgrade in between) as sent before', async () => {
    const email = freshEmail();
    await sender.send(email, unhurried());
    const outcome = await sender.send({ ...email, text: 'New words' }, unhurried());
    expect(outcome).toEqual({ kind: 'accepted', providerMessageId: null });
    expect(sink.messages).toHaveLength(1);
  });

  it.each([
    [422, 'validation_error', true],
    [400, 'invalid_parameter', true],
    [429, 'rate_limit_exceeded', false],
    [429, 'daily_quota_exceeded', false],
    [409, 'concurrent_idempotent_requests', false],
    [401, 'missing_api_key', false],
    [403, 'invalid_api_key', false],
    [500, 'application_error', false],
    [503, 'service_unavailable', false],
  ])('MSG-6: tells of %i %s by its number alone (for good: %s)', async (status, name, permanent) => {
    sink.behave({ kind: 'refuse', status, name });
    const outcome = await sender.send(freshEmail(), unhurried());
    expect(outcome).toEqual({ kind: 'refused', reason: `${status}`, permanent });
  });

  it('MSG-6: gives up on a slow answer when told to', async () => {
    sink.behave({ kind: 'slow', delayMilliseconds: 3_000 });
    const startedAt = performance.now();
    expect(await sender.send(freshEmail(), AbortSignal.timeout(200))).toEqual({ kind: 'timed_out' });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  it('MSG-6: survives a hang-up, a closed port and an answer that is not JSON', async () => {
    const away = { kind: 'unreachable', reason: 'no_answer' };
    sink.behave({ kind: 'hang-up' });
    expect(await sender.send(freshEmail(), unhurried())).toEqual(away);

    const nobody = `http://127.0.0.1:${await findFreePort()}`;
    const toNobody = createResendSender({ apiKey: 'key', baseUrl: nobody });
    expect(await toNobody.send(freshEmail(), unhurried())).toEqual(away);

    const gateway = createServer((_, response) => response.writeHead(502).end('<h1>Bad gateway</h1>'));
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
    const throughGateway = createResendSender({ apiKey: 'key', baseUrl: url });
    const outcome = await throughGateway.send(freshEmail(), unhurried());
    expect(outcome).toEqual({ kind: 'refused', reason: '502', permanent: false });
    gateway.close();
  });
});
