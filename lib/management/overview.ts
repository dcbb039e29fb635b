// How sign-ins go: what an operator looks at in the morning, and what needs their attention first. Everything is added up from
// hourly figures (figures.ts), so that the answer takes as long with a million users as with one.
import { z } from 'zod';
import type { SmsLedger } from '@/lib/login/sms-ledger';
import { instant } from './fields';
import { ANSWER_STEPS_SECONDS, type DayFigure, FIGURES, type FigureStore } from './figures';
import type { Frozen } from './route';

/** What was found of one part of the installation. The sentence is for an operator and holds no secret. */
export type Finding = Readonly<{
  part: string;
  /** `failing`: people cannot sign in, or will not after the next start. `doubtful`: worth a look. */
  state: 'good' | 'doubtful' | 'failing';
  sentence: string;
}>;

export type OverviewDeps = Readonly<{
  figures: FigureStore;
  ledger: Pick<SmsLedger, 'closedCountries'>;
  /** What is not as it should be, found out anew. Never rejects. */
  examine(): Promise<readonly Finding[]>;
  clock: () => Date;
}>;

const channel = z.enum(['email', 'sms']);
const count = z.int();

/** One day of one channel. */
const dayOfChannel = z.strictObject({
  day: z.iso.date(),
  channel,
  /** Sign-ins that somebody began, messages that a provider took, those it told were delivered, sign-ins that went through. */
  begun: count,
  sent: count,
  delivered: count,
  signed_in: count,
  signed_up: count,
});

const money = z.strictObject({ currency: z.string(), amount: z.number() });

export const overviewDocument = z.strictObject({
  /** The first day (UTC); the last is today. */
  from: z.iso.date(),
  /** Up to when everything is counted; null before the first minute. */
  counted_until: instant().nullable(),
  /** Accounts that signed in within thirty days. */
  active_users: count,
  /** Every day, of every channel that anything happened on; the oldest first. */
  days: z.array(dayOfChannel),
  /** Seconds from the first message to the proof: so long or less took half of the sign-ins, and nine in ten. */
  seconds_to_sign_in: z.array(
    z.strictObject({ channel, median: z.int().nullable(), nine_in_ten: z.int().nullable(), sign_ins: count }),
  ),
  providers: z.array(
    z.strictObject({
      provider: z.string(),
      channel,
      /** Tries to hand it a message, and those it took. */
      attempts: count,
      accepted: count,
      /** What it told later; null where it tells nothing. */
      delivered: count.nullable(),
      returned: count.nullable(),
    }),
  ),
  sms: z.strictObject({
    messages: count,
    /** Estimates by the price lists of the connections. */
    cost: z.array(money),
    /** Messages that no price list has a price for. */
    unpriced: count,
    days: z.array(z.strictObject({ day: z.iso.date(), messages: count, cost: z.array(money) })),
  }),
  attention: z.array(
    z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('provider'),
        state: z.enum(['doubtful', 'failing']),
        provider: z.string(),
        channel,
        /** Today’s tries, and those that were taken. */
        attempts: count,
        accepted: count,
      }),
      z.strictObject({
        kind: z.literal('country'),
        state: z.literal('doubtful'),
        country: z.string(),
        until: instant(),
      }),
      z.strictObject({
        kind: z.literal('installation'),
        state: z.enum(['doubtful', 'failing']),
        part: z.string(),
        sentence: z.string(),
      }),
    ]),
  ),
});

export type OverviewDocument = Frozen<z.output<typeof overviewDocument>>;

/** @param days counted from today (UTC), which is the last */
export async function readOverview(deps: OverviewDeps, days: number): Promise<OverviewDocument> {
  const now = deps.clock();
  const all = daysUntil(now, days);
  const [from = ''] = all;
  const [sums, countedUntil, activeUsers, closed, findings] = await Promise.all([
    deps.figures.sumsSince(new Date(`${from}T00:00:00Z`)),
    deps.figures.countedUntil(),
    deps.figures.activeUsers(),
    deps.ledger.closedCountries(now),
    deps.examine(),
  ]);
  const providers = providersOf(sums);
  return {
    from,
    counted_until: countedUntil?.toISOString() ?? null,
    active_users: activeUsers,
    days: channelsOf(sums).flatMap((channel) => all.map((day) => describeDay(sums, day, channel))),
    seconds_to_sign_in: channelsOf(sums).map((channel) => describeAnswers(sums, channel)),
    providers,
    sms: describeSms(sums, all),
    attention: [
      ...troubledProviders(sums.filter(({ day }) => day === all.at(-1))),
      ...findings.flatMap(({ part, state, sentence }) =>
        state === 'good' ? [] : [{ kind: 'installation' as const, state, part, sentence }],
      ),
      ...closed.map(({ country, until }) => ({
        kind: 'country' as const,
        state: 'doubtful' as const,
        country,
        until: until.toISOString(),
      })),
    ].sort((a, b) => Number(b.state === 'failing') - Number(a.state === 'failing')),
  };
}

