import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EnvironmentError, parseEnvironment } from '@/lib/runtime/environment';

const SECRET = 'kT9v0pQ2xWm5Zr8LbN4yUc7HdJ1sGfEa';
const OTHER_SECRET = 'Vw3eRt6yUi9oPa2sDf5gHj8kLz1xCv4b';
const PUBLIC = { ISSUER: 'https://login.example.com', SECRET };
const WEBHOOK_SECRET = `whsec_${Buffer.from(SECRET).toString('base64')}`;
const TWILIO = {
  TWILIO_ACCOUNT_SID: `AC${'0a'.repeat(16)}`,
  TWILIO_AUTH_TOKEN: 'token',
  TWILIO_FROM: '+15005550006',
};

describe('with nothing set (contract §2)', () => {
  it('serves the loopback address with an embedded database, drawn secrets and the inbox', () => {
    expect(parseEnvironment({})).toEqual({
      issuer: 'http://localhost:3000/',
      origin: 'http://localhost:3000',
      isHttps: false,
      isLoopback: true,
      port: 3000,
      databaseUrl: null,
      dataDir: resolve('.data'),
      secrets: null,
      emailFrom: null,
      emailProviders: [],
      smsProviders: [],
      resendWebhookSecret: null,
      smsCountries: null,
      outboundPrivateNetworks: [],
      managementClient: null,
      consoleAdmins: [],
      consoleNetworks: [],
      limits: {},
      logRetentionDays: 30,
      trustedProxies: 0,
      servesLegacy: true,
      inbox: { email: true, sms: true, operatorsOnly: false },
      logLevel: 'info',
    });
  });

  it('takes an empty variable for an unset one, as container tools write it', () => {
    const empty = { ISSUER: '', SECRET: ' ', SMTP_URL: '', LIMITS: '', TWILIO_FROM: '', PORT: '' };
    expect(parseEnvironment(empty)).toEqual(parseEnvironment({}));
  });

  it('names the port in the issuer', () => {
    expect(parseEnvironment({ PORT: '4321' }).issuer).toBe('http://localhost:4321/');
  });
});

describe('ISSUER', () => {
  it.each([
    ['https://login.example.com', 'https://login.example.com/', false],
    ['https://login.example.com/', 'https://login.example.com/', false],
    ['https://LOGIN.example.com:443', 'https://login.example.com/', false],
    ['https://login.example.com:8443', 'https://login.example.com:8443/', false],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/', true],
    ['http://[::1]:8080', 'http://[::1]:8080/', true],
    ['http://latchkey.localhost', 'http://latchkey.localhost/', true],
    ['https://localhost', 'https://localhost/', true],
  ])('%s is %s to tokens', (ISSUER, issuer, isLoopback) => {
    expect(parseEnvironment({ ISSUER, SECRET })).toMatchObject({ issuer, isLoopback });
  });

  it('has no slash where it is an origin', () => {
    expect(parseEnvironment(PUBLIC)).toMatchObject({ origin: 'https://login.example.com', isHttps: true });
  });
});

