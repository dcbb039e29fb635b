// `client_metadata`, `metadata` and their like: what an operator's tools keep with a thing of ours. Strings by name, Auth0's figures.
import { z } from 'zod';
import { text } from './fields';
import { badBody } from './route';

const ENTRIES_MAX = 10;
/** Of a session or a refresh token. */
const HELD_ENTRIES_MAX = 25;
const CHARACTERS_MAX = 255;

export type Metadata = Readonly<Record<string, string>>;

/** What is sent: a string takes the place of the one that is there, null or nothing takes it away. */
export const metadataChanges = () =>
  z.record(z.string().min(1).max(CHARACTERS_MAX), text(0, CHARACTERS_MAX).nullable(), {
    error: ({ code }) =>
      code === 'invalid_key'
        ? `may hold names of 1 to ${CHARACTERS_MAX} characters only`
        : 'must be an object of strings',
  });

/** What takes the place of all that a session or a refresh token holds; null takes it away. */
export const heldMetadata = () =>
  z
    .record(z.string().min(1).max(CHARACTERS_MAX).regex(STORABLE), text(0, CHARACTERS_MAX), {
      error: ({ code }) =>
        code === 'invalid_key'
          ? `may hold names of 1 to ${CHARACTERS_MAX} characters only`
          : 'must be an object of strings',
    })
    .refine(
      (object) => Object.keys(object).length <= HELD_ENTRIES_MAX,
      `may hold ${HELD_ENTRIES_MAX} entries at most`,
    )
    .nullable();

/** PostgreSQL's JSON has no NUL and no half of a character. */
const STORABLE = /^[^\0\p{Cs}]*$/u;

/** Of a session or a refresh token; null where there is none. */
export const heldMetadataDocument = () => metadataDocument().nullable();

export function describeHeldMetadata(metadata: Metadata): Metadata | null {
  return Object.keys(metadata).length === 0 ? null : metadata;
}

/** As metadata is shown. */
export const metadataDocument = () => z.record(z.string(), z.string());

/** @throws {ManagementProblem} 400 when there would be too many */
export function mergeMetadata(
  field: string,
  kept: Metadata,
  changes: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const entries = Object.entries({ ...kept, ...changes }).filter(
    (entry): entry is [string, string] => (entry[1] ?? '') !== '',
  );
  if (entries.length > ENTRIES_MAX) throw badBody(field, `may hold ${ENTRIES_MAX} entries at most`);
  return Object.fromEntries(entries);
}
