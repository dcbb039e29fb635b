// Identifiers: what a person types to say who they are, and the one canonical form it is compared in. Everything that
// cannot be read in exactly one way is refused here, so that nothing behind this file ever reads an address a second time
// and differently: quoted local parts, comments, lists and source routes do not exist for us.
// RFC 5321 §4.1.2 and §4.5.3.1 (the part of it that is left), UTS 46 for the domain, UTS 39 §5.2 for look-alikes; numbers
// are read by phone-number.ts.
import { domainToASCII, domainToUnicode } from 'node:url';
import { readPhoneNumber } from './phone-number';

export type Channel = 'email' | 'sms';

export type Identifier = Readonly<{
  channel: Channel;
  /** The form uniqueness is decided in: a folded address, or E.164. */
  canonical: string;
  /**
   * What a first message is addressed to. An address as typed, trimmed, see {@link emailRecipient}; a number in E.164 again,
   * because what was typed means another number in another country.
   */
  typedForm: string;
  /** ISO 3166-1 alpha-2 of a number; null for an address. */
  country: string | null;
}>;

export type IdentifierRefusal = Readonly<
  | { kind: 'missing' }
  | { kind: 'malformed' }
  /** A number that needs a country code, or to be told which country it is dialled in. */
  | { kind: 'country_missing' }
>;

/**
 * Reads what was typed into the field of a login page: with an at sign of any width an address, without one a number.
 *
 * @param offered.channels what the page asks for; anything else is malformed
 * @param offered.country ISO 3166-1 alpha-2 in which numbers without country code are dialled, or null
 */
export function parseIdentifier(
  typed: string,
  offered: { channels: readonly Channel[]; country: string | null },
): Identifier | IdentifierRefusal {
  if (typed.trim() === '') return { kind: 'missing' };
  const takesNumber = offered.channels.includes('sms');
  const takesAddress = offered.channels.includes('email');
  if (takesNumber && !AT_SIGN.test(typed)) return parsePhoneIdentifier(typed, offered.country);
  return (takesAddress ? parseEmailIdentifier(typed) : null) ?? { kind: 'malformed' };
}

/** Reads exactly one telephone number. @param country as for {@link parseIdentifier} */
export function parsePhoneIdentifier(typed: string, country: string | null): Identifier | IdentifierRefusal {
  const number = readPhoneNumber(typed, country);
  if (typeof number === 'string') return { kind: number };
  return { channel: 'sms', canonical: number.e164, typedForm: number.e164, country: number.country };
}

/**
 * Reads exactly one e-mail address, in linear time and without looking at more than the first few hundred characters.
 *
 * @returns null for anything else: nothing tells which rule it broke, because no one who has an address breaks one
 */
export function parseEmailIdentifier(typed: string): Identifier | null {
  const address = readAddress(typed);
  if (address === null) return null;
  const canonical = `${address.localPart.toLowerCase()}@${address.domain}`;
  return { channel: 'email', canonical, typedForm: typed.trim(), country: null };
}

/**
 * Where a message to this typed form goes: the local part with the case it was typed in (RFC 5321 §2.4 leaves it to the
 * receiving host), the domain in ASCII. Null when it is not an address, whatever it was when it was stored.
 */
export function emailRecipient(typedForm: string): string | null {
  const address = readAddress(typedForm);
  return address && `${address.localPart}@${address.domain}`;
}

/**
 * What limits count by: `ann+shop@` and `ann+news@` are two accounts but one mailbox, and share its budget (IDN-4). Dots
 * count, because only one provider ignores them.
 */
export function budgetForm({ channel, canonical }: Pick<Identifier, 'channel' | 'canonical'>): string {
  return channel === 'email' ? canonical.replace(/(?<=.)\+[^@]*(?=@)/, '') : canonical;
}

/** Enough to recognise one's own, too little to tell a stranger: `m***@example.com`, `***123`. The only form for logs. */
export function maskIdentifier({ channel, canonical }: Pick<Identifier, 'channel' | 'canonical'>): string {
  if (channel === 'sms') return `***${canonical.slice(-3)}`;
  return `${canonical.slice(0, 1)}***${canonical.slice(canonical.lastIndexOf('@'))}`;
}

