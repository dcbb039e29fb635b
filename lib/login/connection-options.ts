// The options of a connection, as operators write them and as they are kept: Auth0's object and names, and a few of our
// own in the same style. Everything unknown is refused by name. Secrets arrive in clear, are sealed before anything is
// kept, and are never shown again. auth0-contract §1.1–1.4.
import { getCountries } from 'libphonenumber-js/max';
import { z } from 'zod';
import type { Connection, EmailConnection, SmsConnection, TestIdentity } from './connection';
import { type Channel, parseEmailIdentifier, parsePhoneIdentifier } from './identifier';
import { CODE_LENGTH, CODE_LIFETIME_SECONDS, MAX_GUESSES } from './one-time-code';
import { checkTemplate, TEMPLATE_MAX_LENGTH, type Template, type TemplateContext } from './template';

/** What a rule of the options was broken by: a field such as `options.totp.length`, and how the sentence about it goes on. */
export type OptionsProblem = Readonly<{ kind: 'options_problem'; field: string; sentence: string }>;

/** A connection as it is kept. */
export type ConnectionRow = Readonly<{ id: string; name: string; strategy: string; options: unknown }>;

/** Options as they are kept: what was written, checked, with sealed secrets. */
export type StoredOptions = Readonly<Record<string, unknown>>;

/** Stands where a secret is that is not shown; sent back, it leaves the secret as it is. */
export const MASKED_SECRET = '••••••••';

/** What the kept options mean. Every option has a default, so `{}` is a connection too. */
export function readConnection(row: ConnectionRow): Connection | OptionsProblem {
  if (row.strategy !== 'email' && row.strategy !== 'sms') {
    return problemAt('strategy', 'must be email or sms');
  }
  const read = row.strategy === 'email' ? readEmailOptions : readSmsOptions;
  return read(row, row.options);
}

/**
 * Options as an operator wrote them, ready to be kept.
 *
 * @param known.stored what is kept until now: a secret that is left out stays, everything else is replaced
 * @param known.seal makes of a secret what may be kept
 */
export function acceptOptions(
  written: unknown,
  known: { strategy: Channel; stored: StoredOptions; now: Date; seal(secret: string): string },
): { kind: 'accepted'; options: StoredOptions } | OptionsProblem {
  const taken = takeSecrets(written, known);
  if ('kind' in taken) return taken;
  const { kept } = taken;
  const connection = readConnection({ id: '', name: '', strategy: known.strategy, options: kept });
  if ('kind' in connection) return connection;
  const problem =
    findTemplateProblem(connection) ??
    findShortTestCode(connection) ??
    findLateTestIdentity(connection.testIdentities, known);
  return problem ?? { kind: 'accepted', options: kept };
}

/** Options as operators may see them: the defaults beside what was written, and no secret. */
export function showOptions({
  strategy,
  options,
}: Pick<ConnectionRow, 'strategy' | 'options'>): StoredOptions {
  const parsed = (strategy === 'email' ? emailOptions : smsOptions).safeParse(options);
  // What can no longer be read is shown as it is, so that somebody can put it right.
  const shown: StoredOptions = parsed.success ? parsed.data : isObject(options) ? options : {};
  const masked: Record<string, unknown> = { ...shown };
  if (isObject(masked.email)) masked.email = { ...masked.email, body: masked.email.body ?? '' };
  if (masked.twilio_token != null) masked.twilio_token = MASKED_SECRET;
  const { gateway_authentication: authentication } = masked;
  if (isObject(authentication)) masked.gateway_authentication = { ...authentication, secret: MASKED_SECRET };
  if (Array.isArray(masked.test_identities)) {
    masked.test_identities = masked.test_identities.map((identity) =>
      isObject(identity) ? { ...identity, code: MASKED_SECRET } : identity,
    );
  }
  return masked;
}

// ---- What may be written --------------------------------------------------------------------------------------------

const DAY_MS = 86_400_000;
const TEST_IDENTITY_DAYS = 90;
const TEST_IDENTITIES_MAX = 10;
/** A code that stays the same for months is guessed at for months. */
const TEST_CODE_MIN_LENGTH = 6;
const AUTH_PARAMS_MAX_CHARACTERS = 1024;

const text = (min: number, max: number) =>
  z
    .string({ error: 'must be a string' })
    .min(min, min === 1 ? 'must not be empty' : `must have at least ${min} characters`)
    .max(max, `may hold ${max} characters at most`);
