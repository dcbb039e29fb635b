// The environment: every variable there is, what it must look like, and what follows from it. Read once at boot; a bad
// value stops the start with the variable's name and one sentence. The only reader of process.env.
// A sentence never repeats a value: half of them are secrets.
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { findSecretWeakness } from '@/lib/keys/secret-strength';
import { LIMITS, type LimitOverrides } from '@/lib/login/limits';
import { LOG_RETENTION_DAYS } from '@/lib/management/logs';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type EmailProvider = Readonly<
  { kind: 'resend'; apiKey: string; baseUrl: string | null } | { kind: 'smtp'; url: string }
>;

export type SmsProvider = Readonly<{
  kind: 'twilio';
  accountSid: string;
  authToken: string;
  /** At least one of the two is set; the service wins where both are. */
  from: string | null;
  messagingServiceSid: string | null;
  baseUrl: string | null;
}>;

export type Environment = Readonly<{
  /** Public base URL with a trailing slash: the `iss` of every token, and what links begin with. */
  issuer: string;
  /** The issuer without the slash: a web origin. */
  origin: string;
  isHttps: boolean;
  /** The issuer can only be reached from this machine. */
  isLoopback: boolean;
  port: number;
  /** PostgreSQL server; null: embedded below `dataDir`. */
  databaseUrl: string | null;
  /** Absolute. */
  dataDir: string;
  /** The first seals, all unseal; null: generated into `dataDir`. */
  secrets: readonly string[] | null;
  /** Sender address; null only while there is no e-mail provider. */
  emailFrom: string | null;
  /** In the order they are tried. */
  emailProviders: readonly EmailProvider[];
  smsProviders: readonly SmsProvider[];
  /** Signs what Resend reports; null: its webhooks are not listened to. */
  resendWebhookSecret: string | null;
  /** ISO 3166-1 alpha-2; null: the country of the sending number only, see served-countries.ts. */
  smsCountries: readonly string[] | null;
  /** CIDR notation: what requests to configured addresses may reach inside the operator's network. */
  outboundPrivateNetworks: readonly string[];
  /** A machine client with these credentials and every management scope exists after boot. */
  managementClient: Readonly<{ clientId: string; clientSecret: string }> | null;
  /** E-mail addresses in lower case; empty: the one-time set-up link. */
  consoleAdmins: readonly string[];
  /** CIDR notation: where the console may be reached from; empty: everywhere. */
  consoleNetworks: readonly string[];
  /** Maxima for the first boot. */
  limits: LimitOverrides;
  /** Days the audit log is kept. */
  logRetentionDays: number;
  /** Proxies in front whose X-Forwarded-For is believed. */
  trustedProxies: number;
  /** Which channels' messages the inbox page shows, and whether it needs an operator who is signed in. */
  inbox: Readonly<{ email: boolean; sms: boolean; operatorsOnly: boolean }>;
  /** The endpoints of Auth0's first years are served. */
  servesLegacy: boolean;
  logLevel: LogLevel;
}>;

/** A variable that cannot be used. The message is one line for an operator: its name and a sentence. */
export class EnvironmentError extends Error {
  override name = 'EnvironmentError';
  constructor(
    readonly variable: string,
    sentence: string,
  ) {
    super(`${variable} ${sentence}.`);
  }
}

/** This process's own environment. @throws {EnvironmentError} */
export function readEnvironment(): Environment {
  return parseEnvironment(process.env);
}

/**
 * Everything the variables say, with defaults filled in. Empty means unset, as container tools write it. A relative
 * DATA_DIR starts at the working directory, which every command of ours sets to the project's folder.
 * @throws {EnvironmentError} for the first variable that is wrong, in the order of the list below
 */
