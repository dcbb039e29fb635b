// Telephone numbers: any familiar way to write one, read in exactly one way into E.164 and the country it belongs to. What
// two numbers could hide in is refused: lists, extensions, letters. Knows nothing of who is texted, or whether it is
// allowed. ITU-T E.164, E.123; the numbering plans are libphonenumber's.
import parsePhoneNumber, {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  getExampleNumber,
  isSupportedCountry,
  type PhoneNumber,
} from 'libphonenumber-js/max';
import mobileExamples from 'libphonenumber-js/mobile/examples';

/** A number that a person can be texted at. */
export type TextableNumber = Readonly<{
  /** E.164, with its plus. */
  e164: string;
  /** ISO 3166-1 alpha-2. Countries that share a calling code are told apart as far as their plans are known. */
  country: string;
}>;

/**
 * Reads one number, in linear time. A plus or `00` in front decides the country; everything else is read as it is dialled in
 * the given one, and never in a country that was guessed from the digits.
 *
 * @param country ISO 3166-1 alpha-2 of numbers without country code; null where nobody said
 */
export function readPhoneNumber(
  typed: string,
  country: string | null,
): TextableNumber | 'malformed' | 'country_missing' {
  const dialled = readDialled(typed);
  if (dialled === null) return 'malformed';
  const readings = readingsOf(dialled, country);
  const number = readings.find((reading) => reading.isValid()) ?? readings.find(isAsLongAsMobile);
  if (number !== undefined) return reachesPeople(number) ? textable(number) : 'malformed';
  const isNational = /^\d/.test(dialled) && !dialled.startsWith('00');
  return isNational && !isPhoneCountry(country) && dialled.length <= E164_MAX_DIGITS
    ? 'country_missing'
    : 'malformed';
}

/** Countries that have a numbering plan: ISO 3166-1 alpha-2, in alphabetical order. */
export const PHONE_COUNTRIES: readonly string[] = getCountries();

/** Where a sender's number belongs, free ones too; null for a name, a short code and what is no number. */
export function countryOfSender(sender: string): string | null {
  const number = /^\+\d+$/.test(sender) ? parse(sender, undefined) : undefined;
  return number?.isPossible() ? countryOf(number) || null : null;
}

/** `+44`, or null for what is no country with telephones. */
export function callingCode(country: string): string | null {
  return isSupportedCountry(country) ? `+${getCountryCallingCode(country)}` : null;
}

/** `+44 7400 123456`: a mobile number as people there write it for strangers. Null where there are no telephones. */
export function exampleNumber(country: string): string | null {
  return findExample(country)?.formatInternational() ?? null;
}

/** Characters looked at, as for an address. */
const TYPED_MAX_LENGTH = 512;
/** @see ITU-T E.164 §6.2.1 */
const E164_MAX_DIGITS = 15;
/** What address books and right-to-left pages put around a number so that it reads from the left. */
const INVISIBLE = /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
/** E.123 §7 and what people write instead; the zero of `(0)` is left for the numbering plan to judge. */
const SEPARATORS = /[\p{Zs}\p{Pd}()[\]./\u2212ー・·]/gu;
/** The longest international prefix, a whole number, and a trunk zero that should not be there. */
const DIALLED = /^\+?\d{4,20}$/;
/** Arabic, Persian and Devanagari keyboards; NFKC has made the full-width digits ASCII. */
const DIGIT_SETS = ['٠١٢٣٤٥٦٧٨٩', '۰۱۲۳۴۵۶۷۸۹', '०१२३४५६७८९'];

/** What a finger would dial, or null for anything in which something else was written. */
function readDialled(typed: string): string | null {
  if (typed.length > TYPED_MAX_LENGTH) return null;
  const text = typed.trim().replace(INVISIBLE, '').normalize('NFKC').replace(SEPARATORS, '');
  const dialled = DIGIT_SETS.reduce((digits, set) => {
    return digits.replace(new RegExp(`[${set}]`, 'g'), (digit) => `${set.indexOf(digit)}`);
  }, text);
  return DIALLED.test(dialled) ? dialled : null;
}

/**
 * The numbers it may be, in the order of belief. The country's own international prefix comes first (`0011` in Australia,
 * `001` in Hong Kong); then `00`, which E.164 recommends and people type wherever they are.
 */
function readingsOf(dialled: string, country: string | null): PhoneNumber[] {
  return [
    parse(dialled, isPhoneCountry(country) ? country : undefined),
    dialled.startsWith('00') ? parse(`+${dialled.slice(2)}`, undefined) : undefined,
  ].filter((number) => number !== undefined);
}

function parse(dialled: string, defaultCountry: CountryCode | undefined): PhoneNumber | undefined {
  return parsePhoneNumber(dialled, { ...(defaultCountry && { defaultCountry }), extract: false });
}

/**
 * Plans grow faster than copies of them, and reviewers use numbers that are kept free for films: a number outside its
 * country's plan passes when it is as long as a mobile number there.
 */
function isAsLongAsMobile(number: PhoneNumber): boolean {
  const example = findExample(countryOf(number));
  return number.nationalNumber.length === example?.nationalNumber.length;
}

/** Nobody reads texts there, or whoever owns the number is paid for them. */
const NOT_FOR_PEOPLE = new Set<string | undefined>([
  'PREMIUM_RATE',
  'SHARED_COST',
  'TOLL_FREE',
  'UAN',
  'VOICEMAIL',
  'PAGER',
]);

/** Satellite and other numbers of no country are on nobody's list. */
function reachesPeople(number: PhoneNumber): boolean {
  return countryOf(number) !== '' && !NOT_FOR_PEOPLE.has(number.getType());
}

function textable(number: PhoneNumber): TextableNumber {
  return { e164: number.number, country: countryOf(number) };
}

/** The main country of its calling code where the digits fit none; empty where there is none. */
function countryOf(number: PhoneNumber): string {
  return number.country ?? number.getPossibleCountries()[0] ?? '';
}

function findExample(country: string): PhoneNumber | undefined {
  return isSupportedCountry(country) ? getExampleNumber(country, mobileExamples) : undefined;
}

function isPhoneCountry(country: string | null): country is CountryCode {
  return country !== null && isSupportedCountry(country);
}