/** What becomes a header: a line break in it would begin another one. */
const line = (min: number, max: number) =>
  text(min, max).regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'may not hold line breaks or control characters');
const flag = (fallback: boolean) => z.boolean({ error: 'must be true or false' }).default(fallback);
const wholeNumber = (min: number, max: number, fallback: number) => {
  const sentence = `must be a whole number from ${min} to ${max}`;
  return z.int({ error: sentence }).min(min, sentence).max(max, sentence).default(fallback);
};
const oneOf = <const Choice extends string>(choices: readonly Choice[]) =>
  z.enum(choices, { error: `must be ${choices.join(' or ')}` });
const object = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `is not known here; there are ${Object.keys(shape).join(', ')}`
        : 'must be an object',
  });

const COUNTRIES: ReadonlySet<string> = new Set(getCountries());
const country = z
  .string({ error: 'must be a string' })
  .refine((code) => COUNTRIES.has(code), 'must be the two capital letters of a country (ISO 3166-1)');

const common = {
  /** Auth0's; nothing here shows them. */
  name: text(1, 255).optional(),
  brute_force_protection: z.literal(true, { error: 'must be true: guesses are always limited' }).optional(),
  disable_signup: flag(false),
  totp: object({
    length: wholeNumber(4, 10, CODE_LENGTH),
    time_step: wholeNumber(60, 1800, CODE_LIFETIME_SECONDS),
  }).prefault({}),
  max_attempts: wholeNumber(3, 10, MAX_GUESSES),
  test_identities: z
    .array(
      object({
        identifier: line(3, 320),
        code: text(4, 10).regex(/^\d+$/, 'must be digits'),
        expires_at: z.iso
          .datetime({ offset: true, error: 'must be a date and time such as 2026-12-31T23:59:59Z' })
          .transform((instant) => new Date(instant).toISOString()),
      }),
      { error: 'must be a list' },
    )
    .max(TEST_IDENTITIES_MAX, `may hold ${TEST_IDENTITIES_MAX} entries at most`)
    .default([]),
};

/** An object of strings, or the same as a JSON string: Auth0's own tools differ. */
const authParams = z
  .unknown()
  .transform((written, context) => {
    const params = readAuthParams(written);
    if (params !== null) return params;
    context.addIssue(
      `must be an object of strings, or the same as a JSON string, of ${AUTH_PARAMS_MAX_CHARACTERS} characters at most`,
    );
    return z.NEVER;
  })
  .prefault({});

function readAuthParams(written: unknown): Record<string, string> | null {
  const json = typeof written === 'string' ? written : JSON.stringify(written ?? null);
  if (json.length > AUTH_PARAMS_MAX_CHARACTERS) return null;
  const parsed = z.record(z.string().regex(/^[A-Za-z][\w.:-]*$/), z.string()).safeParse(parseJson(json));
  return parsed.success ? parsed.data : null;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

const emailOptions = object({
  ...common,
  send: oneOf(['both', 'code', 'link']).default('both'),
  email: object({
    from: line(1, TEMPLATE_MAX_LENGTH.sender).nullable().default(null),
    subject: line(1, TEMPLATE_MAX_LENGTH.subject).nullable().default(null),
    /** Empty is none: Auth0's tools keep it in a file of its own. */
    body: text(0, TEMPLATE_MAX_LENGTH.html)
      .nullable()
      .default(null)
      .transform((body) => (body === '' ? null : body)),
    syntax: z.literal('liquid', { error: 'must be liquid' }).default('liquid'),
  }).prefault({}),
  authParams,
  /** Auth0's: what of a profile is not kept. A sign-in brings the address and nothing else. */
  non_persistent_attrs: z
    .array(z.unknown())
    .max(0, 'must be empty: a sign-in brings nothing but the address')
    .optional(),
  sign_in_on_other_device: flag(false),
  new_device_notice: flag(true),
});

const SENDER = /^(?:\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 &_+-]{1,11})$/;