export function parseEnvironment(source: Readonly<Record<string, string | undefined>>): Environment {
  const set = Object.fromEntries(Object.entries(source).filter(([, value]) => value?.trim()));
  const parsed = variables.safeParse(set);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new EnvironmentError(String(issue?.path[0]), issue?.message ?? 'is not valid');
  }
  const values = parsed.data;
  checkGroups(values);

  const issuer = values.ISSUER ?? new URL(`http://localhost:${values.PORT}`);
  const isLoopback = isLoopbackHost(issuer.hostname);
  if (!isLoopback) checkPublic(values);
  const emailProviders = emailChain(values);
  const smsProviders = smsChain(values);
  return {
    issuer: issuer.href,
    origin: issuer.origin,
    isHttps: issuer.protocol === 'https:',
    isLoopback,
    port: values.PORT,
    databaseUrl: values.DATABASE_URL ?? null,
    dataDir: resolve(values.DATA_DIR),
    secrets: values.SECRET ?? null,
    emailFrom: values.EMAIL_FROM ?? (emailProviders.length > 0 ? LOOPBACK_SENDER : null),
    emailProviders,
    smsProviders,
    resendWebhookSecret: values.RESEND_WEBHOOK_SECRET ?? null,
    smsCountries: values.SMS_COUNTRIES ?? null,
    outboundPrivateNetworks: values.OUTBOUND_PRIVATE_NETWORKS,
    managementClient:
      values.MANAGEMENT_CLIENT_ID && values.MANAGEMENT_CLIENT_SECRET
        ? { clientId: values.MANAGEMENT_CLIENT_ID, clientSecret: values.MANAGEMENT_CLIENT_SECRET }
        : null,
    consoleAdmins: values.CONSOLE_ADMINS,
    consoleNetworks: values.CONSOLE_NETWORKS,
    limits: values.LIMITS,
    logRetentionDays: values.LOG_RETENTION_DAYS,
    trustedProxies: values.TRUSTED_PROXIES,
    inbox: decideInbox({
      asked: values.INBOX ?? null,
      isLoopback,
      emailHasSender: emailProviders.length > 0,
      smsHasSender: smsProviders.length > 0,
    }),
    servesLegacy: values.LEGACY === undefined ? isLoopback : values.LEGACY === 'on',
    logLevel: values.LOG_LEVEL,
  };
}

// ---- Each variable by itself ----------------------------------------------------------------------------------------

/** A variable whose reader throws a {@link Complaint} for text it cannot use. */
function variable<T>(read: (text: string) => T) {
  return z.string().transform((text, context) => {
    try {
      return read(text.trim());
    } catch (problem) {
      if (!(problem instanceof Complaint)) throw problem;
      context.addIssue(problem.message);
      return z.NEVER;
    }
  });
}

/** The rest of the sentence that begins with the variable's name. */
class Complaint extends Error {}

const anyText = variable((text) => text);

const variables = z.object({
  PORT: variable((text) => wholeNumber(text, { min: 1, max: 65_535 })).default(3000),
  ISSUER: variable(publicOrigin).optional(),
  DATABASE_URL: variable(databaseUrl).optional(),
  DATA_DIR: anyText.default('./.data'),
  SECRET: variable(secretList).optional(),
  EMAIL_FROM: variable(sender).optional(),
  RESEND_API_KEY: anyText.optional(),
  RESEND_BASE_URL: variable(httpUrl).optional(),
  RESEND_WEBHOOK_SECRET: variable(webhookSecret).optional(),
  SMTP_URL: variable(smtpUrl).optional(),
  TWILIO_ACCOUNT_SID: variable((text) => twilioSid(text, 'AC')).optional(),
  TWILIO_AUTH_TOKEN: anyText.optional(),
  TWILIO_FROM: variable(smsSender).optional(),
  TWILIO_MESSAGING_SERVICE_SID: variable((text) => twilioSid(text, 'MG')).optional(),
  TWILIO_API_BASE_URL: variable(httpUrl).optional(),
  SMS_COUNTRIES: variable(countries).optional(),
  OUTBOUND_PRIVATE_NETWORKS: variable(networks).default([]),
  MANAGEMENT_CLIENT_ID: variable(clientId).optional(),
  MANAGEMENT_CLIENT_SECRET: anyText.optional(),
  CONSOLE_ADMINS: variable(emailAddresses).default([]),
  CONSOLE_NETWORKS: variable(networks).default([]),
  LIMITS: variable(limitOverrides).default({}),
  LOG_RETENTION_DAYS: variable((text) => wholeNumber(text, { min: 1, max: 3650 })).default(
    LOG_RETENTION_DAYS,
  ),
  TRUSTED_PROXIES: variable((text) => wholeNumber(text, { min: 0, max: 100 })).default(0),
  INBOX: variable((text) => oneOf(text, ['on', 'off'])).optional(),
  LEGACY: variable((text) => oneOf(text, ['on', 'off'])).optional(),
  LOG_LEVEL: variable((text) => oneOf(text, LOG_LEVELS)).default('info'),
});

