// Limits: how often a thing may happen to one subject. Counted in the database by the statement that does the thing, so
// they hold over processes and restarts. Contract §4; OWASP ASVS 6.6.3, NIST SP 800-63B §5.2.2.
import ipaddr from 'ipaddr.js';

/** Every limit there is, by the name LIMITS and the settings know it, with its default and the reason for it. */
export const LIMITS = {
  /** Messages asked for from one network address. Auth0's figure for /passwordless/start. */
  starts_per_ip: { max: 50, windowSeconds: 3600, strict: false },
  /** Messages to one person: an address cannot be flooded. */
  starts_per_recipient_hour: { max: 10, windowSeconds: 3600, strict: false },
  starts_per_recipient_day: { max: 25, windowSeconds: 86_400, strict: false },
  /** Messages a browser may ask for that signed in as that person before: strangers cannot use up its share. */
  starts_per_known_browser: { max: 10, windowSeconds: 3600, strict: false },
  /** Wrong codes for one person, over all challenges and endpoints: one success in ten thousand windows of guessing. */
  guesses_per_identifier: { max: 100, windowSeconds: 3600, strict: true },
  /** Wrong codes from a browser that signed in as that person before: a budget strangers cannot spend. */
  guesses_per_known_browser: { max: 20, windowSeconds: 3600, strict: true },
  /** Wrong codes for one person from all browsers that are known: so many of those do not make as many budgets. */
  guesses_per_identifier_known: { max: 60, windowSeconds: 3600, strict: true },
  /** Wrong codes for a test identity from one network: its code stays the same, so guesses at it add up. */
  guesses_per_test_identity: { max: 10, windowSeconds: 3600, strict: true },
  /** The same from everywhere, a day: more than one network ever has, so that whoever guesses there locks out nobody here. */
  guesses_per_test_identity_day: { max: 250, windowSeconds: 86_400, strict: true },
  /** Wrong codes from one network address, over all persons. */
  guesses_per_ip: { max: 200, windowSeconds: 3600, strict: true },
  /** Wrong secrets for one client from one network. Ten minutes: a deployment that was mended is soon served again. */
  wrong_secrets: { max: 100, windowSeconds: 600, strict: false },
  /** Codes of one client that one network could not redeem: nobody guesses 256 bits, so it only ends a flood. */
  failed_redemptions: { max: 5_000, windowSeconds: 600, strict: false },
  /** Requests of one caller of the management API: fifty a second, as much as a script of an operator does by itself. */
  management_requests: { max: 3_000, windowSeconds: 60, strict: false },
  /** Letters an operator has sent: invitations and tests. Enough for a busy day, too few to bother anybody with. */
  operator_letters: { max: 50, windowSeconds: 3600, strict: false },
  /** Rotations of the signing keys, over all callers: each leaves a key that is published for weeks. Auth0's figure. */
  key_rotations: { max: 5, windowSeconds: 86_400, strict: true },
  /**
   * Text messages to one number: more help nobody. Its known browsers have one such budget together, strangers another,
   * which is all of it that they can use up.
   */
  sms_per_number: { max: 10, windowSeconds: 3600, strict: true },
  /**
   * Text messages to one block of ten thousand numbers (all but the last four digits): numbers that are rented to be
   * texted lie side by side, people who sign in do not.
   */
  sms_per_prefix: { max: 20, windowSeconds: 3600, strict: false },
  /** Text messages from one network address: fewer than e-mails, because each is paid for; an office gets by with it. */
  sms_per_ip: { max: 30, windowSeconds: 3600, strict: false },
  /** Countries texted from one network address. Five in a day is what authgear warns at (authgear-server#5527). */
  sms_countries_per_ip: { max: 5, windowSeconds: 86_400, strict: false },
  /** Text messages of one connection: a hundred euros a day where one costs ten cents. */
  sms_per_connection: { max: 1000, windowSeconds: 86_400, strict: false },
  /** Text messages altogether: what a day may cost at worst. An operator with more people than that raises it. */
  sms_per_day: { max: 2000, windowSeconds: 86_400, strict: false },
  /** Text messages to one country in ten minutes from which on it matters how many of them are answered. */
  sms_unanswered: { max: 20, windowSeconds: 600, strict: false },
} as const;

export type LimitName = keyof typeof LIMITS;

/** Maxima that an operator set; anything absent keeps its default. */
export type LimitOverrides = Readonly<Partial<Record<LimitName, number>>>;

/** One counter to move: the statement that moves it refuses when it is full. */
export type CountedLimit = Readonly<{
  name: LimitName;
  /** Name and keyed hash of the subject: the table shows no address. */
  key: string;
  max: number;
  windowSeconds: number;
  windowStart: Date;
  /**
   * How much of the window before counts: all of it where the limit must hold in every rolling window, the part that
   * still overlaps elsewhere.
   */
  previousWeight: number;
  /** What a store had counted in its window and in the one before when it refused; null until then. */
  counts: Readonly<{ present: number; previous: number }> | null;
}>;

/** Prepares a limit for counting. `key` is a keyed hash of whatever it is counted by. */
export function countLimit(
  name: LimitName,
  { key, now, overrides }: { key: string; now: Date; overrides: LimitOverrides },
): CountedLimit {
  const { windowSeconds, strict } = LIMITS[name];
  const windowMs = windowSeconds * 1000;
  const windowStart = Math.floor(now.getTime() / windowMs) * windowMs;
  return {
    name,
    key: `${name}:${key}`,
    max: overrides[name] ?? LIMITS[name].max,
    windowSeconds,
    windowStart: new Date(windowStart),
    previousWeight: strict ? 1 : 1 - (now.getTime() - windowStart) / windowMs,
    counts: null,
  };
}

/**
 * The first millisecond at which a full limit has room, if nobody counts against it meanwhile. Where the store could not
 * say what it had counted, because the limit filled up at that very moment, its window is taken to have filled it.
 */
export function retryAt({ name, max, windowStart, windowSeconds, counts }: CountedLimit): Date {
  const { strict } = LIMITS[name];
  const windowMs = windowSeconds * 1000;
  /** How much of the window after its own a count has to fade for, to leave room. */
  const fading = (count: number, room: number) =>
    strict ? windowMs : Math.floor((Math.max(0, count - room) / Math.max(1, count)) * windowMs) + 1;
  const { present, previous } = counts ?? { present: max, previous: 0 };
  const waitMs = present < max ? fading(previous, max - present) : windowMs + fading(present, max);
  return new Date(windowStart.getTime() + waitMs);
}

/** What a network address is counted by: an IPv6 host owns at least a /64, an IPv4-mapped address is IPv4 (OTP-6). */
export function networkOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return 'unknown';
  const address = ipaddr.process(ip);
  return address instanceof ipaddr.IPv6
    ? `${address.parts
        .slice(0, 4)
        .map((part) => part.toString(16))
        .join(':')}::/64`
    : address.toString();
}
