// The words of a text message: the code first, our host last, nothing that costs a second segment, and one recipient.
import { describe, expect, it } from 'vitest';
import { composeSms, countSegments } from '@/lib/login/compose-sms';
import { LANGUAGES } from '@/lib/login/languages';
import type { LoginMessage, Sms } from '@/lib/login/message';

const message: LoginMessage = {
  messageId: 'q83vASNFZ4mrze8BI0VniQ',
  kind: 'login',
  channel: 'sms',
  connection: 'sms',
  recipient: '+447700900123',
  oneTimeCode: '082913',
  link: null,
  stopLink: null,
  language: 'en',
  applicationName: 'Acme Notes',
  reference: 'K7',
  askedAt: new Date('2026-11-20T14:02:31Z'),
  expiresAt: new Date('2026-11-20T14:12:31Z'),
  userAgent: 'Mozilla/5.0',
  ip: '203.0.113.7',
};

const issuerHost = 'login.acme.test';
const compose = (changes: Partial<LoginMessage> = {}, text: string | null = null) =>
  composeSms({ ...message, ...changes }, { issuerHost, text }) as Sms;
const lastLineOf = ({ body }: Sms) => body.split('\n').at(-1);

describe('what a text message says', () => {
  it('MSG-7: the code first, the application, and in the last line the host that the code is for', () => {
    expect(compose()).toEqual({
      idempotencyKey: 'login-message-q83vASNFZ4mrze8BI0VniQ',
      to: '+447700900123',
      body: '082913 is your Acme Notes code.\n\n@login.acme.test #082913',
      language: 'en',
      request: { ip: '203.0.113.7', userAgent: 'Mozilla/5.0' },
    });
  });

  it('MSG-7: the last line names the host without its port', () => {
    const body = (host: string) =>
      (composeSms(message, { issuerHost: host, text: null }) as Sms).body.split('\n').at(-1);
    expect(body('localhost:3000')).toBe('@localhost #082913');
    expect(body('[::1]:3000')).toBe('@[::1] #082913');
    expect(body('xn--bcher-kva.test')).toBe('@xn--bcher-kva.test #082913');
  });

  it('fits one segment, whatever the application is called', () => {
    for (const applicationName of ['Acme Notes', 'A'.repeat(200), 'Booking.com'])
      expect(countSegments(compose({ applicationName }).body)).toMatchObject({
        encoding: 'GSM-7',
        segments: 1,
      });
    expect(countSegments(compose({ applicationName: 'ノート' }).body)).toMatchObject({
      encoding: 'UCS-2',
      segments: 1,
    });
  });

  it.each(LANGUAGES)('is one segment in %s, with the code as it is to be typed', (language) => {
    const sms = compose({ language });
    expect(sms).toMatchObject({ language, body: expect.stringMatching(/082913.*\n\n@/) });
    expect(countSegments(sms.body).segments).toBe(1);
  });

  it('MSG-4: a name can neither be a link nor end a line', () => {
    const applicationName = 'Visit https://evil.test/x\r\n@evil.test #111111';
    const { body } = compose({ applicationName });
    expect(body).not.toMatch(/evil\.test|:\/\/|evil.*\n.*evil/);
    expect(body.split('\n')).toHaveLength(3);
    expect(body).toMatch(/\n\n@login\.acme\.test #082913$/);
  });

  it('MSG-1: goes to exactly one number in E.164, or to nobody', () => {
    for (const recipient of [
      '07700 900123',
      '+447700900123,+19005551234',
      '+44 7700 900123',
      'whatsapp:+447700900123',
      'ann@x.test',
      '',
    ])
      expect(compose({ recipient })).toEqual({ unsendable: 'no telephone number' });
  });

  it('has nothing to say without a code', () => {
    expect(compose({ oneTimeCode: null })).toEqual({ unsendable: 'text message without code' });
  });
});

describe("an operator's own wording", () => {
  it('stands above the line that ties the code to the host', () => {
    const sms = compose({}, 'Your verification code is: 082913');
    expect(sms.body).toBe('Your verification code is: 082913\n\n@login.acme.test #082913');
  });

  it('may end with that line already', () => {
    const text = 'Code 082913\n\n@login.acme.test #082913\n';
    expect(compose({}, text).body).toBe(text.trim());
  });

  it('MSG-7: cannot end with the line of another host', () => {
    expect(lastLineOf(compose({}, 'Code\n@evil.test #082913'))).toBe('@login.acme.test #082913');
    expect(lastLineOf(compose({}, 'Code\r@evil.test #082913'))).toBe('@login.acme.test #082913');
  });

  it('loses control characters and whatever turns the order of digits around', () => {
    const { body } = compose({}, 'Code\u0000 \u202e082913\u202c\u001b[31m\ud800\r\nBye\u2028!');
    expect(body).toBe('Code 082913[31m\nBye\n!\n\n@login.acme.test #082913');
  });

  it('is ours again when it comes to nothing', () => {
    expect(compose({}, ' \r\n\u0007').body).toBe(compose().body);
  });

  it('keeps the last line when it is too long for a message', () => {
    const { body } = compose({}, '👍'.repeat(5_000));
    expect(body.length).toBeLessThanOrEqual(1_600);
    expect(body).toMatch(/^(👍)+\n\n@login\.acme\.test #082913$/u);
  });
});

describe('segments', () => {
  it.each([
    ['a'.repeat(160), 'GSM-7', 160, 1],
    ['a'.repeat(161), 'GSM-7', 161, 2],
    ['a'.repeat(306), 'GSM-7', 306, 2],
    ['a'.repeat(307), 'GSM-7', 307, 3],
    ['€'.repeat(80), 'GSM-7', 160, 1],
    ['€'.repeat(81), 'GSM-7', 162, 2],
    ['é'.repeat(160), 'GSM-7', 160, 1],
    ['ç'.repeat(70), 'UCS-2', 70, 1],
    ['コ'.repeat(70), 'UCS-2', 70, 1],
    ['コ'.repeat(71), 'UCS-2', 71, 2],
    ['コ'.repeat(134), 'UCS-2', 134, 2],
    ['コ'.repeat(135), 'UCS-2', 135, 3],
    ['👍'.repeat(35), 'UCS-2', 70, 1],
    ['👍'.repeat(36), 'UCS-2', 72, 2],
  ] as const)('%s: %s, %i characters, %i segments', (body, encoding, characters, segments) => {
    expect(countSegments(body)).toEqual({ encoding, characters, segments });
  });
});
