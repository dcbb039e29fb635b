// The operator's purse over two processes (lib/login/sms-budgets.ts, lib/store/prisma/sms-spend.ts).
import { beforeEach, describe, expect, it } from 'vitest';
import type { CountedLimit, LimitOverrides } from '@/lib/login/limits';
import { createSmsSpendGuard } from '@/lib/login/sms-budgets';
import type { SmsSpendGuard, WithheldReason } from '@/lib/login/sms-spend-guard';
import { createSmsBudgetStore, createSmsLedger } from '@/lib/store/prisma/sms-spend';
import type { Stage } from '../stage';
import { box, type Process } from '../stores';

/** A number of a block that is rented to be texted: `+371 6000 xxxx`. */
const premium = (subscriber: number) => `+3716000${String(subscriber).padStart(4, '0')}`;

type Text = {
  number?: string;
  country?: string;
  connection?: string;
  ip?: string | null;
  knownBrowserId?: string | null;
  signUpOpen?: boolean;
  startLimits?: CountedLimit[];
};

export function promiseSmsSpend(stage: () => Stage): void {
  describe('the purse', () => {
    let overrides: LimitOverrides;
    let guards: Map<Process, SmsSpendGuard>;
    /** Makes every number, and every network, another one. */
    let serial: number;

    beforeEach(() => {
      overrides = {};
      serial = 0;
      // Half past, so that a window has begun and there is time in it.
      stage().pass(3600 - ((stage().now.getTime() / 1000) % 3600) + 1800);
      const open = ({ prisma }: Process) =>
        createSmsSpendGuard({
          budgets: createSmsBudgetStore(prisma),
          hashSubject: (subject) => box.hash('subject', subject),
          limitOverrides: () => overrides,
        });
      guards = new Map([stage().first, stage().second].map((process) => [process, open(process)]));
    });

    function admit(text: Text = {}, on = stage().first): Promise<WithheldReason | null> {
      serial += 1;
      const { number = `+4915${String(10_000 + serial)}0000`, country = 'DE', connection = 'sms' } = text;
      const { ip = `198.51.100.${serial % 250}`, knownBrowserId = null } = text;
      const context = { ip, userAgent: null, language: 'en', knownBrowserId, now: stage().now };
      const { signUpOpen = true, startLimits = [] } = text;
      const asked = { number, country, connection, signUpOpen, clientId: 'c', startLimits, context };
      return (guards.get(on) as SmsSpendGuard).admit(asked);
    }
    const answered = (country: string) =>
      (guards.get(stage().second) as SmsSpendGuard).answered({
        country,
        connection: 'sms',
        now: stage().now,
      });

    async function admitMany(count: number, text: (n: number) => Text): Promise<(WithheldReason | null)[]> {
      const said: (WithheldReason | null)[] = [];
      for (let n = 0; n < count; n++) said.push(await admit(text(n)));
      return said;
    }
    const sentOf = (said: readonly (WithheldReason | null)[]) =>
      said.filter((reason) => reason === null).length;

    it('SMS-1: thirty numbers of one premium block get what the block’s budget has; other countries all of theirs', async () => {
      const said = await admitMany(30, (n) => ({ number: premium(n), country: 'LV' }));
      expect(said).toEqual([...Array(20).fill(null), ...Array(10).fill('sms_per_prefix')]);
      expect(await admit({ number: '+37126123456', country: 'LV' })).toBeNull();
      expect(sentOf(await admitMany(10, () => ({})))).toBe(10);
      stage().pass(7200);
      expect(await admit({ number: premium(31), country: 'LV' })).toBeNull();
    });

    it('SMS-1: two processes share a budget: of thirty at once exactly twenty are sent', async () => {
      const said = await stage().atOnce(30, (process, n) =>
        admit({ number: premium(n), country: 'LV' }, process),
      );
      expect(sentOf(said)).toBe(20);
      expect(new Set(said)).toEqual(new Set([null, 'sms_per_prefix']));
    });

    it('SMS-1: one number gets ten an hour, whoever asks, and its known browsers ten together', async () => {
      const number = '+4915112345678';
      const strangers = await admitMany(12, () => ({ number }));
      expect(strangers).toEqual([...Array(10).fill(null), ...Array(2).fill('sms_per_number')]);
      const known = await admitMany(12, (n) => ({ number, knownBrowserId: `browser ${n % 3}` }));
      expect(known).toEqual(strangers);
      expect(await admit()).toBeNull();
      stage().pass(7200);
      expect(await admit({ number })).toBeNull();
    });

    it('SMS-1: one network, however it numbers its hosts, gets its share', async () => {
      overrides = { sms_per_ip: 3 };
      const hosts = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::2', '2001:db8:1:2::3', '2001:db8:1:2::4'];
      const said = await admitMany(4, (n) => ({ ip: hosts[n] as string }));
      expect(said).toEqual([null, null, null, 'sms_per_ip']);
      expect(await admit({ ip: '2001:db8:1:3::1' })).toBeNull();
      expect(await admit({ ip: null })).toBeNull();
    });

    describe('of one network lets five countries through in a day', () => {
      const ip = '203.0.113.9';
      const from = (country: string) => ({ ip, country });

      it('SMS-1: and refuses a sixth, while the five go on', async () => {
        const countries = ['DE', 'FR', 'LV', 'GB', 'AZ'];
        expect(sentOf(await admitMany(5, (n) => from(countries[n] as string)))).toBe(5);
        expect(await admit(from('UZ'))).toBe('sms_countries_per_ip');
        expect(sentOf(await admitMany(5, (n) => from(countries[n] as string)))).toBe(5);
        expect(await admit({ ip: '203.0.113.10', country: 'UZ' })).toBeNull();
      });

      it('and counts a country once, however often it is texted', async () => {
        expect(sentOf(await admitMany(12, () => from('DE')))).toBe(12);
        expect(sentOf(await admitMany(4, (n) => from(`C${n}`)))).toBe(4);
        expect(await admit(from('UZ'))).toBe('sms_countries_per_ip');
      });

      it('and does not take a refused country for one it has let through', async () => {
        overrides = { sms_countries_per_ip: 1 };
        expect(await admit(from('DE'))).toBeNull();
        expect(await admit(from('UZ'))).toBe('sms_countries_per_ip');
        expect(await admit(from('UZ'))).toBe('sms_countries_per_ip');
      });

      it('and forgets them after two', async () => {
        overrides = { sms_countries_per_ip: 1 };
        expect(await admit(from('DE'))).toBeNull();
        stage().pass(2 * 86_400);
        expect(await admit(from('UZ'))).toBeNull();
        expect(await admit(from('DE'))).toBe('sms_countries_per_ip');
      });
    });

    it('SMS-1: a connection, and all of them together, have a day’s ceiling', async () => {
      overrides = { sms_per_connection: 2, sms_per_day: 3 };
      const said = await admitMany(3, () => ({ connection: 'sms' }));
      expect(said).toEqual([null, null, 'sms_per_connection']);
      expect(await admit({ connection: 'staff-sms' })).toBeNull();
      expect(await admit({ connection: 'staff-sms' })).toBe('sms_per_day');
    });

    it('SMS-4: a ceiling of nothing turns text messages off', async () => {
      overrides = { sms_per_day: 0 };
      expect(await admit()).toBe('sms_per_day');
    });

    it('OTP-7: what is refused by one budget uses up no other', async () => {
      overrides = { sms_per_prefix: 1, sms_per_day: 3 };
      await admitMany(10, (n) => ({ number: premium(n), country: 'LV' }));
      expect(sentOf(await admitMany(3, () => ({})))).toBe(2);
    });

    it('OTP-7: what the challenge’s own limits refuse uses up nothing, however often it is tried', async () => {
      const startLimits = [stage().limit('starts_per_known_browser', 1)];
      await stage().ask('ann@x.test', { limits: startLimits });
      overrides = { sms_per_day: 1 };
      expect(sentOf(await admitMany(50, () => ({ startLimits, knownBrowserId: 'browser' })))).toBe(50);
      expect(await stage().prisma.limitCounter.count({ where: { key: { startsWith: 'sms' } } })).toBe(0);
      expect([await admit(), await admit()]).toEqual([null, 'sms_per_day']);
    });

    describe('closes a country that does not answer', () => {
      /** Ten minutes in which so many were sent and so many answered. */
      async function tenMinutes(
        sent: number,
        answers: number,
        country = 'LV',
        text: (n: number) => Text = () => ({}),
      ): Promise<void> {
        expect(sentOf(await admitMany(sent, (n) => ({ country, ...text(n) })))).toBe(sent);
        for (let n = 0; n < answers; n++) await answered(country);
        stage().pass(600);
      }
      const closed = async () =>
        (await createSmsLedger(stage().prisma).closedCountries(stage().now)).map(({ country }) => country);

      it('SMS-1: for an hour; other countries stay open, in both processes', async () => {
        await tenMinutes(20, 4);
        await tenMinutes(20, 20, 'DE');
        expect(await admit({ country: 'LV' })).toBeNull(); // its ten minutes are no longer the last ones
        await tenMinutes(20, 4);
        expect(await admit({ country: 'LV' }, stage().second)).toBe('sms_unanswered');
        expect(await admit({ country: 'DE' })).toBeNull();
        expect(await closed()).toEqual(['LV']);
        stage().pass(3599);
        expect(sentOf(await admitMany(25, () => ({ country: 'LV' })))).toBe(0); // which does not prolong it
        stage().pass(1);
        expect(await admit({ country: 'LV' })).toBeNull();
        expect(await closed()).toEqual([]);
      });

      it('not where a quarter answers, nor before twenty were sent', async () => {
        await tenMinutes(20, 5);
        expect(await admit({ country: 'LV' })).toBeNull();
        await tenMinutes(18, 0);
        expect(await admit({ country: 'LV' })).toBeNull();
      });

      it('not before the ten minutes are over: people need the time to type', async () => {
        expect(sentOf(await admitMany(50, () => ({ country: 'LV' })))).toBe(50);
        stage().pass(600);
        for (let n = 0; n < 13; n++) await answered('LV');
        expect(await admit({ country: 'LV' })).toBeNull();
      });

      it('from as many as an operator says', async () => {
        overrides = { sms_unanswered: 3 };
        await tenMinutes(3, 0);
        expect(await admit({ country: 'LV' })).toBe('sms_unanswered');
      });

      it('SMS-1: not on the word of three networks, and on that of four', async () => {
        const from = (networks: number) => (n: number) => ({ ip: `2001:db8:0:${n % networks}::${n}` });
        await tenMinutes(45, 0, 'LV', from(3));
        expect(await admit({ country: 'LV' })).toBeNull();
        stage().pass(3000);
        await tenMinutes(20, 0, 'LV', from(4));
        expect(await admit({ country: 'LV' })).toBe('sms_unanswered');
      });

      it('SMS-1: not for what is sent to three numbers', async () => {
        overrides = { sms_per_number: 100, sms_per_prefix: 100 };
        await tenMinutes(45, 0, 'LV', (n) => ({ number: premium(n % 3) }));
        expect(await admit({ country: 'LV' })).toBeNull();
      });

      it('SMS-1: of thirty at once from one network five count, over both processes', async () => {
        const ip = '203.0.113.9';
        const said = await stage().atOnce(30, (process) => admit({ country: 'LV', ip }, process));
        expect(sentOf(said)).toBe(30);
        const key = 'sms_unanswered:sent:LV';
        expect(await stage().prisma.limitCounter.findUnique({ where: { key } })).toMatchObject({ count: 5 });
      });

      it('SMS-1: not for messages that were refused, or never were any', async () => {
        overrides = { sms_per_ip: 0 };
        await admitMany(25, () => ({ country: 'LV' }));
        overrides = {};
        await tenMinutes(25, 0, 'LV', () => ({ signUpOpen: false }));
        expect(await admit({ country: 'LV' })).toBeNull();
      });
    });

    it('OTP-8: an attack on its block, network and country does not lock out a browser that is known', async () => {
      overrides = { sms_per_prefix: 1, sms_per_ip: 1, sms_countries_per_ip: 0, sms_unanswered: 1 };
      const person = { number: premium(1), country: 'LV', ip: '203.0.113.9' };
      await admit({ ...person, ip: null });
      stage().pass(600);
      expect(await admit(person)).toBe('sms_unanswered');
      expect(await admit({ ...person, knownBrowserId: 'browser' })).toBeNull();
      for (let n = 0; n < 10; n++) await admit({ number: person.number, ip: `192.0.2.${n}` });
      expect(await admit({ ...person, knownBrowserId: 'browser' })).toBeNull();
      overrides = { ...overrides, sms_per_day: 0 };
      expect(await admit({ ...person, knownBrowserId: 'browser' })).toBe('sms_per_day');
    });
  });

  describe('the ledger', () => {
    it('adds up by day, country, provider and connection, and knows what it has no price for', async () => {
      const { prisma } = stage();
      const charge = (occurredAt: string, changes: object = {}) => ({
        id: stage().id(),
        occurredAt: new Date(occurredAt),
        country: 'DE',
        connection: 'sms',
        provider: 'twilio',
        segments: 2,
        estimatedPriceMicros: 150_000n,
        currency: 'EUR',
        ...changes,
      });
      await prisma.smsCharge.createMany({
        data: [
          charge('2031-05-06T23:59:59Z'),
          charge('2031-05-06T00:00:00Z'),
          charge('2031-05-07T00:00:00Z', { provider: 'gateway', segments: 1, estimatedPriceMicros: 75_000n }),
          charge('2031-05-07T12:00:00Z', { country: 'FR', estimatedPriceMicros: null, currency: null }),
          charge('2031-05-05T23:59:59Z'),
        ],
      });
      const common = { connection: 'sms', provider: 'twilio', currency: 'EUR' };
      expect(await createSmsLedger(prisma).spendSince(new Date('2031-05-06T00:00:00Z'))).toEqual([
        {
          ...common,
          day: '2031-05-07',
          country: 'DE',
          provider: 'gateway',
          messages: 1,
          segments: 1,
          estimatedPriceMicros: 75_000,
        },
        {
          ...common,
          day: '2031-05-07',
          country: 'FR',
          messages: 1,
          segments: 2,
          estimatedPriceMicros: null,
          currency: null,
        },
        {
          ...common,
          day: '2031-05-06',
          country: 'DE',
          messages: 2,
          segments: 4,
          estimatedPriceMicros: 300_000,
        },
      ]);
    });
  });
}
