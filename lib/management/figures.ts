// What is counted of sign-ins and messages, an hour at a time. A port: house-keeping counts (lib/store/prisma/figures.ts), the
// overview adds up, and nobody reads the log for it, so that the overview is as quick with ten million events as with ten.

/** By name, with what is told apart under `detail`. */
export const FIGURES = {
  /** Sign-ins that somebody began: a first message was asked for, on our pages or an application's. */
  begun: 'begun',
  /** Sign-ins that went through, sign-ups among them. */
  signIns: 'sign_in',
  signUps: 'sign_up',
  /** Seconds from the first message to the proof, in steps: `detail` is the most it took, `more` beyond the last. */
  answered: 'answered_within',
  /** Messages of sign-ins that a provider took. */
  sent: 'sent',
  /** Tries to hand a message to a provider; `detail` is `provider outcome`. */
  attempts: 'attempt',
  /** What providers told later, by `detail`: the provider. */
  delivered: 'delivered',
  returned: 'returned',
  /** Text messages that are paid for, by provider; their price in millionths, by currency; those without one. */
  smsMessages: 'sms_message',
  smsCost: 'sms_cost',
  smsUnpriced: 'sms_unpriced',
  /** Accounts that signed in within thirty days, at that hour. */
  activeUsers: 'active_user',
} as const;

/** The steps of `answered`, in seconds. */
export const ANSWER_STEPS_SECONDS = [5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600] as const;

/** Days in which somebody has to have signed in to count as active. Auth0's. */
export const ACTIVE_DAYS = 30;

/** One figure of one day. */
export type DayFigure = Readonly<{
  /** `YYYY-MM-DD` (UTC). */
  day: string;
  figure: (typeof FIGURES)[keyof typeof FIGURES];
  /** Empty where the figure is of no channel. */
  channel: 'email' | 'sms' | '';
  detail: string;
  count: number;
}>;

export type FigureStore = Readonly<{
  /** Sums by day (UTC), figure, channel and detail, from the hour that begins then. */
  sumsSince(from: Date): Promise<readonly DayFigure[]>;
  /** Up to when everything is counted; null before it was done once. */
  countedUntil(): Promise<Date | null>;
  /** The newest count of active accounts; 0 before there is one. */
  activeUsers(): Promise<number>;
}>;
