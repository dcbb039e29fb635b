import { describe, expect, it } from 'vitest';
import {
  type CountedLimit,
  countLimit,
  LIMITS,
  type LimitName,
  networkOf,
  retryAt,
} from '@/lib/login/limits';

const at = (time: string) => new Date(`2026-11-20T${time}Z`);

function limit(name: LimitName, time: string, overrides = {}) {
  return countLimit(name, { key: 'hash', now: at(time), overrides });
}

describe('the limits there are', () => {
  it('OTP-5: let at most a hundred wrong codes through for one person in any hour', () => {
    expect(LIMITS.guesses_per_identifier).toEqual({ max: 100, windowSeconds: 3600, strict: true });
    expect(LIMITS.guesses_per_identifier_known).toEqual({ max: 60, windowSeconds: 3600, strict: true });
  });

  it('OTP-7: give no network alone what there is of guesses at a test identity', () => {
    const { guesses_per_test_identity: network, guesses_per_test_identity_day: day } = LIMITS;
    // A strict limit holds over two windows.
    expect([network.strict, day.strict]).toEqual([true, true]);
    expect(day.max).toBeGreaterThan((day.windowSeconds / network.windowSeconds) * network.max);
  });

  it('send at most ten messages an hour and twenty-five a day to one person (§0.2)', () => {
    expect(LIMITS.starts_per_recipient_hour).toMatchObject({ max: 10, windowSeconds: 3600 });
    expect(LIMITS.starts_per_recipient_day).toMatchObject({ max: 25, windowSeconds: 86_400 });
    expect(LIMITS.starts_per_ip).toMatchObject({ max: 50, windowSeconds: 3600 });
  });

  it('are what an operator set them to', () => {
    expect(limit('starts_per_ip', '12:00:00', { starts_per_ip: 7 }).max).toBe(7);
    expect(limit('starts_per_ip', '12:00:00', { starts_per_ip: 0 }).max).toBe(0);
    expect(limit('starts_per_ip', '12:00:00', { guesses_per_ip: 7 }).max).toBe(50);
  });
});

describe('a limit about to be counted', () => {
  it('names what it counts by name and hash, so that no two limits share a counter', () => {
    expect(limit('starts_per_ip', '12:00:00').key).toBe('starts_per_ip:hash');
    expect(limit('guesses_per_ip', '12:00:00').key).toBe('guesses_per_ip:hash');
  });

  it('counts in whole hours and days of UTC', () => {
    expect(limit('starts_per_ip', '12:59:59.999').windowStart).toEqual(at('12:00:00'));
    expect(limit('starts_per_ip', '13:00:00').windowStart).toEqual(at('13:00:00'));
    expect(limit('starts_per_recipient_day', '23:59:59.999').windowStart).toEqual(at('00:00:00'));
  });

  it('weighs the window before by what of it is less than a window ago; all of it where it is strict', () => {
    expect(limit('starts_per_ip', '12:00:00').previousWeight).toBe(1);
    expect(limit('starts_per_ip', '12:15:00').previousWeight).toBe(0.75);
    expect(limit('guesses_per_identifier', '12:45:00').previousWeight).toBe(1);
  });
});

describe('a full limit has room again', () => {
  const roomAt = (name: LimitName, max: number, counts: CountedLimit['counts']) =>
    retryAt({ ...limit(name, '12:30:00', { [name]: max }), counts });

  it.each([
    [
      'at once in the next window, when this one filled it just so',
      10,
      { present: 10, previous: 0 },
      '13:00:00.001',
    ],
    ['when enough of the window before has passed', 10, { present: 6, previous: 8 }, '12:30:00.001'],
    [
      'later in the next window, when the maximum was lowered',
      5,
      { present: 10, previous: 0 },
      '13:30:00.001',
    ],
  ])('%s, where it slides', (_, max, counts, time) => {
    expect(roomAt('starts_per_ip', max, counts)).toEqual(at(time));
  });

  it.each([
    ['in the next window, when the one before filled it', { present: 1, previous: 9 }, '13:00:00'],
    ['in the one after that, when this one did', { present: 10, previous: 0 }, '14:00:00'],
  ])('%s, where it is strict', (_, counts, time) => {
    expect(roomAt('guesses_per_identifier', 10, counts)).toEqual(at(time));
  });

  it('in the next window, as far as can be told of one that filled up at this very moment', () => {
    expect(roomAt('starts_per_ip', 10, null)).toEqual(at('13:00:00.001'));
  });

  it('some day, where an operator set it to zero', () => {
    expect(roomAt('starts_per_ip', 0, { present: 0, previous: 0 })).toEqual(at('13:00:00.001'));
  });
});

describe('a network (OTP-6)', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s is counted as %s', (ip, network) => {
    expect(networkOf(ip)).toBe(network);
  });

  it.each(['', 'unknown', '192.0.2.1, 10.0.0.1', '999.0.0.1', 'x'.repeat(10_000)])(
    'that is no address is one network, so that nonsense does not get around the limit',
    (ip) => {
      expect(networkOf(ip)).toBe('unknown');
    },
  );
});
