import { createTransport, type Transporter } from 'nodemailer';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type SmtpSink, startSmtpSink } from './smtp-sink';

describe('the SMTP sink', () => {
  let sink: SmtpSink;
  let mailer: Transporter;

  beforeAll(async () => {
    sink = await startSmtpSink();
    mailer = createTransport(sink.url);
  });
  afterEach(() => sink.behave({ kind: 'accept' }));
  afterAll(() => sink.close());

  const letter = (to: string) => ({
    from: 'Latchkey <login@example.com>',
    to,
    subject: '482 913 είναι ο κωδικός σας — for a subject long enough that its encoded words are folded',
    text: 'Your code is 482 913 = ünïcode\nsecond line',
    html: '<p>Your code is <b>482 913</b> 🔑</p>',
  });

  it('keeps the envelope and reads encoded headers and both bodies', async () => {
    await mailer.sendMail(letter('ada@example.com'));
    const mail = await sink.waitForMessage('ada@example.com');
    expect(mail.from).toBe('login@example.com');
    expect(mail.subject).toBe(letter('').subject);
    expect(mail.text?.trimEnd()).toBe(letter('').text);
    expect(mail.html?.trimEnd()).toBe(letter('').html);
    expect(mail.raw.toString('latin1')).toContain('multipart/alternative');
  });

  it('hands every message out once, and waits for one that has yet to come', async () => {
    await mailer.sendMail(letter('grace@example.com'));
    await sink.waitForMessage('grace@example.com');
    await expect(sink.waitForMessage('grace@example.com', 20)).rejects.toThrow(
      'No message to grace@example.com',
    );
    const next = sink.waitForMessage('grace@example.com');
    await mailer.sendMail(letter('grace@example.com'));
    expect((await next).to).toEqual(['grace@example.com']);
  });

  it.each([
    [550, 'recipient'],
    [451, 'recipient'],
    [550, 'data'],
    [451, 'data'],
  ] as const)('refuses with %i at %s when told to', async (status, at) => {
    await sink.behave({ kind: 'refuse', status, at });
    await expect(mailer.sendMail(letter('ada@example.com'))).rejects.toMatchObject({ responseCode: status });
  });

  it('can be slow, and can be away and come back on the same port', async () => {
    await sink.behave({ kind: 'slow', delayMilliseconds: 150 });
    const before = performance.now();
    await mailer.sendMail(letter('ada@example.com'));
    expect(performance.now() - before).toBeGreaterThanOrEqual(140);
    await sink.behave({ kind: 'down' });
    await expect(mailer.sendMail(letter('ada@example.com'))).rejects.toThrow('ECONNREFUSED');
    await sink.behave({ kind: 'accept' });
    await mailer.sendMail(letter('ada@example.com'));
  });

  it('takes one user name and password only', async () => {
    const stranger = createTransport(sink.url.replace('latchkey:', 'mallory:'));
    await expect(stranger.sendMail(letter('ada@example.com'))).rejects.toMatchObject({ responseCode: 535 });
  });
});