const smsOptions = object({
  ...common,
  /** Absent: whatever is filled in, Twilio first. */
  provider: oneOf(['twilio', 'sms_gateway']).optional(),
  twilio_sid: z
    .string({ error: 'must be a string' })
    .regex(/^AC[0-9a-fA-F]{32}$/, 'must be AC and 32 hex digits')
    .nullable()
    .default(null),
  /** Kept sealed. */
  twilio_token: z.string({ error: 'must be a string' }).nullable().default(null),
  from: z
    .string({ error: 'must be a string' })
    .regex(SENDER, 'must be a number such as +15550100200, a short code, or a name of up to 11 characters')
    .nullable()
    .default(null),
  messaging_service_sid: z
    .string({ error: 'must be a string' })
    .regex(/^MG[0-9a-fA-F]{32}$/, 'must be MG and 32 hex digits')
    .nullable()
    .default(null),
  template: text(1, TEMPLATE_MAX_LENGTH.text).nullable().default(null),
  syntax: oneOf(['liquid', 'md_with_macros']).default('liquid'),
  gateway_url: text(1, 255)
    .refine(isWebAddress, 'must be an http or https address without user name and fragment')
    .nullable()
    .default(null),
  gateway_authentication: object({
    method: z.literal('bearer', { error: 'must be bearer' }),
    audience: line(1, 1024),
    subject: line(1, 1024).nullable().default(null),
    /** Kept sealed. */
    secret: text(1, 16_384),
    secret_base64_encoded: flag(false),
  })
    .nullable()
    .default(null),
  /** Auth0's own example has the word, not the value. */
  forward_req_info: z
    .union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')], {
      error: 'must be true or false',
    })
    .default(false),
  countries: z.array(country, { error: 'must be a list of countries' }).nullable().default(null),
  prices: object({
    currency: z
      .string({ error: 'must be a string' })
      .regex(/^[A-Z]{3}$/, 'must be three capital letters (ISO 4217)'),
    by_country: z.record(
      country,
      z.number({ error: 'must be a number' }).min(0, 'must not be negative').max(1000),
      {
        error: 'must be an object: a country, and what one part of a text message costs there',
      },
    ),
  })
    .nullable()
    .default(null),
});

function isWebAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, username, password, hash } = new URL(address);
  return /^https?:$/.test(protocol) && username === '' && password === '' && hash === '';
}

// ---- What it means --------------------------------------------------------------------------------------------------

type Named = Pick<ConnectionRow, 'id' | 'name'>;
type CommonOptions = Pick<z.output<typeof emailOptions>, keyof typeof common>;

function readEmailOptions(named: Named, input: unknown): EmailConnection | OptionsProblem {
  const parsed = emailOptions.safeParse(input);
  if (!parsed.success) return problemOf(parsed.error);
  const { data: options } = parsed;
  const shared = readCommon(named, options, 'email');
  if ('kind' in shared) return shared;
  const { from, subject, body } = options.email;
  return {
    ...shared,
    strategy: 'email',
    sendMode: options.send,
    signInOnOtherDevice: options.sign_in_on_other_device,
    newDeviceNotice: options.new_device_notice,
    template: { from, subject, body },
    authParams: options.authParams,
  };
}

function readSmsOptions(named: Named, input: unknown): SmsConnection | OptionsProblem {
  const parsed = smsOptions.safeParse(input);
  if (!parsed.success) return problemOf(parsed.error);
  const { data: options } = parsed;
  const shared = readCommon(named, options, 'sms');
  if ('kind' in shared) return shared;
  const { twilio_sid: accountSid, twilio_token: sealedAuthToken, provider } = options;
  if (accountSid !== null && sealedAuthToken === null) {
    return problemAt('options.twilio_token', 'is missing beside twilio_sid');
  }
  if (accountSid === null && sealedAuthToken !== null) {
    return problemAt('options.twilio_sid', 'is missing beside twilio_token');
  }
  if (provider === 'sms_gateway' && options.gateway_url === null) {
    return problemAt('options.gateway_url', 'is missing: the provider is sms_gateway');
  }
  const isTwilio = provider !== 'sms_gateway' && accountSid !== null && sealedAuthToken !== null;
  return {
    ...shared,
    strategy: 'sms',
    template: options.template === null ? null : { text: options.template, syntax: options.syntax },
    from: options.from,
    twilio: isTwilio
      ? { accountSid, sealedAuthToken, messagingServiceSid: options.messaging_service_sid }
      : null,
    gateway: provider === 'twilio' ? null : readGateway(options),
    countries: options.countries,
    prices: options.prices && {
      currency: options.prices.currency,
      microsByCountry: Object.fromEntries(
        Object.entries(options.prices.by_country).map(([code, price]) => [
          code,
          Math.round(price * 1_000_000),
        ]),
      ),
    },
  };
}

