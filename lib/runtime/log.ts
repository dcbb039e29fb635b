// The log: one JSON line an event on stdout, for whatever collects the output of the process.
// Never a code, link, token, secret or whole address: fields of such names are blanked, and the texts of errors, which
// libraries write, are searched for what looks like one. OWASP ASVS 16.2.5; security.md LOG-1 and LOG-3.
import { randomBytes } from 'node:crypto';
import pino, { type DestinationStream } from 'pino';
import type { EndpointLog } from '@/lib/endpoints/deps';
import type { LogLevel } from './environment';

/** Plain JSON; values of names that hold secrets are blanked. */
export type LogDetails = Readonly<Record<string, unknown>>;

export type Log = Readonly<{
  info(message: string, details?: LogDetails): void;
  warn(message: string, details?: LogDetails): void;
  /** A bug, or something outside that is away, under the reference its reader was shown. */
  error(
    message: string,
    failure: Readonly<{ reference: string; cause: unknown; details?: LogDetails }>,
  ): void;
}>;

/**
 * The log of this process.
 * @param to where lines go instead of stdout
 */
export function createLog(
  level: LogLevel,
  to: DestinationStream = pino.destination({ fd: 1, sync: true }),
): Log {
  const lines = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    to,
  );
  return {
    info: (message, details = {}) => lines.info(redact(details), message),
    warn: (message, details = {}) => lines.warn(redact(details), message),
    error: (message, { reference, cause, details = {} }) =>
      lines.error({ ...redact(details), reference, cause: describeCause(cause) }, message),
  };
}

/** Names one failure, to be read aloud: eight characters without the ones that are taken for others. */
export function drawReference(): string {
  return [...randomBytes(8)].map((byte) => REFERENCE_ALPHABET[byte % REFERENCE_ALPHABET.length]).join('');
}

const REFERENCE_ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** The log as the endpoints use it. */
export function createEndpointLog(log: Log): EndpointLog {
  return {
    refused(refusal) {
      const reference = drawReference();
      log.info('request refused', { ...refusal, reference });
      return reference;
    },
    failed({ endpoint, cause }) {
      const reference = drawReference();
      log.error('request failed', { reference, cause, details: { endpoint } });
      return reference;
    },
  };
}

// ---- What must not be read in a log ---------------------------------------------------------------------------------

/** As whole words of a name, in any of the ways names are written. */
const SECRET_NAMES =
  /(?:^|_)(?:authorization|cookies?|password|passphrase|secrets?|pepper|token|otp|code|state|nonce|verifier|challenge|email|phone|identifier|recipient|link|body|query)(?:_|$)/;

/** A name that holds one of the words above and tells nothing: a count, a kind, a status, an HTTP code. */
const HARMLESS_NAMES = /^(?:status_code|error_code|reply_code|code_length|token_type|client_id)$/;

const BLANK = '[redacted]';

function redact(details: LogDetails): Record<string, unknown> {
  return Object.fromEntries(Object.entries(details).map(([name, value]) => [name, redactValue(name, value)]));
}

function redactValue(name: string, value: unknown): unknown {
  const snake = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll('-', '_');
  if (SECRET_NAMES.test(snake) && !HARMLESS_NAMES.test(snake)) return value === null ? null : BLANK;
  if (typeof value === 'string') return scrub(value, ALWAYS);
  if (Array.isArray(value)) return value.map((each) => redactValue('', each));
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Error) return describeCause(value);
  return typeof value === 'object' && value !== null ? redact(value as LogDetails) : value;
}

/** How deep a chain of causes is followed. */
const CAUSES_MAX = 5;

/** An error as JSON: what it is, what it says, where it was, and what was behind it. */
function describeCause(cause: unknown, depth = 0): unknown {
  if (!(cause instanceof Error))
    return typeof cause === 'string' ? scrub(cause, IN_FOREIGN_TEXT) : typeof cause;
  const { name, message, stack = '' } = cause;
  const { code } = cause as { code?: unknown };
  return {
    name,
    message: scrub(message, IN_FOREIGN_TEXT),
    ...(typeof code === 'string' && { code }),
    stack: stack
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .map((line) => line.trim()),
    ...(cause.cause !== undefined && depth < CAUSES_MAX && { cause: describeCause(cause.cause, depth + 1) }),
  };
}

type Spills = readonly (readonly [pattern: RegExp, replacement: string])[];

/** What no field may hold, each replaced by what it was. In this order. */
const ALWAYS: Spills = [
  [/\beyJ[\w-]*\.[\w-]*\.?[\w-]*/g, '[jwt]'],
  [/\/\/[^\s/@]*@/g, '//[credentials]@'],
  [/(https?:\/\/[^\s?#"']*)[?#][^\s"']*/g, '$1?[query]'],
  [/[^\s<>"'`,;:()[\]{}=|/]+@[^\s<>"'`,;:()[\]{}=|/]+/g, '[address]'],
  [/\+\d[\d ()-]{5,}\d/g, '[number]'],
];

/** Texts that others wrote may also quote a code or a token; ports and dates stay. */
const IN_FOREIGN_TEXT: Spills = [
  ...ALWAYS,
  [/[\w-]{32,}/g, '[opaque]'],
  [/(?<![\w.:-])\d{4,10}(?![\w:-])/g, '[digits]'],
];

function scrub(text: string, spills: Spills): string {
  return spills.reduce((cleaned, [pattern, replacement]) => cleaned.replace(pattern, replacement), text);
}
