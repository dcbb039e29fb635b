// `/api/v2/latchkey/…`: what is ours alone stands apart from what Auth0 has, so that neither gets in the other's way.
import { respondJson } from '@/lib/endpoints/respond';
import { preview, type ReportsDeps, reportSmsSpend, searchMessages } from './reports';
import { checkNames, type ManagementRoute, parseNumber } from './route';

export const SMS_SPEND_PATH = '/api/v2/latchkey/sms-spend';
export const MESSAGE_SEARCH_PATH = '/api/v2/latchkey/messages/search';
export const PREVIEW_PATH = '/api/v2/latchkey/connections/{id}/preview';

/** As long as the ledger is kept. */
const DAYS_MAX = 366;

export const REPORT_ROUTES: readonly ManagementRoute<ReportsDeps>[] = [
  {
    method: 'GET',
    path: SMS_SPEND_PATH,
    scope: 'read:stats',
    async answer(deps, { query }) {
      checkNames(query, ['days']);
      const days = parseNumber(query, 'days', { fallback: 7, min: 1, max: DAYS_MAX });
      return respondJson(await reportSmsSpend(deps, days));
    },
  },
  {
    method: 'POST',
    path: PREVIEW_PATH,
    scope: 'read:connections',
    answer: async (deps, { segments: [id = ''], body }) =>
      respondJson(await preview(deps, { id, input: await body() })),
  },
  {
    method: 'POST',
    path: MESSAGE_SEARCH_PATH,
    scope: 'read:logs',
    answer: async (deps, { body }) => respondJson(await searchMessages(deps, await body())),
  },
];
