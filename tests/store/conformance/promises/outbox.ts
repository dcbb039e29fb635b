// What a store promises of messages on their way (lib/login/outbox.ts), of what providers tell of them later
// (lib/login/delivery-event.ts), and of what support may read of both (lib/login/timeline.ts).
import { describe, expect, it } from 'vitest';
import type { DeliveryEvent } from '@/lib/login/delivery-event';
import type { SmsCharge } from '@/lib/login/message';
import type { ClaimedMessage, Delivery, DeliveryAttempt } from '@/lib/login/outbox';
import { readTimelines } from '@/lib/login/timeline';
import { createDeliveryEventStore } from '@/lib/store/prisma/delivery-events';
import { removeExpired } from '@/lib/store/prisma/housekeeping';
import { createOutboxStore } from '@/lib/store/prisma/outbox';
import { createTimelineStore } from '@/lib/store/prisma/timelines';
import type { Prisma } from '@/prisma/generated/client';
import { type Asked, CLIENT_ID, type Stage } from '../stage';
import { box, type Process } from '../stores';

const LEASE = 45;

const CHARGE: SmsCharge = { country: 'DE', segments: 2, estimatedPriceMicros: 150_000, currency: 'EUR' };

const accepted = (now: Date, provider = 'twilio', providerMessageId = 'SM1'): DeliveryAttempt => ({
  provider,
  outcome: { kind: 'accepted', providerMessageId },
  startedAt: now,
  durationMs: 120,
});

/** The outbox of a stage, and messages in it. */
function desk(stage: Stage) {
  const outboxOf = ({ prisma }: Process) => createOutboxStore(prisma);
  const outbox = outboxOf(stage.first);

  async function queue(
    email: string,
    changes: { message?: Prisma.MessageUpdateInput; challenge?: Prisma.ChallengeUpdateInput } = {},
  ): Promise<Asked & { messageId: string }> {
    const messageId = stage.id();
    const asked = await stage.ask(email, { messageId });
    const { prisma } = stage;
    if (changes.message) await prisma.message.update({ where: { id: messageId }, data: changes.message });
    if (changes.challenge)
      await prisma.challenge.update({ where: { id: asked.challengeId }, data: changes.challenge });
    return { ...asked, messageId };
  }

  /** A notice of the challenge, as the answer that proved it writes one. */
  async function queueNotice({ challengeId }: Asked): Promise<string> {
    const data = { generation: 0, channel: 'email', language: 'en', status: 'queued', context: {} };
    const times = { dueAt: stage.later(LEASE), expiresAt: stage.later(3600), createdAt: stage.later(1) };
    const { id } = await stage.prisma.message.create({
      data: { id: stage.id(), challengeId, kind: 'new_device', connection: 'email', ...data, ...times },
    });
    return id;
  }

  const claim = (
    on = stage.first,
    { limit = 100, without = [] }: { limit?: number; without?: string[] } = {},
  ): Promise<ClaimedMessage[]> =>
    outboxOf(on).claim({ now: stage.now, leasedUntil: stage.later(LEASE), without, limit });

  const claimOf = ({ leasedUntil, roundsBefore, attemptsBefore }: ClaimedMessage) => ({
    leasedUntil,
    roundsBefore,
    attemptsBefore,
  });

  /** Records for whoever wrote the message, unless a claim says otherwise. */
  function record(
    messageId: string,
    delivery: Partial<Delivery> & Pick<Delivery, 'status'>,
    on = stage.first,
  ): Promise<void> {
    const claim = { leasedUntil: stage.later(LEASE), roundsBefore: 0, attemptsBefore: 0 };
    const nothing = { attempts: [], charge: null, failure: null, dueAt: stage.now };
    return outboxOf(on).record({ messageId, claim, ...nothing, ...delivery }, stage.now);
  }

  const trouble = ({ challengeId }: Pick<Asked, 'challengeId'>) =>
    outbox.findTrouble({
      challengeId,
      channel: 'email',
      since: stage.later(-600),
      lateBefore: stage.later(-60),
    });

  const tell = (event: Partial<DeliveryEvent>, on = stage.first) =>
    createDeliveryEventStore(on.prisma).record(
      {
        id: 'resend:msg_1',
        provider: 'resend',
        providerMessageId: 'E1',
        kind: 'delivered',
        reason: null,
        occurredAt: stage.now,
        ...event,
      },
      stage.now,
    );

  const charges = () => stage.prisma.smsCharge.findMany();
  return { queue, queueNotice, claim, claimOf, record, trouble, tell, charges };
}

