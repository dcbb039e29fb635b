// What a log stream keeps back of people: Auth0's `pii_config`. The audit log holds no whole address or number to begin with, so what is
// masked is said not at all, and what is hashed goes by the keyed hash the log knows it under: the same each time, and
// nothing that could be guessed back without SECRET. security LOG-1.
import { z } from 'zod';
import { fieldsOf, oneOf } from './fields';
import type { LogEntry } from './logs';

/** Auth0's. Names and postal addresses are in no entry. */
export const PII_FIELDS = ['first_name', 'last_name', 'username', 'email', 'phone', 'address'] as const;
export type PiiField = (typeof PII_FIELDS)[number];

export const PII_METHODS = ['mask', 'hash'] as const;

/** An entry with the keyed hash of whom it is about. */
export type StreamedEntry = LogEntry & Readonly<{ identifierHash: string | null }>;

/** How a stream is told to treat people. */
export type PiiSetting = Readonly<{
  piiFields: readonly PiiField[];
  piiMethod: (typeof PII_METHODS)[number];
}>;

export const piiBody = fieldsOf({
  log_fields: z
    .array(oneOf(PII_FIELDS), { error: 'must be a list' })
    .max(PII_FIELDS.length, `may hold ${PII_FIELDS.length} entries at most`),
  method: oneOf(PII_METHODS).default('mask'),
  algorithm: z
    .undefined('must be left out: hashes are keyed, where those of xxhash could be guessed back')
    .optional(),
});

export const piiDocument = z.strictObject({
  log_fields: z.array(z.enum(PII_FIELDS)),
  method: z.enum(PII_METHODS),
});

/** What is sent as `user_name`, in place of what is kept. */
export function protectPerson<Entry extends StreamedEntry>(
  { piiFields, piiMethod }: PiiSetting,
  entry: Entry,
): Entry {
  const { maskedIdentifier, identifierHash } = entry;
  if (maskedIdentifier === null) return entry;
  const own: PiiField = maskedIdentifier.includes('@') ? 'email' : 'phone';
  if (!piiFields.includes('username') && !piiFields.includes(own)) return entry;
  return { ...entry, maskedIdentifier: piiMethod === 'hash' ? identifierHash : MASK };
}

const MASK = '***';
