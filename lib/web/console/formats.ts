// Numbers and instants as the console says them, in its language and on the clock that the operator chose.
import 'server-only';
import { runtime } from '@/lib/runtime/boot';
import { countryNames } from '@/lib/web/country-names';
import { consolePreferences } from './preferences';
import { LANGUAGE } from './words';

/** An instant: as it is said, exactly, and for machines. */
export type MomentWords = Readonly<{ said: string; exact: string; iso: string }>;

export type Formats = Readonly<{
  /** `3 minutes ago`; days that are long gone by their date. @param iso ISO 8601 */
  moment(iso: string): MomentWords;
  /** `28 Nov`. @param day `YYYY-MM-DD` */
  day(day: string): string;
  /** `1,204` */
  number(value: number): string;
  /** `97.4%`. @param share 0 to 1 */
  share(share: number): string;
  /** `12 s`, `2 min`, `24 h`, `30 d` */
  seconds(value: number): string;
  /** `4.20 EUR` in the language's own way. @param currency ISO 4217 */
  money(value: number, currency: string): string;
  /** @param country ISO 3166-1 alpha-2 */
  country(country: string): string;
}>;

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** Of a duration: a unit is said from two of it on. */
const SPANS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
] as const;

/** Longer ago than that, a date says more than a number of days. */
const RELATIVE_DAYS = 7;

/** For the operator of this request. */
export async function consoleFormats(): Promise<Formats> {
  const { zone } = await consolePreferences();
  const now = (await runtime()).clock().getTime();
  const exact = new Intl.DateTimeFormat(LANGUAGE, {
    timeZone: zone,
    dateStyle: 'medium',
    timeStyle: 'long',
    hourCycle: 'h23',
  });
  const date = new Intl.DateTimeFormat(LANGUAGE, { timeZone: zone, dateStyle: 'medium' });
  const said = (at: number) => {
    const seconds = (at - now) / 1000;
    if (Math.abs(seconds) >= RELATIVE_DAYS * 86_400) return date.format(at);
    const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
    // What is to come is rounded: what ends in a day, but for the second since, does not end in 23 hours.
    return relative.format((seconds > 0 ? Math.round : Math.trunc)(seconds / size), unit);
  };
  return {
    moment: (iso) => ({ said: said(Date.parse(iso)), exact: exact.format(Date.parse(iso)), iso }),
    day: (day) => shortDay.format(Date.parse(`${day}T00:00:00Z`)),
    number: (value) => number.format(value),
    share: (share) => percent.format(share),
    seconds(value) {
      const [size, unit] = SPANS.find(([size]) => value >= 2 * size) ?? [1, 's'];
      return `${number.format(Math.round(value / size))} ${unit}`;
    },
    country: countryNames(LANGUAGE),
    // Of one text message a tenth of a cent counts.
    money: (value, currency) =>
      new Intl.NumberFormat(LANGUAGE, {
        style: 'currency',
        currency,
        ...(value < 1 && { maximumFractionDigits: 4 }),
      }).format(value),
  };
}

const relative = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: 'auto' });
const number = new Intl.NumberFormat(LANGUAGE);
const percent = new Intl.NumberFormat(LANGUAGE, { style: 'percent', maximumFractionDigits: 1 });
const shortDay = new Intl.DateTimeFormat(LANGUAGE, { timeZone: 'UTC', day: 'numeric', month: 'short' });
