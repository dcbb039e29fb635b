// Auth0's two addresses for figures: what happened a day, and how many people are active. The same figures as the overview's.
import { z } from 'zod';
import { instant } from './fields';
import { FIGURES } from './figures';
import { daysUntil, type OverviewDeps } from './overview';
import { badQuery, type Frozen } from './route';

/** A day as Auth0 writes it in this query: `20261120`. */
export const dayParameter = z
  .string({ error: 'may be there once only' })
  .regex(/^\d{8}$/, 'must be a day such as 20261120')
  .transform((day) => `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`)
  .refine((day) => isDay(day), 'must be a day such as 20261120')
  .meta({ wire: { type: 'string', pattern: '^\\d{8}$' } })
  .optional();

export const dailyStatsDocument = z.array(
  z.strictObject({
    date: instant(),
    logins: z.int(),
    signups: z.int(),
    /** Passwords that others lost; there are none here. */
    leaked_passwords: z.int(),
    created_at: instant(),
    updated_at: instant(),
  }),
);

export type DailyStatsDocument = Frozen<z.output<typeof dailyStatsDocument>>;

export const activeUsersDocument = z.int();

/** Days from the first to the last, without a query the last thirty. Figures are kept a year. */
const DAYS_DEFAULT = 30;
const DAYS_MAX = 366;
const DAY_MS = 86_400_000;

/** @throws {ManagementProblem} 400 */
export async function readDailyStats(
  { figures, clock }: Pick<OverviewDeps, 'figures' | 'clock'>,
  { from, to }: { from?: string | undefined; to?: string | undefined },
): Promise<DailyStatsDocument> {
  const now = clock();
  const last = to ?? now.toISOString().slice(0, 10);
  const first = from ?? new Date(Date.parse(last) - (DAYS_DEFAULT - 1) * DAY_MS).toISOString().slice(0, 10);
  const length = (Date.parse(last) - Date.parse(first)) / DAY_MS + 1;
  if (length < 1) throw badQuery('from must not be after to');
  if (length > DAYS_MAX) throw badQuery(`from and to may be ${DAYS_MAX} days apart at most`);
  const sums = await figures.sumsSince(new Date(first));
  const updatedAt = ((await figures.countedUntil()) ?? now).toISOString();
  return daysUntil(new Date(last), length).map((day) => {
    const of = (figure: string) =>
      sums.reduce((sum, one) => sum + (one.day === day && one.figure === figure ? one.count : 0), 0);
    const date = new Date(day).toISOString();
    return {
      date,
      logins: of(FIGURES.signIns),
      signups: of(FIGURES.signUps),
      leaked_passwords: 0,
      created_at: date,
      updated_at: updatedAt,
    };
  });
}

function isDay(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}
