// What house-keeping may remove of a store, and what it must leave (lib/store/prisma/housekeeping.ts).
import { describe, expect, it } from 'vitest';
import { removeExpired } from '@/lib/store/prisma/housekeeping';
import { CLIENT_ID, PATIENCE, type Stage } from '../stage';

const DAY = 86_400;

export function promiseHousekeeping(stage: () => Stage): void {
  describe('house-keeping', () => {
    it('PRV-1: removes what is over and leaves what is not', async () => {
      const { prisma, now, signIn, redeem, ask, limit, later } = stage();
      const { code } = await signIn('ann@x.test');
      await redeem(code);
      await ask('ann@x.test', { limits: [limit('starts_per_ip', 9)] });
      const told = { provider: 'twilio', providerMessageId: 'SM1', kind: 'sent', occurredAt: now };
      await prisma.deliveryEvent.create({ data: { id: 'told', ...told, receivedAt: now } });
      const charge = { country: 'DE', connection: 'sms', provider: 'twilio', segments: 1 };
      await prisma.smsCharge.create({ data: { id: 'charge', ...charge, occurredAt: now } });
      const [createdAt, expiresAt] = [now, later(3600)];
      await prisma.consentAnswer.create({ data: { interactionId: 'i1', expiresAt } });
      await prisma.passkeyAnswer.create({ data: { challenge: 'c1', expiresAt } });
      await prisma.setupLink.create({ data: { tokenHash: 't1', createdAt, expiresAt } });
      await prisma.job.create({
        data: { id: 'job', type: 'users_import', status: 'completed', createdAt, expiresAt },
      });
      const seen = { authenticatedAt: now, lastSeenAt: now };
      await prisma.operator.create({
        data: {
          ...{ id: 'opr', role: 'viewer', createdAt },
          sessions: { create: { secretHash: 's1', createdAt, expiresAt, ...seen } },
        },
      });
      await prisma.hourlyFigure.create({
        data: { hour: now, figure: 'asked', channel: 'email', detail: '', count: 1 },
      });
      const rows = async () => ({
        challenges: await prisma.challenge.count(),
        consentAnswers: await prisma.consentAnswer.count(),
        passkeyAnswers: await prisma.passkeyAnswer.count(),
        setupLinks: await prisma.setupLink.count(),
        jobs: await prisma.job.count(),
        operatorSessions: await prisma.operatorSession.count(),
        figures: await prisma.hourlyFigure.count(),
        messages: await prisma.message.count(),
        deliveryEvents: await prisma.deliveryEvent.count(),
        smsCharges: await prisma.smsCharge.count(),
        counters: await prisma.limitCounter.count(),
        codes: await prisma.authorizationCode.count(),
        families: await prisma.tokenFamily.count(),
        sessions: await prisma.session.count(),
        events: await prisma.logEvent.count(),
        accounts: await prisma.account.count(),
        identities: await prisma.identity.count(),
      });
      const all = await rows();
      expect(all).toEqual({
        challenges: 2,
        consentAnswers: 1,
        passkeyAnswers: 1,
        setupLinks: 1,
        jobs: 1,
        operatorSessions: 1,
        figures: 1,
        messages: 2,
        deliveryEvents: 1,
        smsCharges: 1,
        counters: 1,
        codes: 1,
        families: 1,
        sessions: 1,
        events: 4,
        accounts: 1,
        identities: 1,
      });

      /** Seconds since now at which each kind is over; one millisecond later it goes. */
      const ends = [
        [
          3600,
          {
            challenges: 0,
            consentAnswers: 0,
            passkeyAnswers: 0,
            setupLinks: 0,
            jobs: 0,
            operatorSessions: 0,
          },
        ],
        [100 * 60, { counters: 0 }], // 14:00, when the window after its own has passed
        [DAY, { families: 0 }],
        [7 * DAY, { sessions: 0, messages: 0, deliveryEvents: 0 }],
        [30 * DAY, { events: 0 }],
        [31 * DAY + 60, { codes: 0 }],
        [400 * DAY, { smsCharges: 0, figures: 0 }],
      ] as const;
      let left = all;
      for (const [seconds, gone] of ends) {
        const over = atWindowEnd(later(seconds));
        await removeExpired(prisma, over);
        expect(await rows(), `at ${seconds} s`).toEqual(left);
        await removeExpired(prisma, new Date(over.getTime() + 1));
        left = { ...left, ...gone };
        expect(await rows(), `after ${seconds} s`).toEqual(left);
      }
      expect(left).toMatchObject({ accounts: 1, identities: 1 });

      /** Windows begin at whole hours, the test does not. */
      function atWindowEnd(end: Date): Date {
        return end.getUTCHours() === 14 && end.getUTCDate() === now.getUTCDate()
          ? new Date('2026-11-20T14:00:00Z')
          : end;
      }
    });

    it('removes at most five hundred rows of a kind at a time, and says how many went', async () => {
      const { prisma, now, later } = stage();
      await prisma.$executeRaw`
        INSERT INTO limit_counters (key, window_start, count, expires_at)
        SELECT 'limit:' || number, ${now.toISOString()}::timestamptz, 1, ${later(-1).toISOString()}::timestamptz
        FROM generate_series(1, 1200) AS number`;
      const turns = [];
      for (let turn = 0; turn < 4; turn++) turns.push(await removeExpired(prisma, now));
      expect(turns).toEqual([500, 500, 200, 0]);
    });

    it('of several processes at once removes each row once', async () => {
      const { atOnce, ask, prisma, later } = stage();
      for (let row = 0; row < 30; row++) await ask('ann@x.test');
      const removed = await atOnce(6, (on) => removeExpired(on.prisma, later(2 * 3600)));
      expect(removed.reduce((sum, count) => sum + count)).toBe(30);
      expect(await prisma.challenge.count()).toBe(0);
    });

    it('PRV-1: is the work of one process at a time; the others leave it to that one', async ({ skip }) => {
      const { kind, first, second, ask, prisma, later } = stage();
      if (kind === 'embedded') skip('one process has one connection');
      await ask('ann@x.test');
      const over = later(2 * 3600);
      await second.prisma.$transaction(async (holder) => {
        // A row that is being removed, and not yet gone.
        expect(await removeExpired(holder as typeof prisma, over)).toBe(1);
        await ask('bob@x.test');
        expect(await removeExpired(first.prisma, over)).toBe(0);
      }, PATIENCE);
      expect(await removeExpired(first.prisma, over)).toBe(1);
    });

    it('PRV-1: keeps the audit log, and what waits for log streams, for as many days as it is told', async () => {
      const { prisma, ask, later, now } = stage();
      await prisma.logStream.create({
        data: {
          id: 'lst',
          name: 'x',
          type: 'stdout',
          status: 'paused',
          dueAt: now,
          createdAt: now,
          updatedAt: now,
        },
      });
      await ask('ann@x.test');
      const kept = async () => [await prisma.logEvent.count(), await prisma.logStreamEntry.count()];
      await removeExpired(prisma, later(90 * DAY), { logRetentionDays: 90 });
      expect(await kept()).toEqual([1, 1]);
      await removeExpired(prisma, later(90 * DAY + 1), { logRetentionDays: 90 });
      expect(await kept()).toEqual([0, 0]);
    });

    it('passes over a row that somebody holds, without waiting', async ({ skip }) => {
      const { kind, first, second, signIn, now, later } = stage();
      if (kind === 'embedded') skip('one process has one connection');
      const held = await signIn('ann@x.test');
      const other = await signIn('bob@x.test');
      const over = later(8 * DAY);
      await second.prisma.$transaction(async (holder) => {
        await holder.$queryRaw`SELECT 1 FROM sessions WHERE id = ${held.sessionId}::text FOR UPDATE`;
        await removeExpired(first.prisma, over);
        const left = await first.prisma.session.findMany({ where: { createdAt: now } });
        expect(left.map(({ id }) => id)).toEqual([held.sessionId]);
        expect(left.map(({ id }) => id)).not.toContain(other.sessionId);
      }, PATIENCE);
      await removeExpired(first.prisma, over);
      expect(await first.prisma.session.count()).toBe(0);
    });

    it('COD-1: leaves a used code long enough to tell a replay for as long as its tokens may live', async () => {
      const { prisma, signIn, redeem, pass } = stage();
      const { code } = await signIn('ann@x.test');
      await redeem(code);
      pass(30 * DAY);
      await removeExpired(prisma, stage().now);
      expect(await redeem(code, { clientId: CLIENT_ID })).toEqual({ kind: 'replayed' });
    });
  });
}
