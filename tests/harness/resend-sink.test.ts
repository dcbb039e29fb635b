import { Resend } from 'resend';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ResendSink, startResendSink } from './resend-sink';

describe('the Resend sink', () => {
  let sink: ResendSink;
  let resend: Resend;

  beforeAll(async () => {
    sink = await startResendSink();
    resend = new Resend(sink.apiKey, { baseUrl: sink.url });
  });
  afterEach(() => {
    sink.behave({ kind: 'accept' });
    sink.violations.length = 0;
  });
  afterAll(() => sink.close());

  const letter = (to: string) => ({ from: 'login@example.com', to, subject: 'Code', text: '482 913' });

  it("takes what Resend's own library sends", async () => {
    const { data } = await resend.emails.send(letter('Ada <ada@example.com>'), { idempotencyKey: 'one' });
    const email = await sink.waitForMessage('ada@example.com');
    expect(email).toMatchObject({ id: data?.id, subject: 'Code', text: '482 913', idempotencyKey: 'one' });
    expect(sink.violations).toEqual([]);
  });

  it('gives the same answer to the same key, delivers once, and refuses the key for another payload', async () => {
    const first = await resend.emails.send(letter('grace@example.com'), { idempotencyKey: 'two' });
    const second = await resend.emails.send(letter('grace@example.com'), { idempotencyKey: 'two' });
    expect(second.data).toEqual(first.data);
    await sink.waitForMessage('grace@example.com');
    await expect(sink.waitForMessage('grace@example.com', 20)).rejects.toThrow('No message');
    const third = await resend.emails.send(letter('other@example.com'), { idempotencyKey: 'two' });
    expect(third.error?.name).toBe('invalid_idempotent_request');
  });

  it('refuses and remembers a request that breaks the description', async () => {
    const response = await fetch(`${sink.url}/emails`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${sink.apiKey}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ from: 'login@example.com', to: [], subject: 7 }),
    });
    expect(response.status).toBe(422);
    expect(sink.violations.join()).toMatch(/subject must be string/);
  });

  it.each([422, 429, 500])('answers %i when told to', async (status) => {
    sink.behave({ kind: 'refuse', status, name: 'application_error', retryAfterSeconds: 2 });
    const { error } = await resend.emails.send(letter('ada@example.com'));
    expect(error).toMatchObject({ statusCode: status, name: 'application_error' });
  });

  it('can hang up', async () => {
    sink.behave({ kind: 'hang-up' });
    expect((await resend.emails.send(letter('ada@example.com'))).error).not.toBeNull();
  });
});
