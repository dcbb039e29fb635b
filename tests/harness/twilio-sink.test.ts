import { Ajv } from 'ajv';
import twilio from 'twilio';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import description from '@/tests/specs/twilio-messages.openapi.json' with { type: 'json' };
import { signStatusCallback, startTwilioSink, type TwilioSink } from './twilio-sink';

describe('the Twilio sink', () => {
  let sink: TwilioSink;

  beforeAll(async () => {
    sink = await startTwilioSink();
  });
  afterEach(() => {
    sink.behave({ kind: 'accept' });
    sink.violations.length = 0;
  });
  afterAll(() => sink.close());

  const post = (
    form: Record<string, string> | string[][],
    credentials = `${sink.accountSid}:${sink.authToken}`,
  ) =>
    fetch(`${sink.url}/2010-04-01/Accounts/${sink.accountSid}/Messages.json`, {
      method: 'POST',
      headers: { Authorization: `Basic ${btoa(credentials)}` },
      body: new URLSearchParams(form),
    });
  const text = { To: '+447700900123', From: '+14155552345', Body: '482913' };

  it("answers as Twilio's description says, and keeps the message", async () => {
    const response = await post({ ...text, ValidityPeriod: '600' });
    expect(response.status).toBe(201);
    const ajv = new Ajv({ strict: false, validateFormats: false });
    ajv.addSchema(description, 'twilio');
    const validate = ajv.compile({ $ref: 'twilio#/components/schemas/api.v2010.account.message' });
    const answer = await response.json();
    validate(answer);
    expect(validate.errors).toBeNull();
    expect(await sink.waitForMessage('+447700900123')).toMatchObject({
      sid: answer.sid,
      body: '482913',
      validityPeriod: 600,
    });
    expect(sink.violations).toEqual([]);
  });

  it.each<[string, Record<string, string> | string[][], number]>([
    ['no recipient', { From: text.From, Body: text.Body }, 21211],
    ['a recipient that is no number', { ...text, To: 'ann@x.test' }, 21211],
    ['a list', { ...text, To: '+447700900123,+19005551234' }, 21211],
    ['two recipients', [...Object.entries(text), ['To', '+19005551234']], 21211],
    ['no body', { ...text, Body: '' }, 21602],
    ['a body that is too long', { ...text, Body: 'x'.repeat(1_601) }, 21617],
    ['no sender', { To: text.To, Body: text.Body }, 21603],
    ['a number that is none', { ...text, ValidityPeriod: 'soon' }, 21211],
    ['a service that is none', { ...text, MessagingServiceSid: 'MG1' }, 21211],
    ['a parameter that Twilio does not know', { ...text, to: 'x' }, 21211],
  ])('refuses and remembers a request with %s', async (_, form, code) => {
    const response = await post(form);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code, status: 400 });
    expect(sink.violations).toHaveLength(1);
  });

  it('refuses a wrong password', async () => {
    const response = await post(text, `${sink.accountSid}:wrong`);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 20003 });
  });

  it('answers any error, with the time to wait', async () => {
    sink.behave({ kind: 'refuse', status: 429, code: 20429, retryAfterSeconds: 7 });
    const response = await post(text);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(await response.json()).toMatchObject({ code: 20429 });
  });

  it("signs a status callback as Twilio's own library reads it", () => {
    const url = 'https://login.acme.test/webhooks/twilio';
    const message = { sid: `SM${'0'.repeat(32)}`, to: '+447700900123', from: '+14155552345' };
    const { headers, body } = signStatusCallback({
      url,
      message,
      status: 'undelivered',
      errorCode: 30007,
      authToken: sink.authToken,
    });
    const fields = Object.fromEntries(new URLSearchParams(body));
    expect(fields).toMatchObject({
      MessageSid: message.sid,
      MessageStatus: 'undelivered',
      ErrorCode: '30007',
    });
    const signature = headers['X-Twilio-Signature'] ?? '';
    expect(twilio.validateRequest(sink.authToken, signature, url, fields)).toBe(true);
    expect(twilio.validateRequest('another', signature, url, fields)).toBe(false);
    expect(twilio.validateRequest(sink.authToken, signature, url, { ...fields, ErrorCode: '0' })).toBe(false);
  });
});