describe('a bad value stops the start with its name and one sentence (contract §2, PRV-3)', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['an issuer that is no URL', { ISSUER: 'login.example.com' }, /^ISSUER must be a URL such as/],
    ['an issuer of another scheme', { ISSUER: 'ftp://example.com' }, /^ISSUER must be a URL/],
    [
      'an issuer with a path',
      { ...PUBLIC, ISSUER: 'https://example.com/auth' },
      /^ISSUER must be an origin alone/,
    ],
    [
      'an issuer with a query',
      { ...PUBLIC, ISSUER: 'https://example.com/?' },
      /^ISSUER must be an origin alone/,
    ],
    [
      'an issuer with a fragment',
      { ...PUBLIC, ISSUER: 'https://example.com#' },
      /^ISSUER must be an origin alone/,
    ],
    ['an issuer with a user', { ...PUBLIC, ISSUER: 'https://me@example.com' }, /^ISSUER must be a URL/],
    ['an issuer with a line break', { ...PUBLIC, ISSUER: 'https://exa\nmple.com' }, /^ISSUER must be a URL/],
    ['an issuer with a backslash', { ...PUBLIC, ISSUER: 'https://a.com\\@b.com' }, /^ISSUER must be a URL/],
    [
      'a public issuer without TLS',
      { ISSUER: 'http://login.example.com', SECRET },
      /^ISSUER must begin with https/,
    ],
    [
      'a look-alike of localhost',
      { ISSUER: 'http://localhost.example.com', SECRET },
      /^ISSUER must begin with https/,
    ],
    [
      'a look-alike of 127.0.0.1',
      { ISSUER: 'http://127.0.0.1.example.com', SECRET },
      /^ISSUER must begin with https/,
    ],
    [
      'a public issuer without a secret',
      { ISSUER: 'https://login.example.com' },
      /^SECRET must be set unless ISSUER/,
    ],
    ['a port that is no number', { PORT: '3000a' }, /^PORT must be a whole number from 1 to 65535/],
    ['a port out of range', { PORT: '65536' }, /^PORT must be/],
    [
      'another database',
      { DATABASE_URL: 'mysql://user:hunter2@db/x' },
      /^DATABASE_URL must be a URL such as/,
    ],
    ['a database without a scheme', { DATABASE_URL: 'localhost:5432' }, /^DATABASE_URL must be/],
    ['a sender that is no address', { EMAIL_FROM: 'Latchkey' }, /^EMAIL_FROM must be an e-mail address/],
    ['a sender that would add a header', { EMAIL_FROM: 'A <a@b.c>\r\nBcc: x@y.z' }, /^EMAIL_FROM must be/],
    [
      'a provider of public mail without a sender',
      { ...PUBLIC, SMTP_URL: 'smtp://u:hunter2@mail:587' },
      /^EMAIL_FROM must be set/,
    ],
    ['an SMTP server without a scheme', { SMTP_URL: 'mail.example.com:25' }, /^SMTP_URL must be a URL/],
    [
      'half of Resend',
      { RESEND_BASE_URL: 'http://127.0.0.1:9' },
      /^RESEND_API_KEY must be set, as RESEND_BASE_URL is/,
    ],
    ['half of Twilio', { TWILIO_FROM: '+15005550006' }, /^TWILIO_ACCOUNT_SID must be set, as TWILIO_FROM is/],
    ['Twilio without a token', { ...TWILIO, TWILIO_AUTH_TOKEN: '' }, /^TWILIO_AUTH_TOKEN must be set/],
    [
      'Twilio without a sender',
      { ...TWILIO, TWILIO_FROM: '' },
      /^TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID must/,
    ],
    [
      'a Twilio account of another shape',
      { ...TWILIO, TWILIO_ACCOUNT_SID: 'AC1' },
      /^TWILIO_ACCOUNT_SID must be AC/,
    ],
    ['a number that is none', { ...TWILIO, TWILIO_FROM: '0150' }, /^TWILIO_FROM must be a number/],
    ['a country that is none', { SMS_COUNTRIES: 'DE,XX' }, /^SMS_COUNTRIES must be a list of ISO 3166/],
    [
      'a network without its size',
      { OUTBOUND_PRIVATE_NETWORKS: '10.0.0.1' },
      /^OUTBOUND_PRIVATE_NETWORKS must be a list of networks/,
    ],
    ['a network of another size', { OUTBOUND_PRIVATE_NETWORKS: '10.0.0.0/33' }, /^OUTBOUND_PRIVATE_NETWORKS/],
    ['a network in disguise', { OUTBOUND_PRIVATE_NETWORKS: '0x0a.0/8' }, /^OUTBOUND_PRIVATE_NETWORKS/],
    ['a network by name', { OUTBOUND_PRIVATE_NETWORKS: 'localhost/8' }, /^OUTBOUND_PRIVATE_NETWORKS/],
    ['the whole internet', { OUTBOUND_PRIVATE_NETWORKS: '10.0.0.0/8,::/0' }, /^OUTBOUND_PRIVATE_NETWORKS/],
    [
      'a webhook secret of another kind',
      { RESEND_API_KEY: 're_1', RESEND_WEBHOOK_SECRET: 're_0123456789abcdef0123456789abcdef' },
      /^RESEND_WEBHOOK_SECRET must be the signing secret/,
    ],
    [
      'a webhook secret without Resend',
      { RESEND_WEBHOOK_SECRET: WEBHOOK_SECRET },
      /^RESEND_API_KEY must be set, as RESEND_WEBHOOK_SECRET is/,
    ],
    ['a country by name', { SMS_COUNTRIES: 'Germany' }, /^SMS_COUNTRIES must be/],
    ['half of a management client', { MANAGEMENT_CLIENT_ID: 'm' }, /^MANAGEMENT_CLIENT_SECRET must be set/],
    ['the other half', { MANAGEMENT_CLIENT_SECRET: 'hunter2' }, /^MANAGEMENT_CLIENT_ID must be set/],
    [
      'a short management secret in public',
      { ...PUBLIC, MANAGEMENT_CLIENT_ID: 'm', MANAGEMENT_CLIENT_SECRET: 'hunter2' },
      /^MANAGEMENT_CLIENT_SECRET must hold at least 32 bytes/,
    ],
    [
      'an administrator without an address',
      { CONSOLE_ADMINS: 'ana@example.com,bob' },
      /^CONSOLE_ADMINS must be a list/,
    ],
    [
      'a network without its size',
      { CONSOLE_NETWORKS: '192.0.2.1' },
      /^CONSOLE_NETWORKS must be a list of networks/,
    ],
    ['limits that are no JSON', { LIMITS: 'starts_per_ip=5' }, /^LIMITS must be a JSON object/],
    ['limits that are a list', { LIMITS: '[5]' }, /^LIMITS must be a JSON object/],
    ['a limit that there is not', { LIMITS: '{"toString":5}' }, /^LIMITS names a limit that there is not/],
    [
      'a limit in words',
      { LIMITS: '{"starts_per_ip":"5"}' },
      /^LIMITS must give starts_per_ip a whole number/,
    ],
    ['a limit below zero', { LIMITS: '{"starts_per_ip":-1}' }, /^LIMITS must give starts_per_ip/],
    ['proxies below zero', { TRUSTED_PROXIES: '-1' }, /^TRUSTED_PROXIES must be a whole number/],
    [
      'a log of no time',
      { LOG_RETENTION_DAYS: '0' },
      /^LOG_RETENTION_DAYS must be a whole number from 1 to 3650/,
    ],
    ['a half of old', { LEGACY: 'yes' }, /^LEGACY must be one of on, off/],
    ['an inbox in between', { INBOX: 'yes' }, /^INBOX must be one of on, off/],
    ['a level that is none', { LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be one of trace/],
  ])('%s', (_, source, sentence) => {
    const { message } = problemOf(source);
    expect(message).toMatch(sentence);
    expect(message).toMatch(/^[^\n]+\.$/);
    expect(message).not.toContain('hunter2');
  });
});

