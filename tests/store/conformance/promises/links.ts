// What a store promises of links (lib/login/challenge.ts): proven by one in the browser that asked, one tab finishes; proven
// in another, nobody does; and whoever holds the message may stop it all.
import { describe, expect, it } from 'vitest';
import { type Asked, CLIENT_ID, type Given, type Stage, tally } from '../stage';

const answersOf = (given: readonly Given[]) => given.map(({ answered }) => answered);

export function promiseLinks(stage: () => Stage): void {
  describe('a link that is opened in the browser that asked', () => {
    it('begins a session, and leaves the authorization code to the tab that fetches it', async () => {
      const { ask, openLink, finish, redeem, pass, prisma, now, later } = stage();
      const asked = await ask('ann@x.test');
      const { answered, sessionId } = await openLink(asked);
      expect(answered).toMatchObject({ kind: 'proven', firstLogin: true });
      const { accountId } = answered as Extract<typeof answered, { kind: 'proven' }>;
      expect(await prisma.session.findMany()).toMatchObject([{ id: sessionId, accountId, amr: ['otp'] }]);
      expect(await prisma.authorizationCode.count()).toBe(0);
      expect(await prisma.challenge.findFirst()).toMatchObject({
        provenAt: now,
        sessionId,
        returnedAt: null,
      });

      pass(5);
      const { finished, code } = await finish(asked);
      expect(finished).toEqual({ kind: 'finished', accountId });
      expect(await prisma.challenge.findFirst()).toMatchObject({ provenAt: now, returnedAt: later(0) });
      expect(await prisma.authorizationCode.findMany()).toMatchObject([
        { clientId: CLIENT_ID, accountId, sessionId, authenticatedAt: now, expiresAt: later(60) },
      ]);
      expect(await redeem(code)).toMatchObject({
        kind: 'redeemed',
        grant: { sessionId, nonce: 'n-0S6_WzA2Mj', authenticatedAt: now },
      });
    });

    it('by a press gives the authorization code at once, and no tab a second one', async () => {
      const { ask, openLink, finish, redeem, now, prisma } = stage();
      const asked = await ask('ann@x.test');
      const { answered, code } = await openLink(asked, { finishes: true });
      expect(answered.kind).toBe('proven');
      expect(await prisma.challenge.findFirst()).toMatchObject({ provenAt: now, returnedAt: now });
      expect((await finish(asked)).finished).toEqual({ kind: 'ended' });
      expect((await redeem(code)).kind).toBe('redeemed');
    });

    it('MAG-6: fifty times at once over two processes begins one session', async () => {
      const { ask, openLink, atOnce, prisma, events } = stage();
      const asked = await ask('ann@x.test');
      const given = await atOnce(50, (on) => openLink(asked, { on }));
      expect(tally(answersOf(given))).toEqual({ proven: 1, ended: 49 });
      expect(await prisma.session.count()).toBe(1);
      expect(await prisma.account.findMany()).toMatchObject([{ loginsCount: 1 }]);
      expect(await events()).toEqual({ cls: 1, ss: 1 });
    });

    it('MAG-6: while its code is typed, or the other of two links is opened, begins one session', async () => {
      const { ask, answer, openLink, resend, atOnceBehind, pass, prisma } = stage();
      const asked = await ask('ann@x.test');
      pass(500);
      expect(await resend(asked)).toMatchObject({ generation: 1 });
      const row = { table: 'challenges', id: asked.challengeId } as const;
      const given = await atOnceBehind(row, 9, (on, index) =>
        index % 3 === 0
          ? answer(asked, { on })
          : openLink(asked, { on, matchedGeneration: index % 3 === 1 ? 0 : 1 }),
      );
      expect(tally(answersOf(given))).toEqual({ proven: 1, ended: 8 });
      expect(await prisma.session.count()).toBe(1);
    });

    it('is no guess: neither one that works nor one that is too old is counted', async () => {
      const { ask, openLink, pass, prisma, events } = stage();
      const [opened, old] = [await ask('ann@x.test'), await ask('bob@x.test')];
      await openLink(opened);
      pass(600);
      for (let press = 0; press < 9; press++)
        expect((await openLink(old)).answered).toEqual({ kind: 'expired' });
      expect(await prisma.challenge.count({ where: { attempts: 0 } })).toBe(2);
      expect(await events()).toEqual({ cls: 2, ss: 1, f: 9 });
    });

    it('OTP-2: opens nothing once the guesses of its challenge are used up', async () => {
      const { ask, guessWrong, openLink, prisma } = stage();
      const asked = await ask('ann@x.test');
      for (let guess = 0; guess < 5; guess++) await guessWrong(asked);
      expect((await openLink(asked)).answered).toEqual({ kind: 'exhausted' });
      expect(await prisma.session.count()).toBe(0);
    });

    it('MAG-1: lives as long as its code, and no millisecond longer', async () => {
      const { ask, openLink, pass } = stage();
      const [inTime, tooLate] = [await ask('ann@x.test'), await ask('bob@x.test')];
      pass(600 - 0.001);
      expect((await openLink(inTime)).answered.kind).toBe('proven');
      pass(0.001);
      expect((await openLink(tooLate)).answered).toEqual({ kind: 'expired' });
    });

    it('MAG-10: of an account that was blocked meanwhile lets nobody in, here or elsewhere', async () => {
      const { ask, openLink, openLinkElsewhere, finish, signIn, block, prisma } = stage();
      const { accountId } = await signIn('ann@x.test');
      const [here, elsewhere] = [await ask('ann@x.test'), await ask('ann@x.test')];
      await block(accountId);
      expect((await openLink(here)).answered).toEqual({ kind: 'blocked' });
      expect((await openLinkElsewhere(elsewhere)).answered).toEqual({ kind: 'blocked' });
      expect((await finish(here)).finished).toEqual({ kind: 'ended' });
      expect(await prisma.session.count()).toBe(1);
      expect(await prisma.authorizationCode.count()).toBe(1);
    });
  });

  describe('finishing', () => {
    it('in fifty tabs at once over two processes gives one of them the authorization code', async () => {
      const { ask, openLink, finish, atOnce, prisma } = stage();
      const asked = await ask('ann@x.test');
      await openLink(asked);
      const tabs = await atOnce(50, (on) => finish(asked, { on }));
      expect(tally(tabs.map(({ finished }) => finished))).toEqual({ finished: 1, ended: 49 });
      expect(await prisma.authorizationCode.count()).toBe(1);
    });

    it('in tabs that all saw it open gives one of them the authorization code', async () => {
      const { ask, openLink, finish, atOnceBehind, prisma } = stage();
      const asked = await ask('ann@x.test');
      await openLink(asked);
      const row = { table: 'challenges', id: asked.challengeId } as const;
      const tabs = await atOnceBehind(row, 10, (on) => finish(asked, { on }));
      expect(tally(tabs.map(({ finished }) => finished))).toEqual({ finished: 1, ended: 9 });
      expect(await prisma.authorizationCode.count()).toBe(1);
    });

    it('waits for the link, and tells nothing to another interaction', async () => {
      const { ask, openLink, finish, prisma } = stage();
      const [mine, theirs] = [await ask('ann@x.test'), await ask('ann@x.test')];
      expect((await finish(mine)).finished).toEqual({ kind: 'not_proven' });
      await openLink(mine);
      const crossed = await finish(mine, { interactionId: theirs.interactionId });
      expect(crossed.finished).toEqual({ kind: 'ended' });
      expect((await finish({ ...mine, challengeId: 'nobody’s' })).finished).toEqual({ kind: 'ended' });
      expect(await prisma.authorizationCode.count()).toBe(0);
      expect((await finish(mine)).finished.kind).toBe('finished');
    });

    it('is over after a code was typed', async () => {
      const { ask, answer, finish, prisma } = stage();
      const asked = await ask('ann@x.test');
      await answer(asked);
      expect((await finish(asked)).finished).toEqual({ kind: 'ended' });
      expect(await prisma.authorizationCode.count()).toBe(1);
    });

    type Ending = (stage: Stage, opened: { asked: Asked; sessionId: string; accountId: string }) => unknown;
    it.each<[string, Ending]>([
      [
        'the session was ended',
        ({ prisma, now }, { sessionId: id }) =>
          prisma.session.update({ where: { id }, data: { endedAt: now } }),
      ],
      ['the account was blocked', ({ block }, { accountId }) => block(accountId)],
      [
        'the account was deleted',
        ({ prisma }, { accountId: id }) => prisma.account.delete({ where: { id } }),
      ],
      ['an hour went by', ({ pass }) => pass(3600)],
    ])('is over once %s', async (_, end) => {
      const { ask, openLink, finish, prisma } = stage();
      const asked = await ask('ann@x.test');
      const { answered, sessionId } = await openLink(asked);
      await end(stage(), {
        asked,
        sessionId,
        accountId: answered.kind === 'proven' ? answered.accountId : '',
      });
      expect((await finish(asked)).finished).toEqual({ kind: 'ended' });
      expect(await prisma.authorizationCode.count()).toBe(0);
    });
  });

  describe('a link that is opened in another browser', () => {
    it('MAG-4: begins a session there, and gives nobody an authorization code', async () => {
      const { ask, openLinkElsewhere, finish, answer, prisma, now, events } = stage();
      const asked = await ask('ann@x.test');
      const { answered, sessionId } = await openLinkElsewhere(asked);
      expect(answered).toMatchObject({ kind: 'proven' });
      expect(await prisma.session.findMany()).toMatchObject([{ id: sessionId }]);
      expect(await prisma.challenge.findFirst()).toMatchObject({ provenAt: now, returnedAt: now });
      expect((await finish(asked)).finished).toEqual({ kind: 'ended' });
      expect((await answer(asked)).answered).toEqual({ kind: 'ended' });
      expect(await prisma.authorizationCode.count()).toBe(0);
      expect(await events()).toEqual({ cls: 1, ss: 1 });
    });

    it('at the same moment as where it was asked for, signs in one of the two', async () => {
      const { ask, openLink, openLinkElsewhere, finish, atOnce, prisma } = stage();
      for (let round = 0; round < 10; round++) {
        const asked = await ask(`round${round}@x.test`);
        const given = await atOnce(4, (on, index) =>
          index < 2 ? openLink(asked, { on }) : openLinkElsewhere(asked, { on }),
        );
        expect(tally(answersOf(given))).toEqual({ proven: 1, ended: 3 });
        const wonHere = given.slice(0, 2).some(({ answered }) => answered.kind === 'proven');
        expect((await finish(asked)).finished.kind).toBe(wonHere ? 'finished' : 'ended');
      }
      expect(await prisma.session.count()).toBe(10);
    });
  });

  describe('a sign-in that is stopped', () => {
    it('can be neither answered, nor opened, nor finished, nor sent again, and says that it was stopped', async () => {
      const { ask, answer, openLink, openLinkElsewhere, finish, resend, cancel, pass, prisma, now } = stage();
      const asked = await ask('ann@x.test');
      expect(await cancel(asked)).toBe(true);
      expect(await prisma.challenge.findFirst()).toMatchObject({ cancelledAt: now });
      const stopped = { kind: 'cancelled' };
      expect((await answer(asked)).answered).toEqual(stopped);
      expect((await openLink(asked)).answered).toEqual(stopped);
      expect((await openLinkElsewhere(asked)).answered).toEqual(stopped);
      expect((await finish(asked)).finished).toEqual(stopped);
      pass(30);
      expect(await resend(asked)).toEqual(stopped);
      expect(await prisma.session.count()).toBe(0);
      expect(await prisma.message.count()).toBe(1);
    });

    it('is stopped once, with one audit event, and leaves others alone', async () => {
      const { ask, answer, cancel, atOnce, prisma, events } = stage();
      const [asked, other] = [await ask('ann@x.test'), await ask('ann@x.test')];
      const stopped = await atOnce(20, (on) => cancel(asked, { on }));
      expect(stopped.filter(Boolean)).toHaveLength(1);
      expect(await events()).toEqual({ cls: 2, f: 1 });
      expect(await prisma.logEvent.findFirst({ where: { type: 'f' } })).toMatchObject({
        clientId: CLIENT_ID,
        connection: 'email',
        maskedIdentifier: 'a***@x.test',
        description: 'Stopped by whoever received the message.',
      });
      expect((await answer(other)).answered.kind).toBe('proven');
    });

    it('at the moment of its answer is either stopped or answered', async () => {
      const { ask, answer, openLink, cancel, atOnce, prisma } = stage();
      for (let round = 0; round < 10; round++) {
        const asked = await ask(`round${round}@x.test`);
        const results = await atOnce(12, async (on, index) => {
          if (index % 3 === 0) return (await cancel(asked, { on })) ? 'stopped' : 'too late';
          return (await (index % 3 === 1 ? answer : openLink)(asked, { on })).answered.kind;
        });
        const winners = results.filter((result) => result === 'stopped' || result === 'proven');
        expect(winners).toHaveLength(1);
        const { provenAt, cancelledAt } = await prisma.challenge.findUniqueOrThrow({
          where: { id: asked.challengeId },
        });
        expect([provenAt, cancelledAt].filter(Boolean)).toHaveLength(1);
      }
    });

    it('was answered, out of guesses, too old or unknown before: then nothing is stopped', async () => {
      const { ask, answer, guessWrong, cancel, pass, events } = stage();
      const [answered, exhausted, old] = [
        await ask('ann@x.test'),
        await ask('bob@x.test'),
        await ask('carl@x.test'),
      ];
      await answer(answered);
      for (let guess = 0; guess < 5; guess++) await guessWrong(exhausted);
      const before = await events();
      expect(await cancel(answered)).toBe(false);
      expect(await cancel(exhausted)).toBe(false);
      pass(3600);
      expect(await cancel(old)).toBe(false);
      expect(await cancel({ ...old, challengeId: 'nobody’s' })).toBe(false);
      expect(await events()).toEqual(before);
    });
  });

  describe('a challenge as its link finds it', () => {
    const find = ({ challengeId }: Asked) => stage().second.challenges.find(challengeId);

    it('says who asked for what, and how long its codes live', async () => {
      const { ask, resend, pass, now, later } = stage();
      const asked = await ask('ann@x.test', { sendMode: 'link' });
      expect(await find(asked)).toEqual({
        interactionId: asked.interactionId,
        clientId: CLIENT_ID,
        connection: 'email',
        channel: 'email',
        identifier: 'ann@x.test',
        pepperId: expect.any(String),
        codeLength: 6,
        generation: 0,
        codeExpiresAt: later(600),
        previousCodeExpiresAt: null,
        createdAt: now,
        userAgent: expect.stringContaining('Firefox'),
        state: 'open',
        isReturned: false,
        sessionId: null,
      });
      const firstDies = later(600);
      pass(500);
      await resend(asked);
      expect(await find(asked)).toMatchObject({
        generation: 1,
        codeExpiresAt: later(600),
        previousCodeExpiresAt: firstDies,
      });
    });

    it('is open, proven, cancelled or ended, or not there', async () => {
      const { ask, openLink, guessWrong, cancel } = stage();
      const [open, proven, cancelled, exhausted] = [
        await ask('ann@x.test'),
        await ask('bob@x.test'),
        await ask('carl@x.test'),
        await ask('dora@x.test'),
      ];
      const unanswerable = await ask('eve@x.test', { signUpOpen: false });
      await openLink(proven);
      await cancel(cancelled);
      for (let guess = 0; guess < 5; guess++) await guessWrong(exhausted);
      const states = [];
      for (const asked of [open, proven, cancelled, exhausted, unanswerable])
        states.push((await find(asked))?.state);
      expect(states).toEqual(['open', 'proven', 'cancelled', 'ended', 'ended']);
      expect(await find({ ...open, challengeId: 'nobody’s' })).toBeNull();
    });

    it('is returned once the client has what it asked for, and where nobody may fetch it', async () => {
      const { answer, ask, finish, openLink, openLinkElsewhere } = stage();
      const [opened, elsewhere, typed] = [
        await ask('ann@x.test'),
        await ask('bob@x.test'),
        await ask('carl@x.test'),
      ];
      const { sessionId } = await openLink(opened);
      await openLinkElsewhere(elsewhere);
      await answer(typed);
      expect(await find(opened)).toMatchObject({ isReturned: false, sessionId });
      for (const asked of [elsewhere, typed])
        expect(await find(asked)).toMatchObject({ state: 'proven', isReturned: true });
      await finish(opened);
      expect(await find(opened)).toMatchObject({ state: 'proven', isReturned: true });
    });

    it('knows whose identifier it asks, as soon as somebody holds it', async () => {
      const { ask, answer, first, second } = stage();
      const asked = await ask('ann@x.test');
      const ofAnn = { channel: 'email', identifier: 'ann@x.test' } as const;
      expect(await first.challenges.findAccountId(ofAnn)).toBeNull();
      const { answered } = await answer(asked);
      const accountId = answered.kind === 'proven' ? answered.accountId : '';
      expect(await second.challenges.findAccountId(ofAnn)).toBe(accountId);
      expect(await first.challenges.findAccountId({ ...ofAnn, channel: 'sms' })).toBeNull();
      expect(await first.challenges.findAccountId({ ...ofAnn, identifier: 'bob@x.test' })).toBeNull();
    });

    it('MAG-2: is found as often as one likes, and nothing changes', async () => {
      const { ask, openLink, atOnce, dump } = stage();
      const asked = await ask('ann@x.test');
      const before = await dump();
      await atOnce(20, (on) => on.challenges.find(asked.challengeId));
      expect(await dump()).toEqual(before);
      expect((await openLink(asked)).answered.kind).toBe('proven');
    });
  });

  describe('a notice about a new browser', () => {
    it('goes to whoever signed in before, and is in the outbox of the same statement', async () => {
      const { ask, answer, signIn, prisma, pass, later } = stage();
      await signIn('ann@x.test');
      pass(86_401);
      await prisma.message.deleteMany();
      const asked = await ask('ann@x.test', { typedForm: 'ANN@x.test' });
      const { answered } = await answer(asked, { notifies: true });
      expect(answered).toMatchObject({ kind: 'proven', noticeSentTo: 'ann@x.test' });
      const [login, notice, ...more] = await prisma.message.findMany({ orderBy: { kind: 'asc' } });
      expect(more).toEqual([]);
      const { challengeId } = asked;
      const subject = {
        maskedIdentifier: 'a***@x.test',
        identifierHash: expect.stringMatching(/^[\w-]{43}$/),
      };
      const same = { challengeId, clientId: CLIENT_ID, connection: 'email', channel: 'email', ...subject };
      expect(login).toMatchObject({ ...same, kind: 'login', expiresAt: later(600) });
      expect(notice).toMatchObject({
        ...same,
        kind: 'new_device',
        generation: 0,
        language: 'en',
        status: 'queued',
        dueAt: later(45),
        expiresAt: later(3600),
        createdAt: later(0),
        context: { applicationName: 'Acme', userAgent: expect.stringContaining('Firefox') },
      });
    });

    it('is none on the first day of an account', async () => {
      const { ask, answer, signIn, pass } = stage();
      await signIn('ann@x.test');
      pass(86_400);
      const { answered } = await answer(await ask('ann@x.test'), { notifies: true });
      expect(answered).toMatchObject({ kind: 'proven', noticeSentTo: null });
    });

    it('is none at a first login, also of an account that an operator made', async () => {
      const { ask, answer, signIn, prisma, pass } = stage();
      const { answered: first } = await answer(await ask('ann@x.test'), { notifies: true });
      expect(first).toMatchObject({ noticeSentTo: null });
      const { accountId } = await signIn('bob@x.test');
      pass(86_401);
      await prisma.account.update({ where: { id: accountId }, data: { loginsCount: 0 } });
      const { answered: made } = await answer(await ask('bob@x.test'), { notifies: true });
      expect(made).toMatchObject({ kind: 'proven', noticeSentTo: null });
      expect(await prisma.message.count({ where: { kind: 'new_device' } })).toBe(0);
    });

    it('is none where it is not wanted, nothing was proven, or the account is blocked', async () => {
      const { ask, answer, guessWrong, openLink, signIn, block, pass, prisma } = stage();
      const { accountId } = await signIn('ann@x.test');
      pass(86_401);
      await answer(await ask('ann@x.test'));
      await guessWrong(await ask('ann@x.test'), { notifies: true });
      const asked = await ask('ann@x.test');
      pass(600);
      await openLink(asked, { notifies: true });
      const last = await ask('ann@x.test');
      await block(accountId);
      await answer(last, { notifies: true });
      expect(await prisma.message.count({ where: { kind: 'new_device' } })).toBe(0);
    });

    it('of fifty answers at once is one', async () => {
      const { ask, answer, signIn, atOnce, pass, prisma } = stage();
      await signIn('ann@x.test');
      pass(86_401);
      const asked = await ask('ann@x.test');
      await atOnce(50, (on) => answer(asked, { on, notifies: true }));
      expect(await prisma.message.count({ where: { kind: 'new_device' } })).toBe(1);
    });
  });

  it('LOG-2: every link that is opened or stopped writes one audit event, which says so', async () => {
    const { ask, openLink, openLinkElsewhere, answer, finish, cancel, pass, prisma } = stage();
    const [here, elsewhere, stopped, tested] = [
      await ask('ann@x.test'),
      await ask('ann@x.test'),
      await ask('ann@x.test'),
      await ask('ann@x.test', { withheld: 'test_identity' }),
    ];
    for (const act of [
      () => openLink(here),
      () => finish(here),
      () => openLinkElsewhere(elsewhere),
      () => cancel(stopped),
      () => answer(tested, { provenBy: 'test_identity' }),
    ]) {
      pass(1);
      await act();
    }
    const old = await ask('ann@x.test');
    pass(600);
    await openLink(old);
    const events = await prisma.logEvent.findMany({
      where: { type: { notIn: ['cls', 'test_identity'] } },
      orderBy: { occurredAt: 'asc' },
    });
    expect(events.map((event) => [event.type, event.description])).toEqual([
      ['ss', 'Signed in with the link.'],
      ['s', 'Signed in with the link.'],
      ['f', 'Stopped by whoever received the message.'],
      ['s', 'Signed in as a test identity, with its fixed code.'],
      ['f', 'The link was too old.'],
    ]);
    for (const event of events) {
      expect(event).toMatchObject({
        clientId: CLIENT_ID,
        connection: 'email',
        maskedIdentifier: 'a***@x.test',
        identifierHash: expect.stringMatching(/^[\w-]{43}$/),
        ip: '192.0.2.1',
      });
    }
  });
}
