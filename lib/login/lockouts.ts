// What keeps a person, or a network, out for now: the limits that somebody else's wrong guesses, or their own, have used up.
// Operators look at them and take them away. Budgets of browsers that are known are not among them: only the browser knows
// its name. Auth0 calls both a block; security OTP-5 to OTP-7.
import type { LoggedSubject } from './challenge';
import type { Identifier } from './identifier';
import { type CountedLimit, countLimit, type LimitOverrides, networkOf } from './limits';
import { smsLimit } from './sms-budgets';
import { budgetHash } from './start-login';

export type LockoutStore = Readonly<{
  /** Those of the limits that have no room now. Counts nothing. */
  findFull(limits: readonly CountedLimit[]): Promise<readonly CountedLimit[]>;
  /** Forgets what was counted, in one statement; with a subject also says so in the audit log. */
  clear(
    limits: readonly CountedLimit[],
    cleared: Readonly<{ subject: LoggedSubject | null; clientId: string | null; now: Date }>,
  ): Promise<void>;
}>;

export type LockoutDeps = Readonly<{
  /** Keyed hash under which limits know a subject. */
  hashSubject(subject: string): string;
  limitOverrides(): LimitOverrides;
}>;

/** What may keep the holder of an identifier out, whoever they are. */
export function personLockouts(
  deps: LockoutDeps,
  identifier: Pick<Identifier, 'channel' | 'canonical'>,
  now: Date,
): CountedLimit[] {
  const key = budgetHash(deps, identifier);
  const overrides = deps.limitOverrides();
  const limits = (
    [
      'guesses_per_identifier',
      'guesses_per_identifier_known',
      'guesses_per_test_identity_day',
      'starts_per_recipient_hour',
      'starts_per_recipient_day',
    ] as const
  ).map((name) => countLimit(name, { key, now, overrides }));
  if (identifier.channel === 'email') return limits;
  const numberOf = (whose: 'strangers' | 'known') => `${whose}:${identifier.canonical}`;
  return [
    ...limits,
    smsLimit(deps, { name: 'sms_per_number', subject: numberOf('strangers'), now }),
    smsLimit(deps, { name: 'sms_per_number', subject: numberOf('known'), now }),
  ];
}

/** What may keep everybody out who comes from there. */
export function networkLockouts(deps: LockoutDeps, ip: string, now: Date): CountedLimit[] {
  const network = networkOf(ip);
  const overrides = deps.limitOverrides();
  return [
    ...(['guesses_per_ip', 'starts_per_ip'] as const).map((name) =>
      countLimit(name, { key: deps.hashSubject(network), now, overrides }),
    ),
    smsLimit(deps, { name: 'sms_per_ip', subject: network, now }),
    smsLimit(deps, { name: 'sms_countries_per_ip', subject: network, now }),
  ];
}