describe('SECRET', () => {
  it('is a list: the first seals, all unseal', () => {
    expect(parseEnvironment({ SECRET: `${SECRET}, ${OTHER_SECRET}` }).secrets).toEqual([
      SECRET,
      OTHER_SECRET,
    ]);
  });

  it('counts bytes, not characters', () => {
    expect(parseEnvironment({ SECRET: 'äöüßéèçñøåæœþðłı' }).secrets).toHaveLength(1);
  });

  it.each([
    ['short', 'changeme'],
    ['short in one entry', `${SECRET},short`],
    ['only commas', ',,'],
    ['a placeholder', 'change-me-to-something-that-nobody-can-guess'],
    ['a placeholder in capitals', 'REPLACE_ME_WITH_32_RANDOM_BYTES_PLEASE'],
    ['from an example', 'example-secret-that-is-long-enough-for-anybody'],
    ['one character', 'a'.repeat(64)],
    ['few characters', 'abcabcacbbcaabcbbcacbabcacbbcaab'],
    ['a repeated word', 'secretsecretsecretsecretsecretsecret'],
    ['repeated digits', '0123456789abcdef0123456789abcdef'],
    ['the alphabet', 'abcdefghijklmnopqrstuvwxyz0123456789'],
  ])('is refused when it is %s, even on a loopback address (PRV-3)', (_, secret) => {
    const { message } = problemOf({ SECRET: secret });
    expect(message).toMatch(/^SECRET /);
    expect(message).not.toContain(secret);
  });
});

