// What is counted of sign-ins and messages (lib/management/figures.ts).
import { describe, expect, it } from 'vitest';
import { FIGURES } from '@/lib/management/figures';
import { countActiveUsers, countFigures, createFigureStore } from '@/lib/store/prisma/figures';
import { ensureSetup } from '@/lib/store/prisma/setup';
import { CLIENT_ID, type Stage } from '../stage';

const DAY = 86_400;

export function promiseFigures(stage: () => Stage): void {
  const setUp = () => ensureSetup(stage().prisma, { limits: {}, clients: [], now: stage().now });
  const count = async () => {
    while (await countFigures(stage().prisma, stage().now));
  };
  /** Every figure since a week ago, as `day figure channel detail` → count. */
  const figures = async () => {
    const sums = await createFigureStore(stage().prisma).sumsSince(stage().later(-7 * DAY));
    return Object.fromEntries(
      sums.map(({ day, figure, channel, detail, count }) => [
        [day, figure, channel, detail].filter(Boolean).join(' '),
        count,
      ]),
    );
  };

  describe('the figures of an hour', () => {
    it('tell sign-ins begun and gone through, of whom they were the first, and how long they took', async () => {
      await setUp();
      const { ask, resend, answer } = stage();
      const first = await ask('ann@x.test');
      stage().pass(40);
      await resend(first);
      await answer(first);
      const again = await ask('ann@x.test');
      stage().pass(9);
      await answer(again);
      await ask('bob@x.test');
      stage().pass(60);
      await count();
      expect(await figures()).toEqual({
        '2026-11-20 begun email': 3,
        '2026-11-20 sign_in email': 2,
        '2026-11-20 sign_up email': 1,
        '2026-11-20 answered_within email 45': 1,
        '2026-11-20 answered_within email 10': 1,
      });
    });

    it('tell what providers took, and what they told of it later', async () => {
      await setUp();
      const { prisma, now } = stage();
      const message = (id: string, channel: string, status: string) => ({
        id,
        kind: 'login',
        generation: 0,
        channel,
        language: 'en',
        context: {},
        status,
        dueAt: now,
        expiresAt: now,
        createdAt: now,
      });
      await prisma.message.createMany({
        data: [
          message('1', 'email', 'accepted'),
          message('2', 'email', 'failed'),
          message('3', 'sms', 'accepted'),
        ],
      });
      const attempt = (messageId: string, provider: string, outcome: string) => ({
        id: `${messageId}.${provider}`,
        messageId,
        provider,
        outcome,
        providerMessageId: outcome === 'accepted' ? `at-${provider}` : null,
        startedAt: now,
        durationMs: 5,
      });
      await prisma.deliveryAttempt.createMany({
        data: [
          attempt('1', 'resend', 'timed_out'),
          attempt('1', 'smtp', 'accepted'),
          attempt('2', 'smtp', 'rejected'),
          attempt('2', 'resend', 'skipped'),
          attempt('3', 'twilio', 'accepted'),
        ],
      });
      const event = (id: string, provider: string, kind: string) => ({
        id,
        provider,
        providerMessageId: `at-${provider}`,
        kind,
        occurredAt: now,
        receivedAt: now,
      });
      await prisma.deliveryEvent.createMany({
        data: [
          event('e1', 'twilio', 'delivered'),
          event('e2', 'smtp', 'bounced'),
          event('e3', 'twilio', 'sent'),
        ],
      });
      const charge = { occurredAt: now, country: 'DE', connection: 'sms', provider: 'twilio', segments: 1 };
      await prisma.smsCharge.createMany({
        data: [
          { ...charge, id: 'c1', estimatedPriceMicros: 75_000n, currency: 'EUR', clientId: CLIENT_ID },
          { ...charge, id: 'c2', estimatedPriceMicros: 50_000n, currency: 'EUR', clientId: CLIENT_ID },
          { ...charge, id: 'c3' },
        ],
      });
      stage().pass(60);
      await count();
      expect(await figures()).toEqual({
        '2026-11-20 sent email': 1,
        '2026-11-20 sent sms': 1,
        '2026-11-20 attempt email resend timed_out': 1,
        '2026-11-20 attempt email smtp accepted': 1,
        '2026-11-20 attempt email smtp rejected': 1,
        '2026-11-20 attempt sms twilio accepted': 1,
        '2026-11-20 delivered sms twilio': 1,
        '2026-11-20 returned email smtp': 1,
        '2026-11-20 sms_message sms twilio': 3,
        '2026-11-20 sms_cost sms EUR': 125_000,
        '2026-11-20 sms_unpriced sms': 1,
      });
    });

    it('stay the same however often and by however many processes they are counted', async () => {
      await setUp();
      const { signIn, atOnce } = stage();
      await signIn('ann@x.test');
      stage().pass(60);
      await atOnce(10, (on) => countFigures(on.prisma, stage().now));
      const once = await figures();
      for (let minute = 0; minute < 3; minute++) {
        stage().pass(60);
        await count();
      }
      expect(await figures()).toEqual(once);
      expect(once).toMatchObject({ '2026-11-20 begun email': 1, '2026-11-20 sign_in email': 1 });
    });

    it('take in what was written a little late, and everything since a server last ran', async () => {
      await setUp();
      const { signIn, first } = stage();
      await signIn('ann@x.test');
      stage().pass(60);
      await count();
      // The hour that was counted has an end that was not; then nobody counts for two days.
      await signIn('bob@x.test');
      stage().pass(DAY);
      await signIn('eve@x.test');
      stage().pass(DAY);
      await count();
      expect(await figures()).toMatchObject({
        '2026-11-20 sign_in email': 2,
        '2026-11-21 sign_in email': 1,
      });
      expect(await createFigureStore(first.prisma).countedUntil()).toEqual(stage().now);
    });
  });

  it('active accounts are counted once an hour: those that signed in within thirty days', async () => {
    await setUp();
    const { signIn, prisma } = stage();
    const store = createFigureStore(prisma);
    expect(await store.activeUsers()).toBe(0);
    await signIn('ann@x.test');
    stage().pass(31 * DAY);
    await signIn('bob@x.test');
    await signIn('eve@x.test');
    await countActiveUsers(prisma, stage().now);
    await signIn('kim@x.test');
    await countActiveUsers(prisma, stage().now);
    expect(await store.activeUsers()).toBe(2);
    stage().pass(3600);
    await countActiveUsers(prisma, stage().now);
    expect(await store.activeUsers()).toBe(3);
    expect(await prisma.hourlyFigure.count({ where: { figure: FIGURES.activeUsers } })).toBe(2);
  });
}
