// The Twilio sender against a server that checks every request with Twilio's own description.
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTwilioSender, type TwilioSettings } from '@/lib/delivery/twilio';
import { findFreePort } from '@/tests/harness/free-port';
import { startTwilioSink, type TwilioSink } from '@/tests/harness/twilio-sink';
import { unhurried } from './an-email';
import { anSms } from './an-sms';

const SERVICE = `MG${'a'.repeat(32)}`;

let sink: TwilioSink;
const senderWith = (changes: Partial<TwilioSettings> = {}) =>
  createTwilioSender({
    accountSid: sink.accountSid,
    authToken: sink.authToken,
    from: '+14155552345',
    messagingServiceSid: null,
    baseUrl: sink.url,
    statusCallbackUrl: null,
    queueSeconds: 600,
    ...changes,
  });

beforeAll(async () => {
  sink = await startTwilioSink();
});
beforeEach(() => {
  sink.behave({ kind: 'accept' });
  sink.messages.length = 0;
  sink.violations.length = 0;
});
afterAll(() => sink.close());

describe('Twilio', () => {
  it('is not loaded before the first text message', async () => {
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).join();
    const sender = senderWith();
    expect(loaded()).not.toContain('twilio/lib/rest/Twilio.js');
    await sender.send(anSms(), unhurried());
    expect(loaded()).toContain('twilio/lib/rest/Twilio.js');
  });

  it('MSG-1: is given one number, and what the description allows', async () => {
    const sms = anSms();
    const outcome = await senderWith().send(sms, unhurried());
    expect(sink.violations).toEqual([]);
    expect(sink.messages).toEqual([
      {
        sid: expect.stringMatching(/^SM/),
        to: '+447700900123',
        body: sms.body,
        from: '+14155552345',
        messagingServiceSid: null,
        statusCallback: null,
        validityPeriod: 600,
      },
    ]);
    expect(outcome).toEqual({ kind: 'accepted', providerMessageId: sink.messages[0]?.sid });
  });

  it('sends by the messaging service where there is one, and says where to report', async () => {
    const statusCallbackUrl = 'https://login.acme.test/webhooks/twilio';
    await senderWith({ messagingServiceSid: SERVICE, statusCallbackUrl }).send(anSms(), unhurried());
    await senderWith({ messagingServiceSid: SERVICE, from: null }).send(anSms(), unhurried());
    expect(sink.violations).toEqual([]);
    expect(sink.messages).toMatchObject([
      { from: null, messagingServiceSid: SERVICE, statusCallback: statusCallbackUrl },
      { from: null, messagingServiceSid: SERVICE, statusCallback: null },
    ]);
  });

  it('takes a name for a sender, and any script for a text', async () => {
    await senderWith({ from: 'ACME' }).send(anSms({ body: 'コードは 482913 です 👍' }), unhurried());
    expect(sink.messages).toMatchObject([{ from: 'ACME', body: 'コードは 482913 です 👍' }]);
  });

  it('AVL-5: never lets a message wait longer than Twilio can, and the code no longer than it lives', async () => {
    await senderWith({ queueSeconds: 86_400 }).send(anSms(), unhurried());
    expect(sink.messages).toMatchObject([{ validityPeriod: 36_000 }]);
  });

  it.each([
    [400, 21211, true],
    [400, 21408, true],
    [400, 21610, true],
    [400, 21612, true],
    [400, 21614, true],
    [400, 21617, true],
    [400, 30003, true],
    [400, 30007, true],
    [400, 21606, false],
    [400, 21608, false],
    [401, 20003, false],
    [403, 20003, false],
    [404, 20404, false],
    [429, 20429, false],
    [429, 14107, false],
    [500, 20500, false],
    [503, 20503, false],
  ])('SMS-3: tells of %i with %i by its number alone (for good: %s)', async (status, code, permanent) => {
    sink.behave({ kind: 'refuse', status, code, retryAfterSeconds: 2 });
    const outcome = await senderWith().send(anSms(), unhurried());
    expect(outcome).toEqual({ kind: 'refused', reason: `${code}`, permanent });
  });

  it('SMS-3: tells of an answer without a number by its status', async () => {
    sink.behave({ kind: 'refuse', status: 503, code: null });
    const outcome = await senderWith().send(anSms(), unhurried());
    expect(outcome).toEqual({ kind: 'refused', reason: '503', permanent: false });
  });

  it('believes an answer that takes the message and drops it at once', async () => {
    sink.behave({ kind: 'fail', code: 30007 });
    const outcome = await senderWith().send(anSms(), unhurried());
    expect(outcome).toEqual({ kind: 'refused', reason: '30007', permanent: true });
  });

  it('tells of a wrong password as what may pass', async () => {
    const outcome = await senderWith({ authToken: 'wrong' }).send(anSms(), unhurried());
    expect(outcome).toEqual({ kind: 'refused', reason: '20003', permanent: false });
  });

  it('MSG-6: is asked once, whatever it says: when to ask again is decided elsewhere', async () => {
    const before = sink.requestCount();
    sink.behave({ kind: 'refuse', status: 429, code: 20429, retryAfterSeconds: 1 });
    await senderWith().send(anSms(), unhurried());
    expect(sink.requestCount()).toBe(before + 1);
  });

  it('MSG-6: gives up on a slow answer when told to', async () => {
    sink.behave({ kind: 'slow', delayMilliseconds: 3_000 });
    const startedAt = performance.now();
    expect(await senderWith().send(anSms(), AbortSignal.timeout(200))).toEqual({ kind: 'timed_out' });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  it('MSG-6: survives a hang-up, a closed port and settings that are none', async () => {
    const away = { kind: 'unreachable', reason: 'no_answer' };
    sink.behave({ kind: 'hang-up' });
    expect(await senderWith().send(anSms(), unhurried())).toEqual(away);

    const nobody = `http://127.0.0.1:${await findFreePort()}`;
    expect(await senderWith({ baseUrl: nobody }).send(anSms(), unhurried())).toEqual(away);
    expect(await senderWith({ accountSid: 'none' }).send(anSms(), unhurried())).toEqual(away);
  });

  it.each<[string, RequestListener, object]>([
    [
      'a page in between',
      (_, response) => response.writeHead(502).end('<h1>Bad gateway</h1>'),
      { kind: 'refused', reason: '502', permanent: false },
    ],
    [
      'a page that says all is well',
      (_, response) => response.writeHead(200).end('<h1>Please sign in to this network</h1>'),
      { kind: 'unreachable', reason: 'no_answer' },
    ],
    [
      'words where a number belongs',
      (_, response) => response.writeHead(400).end('{"code":"+447700900123 is wrong"}'),
      { kind: 'refused', reason: '400', permanent: false },
    ],
    [
      'another address',
      ({ url }, response) => response.writeHead(307, { Location: `http://127.0.0.1:9${url}` }).end(),
      { kind: 'refused', reason: '307', permanent: false },
    ],
  ])('SMS-3: makes nothing of %s', async (_, listener, expected) => {
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect(await senderWith({ baseUrl }).send(anSms(), unhurried())).toEqual(expected);
    server.close();
  });

  it('is reached behind a path, too', async () => {
    const seen: string[] = [];
    const server = createServer(({ url }, response) => {
      seen.push(url ?? '');
      response.writeHead(503).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/twilio/`;
    await senderWith({ baseUrl }).send(anSms(), unhurried());
    expect(seen).toEqual([`/twilio/2010-04-01/Accounts/${sink.accountSid}/Messages.json`]);
    server.close();
  });
});
