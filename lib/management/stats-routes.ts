// `/api/v2/stats`, which is Auth0's, and the overview, which is ours.
import { z } from 'zod';
import { queryNumber } from './fields';
import { type OverviewDeps, overviewDocument, readOverview } from './overview';
import { routeFor } from './route';
import { activeUsersDocument, dailyStatsDocument, dayParameter, readDailyStats } from './stats';

export const OVERVIEW_PATH = '/api/v2/latchkey/overview';
export const DAILY_STATS_PATH = '/api/v2/stats/daily';
export const ACTIVE_USERS_PATH = '/api/v2/stats/active-users';

/** As long as figures are kept. */
const DAYS_MAX = 366;

const route = routeFor<OverviewDeps>();

export const STATS_ROUTES = [
  route({
    method: 'GET',
    path: OVERVIEW_PATH,
    summary: 'Tell how sign-ins go',
    description: 'By day and channel, with what needs attention first. Counted every minute.',
    scope: 'read:stats',
    query: z.strictObject({ days: queryNumber(1, DAYS_MAX, 7) }),
    result: overviewDocument,
    answer: (deps, { query }) => readOverview(deps, query.days),
  }),
  route({
    method: 'GET',
    path: DAILY_STATS_PATH,
    summary: 'Get daily stats',
    scope: 'read:stats',
    query: z.strictObject({ from: dayParameter, to: dayParameter }),
    result: dailyStatsDocument,
    answer: (deps, { query }) => readDailyStats(deps, query),
  }),
  route({
    method: 'GET',
    path: ACTIVE_USERS_PATH,
    summary: 'Get the number of active users',
    description: 'Those who signed in within thirty days, counted every hour.',
    scope: 'read:stats',
    result: activeUsersDocument,
    answer: ({ figures }) => figures.activeUsers(),
  }),
];
