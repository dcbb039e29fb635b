// What somebody types into the search for users, as a query of the management API: words find what names, addresses and numbers
// hold; whoever writes `field:value` has written a query. Pure, and without a rule of its own about what fits.

/** What the list of users may be narrowed to. */
export const USER_STATES = ['blocked', 'unproven', 'never'] as const;

export type UserState = (typeof USER_STATES)[number];

const STATE_QUERIES: Readonly<Record<UserState, string>> = {
  blocked: 'blocked:true',
  unproven: 'email_verified:false OR phone_verified:false',
  never: 'NOT _exists_:last_login',
};

/** `q`; undefined where everybody is meant. */
export function userQueryOf({
  typed,
  state,
  provider,
}: {
  typed: string;
  state: UserState | null;
  /** Of an identity. */
  provider: 'email' | 'sms' | null;
}): string | undefined {
  const parts = [
    readTyped(typed.trim()),
    state && STATE_QUERIES[state],
    provider && `identities.provider:${provider}`,
  ].filter((part) => part !== null);
  const [only, ...more] = parts;
  // By itself it stays as it was written: what is wrong with it is told by the character.
  if (more.length === 0) return only;
  return parts.map((part) => `(${part})`).join(' AND ');
}

/**
 * Whoever has exactly the address that is typed, which is found at once among any number of users, where parts of addresses take a
 * look at many. Null where it is no address, or not yet.
 */
export function addressQueryOf(typed: string): string | null {
  const address = typed.trim();
  return ADDRESS.test(address) ? `email:"${address}"` : null;
}

const ADDRESS = /^[^\s@:"\\*?]+@[^\s@:"\\*?]+\.[^\s@:"\\*?.]{2,}$/;

/** A name of a field with its colon, at the beginning of a term. */
const HAS_FIELD = /(?:^|[\s(!-])[A-Za-z_][\w.-]*:/;
const USER_ID = /^(?:email|sms)\|\S+$/;
/** Digits as people group them, with a country code. */
const NUMBER = /^(?:\+|00)[\d\s().\-/]{3,}$/;
/** What an index finds anywhere in a text; shorter words are looked for where a text begins. */
const INFIX_MIN = 3;

function readTyped(typed: string): string | null {
  if (typed === '') return null;
  if (HAS_FIELD.test(typed)) return typed;
  if (USER_ID.test(typed)) return `user_id:"${typed.replace(/["\\]/g, '\\$&')}"`;
  if (NUMBER.test(typed)) return `phone_number:\\+${typed.replace(/^00/, '').replace(/\D/g, '')}*`;
  return typed.split(/\s+/).map(readWord).join(' AND ');
}

function readWord(word: string): string {
  const escaped = word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '\\$&');
  return word.length < INFIX_MIN ? `${escaped}*` : `*${escaped}*`;
}
