import { describe, expect, it } from 'vitest';
import type { EmailConnection, SmsConnection } from '@/lib/login/connection';
import {
  acceptOptions,
  MASKED_SECRET,
  type OptionsProblem,
  readConnection,
  type StoredOptions,
  showOptions,
} from '@/lib/login/connection-options';
import type { Channel } from '@/lib/login/identifier';

const NOW = new Date('2031-05-06T07:08:09Z');
const SID = `AC${'0123456789abcdef'.repeat(2)}`;
const SERVICE_SID = `MG${'0123456789abcdef'.repeat(2)}`;
const TOKEN = 'auth-token-of-thirty-two-or-more-characters';
const GATEWAY = 'https://sms.example.com/send';

const row = (strategy: string, options: unknown) => ({ id: 'con_1', name: strategy, strategy, options });
const email = (options: unknown) => readConnection(row('email', options)) as EmailConnection;
const sms = (options: unknown) => readConnection(row('sms', options)) as SmsConnection;

function accept(strategy: Channel, written: unknown, stored: StoredOptions = {}) {
  return acceptOptions(written, { strategy, stored, now: NOW, seal: (secret) => `sealed(${secret})` });
}

/** What is kept of options that are in order. */
function kept(strategy: Channel, written: unknown, stored: StoredOptions = {}): StoredOptions {
  const accepted = accept(strategy, written, stored);
  if (accepted.kind !== 'accepted') throw new Error(`${accepted.field} ${accepted.sentence}`);
  return accepted.options;
}

describe('a connection of which nothing was said', () => {
  it('sends an e-mail with code and link, and is open to everybody', () => {
    expect(email({})).toEqual({
      id: 'con_1',
      name: 'email',
      strategy: 'email',
      signUpOpen: true,
      codeLength: 6,
      codeLifetimeSeconds: 600,
      maxGuesses: 5,
      testIdentities: [],
      sendMode: 'both',
      signInOnOtherDevice: false,
      newDeviceNotice: true,
      template: { from: null, subject: null, body: null },
      authParams: {},
    });
  });

  it('texts by what the environment has', () => {
    expect(sms({})).toMatchObject({
      strategy: 'sms',
      template: null,
      from: null,
      twilio: null,
      gateway: null,
      countries: null,
      prices: null,
    });
  });
});

describe('Auth0’s options mean', () => {
  it('of an e-mail connection', () => {
    const options = {
      name: 'email',
      brute_force_protection: true,
      disable_signup: true,
      email: {
        from: '{{ application.name }} <login@example.com>',
        subject: 'Your code',
        body: '<p>{{ code }}</p>',
        syntax: 'liquid',
      },
      authParams: { scope: 'openid', response_type: 'code' },
      totp: { time_step: 300, length: 8 },
    };
    expect(email(options)).toMatchObject({
      signUpOpen: false,
      codeLength: 8,
      codeLifetimeSeconds: 300,
      template: { from: options.email.from, subject: 'Your code', body: '<p>{{ code }}</p>' },
      authParams: options.authParams,
    });
    expect(email({ authParams: JSON.stringify(options.authParams) }).authParams).toEqual(options.authParams);
  });

  it('of an SMS connection through Twilio', () => {
    const options = {
      provider: 'twilio',
      twilio_sid: SID,
      twilio_token: 'sealed',
      from: 'Acme Shop',
      messaging_service_sid: SERVICE_SID,
      template: 'Your code is @@password@@',
      syntax: 'md_with_macros',
    };
    expect(sms(options)).toMatchObject({
      template: { text: 'Your code is @@password@@', syntax: 'md_with_macros' },
      from: 'Acme Shop',
      twilio: { accountSid: SID, sealedAuthToken: 'sealed', messagingServiceSid: SERVICE_SID },
      gateway: null,
    });
  });

  it.each([true, 'true'])('of an SMS connection through a gateway (forward_req_info %j)', (forward) => {
    const options = {
      provider: 'sms_gateway',
      gateway_url: GATEWAY,
      gateway_authentication: { method: 'bearer', audience: 'gateway', secret: 'sealed' },
      forward_req_info: forward,
    };
    expect(sms(options)).toMatchObject({
      twilio: null,
      gateway: {
        url: GATEWAY,
        forwardsRequest: true,
        authentication: { audience: 'gateway', subject: null, sealedSecret: 'sealed', secretIsBase64: false },
      },
    });
  });

  it('without a provider, everything that is filled in', () => {
    const options = { twilio_sid: SID, twilio_token: 'sealed', gateway_url: GATEWAY };
    expect(sms(options)).toMatchObject({ twilio: { accountSid: SID }, gateway: { url: GATEWAY } });
    expect(sms({ ...options, provider: 'sms_gateway' }).twilio).toBeNull();
  });
});

