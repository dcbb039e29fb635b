// Makes of a document that another system wrote one that a schema of ours takes: what breaks a rule is taken out, and told. The
// rules are those of the management API, and so are the sentences.
import type { z } from 'zod';
import { nameOfKeys } from '@/lib/management/route';

/** What was taken out, and why. */
export type Dropped = Readonly<{ field: string; sentence: string }>;

/** Fields taken out of one document at most: one that is worse is no document of this kind. */
const DROPPED_MAX = 200;

/** @returns null where nothing is left that the schema takes */
export function fitTo(schema: z.ZodType, document: unknown): { body: unknown; dropped: Dropped[] } | null {
  let body = structuredClone(document);
  const dropped: Dropped[] = [];
  while (dropped.length <= DROPPED_MAX) {
    const parsed = schema.safeParse(body);
    if (parsed.success) return { body, dropped };
    const [issue] = parsed.error.issues;
    if (issue === undefined) return null;
    const paths: PropertyKey[][] =
      issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [[...issue.path]];
    for (const path of paths) {
      if (path.length === 0) return null;
      const sentence = issue.code === 'unrecognized_keys' ? 'is not known here' : issue.message;
      dropped.push({ field: nameOfKeys(path), sentence });
      body = without(body, path);
    }
  }
  return null;
}

/** A document without one field, which may lie deep in it. */
export function without(value: unknown, [key, ...below]: readonly PropertyKey[]): unknown {
  if (key === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    if (below.length === 0) return value.filter((_, index) => index !== Number(key));
    return value.map((item, index) => (index === Number(key) ? without(item, below) : item));
  }
  const { [key as string]: inside, ...others } = value as Record<string, unknown>;
  return below.length === 0 || inside === undefined
    ? others
    : { ...others, [key as string]: without(inside, below) };
}
