// Lists that are searched in the language of the management API, a page at a time.
import 'server-only';
import type { Caller } from '@/lib/management/caller';
import { SEARCH_RESULTS_MAX } from '@/lib/management/users';
import { askManagement, ManagementRefusal } from './ask';
import { pageOf, pagingOf } from './paging';
import { t } from './words';

export const SEARCH_PER_PAGE = 50;

/** The page asked for, from 0: none beyond what a search leads to. */
export function searchPageOf(asked: Parameters<typeof pageOf>[0]): number {
  return Math.min(pageOf(asked), SEARCH_RESULTS_MAX / SEARCH_PER_PAGE - 1);
}

/** What the API finds. What it does not understand stands under the field: whoever is typing has not finished. */
export async function searchManagement<Found extends { total: number }>(
  caller: Caller,
  search: { path: string; page: number; query: Readonly<Record<string, string | undefined>> },
): Promise<Readonly<{ found: Found | null; total: number; problem: string | null }>> {
  const { path, page, query } = search;
  const paged = { ...query, page, per_page: SEARCH_PER_PAGE, include_totals: true };
  try {
    const found = await askManagement<Found>(caller, { path, query: paged });
    return { found, total: found.total, problem: null };
  } catch (refusal) {
    if (!(refusal instanceof ManagementRefusal)) throw refusal;
    return { found: null, total: 0, problem: searchProblem(refusal) };
  }
}

/** @throws what is no fault of the search */
function searchProblem(refusal: ManagementRefusal): string {
  if (refusal.errorCode === 'query_timeout') return t('search.slow');
  if (refusal.errorCode !== 'invalid_query_string') throw refusal;
  return refusal.message.replace(/^Query validation error: q /, t('search.query'));
}

/**
 * What the table says under its rows.
 * @param list.isWhole whether nothing was looked for: then a great total is an estimate, else a lower bound
 * @param address path and query of the list without its page
 */
export function searchPaging(
  { page, total, isWhole }: { page: number; total: number; isWhole: boolean },
  address: string,
) {
  const rough =
    total > SEARCH_RESULTS_MAX ? 'about' : total === SEARCH_RESULTS_MAX && !isWhole ? 'more' : 'exact';
  return pagingOf({ page, perPage: SEARCH_PER_PAGE, total, reach: SEARCH_RESULTS_MAX, rough }, address);
}