/** Characters looked at; an address has at most 254, and people paste spaces around it. */
const TYPED_MAX_LENGTH = 512;
/** @see RFC 5321 §4.5.3.1.1, and §4.5.3.1.3 less the angle brackets */
const LOCAL_PART_MAX_LENGTH = 64;
const ADDRESS_MAX_LENGTH = 254;

type Address = { localPart: string; domain: string };

function readAddress(typed: string): Address | null {
  if (typed.length > TYPED_MAX_LENGTH) return null;
  const [typedLocalPart, typedDomain, ...more] = typed.trim().split(AT_SIGN);
  if (typedLocalPart === undefined || typedDomain === undefined || more.length > 0) return null;
  const localPart = readLocalPart(typedLocalPart);
  const domain = readDomain(typedDomain);
  if (localPart === null || domain === null) return null;
  return `${localPart}@${domain}`.length > ADDRESS_MAX_LENGTH ? null : { localPart, domain };
}

/** Also as Japanese and Chinese keyboards give it. */
const AT_SIGN = /[@＠﹫]/;

/** ASCII, and its full-width forms that the same keyboards give. */
const ASCII_OF_ANY_WIDTH = /^[!-~！-～]+$/;

/**
 * RFC 5321's Dot-string without `%` and `!`, which old relays take for a route to another host, and not beginning with
 * `/` or `|`, which old servers take for a file or a command (Exim's default rules for remote domains).
 */
const DOT_STRING = /^(?![/|])[A-Za-z0-9#$&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9#$&'*+/=?^_`{|}~-]+)*$/;

/**
 * Only ASCII: a mailbox of any other script needs SMTPUTF8 (RFC 6531), which few senders have. NFKC would turn more
 * characters than the full-width ones into ASCII; KELVIN SIGN (U+212A) is one. No keyboard types those, so who uses them
 * wants to look like somebody else, and is refused.
 */
function readLocalPart(typed: string): string | null {
  if (!ASCII_OF_ANY_WIDTH.test(typed)) return null;
  const localPart = typed.normalize('NFKC');
  return localPart.length <= LOCAL_PART_MAX_LENGTH && DOT_STRING.test(localPart) ? localPart : null;
}

/** Letters, marks and digits of all scripts, and the dots of UTS 46 §4.5. */
const TYPED_DOMAIN = /^[\p{L}\p{M}\p{N}.。．｡-]+$/u;

/** @see RFC 1123 §2.1; the length is RFC 1035's */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The domain as lower-case A-labels. What may be typed is checked first, because Node's converter reads a whole URL host:
 * it would decode `%61`, cut at `/`, and count `0x7f.1` as an IPv4 address.
 */
function readDomain(typed: string): string | null {
  if (!TYPED_DOMAIN.test(typed)) return null;
  const domain = domainToASCII(typed);
  const labels = domain.split('.');
  const isHostName = labels.length > 1 && labels.every((label) => LABEL.test(label));
  const isNumber = /^\d+$/.test(labels.at(-1) ?? '');
  return isHostName && !isNumber && domainToUnicode(domain).split('.').every(isOneScript) ? domain : null;
}

/** The scripts in everyday use. @see UAX 31, table 5 */
const SCRIPTS = [
  'Arabic Armenian Bengali Bopomofo Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Han Hangul Hebrew',
  'Hiragana Kannada Katakana Khmer Lao Latin Malayalam Myanmar Oriya Sinhala Tamil Telugu Thaana Thai Tibetan',
].flatMap((line) => line.split(' '));

/** The mixtures that East Asian writing consists of; Latin stands beside it everywhere. */
const WRITING_SYSTEMS = [
  ...SCRIPTS.map((script) => [script]),
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
].map((scripts) => {
  const letters = [...scripts, 'Common', 'Inherited'].map((script) => `\\p{Script_Extensions=${script}}`);
  return new RegExp(`^[${letters.join('')}]+$`, 'u');
});

/** "Highly restrictive" of UTS 39 §5.2: `аpple` with a Cyrillic а is nobody's name. Each label for itself. */
function isOneScript(label: string): boolean {
  return WRITING_SYSTEMS.some((writingSystem) => writingSystem.test(label));
}