it('prices are kept in millionths', () => {
  const prices = { currency: 'EUR', by_country: { DE: 0.0725, FR: 0, US: 0.0079 } };
  expect(sms({ countries: ['DE'], prices })).toMatchObject({
    countries: ['DE'],
    prices: { currency: 'EUR', microsByCountry: { DE: 72_500, FR: 0, US: 7_900 } },
  });
});

describe('test identities', () => {
  const reviewer = { identifier: 'Review@Example.com', code: '482913', expires_at: '2031-06-01T00:00:00Z' };

  it('are people by their canonical form, with a code and an end', () => {
    expect(email({ test_identities: [reviewer] }).testIdentities).toEqual([
      { identifier: 'review@example.com', code: '482913', expiresAt: new Date('2031-06-01T00:00:00Z') },
    ]);
    const texted = { ...reviewer, identifier: '+49 151 23456789' };
    expect(sms({ test_identities: [texted] }).testIdentities).toMatchObject([
      { identifier: '+4915123456789' },
    ]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['for ever', { expires_at: '2031-08-05T00:00:00Z' }, 'expires_at may be 90 days ahead at most'],
    ['that is over', { expires_at: '2031-05-06T07:08:09Z' }, 'expires_at is over already'],
    ['without an end', { expires_at: undefined }, 'expires_at must be a date and time'],
    ['on a day', { expires_at: '2031-06-01' }, 'expires_at must be a date and time'],
    ['with another code', { code: '4829137' }, 'code must have 6 digits, as totp.length says'],
    ['with letters', { code: 'secret' }, 'code must be digits'],
    ['that anybody guesses: OTP-19', { code: '000000' }, 'code is what anybody would try first'],
    ['in a row: OTP-19', { code: '123456' }, 'code is what anybody would try first'],
    ['backwards: OTP-19', { code: '987654' }, 'code is what anybody would try first'],
    ['that is nobody', { identifier: 'review' }, 'identifier must be an e-mail address'],
  ])('%s is refused', (_, change, complaint) => {
    const refused = accept('email', { test_identities: [{ ...reviewer, ...change }] }) as OptionsProblem;
    expect(`${refused.field} ${refused.sentence}`).toContain(`options.test_identities[0].${complaint}`);
  });

  it('twice, or eleven, are refused', () => {
    const twice = [reviewer, { ...reviewer, identifier: 'review@example.com' }];
    expect(accept('email', { test_identities: twice })).toMatchObject({
      field: 'options.test_identities[1].identifier',
    });
    const many = Array.from({ length: 11 }, (_, n) => ({ ...reviewer, identifier: `r${n}@example.com` }));
    expect(accept('email', { test_identities: many })).toMatchObject({ field: 'options.test_identities' });
  });

  it('OTP-5: need codes of six digits at least; a connection that was kept with fewer can be read', () => {
    const short = { test_identities: [{ ...reviewer, code: '4829' }], totp: { length: 4 } };
    expect(accept('email', short)).toMatchObject({
      field: 'options.totp.length',
      sentence: 'must be 6 at least where there are test identities',
    });
    expect(email(short).testIdentities).toHaveLength(1);
    expect(accept('email', { totp: { length: 4 } }).kind).toBe('accepted');
    const long = { test_identities: [{ ...reviewer, code: '48291376' }], totp: { length: 8 } };
    expect(accept('email', long).kind).toBe('accepted');
  });

  it('that ended do not keep other options from being changed', () => {
    const over = { ...reviewer, expires_at: '2031-05-01T00:00:00Z' };
    const stored = { test_identities: [over] };
    expect(accept('email', { ...stored, send: 'code' }, stored).kind).toBe('accepted');
    expect(accept('email', { ...stored, send: 'code' }).kind).toBe('options_problem');
  });
});

describe('options that break a rule are refused by name (MGT-2)', () => {
  it.each<[Channel, unknown, string]>([
    ['email', [], 'options must be an object'],
    ['email', { subject: 'Hi' }, 'options.subject is not known here; there are name, '],
    ['email', { twilio_sid: SID }, 'options.twilio_sid is not known here'],
    [
      'email',
      { email: { html: 'x' } },
      'options.email.html is not known here; there are from, subject, body',
    ],
    ['email', { '<script>': 1 }, 'options.… is not known here'],
    ['email', JSON.parse('{"__proto__": {"send": "code"}}'), 'options.__proto__ is not known here'],
    ['email', { send: 'sms' }, 'options.send must be both or code or link'],
    ['email', { brute_force_protection: false }, 'options.brute_force_protection must be true'],
    ['email', { totp: { length: 3 } }, 'options.totp.length must be a whole number from 4 to 10'],
    ['email', { totp: { length: 11 } }, 'options.totp.length must be a whole number from 4 to 10'],
    ['email', { totp: { length: '6' } }, 'options.totp.length must be a whole number'],
    ['email', { totp: { time_step: 59 } }, 'options.totp.time_step must be a whole number from 60 to 1800'],
    ['email', { totp: { time_step: 1801 } }, 'options.totp.time_step must be'],
    ['email', { max_attempts: 2 }, 'options.max_attempts must be a whole number from 3 to 10'],
    ['email', { max_attempts: 11 }, 'options.max_attempts must be'],
    ['email', { email: { from: '' } }, 'options.email.from must not be empty'],
    ['email', { email: { from: 'x'.repeat(1025) } }, 'options.email.from may hold 1024 characters'],
    [
      'email',
      { email: { subject: 'a\r\nBcc: all@x.test' } },
      'options.email.subject may not hold line breaks',
    ],
    ['email', { email: { body: 'x'.repeat(20_481) } }, 'options.email.body may hold 20480 characters'],
    [
      'email',
      { email: { body: 'Hi\n{{ secret }}' } },
      'options.email.body (line 2, column 4): there is no secret',
    ],
    ['email', { email: { subject: '{% if' } }, 'options.email.subject '],
    ['email', { email: { from: 'nobody' } }, 'options.email.from (line 1, column 1): must give one address'],
    ['sms', { template: '{{ link | file }}' }, 'options.template '],
    ['email', { email: { syntax: 'handlebars' } }, 'options.email.syntax must be liquid'],
    ['email', { authParams: '{"scope":' }, 'options.authParams must be an object of strings'],
    ['email', { authParams: { scope: 1 } }, 'options.authParams must be an object of strings'],
    ['email', { authParams: null }, 'options.authParams must be an object of strings'],
    ['email', { authParams: { scope: 'x'.repeat(1024) } }, 'options.authParams must be an object of strings'],
    ['email', { non_persistent_attrs: ['email'] }, 'options.non_persistent_attrs must be empty'],
    ['email', { sign_in_on_other_device: 1 }, 'options.sign_in_on_other_device must be true or false'],
    ['sms', { twilio_sid: 'AC1' }, 'options.twilio_sid must be AC and 32 hex digits'],
    ['sms', { twilio_sid: SID }, 'options.twilio_token is missing'],
    ['sms', { twilio_token: TOKEN }, 'options.twilio_sid is missing'],
    [
      'sms',
      { twilio_sid: SID, twilio_token: 'short' },
      'options.twilio_token must have at least 32 characters',
    ],
    ['sms', { twilio_sid: SID, twilio_token: 7 }, 'options.twilio_token must be a string'],
    ['sms', { messaging_service_sid: 'MG' }, 'options.messaging_service_sid must be MG and 32 hex digits'],
    ['sms', { from: 'A name that is long' }, 'options.from must be a number such as'],
    ['sms', { from: '+1 555' }, 'options.from must be a number such as'],
    ['sms', { template: 'x'.repeat(5121) }, 'options.template may hold 5120 characters'],
    ['sms', { syntax: 'md' }, 'options.syntax must be liquid or md_with_macros'],
    ['sms', { provider: 'sms_gateway' }, 'options.gateway_url is missing'],
    ['sms', { provider: 'vonage' }, 'options.provider must be twilio or sms_gateway'],
    ['sms', { gateway_url: 'ftp://x.test/' }, 'options.gateway_url must be an http or https address'],
    ['sms', { gateway_url: 'https://u:p@x.test/' }, 'options.gateway_url must be an http or https address'],
    ['sms', { gateway_url: `https://x.test/${'x'.repeat(255)}` }, 'options.gateway_url may hold 255'],
    [
      'sms',
      { gateway_authentication: { secret: 's' } },
      'options.gateway_authentication.method must be bearer',
    ],
    [
      'sms',
      { gateway_authentication: { method: 'bearer', audience: 'a' } },
      'options.gateway_authentication.secret must be a string',
    ],
    ['sms', { forward_req_info: 'yes' }, 'options.forward_req_info must be true or false'],
    ['sms', { countries: ['UK'] }, 'options.countries[0] must be the two capital letters of a country'],
    ['sms', { countries: 'DE' }, 'options.countries must be a list of countries'],
    [
      'sms',
      { prices: { currency: 'Euro', by_country: {} } },
      'options.prices.currency must be three capital',
    ],
    [
      'sms',
      { prices: { currency: 'EUR', by_country: { DE: -1 } } },
      'options.prices.by_country.DE must not be',
    ],
    ['sms', { prices: { currency: 'EUR', by_country: { UK: 1 } } }, 'options.prices.by_country.UK must be'],
    ['sms', { send: 'link' }, 'options.send is not known here'],
  ])('%s %j', (strategy, written, complaint) => {
    const refused = accept(strategy, written) as OptionsProblem;
    expect(refused.kind).toBe('options_problem');
    expect(`${refused.field} ${refused.sentence}`).toContain(complaint);
  });

  it('but templates only when they are written', () => {
    expect(email({ email: { body: '{{ secret }}' } }).template.body).toBe('{{ secret }}');
  });

  it('another strategy is none', () => {
    expect(readConnection(row('ldap', {}))).toEqual({
      kind: 'options_problem',
      field: 'strategy',
      sentence: 'must be email or sms',
    });
  });
});

describe('a secret (PRV-3, MGT-4)', () => {
  const twilio = { twilio_sid: SID, twilio_token: TOKEN };
  const authentication = { method: 'bearer', audience: 'gateway', secret: 'shared secret' };

  it('is sealed before it is kept', () => {
    const stored = kept('sms', { ...twilio, gateway_url: GATEWAY, gateway_authentication: authentication });
    expect(stored).toMatchObject({
      twilio_token: `sealed(${TOKEN})`,
      gateway_authentication: { secret: 'sealed(shared secret)' },
    });
  });

  it('is not shown; that there is one is', () => {
    const stored = kept('sms', { ...twilio, gateway_url: GATEWAY, gateway_authentication: authentication });
    const shown = showOptions({ strategy: 'sms', options: stored });
    expect(JSON.stringify(shown)).not.toMatch(/auth-token|shared secret|sealed/);
    expect(shown).toMatchObject({
      twilio_token: MASKED_SECRET,
      gateway_authentication: { audience: 'gateway', secret: MASKED_SECRET },
      totp: { length: 6, time_step: 600 },
    });
    expect(showOptions({ strategy: 'sms', options: {} })).toMatchObject({ twilio_token: null });
  });

  it('is not shown either where the options can no longer be read', () => {
    const options = { ...twilio, gateway_authentication: authentication, totp: { length: 99 } };
    const shown = showOptions({ strategy: 'sms', options });
    expect(JSON.stringify(shown)).not.toMatch(/auth-token|shared secret/);
    expect(shown.totp).toEqual({ length: 99 });
  });

  it.each([undefined, MASKED_SECRET])('that is left out (%j) stays', (leftOut) => {
    const stored = kept('sms', { ...twilio, gateway_url: GATEWAY, gateway_authentication: authentication });
    const written = {
      ...twilio,
      twilio_token: leftOut,
      from: 'Acme',
      gateway_url: GATEWAY,
      gateway_authentication: { ...authentication, secret: leftOut },
    };
    expect(kept('sms', written, stored)).toMatchObject({
      from: 'Acme',
      twilio_token: `sealed(${TOKEN})`,
      gateway_authentication: { secret: 'sealed(shared secret)' },
    });
  });

  it('stays through what was shown and is sent back', () => {
    const stored = kept('sms', { ...twilio, countries: ['DE'], forward_req_info: 'true' });
    expect(kept('sms', showOptions({ strategy: 'sms', options: stored }), stored)).toMatchObject({
      ...stored,
      forward_req_info: true,
    });
  });

  describe('such as the code of a test identity', () => {
    const identity = { identifier: 'Review@Example.com', code: '482913', expires_at: '2031-06-01T00:00:00Z' };
    const other = { ...identity, identifier: 'other@example.com', code: '719482' };
    const options = { test_identities: [identity, other] };

    it.each<[Channel, unknown]>([
      ['email', {}],
      ['sms', {}],
      ['email', { totp: { length: 99 } }],
    ])('is not shown (%s, %j)', (strategy, more) => {
      const shown = showOptions({ strategy, options: { ...options, ...(more as object) } });
      expect(JSON.stringify(shown)).not.toMatch(/482913|719482/);
      expect(shown.test_identities).toMatchObject([{ identifier: 'Review@Example.com' }, {}]);
    });

    it('stays through what was shown and is sent back, also without it', () => {
      const stored = kept('email', options);
      const shown = showOptions({ strategy: 'email', options: stored });
      expect(email(kept('email', shown, stored)).testIdentities).toEqual(email(stored).testIdentities);
      const { code: _, ...without } = other;
      expect(email(kept('email', { test_identities: [without] }, stored)).testIdentities).toMatchObject([
        { identifier: 'other@example.com', code: '719482' },
      ]);
    });

    it('is replaced by another one', () => {
      const written = { test_identities: [{ ...identity, code: '604817' }] };
      expect(kept('email', written, kept('email', options))).toMatchObject(written);
    });

    it.each([undefined, MASKED_SECRET])('is not lent to another identifier (%j)', (code) => {
      const test_identities = [other, { ...identity, identifier: 'eve@example.com', code }];
      expect(accept('email', { test_identities }, kept('email', options))).toMatchObject({
        field: 'options.test_identities[1].code',
        sentence: 'must be sent with another identifier',
      });
    });
  });

  it('goes with what it belonged to', () => {
    const stored = kept('sms', { ...twilio, gateway_url: GATEWAY, gateway_authentication: authentication });
    expect(kept('sms', { gateway_url: GATEWAY }, stored)).toEqual({ gateway_url: GATEWAY });
    expect(accept('sms', { ...twilio, twilio_token: null }, stored).kind).toBe('options_problem');
  });

  it('is not lent to another account', () => {
    const stored = kept('sms', twilio);
    expect(accept('sms', { twilio_sid: `AC${'f'.repeat(32)}` }, stored)).toMatchObject({
      field: 'options.twilio_token',
      sentence: 'must be sent with another twilio_sid',
    });
  });

  it('does not sign for another gateway', () => {
    const stored = kept('sms', { gateway_url: GATEWAY, gateway_authentication: authentication });
    const { secret: _, ...without } = authentication;
    const moved = { gateway_url: 'https://elsewhere.example.com/', gateway_authentication: without };
    expect(accept('sms', moved, stored)).toMatchObject({
      field: 'options.gateway_authentication.secret',
      sentence: 'must be sent with another gateway_url',
    });
  });

  it('cannot be smuggled in sealed: what is written is always sealed once more', () => {
    const stored = kept('sms', twilio);
    expect(kept('sms', { ...twilio, twilio_token: stored.twilio_token })).toMatchObject({
      twilio_token: `sealed(sealed(${TOKEN}))`,
    });
  });
});