describe('providers of one channel', () => {
  it('form a chain, Resend before SMTP', () => {
    const { emailProviders } = parseEnvironment({
      SMTP_URL: 'smtp://127.0.0.1:2525',
      RESEND_API_KEY: 're_1',
      RESEND_BASE_URL: 'http://127.0.0.1:9000/',
    });
    expect(emailProviders).toEqual([
      { kind: 'resend', apiKey: 're_1', baseUrl: 'http://127.0.0.1:9000' },
      { kind: 'smtp', url: 'smtp://127.0.0.1:2525' },
    ]);
  });

  it('have a sender address of their own only on a loopback address', () => {
    expect(parseEnvironment({ SMTP_URL: 'smtp://127.0.0.1:2525' }).emailFrom).toBe(
      'Latchkey <no-reply@localhost>',
    );
    expect(parseEnvironment({ EMAIL_FROM: 'Acme <login@acme.example>' }).emailFrom).toBe(
      'Acme <login@acme.example>',
    );
  });

  it('take a Twilio number or a messaging service', () => {
    const service = `MG${'1b'.repeat(16)}`;
    expect(parseEnvironment({ ...TWILIO, TWILIO_FROM: '+1 (500) 555-0006' }).smsProviders[0]?.from).toBe(
      '+15005550006',
    );
    expect(
      parseEnvironment({ ...TWILIO, TWILIO_FROM: '', TWILIO_MESSAGING_SERVICE_SID: service }).smsProviders,
    ).toMatchObject([{ kind: 'twilio', from: null, messagingServiceSid: service }]);
  });
});

describe('the inbox', () => {
  const SMTP = { SMTP_URL: 'smtp://127.0.0.1:2525' };
  it.each([
    ['by itself on a loopback address, where e-mail has a sender', SMTP, [false, true, false]],
    ['by itself on a loopback address, where both have one', { ...SMTP, ...TWILIO }, [false, false, false]],
    ['by itself in public', PUBLIC, [false, false, false]],
    ['switched off', { INBOX: 'off' }, [false, false, false]],
    ['switched on where it is on anyway', { INBOX: 'on' }, [true, true, false]],
    ['switched on beside a sender: for operators', { ...SMTP, INBOX: 'on' }, [true, true, true]],
    ['switched on in public: for operators', { ...PUBLIC, INBOX: 'on' }, [true, true, true]],
  ])('%s', (_, source, [email, sms, operatorsOnly]) => {
    expect(parseEnvironment(source).inbox).toEqual({ email, sms, operatorsOnly });
  });
});

it.each([
  ['on a loopback address', {}, true],
  ['not in public', PUBLIC, false],
  ['in public where it is switched on', { ...PUBLIC, LEGACY: 'on' }, true],
  ['not where it is switched off', { LEGACY: 'off' }, false],
])('the endpoints of old are served %s', (_, source, served) => {
  expect(parseEnvironment(source).servesLegacy).toBe(served);
});

it('reads lists and limits', () => {
  const environment = parseEnvironment({
    SMS_COUNTRIES: 'de, at',
    RESEND_API_KEY: 're_1',
    RESEND_WEBHOOK_SECRET: WEBHOOK_SECRET,
    OUTBOUND_PRIVATE_NETWORKS: '10.0.0.0/8, fd12:3456::/32,',
    CONSOLE_ADMINS: 'Ana@Example.com , bob@example.com',
    CONSOLE_NETWORKS: '192.0.2.0/24',
    LIMITS: '{"starts_per_ip": 1000, "guesses_per_identifier": 0}',
    TRUSTED_PROXIES: '2',
    LOG_RETENTION_DAYS: '365',
    MANAGEMENT_CLIENT_ID: 'machine',
    MANAGEMENT_CLIENT_SECRET: 'short but nobody outside can come here',
  });
  expect(environment).toMatchObject({
    smsCountries: ['DE', 'AT'],
    resendWebhookSecret: WEBHOOK_SECRET,
    outboundPrivateNetworks: ['10.0.0.0/8', 'fd12:3456::/32'],
    consoleAdmins: ['ana@example.com', 'bob@example.com'],
    consoleNetworks: ['192.0.2.0/24'],
    limits: { starts_per_ip: 1000, guesses_per_identifier: 0 },
    trustedProxies: 2,
    logRetentionDays: 365,
    managementClient: { clientId: 'machine' },
  });
});

function problemOf(source: Record<string, string>): EnvironmentError {
  try {
    parseEnvironment(source);
  } catch (problem) {
    if (problem instanceof EnvironmentError) return problem;
    throw problem;
  }
  throw new Error('was accepted');
}