export function promiseOutbox(stage: () => Stage): void {
  describe('a claim', () => {
    it('gives messages of every channel, with all that they are made from', async () => {
      const { claim, queue } = desk(stage());
      const first = await queue('ann@x.test');
      stage().pass(1);
      const second = await queue('bob@x.test', {
        message: { channel: 'sms', connection: 'sms', language: 'de' },
        challenge: { recipient: '+4915112345678', sendMode: 'code', provider: 'sms', codeLength: 8 },
      });
      stage().pass(30);
      const { now, later } = stage();
      const leasedUntil = later(LEASE);
      const common = {
        kind: 'login',
        generation: 0,
        applicationName: 'Acme',
        userAgent: expect.stringContaining('Firefox'),
        pepperId: box.currentId,
        embeddedLink: null,
        wanted: true,
        leasedUntil,
        roundsBefore: 0,
        attemptsBefore: 0,
      };
      expect(await claim()).toEqual([
        {
          ...common,
          messageId: first.messageId,
          challengeId: first.challengeId,
          channel: 'email',
          connection: 'email',
          language: 'en',
          recipient: 'ann@x.test',
          codeLength: 6,
          sendMode: 'both',
          askedAt: later(-31),
          expiresAt: later(569),
        },
        {
          ...common,
          messageId: second.messageId,
          challengeId: second.challengeId,
          channel: 'sms',
          connection: 'sms',
          language: 'de',
          recipient: '+4915112345678',
          codeLength: 8,
          sendMode: 'code',
          askedAt: later(-30),
          expiresAt: later(570),
        },
      ]);
      expect(await claim()).toEqual([]);
      expect(await stage().prisma.message.findMany({ where: { dueAt: { lte: now } } })).toEqual([]);
    });

    it('AVL-5: of forty messages gives each to one of many processes at once', async () => {
      const { claim, queue } = desk(stage());
      const queued = [];
      for (let index = 0; index < 40; index++) queued.push((await queue('ann@x.test')).messageId);
      stage().pass(30);
      const claimed = await stage().atOnce(12, (on) => claim(on, { limit: 5 }));
      const ids = claimed.flat().map(({ messageId }) => messageId);
      expect(new Set(ids).size).toBe(ids.length);
      for (let more = [{ messageId: '' }]; more.length > 0; ) {
        more = await claim();
        ids.push(...more.map(({ messageId }) => messageId));
      }
      expect(ids.sort()).toEqual(queued.sort());
    });

    it('AVL-5: leaves messages of a connection that cannot send where they are, until they expire', async () => {
      const { claim, queue } = desk(stage());
      const waiting = await queue('ann@x.test');
      const expired = await queue('bob@x.test', { message: { expiresAt: stage().later(30) } });
      const other = await queue('cid@x.test', { message: { connection: 'sms' } });
      const nameless = await queue('dan@x.test', { message: { connection: null } });
      stage().pass(30);
      const without = ['email', 'another'];
      const idsOf = (messages: readonly { messageId: string }[]) =>
        messages.map(({ messageId }) => messageId).sort();
      expect(idsOf(await claim(stage().first, { without }))).toEqual(idsOf([expired, other, nameless]));
      expect(idsOf(await claim(stage().first, { without }))).toEqual([]);
      expect(idsOf(await claim())).toEqual(idsOf([waiting]));
    });

    it('tells which messages nobody needs any more, and always needs a notice', async () => {
      const { claim, queue, queueNotice } = desk(stage());
      const { now, answer, resend } = stage();
      const waiting = await queue('ann@x.test');
      const answered = await queue('bob@x.test');
      await answer(answered);
      const stopped = await queue('cid@x.test', { challenge: { cancelledAt: now } });
      const blocked = await queue('dan@x.test', { challenge: { answerable: false } });
      const repeated = await queue('eve@x.test');
      const notices = [await queueNotice(waiting), await queueNotice(answered)];
      stage().pass(30);
      expect((await resend(repeated)).kind).toBe('resent');
      stage().pass(LEASE);
      const wanted = new Map((await claim()).map((message) => [message.messageId, message.wanted]));
      const [again] = [...wanted.keys()].filter(
        (id) =>
          ![waiting, answered, stopped, blocked, repeated].some(({ messageId }) => messageId === id) &&
          !notices.includes(id),
      );
      expect(wanted).toEqual(
        new Map([
          [waiting.messageId, true],
          [answered.messageId, false],
          [stopped.messageId, false],
          [blocked.messageId, false],
          [repeated.messageId, false],
          [notices[0], true],
          [notices[1], true],
          [again, true],
        ]),
      );
    });

    it('gives a message whose challenge is gone, so that it can be settled', async () => {
      const { claim, queue } = desk(stage());
      const { messageId } = await queue('ann@x.test');
      stage().pass(3601);
      await removeExpired(stage().prisma, stage().now);
      const [claimed] = await claim();
      expect(claimed).toMatchObject({ messageId, wanted: true, recipient: '', connection: 'email' });
      expect(claimed?.expiresAt.getTime()).toBeLessThan(stage().now.getTime());
    });

    it('counts rounds by the provider that was tried or skipped most often', async () => {
      const { claim, claimOf, queue, record } = desk(stage());
      const { messageId } = await queue('ann@x.test');
      const attempt = (provider: string, kind: 'timed_out' | 'skipped'): DeliveryAttempt => ({
        ...accepted(stage().now, provider),
        outcome: { kind },
      });
      const rounds = [
        [attempt('resend', 'timed_out'), attempt('smtp', 'timed_out')],
        [attempt('resend', 'skipped'), attempt('smtp', 'timed_out')],
        [attempt('resend', 'timed_out'), attempt('smtp', 'skipped')],
      ];
      for (const [index, attempts] of rounds.entries()) {
        stage().pass(30);
        const [claimed] = await claim();
        if (claimed === undefined) throw new Error('Nothing was claimed.');
        expect(claimed).toMatchObject({ roundsBefore: index, attemptsBefore: index * 2 });
        await record(messageId, {
          status: 'queued',
          attempts,
          claim: claimOf(claimed),
          dueAt: stage().later(5),
        });
      }
      const rows = await stage().prisma.deliveryAttempt.findMany({ orderBy: { id: 'asc' } });
      expect(rows.map(({ outcome }) => outcome)).toEqual([
        'timed_out',
        'timed_out',
        'skipped',
        'timed_out',
        'timed_out',
        'skipped',
      ]);
    });
  });

  describe('the record of a delivery', () => {
    it('SMS-1: writes what an accepted text message costs, once, with the attempt that was accepted', async () => {
      const { charges, queue, record } = desk(stage());
      const { now, atOnce } = stage();
      const { messageId } = await queue('ann@x.test', { message: { connection: 'sms', channel: 'sms' } });
      const refused = { ...accepted(now, 'twilio'), outcome: { kind: 'timed_out' } } as const;
      const delivery = {
        status: 'accepted',
        attempts: [refused, accepted(now, 'gateway')],
        charge: CHARGE,
      } as const;
      await atOnce(6, (on) => record(messageId, delivery, on));
      expect(await charges()).toEqual([
        {
          id: `${messageId}.1`,
          occurredAt: now,
          country: 'DE',
          clientId: CLIENT_ID,
          connection: 'sms',
          provider: 'gateway',
          segments: 2,
          estimatedPriceMicros: 150_000n,
          currency: 'EUR',
        },
      ]);
      expect(await stage().prisma.deliveryAttempt.count()).toBe(2);
    });

    it('writes no charge where nothing was accepted, nor for a message that is settled or gone', async () => {
      const { charges, queue, record } = desk(stage());
      const { now, prisma } = stage();
      const acceptance = { status: 'accepted', attempts: [accepted(now)], charge: CHARGE } as const;
      const refused = { ...accepted(now), outcome: { kind: 'timed_out' } } as const;
      const { messageId } = await queue('ann@x.test');
      await record(messageId, { status: 'queued', attempts: [refused], charge: CHARGE });
      await record(messageId, { status: 'superseded' });
      await record(messageId, acceptance);
      await record('nobody', acceptance);
      expect(await charges()).toEqual([]);
      expect(await prisma.message.findMany()).toMatchObject([{ status: 'superseded' }]);
    });

    it('knows a price that nobody listed as unknown', async () => {
      const { charges, queue, record } = desk(stage());
      const { messageId } = await queue('ann@x.test');
      const charge = { ...CHARGE, estimatedPriceMicros: null, currency: null };
      await record(messageId, { status: 'accepted', attempts: [accepted(stage().now)], charge });
      expect(await charges()).toMatchObject([{ estimatedPriceMicros: null, currency: null, segments: 2 }]);
    });

    it('LOG-2: writes one event for a message that failed, in the name of its client and connection', async () => {
      const { queue, record } = desk(stage());
      const { prisma, now, atOnce } = stage();
      const { messageId } = await queue('ann@x.test');
      const failure = {
        description: 'smtp refused 550',
        maskedIdentifier: 'a***@x.test',
        identifierHash: 'h',
      };
      await prisma.logEvent.deleteMany();
      await atOnce(6, (on) => record(messageId, { status: 'failed', failure }, on));
      expect(await prisma.logEvent.findMany()).toMatchObject([
        { type: 'fn', occurredAt: now, clientId: CLIENT_ID, connection: 'email', ...failure },
      ]);
    });
  });

  describe('what a waiting page may be told', () => {
    it('is that its newest message came back, once a provider said so', async () => {
      const { queue, record, tell, trouble } = desk(stage());
      const asked = await queue('ann@x.test');
      await record(asked.messageId, {
        status: 'accepted',
        attempts: [accepted(stage().now, 'resend', 'E1')],
      });
      for (const kind of ['sent', 'delayed', 'delivered', 'complained'] as const) {
        await tell({ id: kind, kind });
        expect(await trouble(asked), kind).toBeNull();
      }
      await tell({ id: 'other message', kind: 'bounced', providerMessageId: 'E2' });
      await tell({ id: 'other provider', kind: 'bounced', provider: 'twilio' });
      expect(await trouble(asked)).toBeNull();
      await tell({ id: 'own', kind: 'bounced' });
      expect(await trouble(asked)).toBe('returned');

      stage().pass(30);
      await stage().resend(asked);
      expect(await trouble(asked)).toBeNull();
    });

    it('is that it failed, or waits for longer than a minute; a notice is none of its business', async () => {
      const { queue, queueNotice, record, trouble } = desk(stage());
      const asked = await queue('ann@x.test');
      stage().pass(59.9);
      expect(await trouble(asked)).toBeNull();
      stage().pass(0.1);
      expect(await trouble(asked)).toBe('failed');
      await record(asked.messageId, { status: 'accepted' });
      expect(await trouble(asked)).toBeNull();
      await record(await queueNotice(asked), { status: 'failed' });
      expect(await trouble(asked)).toBeNull();
    });

    it('ENU-1: is what others of the channel saw last, where nobody was sent anything', async () => {
      const { queue, record, trouble } = desk(stage());
      const nobody = { challengeId: 'nobody' };
      expect(await trouble(nobody)).toBeNull();
      const late = await queue('ann@x.test');
      await queue('bob@x.test', { message: { channel: 'sms', status: 'failed' } });
      stage().pass(60);
      expect(await trouble(nobody)).toBe('failed');

      await record((await queue('cid@x.test')).messageId, { status: 'accepted' });
      expect(await trouble(nobody)).toBeNull();
      stage().pass(1);
      await record((await queue('dan@x.test')).messageId, { status: 'failed' });
      expect(await trouble(nobody)).toBe('failed');
      stage().pass(1);
      await record(late.messageId, { status: 'accepted' });
      expect(await trouble(nobody)).toBeNull();
    });
  });

  describe('ENU-1: a message that one recipient refused', () => {
    const attempt = (outcome: DeliveryAttempt['outcome']): DeliveryAttempt => ({
      ...accepted(stage().now, 'smtp'),
      outcome,
    });
    const REFUSALS = [
      { kind: 'refused', reason: '550', permanent: true },
      { kind: 'refused', reason: '21610', permanent: true },
      { kind: 'refused', reason: '451', permanent: false },
    ] as const;
    const TROUBLES = [
      { kind: 'timed_out' },
      { kind: 'unreachable', reason: 'ECONNREFUSED' },
      { kind: 'refused', reason: '503', permanent: false },
      { kind: 'refused', reason: '401', permanent: false },
      { kind: 'refused', reason: '535', permanent: false },
      { kind: 'refused', reason: '421', permanent: false },
      { kind: 'skipped' },
    ] as const;

    it.each(REFUSALS)('$reason is told of it alone, and not of the channel', async (refusal) => {
      const { queue, record, trouble } = desk(stage());
      const asked = await queue('ann@x.test');
      const attempts = [attempt({ kind: 'timed_out' }), attempt(refusal)];
      await record(asked.messageId, { status: 'failed', attempts });
      expect(await trouble(asked)).toBe('refused');
      expect(await trouble({ challengeId: 'nobody' })).toBeNull();

      const store = { timelines: createTimelineStore(stage().prisma) };
      const { timelines } = await readTimelines(store, { identifierHashes: null, after: null, limit: 1 });
      const { kind, reason } = refusal;
      expect(timelines[0]?.steps).toContainEqual(
        expect.objectContaining({ kind: 'tried', outcome: kind, reason }),
      );
    });

    it('is told of it alone also while it waits for longer than a minute', async () => {
      const { queue, record, trouble } = desk(stage());
      const asked = await queue('ann@x.test');
      await record(asked.messageId, {
        status: 'queued',
        attempts: [attempt(REFUSALS[2])],
        dueAt: stage().later(90),
      });
      stage().pass(60);
      expect(await trouble(asked)).toBe('refused');
      expect(await trouble({ challengeId: 'nobody' })).toBeNull();
    });

    it('does not hide what the provider did to another', async () => {
      const { queue, record, trouble } = desk(stage());
      const [down, refused] = [await queue('ann@x.test'), await queue('bob@x.test')];
      await record(down.messageId, { status: 'failed', attempts: [attempt({ kind: 'timed_out' })] });
      stage().pass(1);
      await record(refused.messageId, { status: 'failed', attempts: [attempt(REFUSALS[0])] });
      expect(await trouble({ challengeId: 'nobody' })).toBe('failed');
    });

    it.each(TROUBLES)('is another thing than the trouble of a provider: $kind $reason', async (outcome) => {
      const { queue, record, trouble } = desk(stage());
      const asked = await queue('ann@x.test');
      await record(asked.messageId, { status: 'failed', attempts: [attempt(outcome)] });
      expect(await trouble(asked)).toBe('failed');
      expect(await trouble({ challengeId: 'nobody' })).toBe('failed');
    });
  });

  describe('what a provider tells later', () => {
    it('SRF-4: is written once, however often and wherever it is told', async () => {
      const { tell } = desk(stage());
      const { prisma, now, atOnce } = stage();
      const told = await atOnce(10, (on) => tell({ kind: 'bounced', reason: 'Permanent/General' }, on));
      expect(told.filter(Boolean)).toHaveLength(1);
      expect(await tell({ kind: 'delivered' })).toBe(false);
      expect(await prisma.deliveryEvent.findMany()).toEqual([
        {
          id: 'resend:msg_1',
          provider: 'resend',
          providerMessageId: 'E1',
          kind: 'bounced',
          reason: 'Permanent/General',
          occurredAt: now,
          receivedAt: now,
        },
      ]);
    });
  });

  describe('the timelines of messages', () => {
    const hashOf = (email: string) => box.hash('subject', `email:${email}`);

    it('say of each what happened, step by step', async () => {
      const { queue, record, tell } = desk(stage());
      const { now, later, prisma } = stage();
      const asked = await queue('ann@x.test');
      const attempts: DeliveryAttempt[] = [
        { provider: 'gateway', outcome: { kind: 'skipped' }, startedAt: later(1), durationMs: 0 },
        {
          provider: 'resend',
          outcome: { kind: 'unreachable', reason: 'no_answer' },
          startedAt: later(1),
          durationMs: 500,
        },
        accepted(later(2), 'smtp', '<m1@acme.test>'),
      ];
      await record(asked.messageId, { status: 'accepted', attempts });
      await tell({ id: '1', provider: 'resend', providerMessageId: '<m1@acme.test>', kind: 'bounced' });
      const about = { providerMessageId: '<m1@acme.test>', reason: null };
      await prisma.deliveryEvent.createMany({
        data: [
          {
            ...about,
            id: '3',
            provider: 'smtp',
            kind: 'bounced',
            reason: '550',
            occurredAt: later(9),
            receivedAt: later(9),
          },
          {
            ...about,
            id: '2',
            provider: 'smtp',
            kind: 'delayed',
            occurredAt: later(5),
            receivedAt: later(10),
          },
        ],
      });
      const timelines = createTimelineStore(prisma);
      const query = { identifierHashes: [hashOf('ann@x.test')], after: null, limit: 10 };
      const found = await readTimelines({ timelines }, query);
      expect(found).toEqual({
        next: null,
        timelines: [
          {
            messageId: asked.messageId,
            kind: 'login',
            channel: 'email',
            clientId: CLIENT_ID,
            connection: 'email',
            maskedIdentifier: 'a***@x.test',
            language: 'en',
            status: 'accepted',
            expiresAt: later(600),
            steps: [
              { kind: 'queued', at: now },
              {
                kind: 'tried',
                at: later(1),
                provider: 'gateway',
                outcome: 'skipped',
                reason: null,
                durationMs: 0,
              },
              {
                kind: 'tried',
                at: later(1.5),
                provider: 'resend',
                outcome: 'unreachable',
                reason: 'no_answer',
                durationMs: 500,
              },
              { kind: 'accepted', at: later(2.12), provider: 'smtp', durationMs: 120 },
              { kind: 'delayed', at: later(5), provider: 'smtp', reason: null },
              { kind: 'bounced', at: later(9), provider: 'smtp', reason: '550' },
            ],
          },
        ],
      });
    });

    it('come newest first, of one person or of all, a page at a time, and outlive the sign-in', async () => {
      const { queue, record } = desk(stage());
      const { prisma } = stage();
      const messages: string[] = [];
      for (const email of ['ann@x.test', 'bob@x.test', 'ann@x.test', 'ann@x.test']) {
        messages.unshift((await queue(email)).messageId);
        stage().pass(1);
      }
      const [newest = '', , bobs = ''] = messages;
      await record(newest, { status: 'failed', dueAt: stage().now });
      stage().pass(3700);
      await removeExpired(prisma, stage().now);
      expect(await prisma.challenge.count()).toBe(0);

      const timelines = createTimelineStore(prisma);
      const read = async (query: { of: string[] | null; after?: string | null; limit: number }) => {
        const identifierHashes = query.of?.map(hashOf) ?? null;
        const page = await readTimelines({ timelines }, { after: null, ...query, identifierHashes });
        return { ids: page.timelines.map(({ messageId }) => messageId), next: page.next };
      };
      expect(await read({ of: null, limit: 10 })).toEqual({ ids: messages, next: null });
      expect(await read({ of: ['bob@x.test'], limit: 10 })).toEqual({ ids: [bobs], next: null });
      expect(await read({ of: ['nobody@x.test'], limit: 10 })).toEqual({ ids: [], next: null });
      const anns = messages.filter((id) => id !== bobs);
      const first = await read({ of: ['ann@x.test'], limit: 2 });
      expect(first).toEqual({ ids: anns.slice(0, 2), next: anns[1] });
      expect(await read({ of: ['ann@x.test'], after: first.next, limit: 2 })).toEqual({
        ids: anns.slice(2),
        next: null,
      });
      expect(await read({ of: null, after: 'long gone', limit: 2 })).toEqual({ ids: [], next: null });

      const [failed] = (await readTimelines({ timelines }, { identifierHashes: null, after: null, limit: 1 }))
        .timelines;
      expect(failed?.steps.map(({ kind }) => kind)).toEqual(['queued', 'failed']);
    });
  });
}