type Values = z.infer<typeof variables>;

function wholeNumber(text: string, { min, max }: { min: number; max: number }): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= min && number <= max)) throw new Complaint(`must be a whole number from ${min} to ${max}`);
  return number;
}

function oneOf<const Choice extends string>(text: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((each) => each === text.toLowerCase());
  if (choice === undefined) throw new Complaint(`must be one of ${choices.join(', ')}`);
  return choice;
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** `new URL` forgives spaces, control characters and backslashes; an operator's slip must not become another host. */
function parseUrl(text: string): URL | null {
  return /^[\x21-\x5b\x5d-\x7e]+$/.test(text) && URL.canParse(text) ? new URL(text) : null;
}

/** @see OpenID Connect Discovery 1.0 §3 on `issuer` */
function publicOrigin(text: string): URL {
  const url = parseUrl(text);
  if (
    url === null ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.username !== '' ||
    url.password !== ''
  ) {
    throw new Complaint('must be a URL such as https://login.example.com');
  }
  if (url.pathname !== '/' || /[?#]/.test(text)) {
    throw new Complaint('must be an origin alone, without path, query or fragment');
  }
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    throw new Complaint(
      'must begin with https:// unless it names this machine (localhost, 127.0.0.1 or [::1])',
    );
  }
  return url;
}

/** @see RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291 §2.5.3 */
function isLoopbackHost(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

function databaseUrl(text: string): string {
  const url = parseUrl(text);
  if (url === null || !['postgres:', 'postgresql:'].includes(url.protocol)) {
    throw new Complaint('must be a URL such as postgresql://user:password@host:5432/database');
  }
  return text;
}

function httpUrl(text: string): string {
  const url = parseUrl(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw new Complaint('must be an http(s) URL');
  return text.replace(/\/+$/, '');
}

function smtpUrl(text: string): string {
  const url = parseUrl(text);
  if (url === null || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') {
    throw new Complaint('must be a URL such as smtp://user:password@host:587');
  }
  return text;
}

/** At least this much, as SHA-256 makes of it what it can. */
const SECRET_MIN_BYTES = 32;

function secretList(text: string): string[] {
  const secrets = list(text);
  if (secrets.length === 0 || secrets.some((secret) => Buffer.byteLength(secret) < SECRET_MIN_BYTES)) {
    throw new Complaint(
      `must hold at least ${SECRET_MIN_BYTES} bytes in each entry; "openssl rand -base64 32" makes a good one`,
    );
  }
  for (const secret of secrets) {
    const weakness = findSecretWeakness(secret);
    if (weakness !== null) throw new Complaint(`${weakness}; "openssl rand -base64 32" makes a good one`);
  }
  return secrets;
}

const EMAIL_ADDRESS = /^[^\s@<>(),;:"\\]+@[^\s@<>(),;:"\\.]+(?:\.[^\s@<>(),;:"\\.]+)*$/;

function sender(text: string): string {
  const [, address = text] = /^[^<>\r\n]*<([^<>]+)>$/.exec(text) ?? [];
  if (/[\r\n]/.test(text) || !EMAIL_ADDRESS.test(address)) {
    throw new Complaint('must be an e-mail address, alone or as "Name <login@example.com>"');
  }
  return text;
}

function emailAddresses(text: string): string[] {
  const addresses = list(text).map((address) => address.toLowerCase());
  if (!addresses.every((address) => EMAIL_ADDRESS.test(address))) {
    throw new Complaint('must be a list of e-mail addresses, separated by commas');
  }
  return addresses;
}

/** @see https://www.twilio.com/docs/glossary/what-is-a-sid */
function twilioSid(text: string, prefix: 'AC' | 'MG'): string {
  if (!new RegExp(`^${prefix}[0-9a-fA-F]{32}$`).test(text)) {
    throw new Complaint(`must be ${prefix} and 32 hex digits`);
  }
  return text;
}

/** A number, or a name of letters and digits where the country allows one. */
function smsSender(text: string): string {
  const compact = text.replace(/[\s().-]/g, '');
  if (/^\+[1-9]\d{6,14}$/.test(compact)) return compact;
  if (/^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$/.test(text)) return text;
  throw new Complaint(
    'must be a number such as +15005550006, or a sender name of up to 11 letters and digits',
  );
}

function countries(text: string): string[] {
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  const codes = list(text).map((code) => code.toUpperCase());
  if (codes.length === 0 || !codes.every((code) => /^[A-Z]{2}$/.test(code) && names.of(code) !== undefined)) {
    throw new Complaint('must be a list of ISO 3166 country codes of two letters, such as DE,AT,CH');
  }
  return codes;
}

/** @see https://github.com/standard-webhooks/standard-webhooks, "Signature scheme" */
function webhookSecret(text: string): string {
  if (!/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(text))
    throw new Complaint('must be the signing secret that Resend shows beside the webhook, such as whsec_…');
  return text;
}

/** @see RFC 4632 §3.1, RFC 4291 §2.3 */
function networks(text: string): string[] {
  const entries = list(text);
  for (const network of entries) {
    const [address = '', prefix = '', ...more] = network.split('/');
    const bits = isIP(address) === 4 ? 32 : 128;
    // A prefix of 0 would be the whole internet, and a guard nothing.
    const isNetwork = isIP(address) !== 0 && /^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= bits;
    if (!isNetwork || more.length > 0)
      throw new Complaint('must be a list of networks such as 10.0.0.0/8,fd12:3456::/32');
  }
  return entries;
}

/** Printable ASCII. @see RFC 6749 Appendix A.1 */
function clientId(text: string): string {
  if (!/^[\x21-\x7e]{1,64}$/.test(text))
    throw new Complaint('must be 1 to 64 printable characters without spaces');
  return text;
}

function limitOverrides(text: string): LimitOverrides {
  const limits = parseJson(text);
  if (typeof limits !== 'object' || limits === null || Array.isArray(limits)) {
    throw new Complaint('must be a JSON object of numbers such as {"starts_per_ip": 100}');
  }
  for (const [name, maximum] of Object.entries(limits)) {
    if (!Object.hasOwn(LIMITS, name)) {
      throw new Complaint(`names a limit that there is not; there are ${Object.keys(LIMITS).join(', ')}`);
    }
    if (!Number.isSafeInteger(maximum) || maximum < 0) {
      throw new Complaint(`must give ${name} a whole number, 0 or more`);
    }
  }
  return limits as LimitOverrides;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// ---- Variables together ---------------------------------------------------------------------------------------------

/** Fits a machine that nobody outside can reach; a real provider refuses it in words of its own. */
const LOOPBACK_SENDER = 'Latchkey <no-reply@localhost>';

/** Half of a group would look configured and never work. */
function checkGroups(values: Values): void {
  needs(values, 'RESEND_BASE_URL', ['RESEND_API_KEY']);
  needs(values, 'RESEND_WEBHOOK_SECRET', ['RESEND_API_KEY']);
  for (const member of [
    'TWILIO_ACCOUNT_SID',
    'TWILIO_AUTH_TOKEN',
    'TWILIO_FROM',
    'TWILIO_MESSAGING_SERVICE_SID',
    'TWILIO_API_BASE_URL',
  ] as const) {
    needs(values, member, ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN']);
  }
  if (values.TWILIO_ACCOUNT_SID && !values.TWILIO_FROM && !values.TWILIO_MESSAGING_SERVICE_SID) {
    throw new EnvironmentError(
      'TWILIO_FROM',
      'or TWILIO_MESSAGING_SERVICE_SID must be set, as TWILIO_ACCOUNT_SID is',
    );
  }
  needs(values, 'MANAGEMENT_CLIENT_ID', ['MANAGEMENT_CLIENT_SECRET']);
  needs(values, 'MANAGEMENT_CLIENT_SECRET', ['MANAGEMENT_CLIENT_ID']);
}

function needs(values: Values, given: keyof Values, others: readonly (keyof Values)[]): void {
  if (values[given] === undefined) return;
  for (const other of others) {
    if (values[other] === undefined) throw new EnvironmentError(other, `must be set, as ${given} is`);
  }
}

/** What may be missing or weak only where nobody outside can reach the server (PRV-3). */
function checkPublic(values: Values): void {
  if (values.SECRET === undefined) {
    throw new EnvironmentError(
      'SECRET',
      'must be set unless ISSUER is a loopback address; "openssl rand -base64 32" makes a good one',
    );
  }
  if (values.EMAIL_FROM === undefined && (values.RESEND_API_KEY || values.SMTP_URL)) {
    throw new EnvironmentError('EMAIL_FROM', 'must be set, as an e-mail provider is');
  }
  const clientSecret = values.MANAGEMENT_CLIENT_SECRET;
  if (clientSecret === undefined) return;
  if (Buffer.byteLength(clientSecret) < SECRET_MIN_BYTES) {
    throw new EnvironmentError('MANAGEMENT_CLIENT_SECRET', `must hold at least ${SECRET_MIN_BYTES} bytes`);
  }
  const weakness = findSecretWeakness(clientSecret);
  if (weakness !== null) throw new EnvironmentError('MANAGEMENT_CLIENT_SECRET', weakness);
}

function emailChain(values: Values): EmailProvider[] {
  const chain: EmailProvider[] = [];
  if (values.RESEND_API_KEY) {
    chain.push({ kind: 'resend', apiKey: values.RESEND_API_KEY, baseUrl: values.RESEND_BASE_URL ?? null });
  }
  if (values.SMTP_URL) chain.push({ kind: 'smtp', url: values.SMTP_URL });
  return chain;
}

function smsChain(values: Values): SmsProvider[] {
  if (!values.TWILIO_ACCOUNT_SID || !values.TWILIO_AUTH_TOKEN) return [];
  return [
    {
      kind: 'twilio',
      accountSid: values.TWILIO_ACCOUNT_SID,
      authToken: values.TWILIO_AUTH_TOKEN,
      from: values.TWILIO_FROM ?? null,
      messagingServiceSid: values.TWILIO_MESSAGING_SERVICE_SID ?? null,
      baseUrl: values.TWILIO_API_BASE_URL ?? null,
    },
  ];
}

/**
 * By itself the inbox shows a channel only on a loopback issuer and only while the channel has no sender: there it is the
 * one way to see a code. Shown because INBOX=on says so, it is for operators.
 */
function decideInbox(facts: {
  asked: 'on' | 'off' | null;
  isLoopback: boolean;
  emailHasSender: boolean;
  smsHasSender: boolean;
}): Environment['inbox'] {
  if (facts.asked === 'off') return { email: false, sms: false, operatorsOnly: false };
  const byItself = {
    email: facts.isLoopback && !facts.emailHasSender,
    sms: facts.isLoopback && !facts.smsHasSender,
  };
  if (facts.asked === null) return { ...byItself, operatorsOnly: false };
  return { email: true, sms: true, operatorsOnly: !(byItself.email && byItself.sms) };
}