/** The days (UTC) that end today, the oldest first. */
export function daysUntil(now: Date, days: number): string[] {
  return Array.from({ length: days }, (_, index) =>
    new Date(now.getTime() - (days - 1 - index) * DAY_MS).toISOString().slice(0, 10),
  );
}

const DAY_MS = 86_400_000;

type Channel = z.output<typeof channel>;
type Sums = readonly DayFigure[];

const CHANNELS = ['email', 'sms'] as const;

/** Those that anything happened on. */
function channelsOf(sums: Sums): Channel[] {
  return CHANNELS.filter((channel) => sums.some((sum) => sum.channel === channel));
}

type Wanted = Partial<Pick<DayFigure, 'day' | 'channel' | 'detail'>>;

/** Everything of that figure that matches, added up. */
function total(sums: Sums, figure: DayFigure['figure'], wanted: Wanted = {}): number {
  return pick(sums, figure, wanted).reduce((sum, { count }) => sum + count, 0);
}

function pick(sums: Sums, figure: DayFigure['figure'], wanted: Wanted = {}): DayFigure[] {
  return sums.filter(
    (sum) =>
      sum.figure === figure &&
      (wanted.day === undefined || sum.day === wanted.day) &&
      (wanted.channel === undefined || sum.channel === wanted.channel) &&
      (wanted.detail === undefined || sum.detail === wanted.detail),
  );
}

function describeDay(sums: Sums, day: string, channel: Channel): OverviewDocument['days'][number] {
  const of = (figure: DayFigure['figure']) => total(sums, figure, { day, channel });
  return {
    day,
    channel,
    begun: of(FIGURES.begun),
    sent: of(FIGURES.sent),
    delivered: of(FIGURES.delivered),
    signed_in: of(FIGURES.signIns),
    signed_up: of(FIGURES.signUps),
  };
}

function describeAnswers(sums: Sums, channel: Channel): OverviewDocument['seconds_to_sign_in'][number] {
  const steps = ANSWER_STEPS_SECONDS.map((seconds) => ({
    seconds,
    count: total(sums, FIGURES.answered, { channel, detail: String(seconds) }),
  }));
  const signIns = total(sums, FIGURES.answered, { channel });
  const within = (share: number) => {
    let reached = 0;
    const step = steps.find(({ count }) => {
      reached += count;
      return reached >= signIns * share;
    });
    return signIns === 0 ? null : (step?.seconds ?? null);
  };
  return { channel, median: within(0.5), nine_in_ten: within(0.9), sign_ins: signIns };
}

function providersOf(sums: Sums): OverviewDocument['providers'][number][] {
  return CHANNELS.flatMap((channel) => {
    const attempts = pick(sums, FIGURES.attempts, { channel });
    const providers = [...new Set(attempts.map(({ detail }) => providerOf(detail)))].sort();
    return providers.map((provider) => {
      const own = attempts.filter(({ detail }) => providerOf(detail) === provider);
      const delivered = total(sums, FIGURES.delivered, { channel, detail: provider });
      const returned = total(sums, FIGURES.returned, { channel, detail: provider });
      const isTold = delivered + returned > 0;
      return {
        provider,
        channel,
        attempts: own.reduce((sum, { count }) => sum + count, 0),
        accepted: own.reduce((sum, { detail, count }) => sum + (detail.endsWith(' accepted') ? count : 0), 0),
        delivered: isTold ? delivered : null,
        returned: isTold ? returned : null,
      };
    });
  });
}

/** `smtp refused` is of `smtp`. */
function providerOf(detail: string): string {
  return detail.slice(0, detail.lastIndexOf(' '));
}

/** Too few tries say nothing; of more, so many have to be taken. */
const JUDGED_FROM = 5;
const ACCEPTED_SHARE = 0.8;

function troubledProviders(today: Sums): OverviewDocument['attention'][number][] {
  return providersOf(today).flatMap(({ provider, channel, attempts, accepted }) => {
    if (attempts < JUDGED_FROM || accepted >= attempts * ACCEPTED_SHARE) return [];
    const state = accepted === 0 ? ('failing' as const) : ('doubtful' as const);
    return [{ kind: 'provider' as const, state, provider, channel, attempts, accepted }];
  });
}

function describeSms(sums: Sums, days: readonly string[]): OverviewDocument['sms'] {
  const costOf = (wanted: Wanted) => {
    const costs = pick(sums, FIGURES.smsCost, wanted);
    return [...new Set(costs.map(({ detail }) => detail))].sort().map((currency) => ({
      currency,
      amount: total(costs, FIGURES.smsCost, { detail: currency }) / 1_000_000,
    }));
  };
  return {
    messages: total(sums, FIGURES.smsMessages),
    cost: costOf({}),
    unpriced: total(sums, FIGURES.smsUnpriced),
    days: days.map((day) => ({
      day,
      messages: total(sums, FIGURES.smsMessages, { day }),
      cost: costOf({ day }),
    })),
  };
}
