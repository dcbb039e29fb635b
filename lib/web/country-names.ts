// Countries as a page names them, in its language and that language's alphabetical order.
import { callingCode } from '@/lib/login/phone-number';

/** The name of an ISO 3166-1 alpha-2 country, or the code itself where the language has none. */
export function countryNames(language: string): (country: string) => string {
  const names = new Intl.DisplayNames(language, { type: 'region' });
  return (country) => names.of(country) ?? country;
}

/** `Germany (+49)`, for a list to choose from. */
export function listCountries(
  language: string,
  countries: readonly string[],
): Readonly<{ country: string; label: string }>[] {
  const nameOf = countryNames(language);
  const { compare } = new Intl.Collator(language);
  return countries
    .map((country) => ({ country, name: nameOf(country), code: callingCode(country) }))
    .sort((a, b) => compare(a.name, b.name))
    .map(({ country, name, code }) => ({
      country,
      // Isolated, so that the plus stays in front where the page is read from the right.
      label: code === null ? name : `${name} (\u2066${code}\u2069)`,
    }));
}
