// What one process learns of the ways it sends by: when it leaves one alone, and how it finds out that it is back.
import { beforeEach, describe, expect, it } from 'vitest';
import { type CircuitBreaker, type CircuitChange, createCircuitBreaker } from '@/lib/login/circuit-breaker';
import type { SendOutcome } from '@/lib/login/message';

const ACCEPTED: SendOutcome = { kind: 'accepted', providerMessageId: 'id' };
const TIMED_OUT: SendOutcome = { kind: 'timed_out' };
const refused = (reason: string, permanent = false): SendOutcome => ({ kind: 'refused', reason, permanent });

let now: Date;
let breaker: CircuitBreaker;
let told: CircuitChange[];

beforeEach(() => {
  now = new Date('2026-11-20T14:02:31.123Z');
  told = [];
  breaker = createCircuitBreaker({ clock: () => now, onChange: (change) => told.push(change) });
});

const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const pass = (seconds: number) => {
  now = later(seconds);
};
const report = (times: number, outcome: SendOutcome, way = 'email resend') => {
  for (let time = 0; time < times; time++) breaker.report(way, outcome);
};
const admit = (way = 'email resend') => breaker.admit(way);

describe('the circuit breaker', () => {
  it.each([
    ['time-outs', TIMED_OUT],
    ['broken connections', { kind: 'unreachable', reason: 'ECONNREFUSED' }],
    ['a server’s own trouble over HTTP', refused('503')],
    ['a server’s own trouble in Twilio’s numbers', refused('20503')],
    ['a mail server that shuts down', refused('421')],
    ['a mail server that refuses us', refused('535')],
  ] as const)('AVL-5: leaves a way alone after five %s in a row', (_what, outcome) => {
    report(4, outcome);
    expect(admit()).toBeNull();
    expect(told).toEqual([]);
    report(1, outcome);
    expect(admit()).toEqual(later(5));
    expect(told).toEqual([{ kind: 'opened', way: 'email resend', failures: 5, probeAt: later(5) }]);
  });

  it.each([
    ['a message that was taken', ACCEPTED],
    ['an address refused for good', refused('550', true)],
    ['a busy mailbox, whose address a stranger chose', refused('451')],
    ['a limit of the provider', refused('429')],
    ['a key that is wrong', refused('401')],
  ] as const)('takes %s for an answer: the count begins again', (_what, outcome) => {
    report(4, TIMED_OUT);
    report(1, outcome);
    report(4, TIMED_OUT);
    expect(admit()).toBeNull();
    report(20, outcome);
    expect(admit()).toBeNull();
    expect(told).toEqual([]);
  });

  it('knows each way for itself', () => {
    report(5, TIMED_OUT, 'sms gateway');
    expect(admit('sms gateway')).not.toBeNull();
    expect(admit('sms twilio')).toBeNull();
    expect(admit('other gateway')).toBeNull();
  });

  it('lets one probe through once the pause is over, and has the others look again soon', () => {
    report(5, TIMED_OUT);
    pass(4.999);
    expect(admit()).toEqual(later(0.001));
    pass(0.001);
    expect(admit()).toBeNull();
    expect(admit()).toEqual(later(2));
    pass(2);
    expect(admit()).toEqual(later(2));
  });

  it('is as before when the probe is taken', () => {
    report(5, TIMED_OUT);
    pass(5);
    expect(admit()).toBeNull();
    report(1, ACCEPTED);
    expect([admit(), admit(), admit()]).toEqual([null, null, null]);
    expect(told.map(({ kind }) => kind)).toEqual(['opened', 'closed']);
    report(4, TIMED_OUT);
    expect(admit()).toBeNull();
    report(1, TIMED_OUT);
    expect(admit()).toEqual(later(5));
    expect(told.map(({ kind }) => kind)).toEqual(['opened', 'closed', 'opened']);
  });

  it('pauses longer after each probe that fails, up to a minute, and says nothing more of it', () => {
    report(5, TIMED_OUT);
    for (const pause of [5, 10, 20, 40, 60, 60, 60]) {
      expect(admit()).toEqual(later(pause));
      pass(pause);
      expect(admit()).toBeNull();
      report(1, TIMED_OUT);
    }
    expect(told).toHaveLength(1);
  });

  it('sends another probe when one was lost, because its process had something else to do', () => {
    report(5, TIMED_OUT);
    pass(5);
    expect(admit()).toBeNull();
    pass(11.999);
    expect(admit()).not.toBeNull();
    pass(0.001);
    expect(admit()).toBeNull();
    expect(admit()).not.toBeNull();
  });

  it('knows for which connections nothing can be sent, and until when', () => {
    breaker.halt('email', later(5));
    breaker.halt('sms', later(10));
    expect(breaker.halted()).toEqual(['email', 'sms']);
    pass(5);
    expect(breaker.halted()).toEqual(['sms']);
    breaker.halt('sms', null);
    expect(breaker.halted()).toEqual([]);
  });

  it('hears of attempts that began before it opened: their failures change nothing, a success ends the pause', () => {
    report(9, TIMED_OUT);
    expect(admit()).toEqual(later(5));
    report(1, ACCEPTED);
    expect(admit()).toBeNull();
    expect(told.map(({ kind }) => kind)).toEqual(['opened', 'closed']);
  });
});