function readGateway(options: z.output<typeof smsOptions>): SmsConnection['gateway'] {
  const { gateway_url: url, gateway_authentication: authentication } = options;
  if (url === null) return null;
  return {
    url,
    forwardsRequest: options.forward_req_info,
    authentication: authentication && {
      audience: authentication.audience,
      subject: authentication.subject,
      sealedSecret: authentication.secret,
      secretIsBase64: authentication.secret_base64_encoded,
    },
  };
}

function readCommon({ id, name }: Named, options: CommonOptions, channel: Channel) {
  const testIdentities = readTestIdentities(options, channel);
  if ('kind' in testIdentities) return testIdentities;
  return {
    id,
    name,
    signUpOpen: !options.disable_signup,
    codeLength: options.totp.length,
    codeLifetimeSeconds: options.totp.time_step,
    maxGuesses: options.max_attempts,
    testIdentities,
  };
}

function readTestIdentities(
  { test_identities: written, totp }: CommonOptions,
  channel: Channel,
): readonly TestIdentity[] | OptionsProblem {
  const identities: TestIdentity[] = [];
  for (const [index, { identifier: typed, code, expires_at: expiresAt }] of written.entries()) {
    const field = `options.test_identities[${index}]`;
    const identifier = channel === 'email' ? parseEmailIdentifier(typed) : parsePhoneIdentifier(typed, null);
    if (identifier === null || 'kind' in identifier) {
      const expected = channel === 'email' ? 'an e-mail address' : 'a telephone number with its country code';
      return problemAt(`${field}.identifier`, `must be ${expected}`);
    }
    if (identities.some((known) => known.identifier === identifier.canonical)) {
      return problemAt(`${field}.identifier`, 'is there twice');
    }
    if (code.length !== totp.length)
      return problemAt(`${field}.code`, `must have ${totp.length} digits, as totp.length says`);
    if (isFirstGuess(code)) return problemAt(`${field}.code`, 'is what anybody would try first');
    identities.push({ identifier: identifier.canonical, code, expiresAt: new Date(expiresAt) });
  }
  return identities;
}

/** 000000, 123456, 654321 and the like. */
function isFirstGuess(code: string): boolean {
  const isRun = '01234567890123456789'.includes(code) || '98765432109876543210'.includes(code);
  return isRun || new Set(code).size === 1;
}

// ---- What only holds at the moment of writing -----------------------------------------------------------------------

/** Templates that were in order when they were written stay readable, whatever later versions think of them. */
function findTemplateProblem(connection: Connection): OptionsProblem | null {
  for (const [field, context, source, syntax] of templatesOf(connection)) {
    const problem = source === null ? null : checkTemplate(source, { context, syntax });
    if (problem === null) continue;
    const { reason, line, column } = problem;
    return problemAt(field, `(line ${line}, column ${column}): ${reason}`);
  }
  return null;
}

function templatesOf(
  connection: Connection,
): [field: string, TemplateContext, source: string | null, Template['syntax']][] {
  if (connection.strategy === 'sms') {
    const { text = null, syntax = 'liquid' } = connection.template ?? {};
    return [['options.template', 'text', text, syntax]];
  }
  const { from, subject, body } = connection.template;
  return [
    ['options.email.from', 'sender', from, 'liquid'],
    ['options.email.subject', 'subject', subject, 'liquid'],
    ['options.email.body', 'html', body, 'liquid'],
  ];
}

function findShortTestCode({ testIdentities, codeLength }: Connection): OptionsProblem | null {
  if (testIdentities.length === 0 || codeLength >= TEST_CODE_MIN_LENGTH) return null;
  return problemAt(
    'options.totp.length',
    `must be ${TEST_CODE_MIN_LENGTH} at least where there are test identities`,
  );
}

/** A test identity is for a while, and begins alive; one that was there before may be over by now. */
function findLateTestIdentity(
  identities: readonly TestIdentity[],
  { now, strategy, stored }: { now: Date; strategy: Channel; stored: StoredOptions },
): OptionsProblem | null {
  const before = readConnection({ id: '', name: '', strategy, options: stored });
  const wasThere = (identity: TestIdentity) =>
    !('kind' in before) &&
    before.testIdentities.some(
      (known) =>
        known.identifier === identity.identifier &&
        known.expiresAt.getTime() === identity.expiresAt.getTime(),
    );
  for (const [index, identity] of identities.entries()) {
    if (wasThere(identity)) continue;
    const field = `options.test_identities[${index}].expires_at`;
    const aheadMs = identity.expiresAt.getTime() - now.getTime();
    if (aheadMs <= 0) return problemAt(field, 'is over already');
    if (aheadMs > TEST_IDENTITY_DAYS * DAY_MS) {
      return problemAt(field, `may be ${TEST_IDENTITY_DAYS} days ahead at most`);
    }
  }
  return null;
}

