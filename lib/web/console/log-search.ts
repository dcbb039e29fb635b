// What somebody types into the search of the log, as a query of the management API: a whole address or number (the log keeps them
// hashed), a user, a network address, an application; whoever writes `field:value` has written a query. Pure.

/** Kinds of entries that are looked for together. */
export const LOG_KINDS = ['sign_ins', 'failures', 'messages', 'limits', 'operators'] as const;

export type LogKind = (typeof LOG_KINDS)[number];

const KIND_QUERIES: Readonly<Record<LogKind, string>> = {
  sign_ins: 'type:(s OR ss OR ssa OR slo)',
  failures: 'type:f*',
  messages: 'type:(cls OR cs OR fn)',
  limits: 'type:limit_* OR type:ublkdu',
  operators: 'type:(sapi OR mgmt_api_read)',
};

/** How far back one looks, in hours. */
export const LOG_SPANS = { hour: 1, day: 24, week: 168 } as const;

export type LogSpan = keyof typeof LOG_SPANS;

const HOUR_MS = 3_600_000;

/** `q`; undefined where all of it is meant. */
export function logQueryOf({
  typed,
  kind,
  span,
  now,
}: {
  typed: string;
  kind: LogKind | null;
  span: LogSpan | null;
  now: Date;
}): string | undefined {
  const parts = [
    readTyped(typed.trim()),
    kind && KIND_QUERIES[kind],
    span && `date:[${new Date(now.getTime() - LOG_SPANS[span] * HOUR_MS).toISOString()} TO *]`,
  ].filter((part) => part !== null);
  const [only, ...more] = parts;
  // By itself it stays as it was written: what is wrong with it is told by the character.
  if (more.length === 0) return only;
  return parts.map((part) => `(${part})`).join(' AND ');
}

/**
 * What happened around an entry: to the same person in a day before and after, or, where nobody is known, from the same network
 * address in an hour. Null where there is neither.
 * @param addresses of the person: what was sent to them before they were known stands under these
 */
export function storyQueryOf(
  { date, user_id: userId, ip }: { date: string; user_id?: string | undefined; ip?: string | undefined },
  addresses: readonly string[],
): string | null {
  const around = (hours: number) =>
    [-1, 1].map((sign) => new Date(Date.parse(date) + sign * hours * HOUR_MS).toISOString()).join(' TO ');
  if (userId !== undefined) {
    const person = [`user_id:${quoted(userId)}`, ...addresses.map((each) => `user_name:${quoted(each)}`)];
    return `(${person.join(' OR ')}) AND date:[${around(24)}]`;
  }
  return ip === undefined ? null : `ip:${quoted(ip)} AND date:[${around(1)}]`;
}

const ENTRY_ID = /^[0-9a-f]{32}$/;
const USER_ID = /^(?:email|sms|deleted)\|\S+$/;
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){1,3}$/;
const IPV6 = /^[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}$/i;
/** A name of a field with its colon, at the beginning of a term. */
const HAS_FIELD = /(?:^|[\s(!-])[A-Za-z_][\w.-]*:/;
const ADDRESS = /@|^[+\d][\d\s().\-/]{4,}$/;

function readTyped(typed: string): string | null {
  if (typed === '') return null;
  if (ENTRY_ID.test(typed)) return `log_id:${typed}`;
  if (USER_ID.test(typed)) return `user_id:${quoted(typed)}`;
  if (IPV4.test(typed)) return `ip:${typed}*`;
  if (IPV6.test(typed)) return `ip:${quoted(typed)}`;
  if (HAS_FIELD.test(typed)) return typed;
  if (ADDRESS.test(typed)) return quoted(typed);
  return `client_name:${typed.replace(/[^\p{L}\p{N}]/gu, '\\$&')}*`;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
