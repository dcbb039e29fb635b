// What a part of a text message costs, as people type it: a country and its price, one a line.
import { linesOf } from '@/lib/web/console/fields';

export type PriceList = Readonly<{ currency: string; by_country: Readonly<Record<string, number>> }>;

/** `DE 0.0745`, one a line. */
export function linesOfPrices(prices: PriceList | null): string {
  return Object.entries(prices?.by_country ?? {})
    .map(([country, price]) => `${country} ${price}`)
    .join('\n');
}

/** Null where nothing was typed; what is no price as it was typed, for the API to refuse. */
export function pricesOf(form: FormData, fields: { currency: string; list: string }): object | null {
  const currency = linesOf(form, fields.currency).join(' ');
  const lines = linesOf(form, fields.list);
  if (currency === '' && lines.length === 0) return null;
  const priced = lines.map((line) => {
    const [, country = line, price = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
    return [country.toUpperCase(), PRICE.test(price) ? Number(price.replace(',', '.')) : price];
  });
  return { currency: currency.toUpperCase(), by_country: Object.fromEntries(priced) };
}

const PRICE = /^\d{1,4}(?:[.,]\d{1,8})?$/;
