// Pages of a list as search parameters: `?page=3`, counted from one as people do.
import 'server-only';
import { t } from './words';

type SearchParams = Readonly<Record<string, string | string[] | undefined>>;

/** The page asked for, from 0 as the management API counts; 0 for anything that is none. */
export function pageOf({ page }: SearchParams): number {
  return typeof page === 'string' && /^[1-9]\d{0,5}$/.test(page) ? Number(page) - 1 : 0;
}

/** A list's address with what it is narrowed to. */
export function pathWith(path: string, parameters: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(parameters);
  return query.size === 0 ? path : `${path}?${query}`;
}

/**
 * What the table says under its rows; undefined where all of it is there.
 * @param list.reach how far pages lead, where that is not to the end
 * @param list.rough how the total is meant, where it is not exact
 * @param address path and query of the list without its page
 */
export function pagingOf(
  {
    page,
    perPage,
    total,
    reach = total,
    rough = 'exact',
  }: { page: number; perPage: number; total: number; reach?: number; rough?: 'exact' | 'about' | 'more' },
  address: string,
) {
  if (total <= perPage) return undefined;
  const hrefOf = (to: number) => {
    const url = new URL(address, 'http://localhost');
    if (to > 0) url.searchParams.set('page', String(to + 1));
    return `${url.pathname}${url.search}`;
  };
  const last = Math.ceil(Math.min(total, reach) / perPage) - 1;
  return {
    label: t('table.pages'),
    said: t('table.range', {
      from: Math.min(page * perPage + 1, total),
      to: Math.min((page + 1) * perPage, total),
      total,
      rough,
    }),
    previous: { label: t('table.previous'), href: page > 0 ? hrefOf(page - 1) : null },
    next: { label: t('table.next'), href: page < last ? hrefOf(page + 1) : null },
  };
}
