// What the management API has against a search, for the field it was typed into.
import 'server-only';
import type { ManagementRefusal } from './ask';
import { t } from './words';

/** @throws what is no fault of the search */
export function searchProblem(refusal: ManagementRefusal): string {
  if (refusal.errorCode === 'query_timeout') return t('search.slow');
  if (refusal.errorCode !== 'invalid_query_string') throw refusal;
  return refusal.message.replace(/^Query validation error: q /, t('search.query'));
}
