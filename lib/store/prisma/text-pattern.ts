// Texts that are looked for, as SQL: known parts with anything between them.
import type { TextPattern } from '@/lib/login/account-query';
import { Prisma } from '@/prisma/generated/client';

/** Whether a column's text is as the pattern says, in upper and lower case. */
export function matches(column: Prisma.Sql, pattern: TextPattern): Prisma.Sql {
  if (pattern.length === 1) return Prisma.sql`${column} = ${pattern[0]}::text`;
  const like = pattern.map((part) => part.replace(/[\\%_]/g, '\\$&')).join('%');
  return Prisma.sql`${column} LIKE ${like}::text`;
}

/** For columns in lower case. */
export function lowered([first, ...rest]: TextPattern): TextPattern {
  return [first.toLowerCase(), ...rest.map((part) => part.toLowerCase())];
}