type Kept = { strategy: Channel; stored: StoredOptions; seal(secret: string): string };

/** The written options with sealed secrets: a new one, or the one that is kept where it was left out. */
function takeSecrets(written: unknown, known: Kept): { kept: StoredOptions } | OptionsProblem {
  if (!isObject(written)) return problemAt('options', 'must be an object');
  const identities = takeTestCodes(written, known);
  if (isProblem(identities)) return identities;
  if (known.strategy === 'email') return { kept: { ...written, ...identities } };
  const token = takeTwilioToken(written, known);
  if (isProblem(token)) return token;
  const authentication = takeGatewayAuthentication(written, known);
  if (isProblem(authentication)) return authentication;
  return { kept: { ...written, ...identities, ...token, ...authentication } };
}

/** A fixed code belongs to its identifier. */
function takeTestCodes(written: StoredOptions, { stored }: Kept): StoredOptions | OptionsProblem {
  if (!Array.isArray(written.test_identities)) return {};
  const known = (Array.isArray(stored.test_identities) ? stored.test_identities : []).filter(isObject);
  const taken: unknown[] = [];
  for (const [index, identity] of written.test_identities.entries()) {
    if (!isObject(identity) || !isLeftOut(identity.code)) {
      taken.push(identity);
      continue;
    }
    const held = known.find(({ identifier }) => identifier === identity.identifier);
    if (held === undefined) {
      return problemAt(`options.test_identities[${index}].code`, 'must be sent with another identifier');
    }
    taken.push({ ...identity, code: held.code });
  }
  return { test_identities: taken };
}

/** A token belongs to an account: it is neither lent to another one nor kept without one. */
function takeTwilioToken(written: StoredOptions, { stored, seal }: Kept): StoredOptions | OptionsProblem {
  const { twilio_token: token, twilio_sid: sid } = written;
  if (isLeftOut(token)) {
    if (sid == null) return { twilio_token: undefined };
    const isLent = stored.twilio_token != null && sid !== stored.twilio_sid;
    if (isLent) return problemAt('options.twilio_token', 'must be sent with another twilio_sid');
    return { twilio_token: stored.twilio_token };
  }
  if (token === null) return {};
  const parsed = text(32, 2048).safeParse(token);
  return parsed.success ? { twilio_token: seal(parsed.data) } : problemOf(parsed.error, ['twilio_token']);
}

/** The secret signs for one gateway. */
function takeGatewayAuthentication(
  written: StoredOptions,
  { stored, seal }: Kept,
): StoredOptions | OptionsProblem {
  const { gateway_authentication: authentication } = written;
  if (!isObject(authentication)) return {};
  const field = 'options.gateway_authentication.secret';
  if (isLeftOut(authentication.secret)) {
    const { secret } = isObject(stored.gateway_authentication) ? stored.gateway_authentication : {};
    const isLent = secret !== undefined && written.gateway_url !== stored.gateway_url;
    if (isLent) return problemAt(field, 'must be sent with another gateway_url');
    return { gateway_authentication: { ...authentication, secret } };
  }
  const parsed = text(1, 5120).safeParse(authentication.secret);
  if (!parsed.success) return problemOf(parsed.error, ['gateway_authentication', 'secret']);
  return { gateway_authentication: { ...authentication, secret: seal(parsed.data) } };
}

const isProblem = (value: StoredOptions | OptionsProblem): value is OptionsProblem =>
  value.kind === 'options_problem';

const isLeftOut = (secret: unknown) => secret === undefined || secret === MASKED_SECRET;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function problemAt(field: string, sentence: string): OptionsProblem {
  return { kind: 'options_problem', field, sentence };
}

/** The first thing that is wrong; a name that is not ours is repeated only if it looks like one. */
function problemOf({ issues: [issue] }: z.ZodError, below: readonly string[] = []): OptionsProblem {
  const path = [...below, ...(issue?.path ?? [])];
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  if (unknown !== undefined) path.push(/^[\w.-]{1,64}$/.test(unknown) ? unknown : '…');
  const field = path.reduce<string>(
    (name, part) => (typeof part === 'number' ? `${name}[${part}]` : `${name}.${String(part)}`),
    'options',
  );
  return problemAt(field, issue?.message ?? '');
}
