// What a text message counts against before it may be sent: budgets by prefix, network, connection and day, and the
// breaker of its country. Which counters, and how full they may be, is decided here; the store moves all of them in one
// statement. OWASP ASVS 6.6.1, security SMS-1.
import { type CountedLimit, countLimit, LIMITS, type LimitOverrides, networkOf } from './limits';
import type { SmsRequest, SmsSpendGuard, WithheldReason } from './sms-spend-guard';

/** One message's budgets, ready to be counted. */
export type SmsBudgets = Readonly<{
  limits: readonly CountedLimit[];
  /** Counted by the challenge's statement, which comes next and refuses where one has no room. */
  startLimits: readonly CountedLimit[];
  /**
   * The limit that only the first message of a network to a country counts against, and the key that remembers it for a
   * day; null where the network is not known.
   */
  newCountry: Readonly<{ limit: CountedLimit; seenKey: string; seenUntil: Date }> | null;
  breaker: SmsBreaker;
  now: Date;
}>;

/**
 * Pumped numbers answer nothing. A window is judged when it is over, so that people have had the time to type; a
 * country that is found out stays closed, and everything else is open.
 */
export type SmsBreaker = Readonly<{
  /** Counts messages that were sent; its `max` is no limit. */
  sent: CountedLimit;
  /** A message that one of these has no room for is sent, and does not count as sent. */
  shares: readonly CountedLimit[];
  /** False for messages that are none where the number has no account. */
  isCounted: boolean;
  answered: CountedLimit;
  /** Messages in the window before from which on it is judged. */
  judgedFrom: number;
  /** Of those, the share that must have been answered. */
  answeredShare: number;
  closedKey: string;
  closedUntil: Date;
  /** False for people whom a closed country does not keep out. */
  isEnforced: boolean;
}>;

export type SmsBudgetStore = Readonly<{
  /**
   * Counts against every budget, or, where one has no room or the country is closed, against none of them and says which;
   * against none and null where a start limit has no room.
   */
  spend(budgets: SmsBudgets): Promise<WithheldReason | null>;
  /** Counts an answer. */
  count(limit: CountedLimit): Promise<void>;
}>;

/** Begins the key of every country that is closed; the country follows. */
export const CLOSED_COUNTRY_KEY = 'sms_unanswered:closed:';

/** Of people who ask for a code most type it; a quarter leaves room for a bad day of a network. */
const ANSWERED_SHARE = 0.25;
/**
 * Messages from one network, and to one number, that count within a window: that nobody there answers is no more than
 * their word, so it takes several to close a country.
 */
const BREAKER_SHARE = 5;
/** Long enough to make pumping a bad trade, short enough that a mistake is over soon. */
const CLOSED_SECONDS = 3600;
/** A counter that is only read: what its column can hold. */
const NO_LIMIT = 2_147_483_647;

export type SmsSpendGuardDeps = Readonly<{
  budgets: SmsBudgetStore;
  /** Keyed hash under which counters know a subject. */
  hashSubject(subject: string): string;
  limitOverrides(): LimitOverrides;
}>;

/** The guard of the purse, over that store. */
export function createSmsSpendGuard(deps: SmsSpendGuardDeps): SmsSpendGuard {
  return {
    admit: (request) => deps.budgets.spend(smsBudgets(deps, request)),
    answered: ({ country, now }) => deps.budgets.count(breakerCounter('answered', country, now)),
  };
}

/**
 * A browser that signed in with that number before is no pump: it counts against the ceilings of cost, and what its number
 * may have, alone, so that an attack on others, or on its country, does not lock it out.
 */
function smsBudgets(
  deps: SmsSpendGuardDeps,
  { number, country, connection, signUpOpen, startLimits, context }: SmsRequest,
): SmsBudgets {
  const { hashSubject } = deps;
  const { ip, now } = context;
  const overrides = deps.limitOverrides();
  const limitOf = (name: SmsLimitName, subject: string) => smsLimit(deps, { name, subject, now });
  const isStranger = context.knownBrowserId === null;
  const network = isStranger && ip !== null ? networkOf(ip) : null;
  const countryBudget = (network: string) => ({
    limit: limitOf('sms_countries_per_ip', network),
    seenKey: `sms_country_of_ip:${hashSubject(`sms_country_of_ip:${network}:${country}`)}`,
    seenUntil: later(now, LIMITS.sms_countries_per_ip.windowSeconds),
  });

  const limits = [
    limitOf('sms_per_connection', connection),
    limitOf('sms_per_day', 'all'),
    limitOf('sms_per_number', `${isStranger ? 'strangers' : 'known'}:${number}`),
  ];
  if (isStranger) limits.push(limitOf('sms_per_prefix', number.slice(0, -SUBSCRIBER_DIGITS)));
  if (network !== null) limits.push(limitOf('sms_per_ip', network));
  const shareOf = (subject: string) =>
    countLimit('sms_unanswered', {
      key: hashSubject(`sms_unanswered:${country}:${subject}`),
      now,
      overrides: { sms_unanswered: BREAKER_SHARE },
    });
  return {
    limits,
    startLimits,
    newCountry: network === null ? null : countryBudget(network),
    breaker: {
      sent: breakerCounter('sent', country, now),
      shares: [number, ...(ip === null ? [] : [networkOf(ip)])].map(shareOf),
      isCounted: signUpOpen,
      answered: breakerCounter('answered', country, now),
      judgedFrom: overrides.sms_unanswered ?? LIMITS.sms_unanswered.max,
      answeredShare: ANSWERED_SHARE,
      closedKey: CLOSED_COUNTRY_KEY + country,
      closedUntil: later(now, CLOSED_SECONDS),
      isEnforced: isStranger,
    },
    now,
  };
}

type SmsLimitName = Exclude<WithheldReason, 'test_identity'>;

/** The limit of that name for one subject of it: a number, a network, a connection. */
export function smsLimit(
  { hashSubject, limitOverrides }: Pick<SmsSpendGuardDeps, 'hashSubject' | 'limitOverrides'>,
  { name, subject, now }: { name: SmsLimitName; subject: string; now: Date },
): CountedLimit {
  return countLimit(name, { key: hashSubject(`${name}:${subject}`), now, overrides: limitOverrides() });
}

/** The last digits of a number, which tell the subscribers of a block apart. */
const SUBSCRIBER_DIGITS = 4;

function breakerCounter(what: 'sent' | 'answered', country: string, now: Date): CountedLimit {
  const overrides = { sms_unanswered: NO_LIMIT };
  return countLimit('sms_unanswered', { key: `${what}:${country}`, now, overrides });
}

function later(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}
