// The languages that pages and messages speak: one catalogue each in messages/<tag>/. Which of them a person gets is
// decided from what the client asked for, then from what the browser says. RFC 4647, CLDR language matching.
import { match } from '@formatjs/intl-localematcher';

/** BCP 47 tags, the default first. */
export const LANGUAGES = [
  'en',
  'de',
  'fr',
  'es',
  'pt-BR',
  'it',
  'nl',
  'pl',
  'tr',
  'ar',
  'he',
  'ja',
  'ko',
  'zh-Hans',
  'zh-Hant',
  'hi',
] as const;

export type Language = (typeof LANGUAGES)[number];

/** Which way a language is written. */
export function directionOf(language: Language): 'ltr' | 'rtl' {
  return language === 'ar' || language === 'he' ? 'rtl' : 'ltr';
}

/**
 * The first language that is both wanted and spoken: those the request names (`ui_locales`), then those of the browser's
 * Accept-Language by its weights, then the default.
 *
 * @param wanted BCP 47 ranges in the order of preference; `zh-TW` finds `zh-Hant`, `pt` finds `pt-BR`
 * @param spoken the languages an operator lets pages speak, the default first
 */
export function chooseLanguage(
  wanted: readonly string[],
  acceptLanguage: string | null,
  spoken: readonly Language[] = LANGUAGES,
): Language {
  for (const range of [...wanted, ...acceptedRanges(acceptLanguage)]) {
    const language = findLanguage(range);
    if (language !== null && spoken.includes(language)) return language;
  }
  return spoken[0] ?? LANGUAGES[0];
}

/** The language that serves this BCP 47 tag, or null when none does or it is no tag. */
export function findLanguage(tag: string): Language | null {
  const known = found.get(tag);
  if (known !== undefined) return known;
  const language = isTag(tag)
    ? (match([tag], LANGUAGES, UNSPOKEN, { algorithm: 'best fit' }) as Language | typeof UNSPOKEN)
    : UNSPOKEN;
  const answer = language === UNSPOKEN ? null : language;
  if (found.size < FOUND_MAX) found.set(tag, answer);
  return answer;
}

/** ISO 3166-1 alpha-2 of the first range that names or implies one: a guess where a person's numbers are from. */
export function guessCountry(wanted: readonly string[], acceptLanguage: string | null): string | null {
  for (const range of [...wanted, ...acceptedRanges(acceptLanguage)]) {
    if (!isTag(range)) continue;
    const { region } = new Intl.Locale(range);
    if (region !== undefined && /^[A-Z]{2}$/.test(region)) return region;
  }
  return null;
}

/** Undetermined, in BCP 47. */
const UNSPOKEN = 'und';
/** Ranges of one header that are looked at, and characters of it. */
const RANGES_MAX = 20;
const HEADER_MAX_LENGTH = 512;
/** Tags remembered: matching one takes a millisecond, and a page asks several times. Strangers cannot make it grow. */
const FOUND_MAX = 1_000;
const found = new Map<string, Language | null>();

/** The ranges of the header, the heaviest first. @see RFC 9110 §12.5.4 */
function acceptedRanges(header: string | null): string[] {
  return (header ?? '')
    .slice(0, HEADER_MAX_LENGTH)
    .split(',', RANGES_MAX)
    .map((item) => {
      const [range = '', weight] = item.split(/;\s*q=/i);
      return { range: range.trim(), weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ range }) => range);
}

function isTag(range: string): boolean {
  try {
    return Intl.getCanonicalLocales(range).length === 1;
  } catch {
    return false;
  }
}
