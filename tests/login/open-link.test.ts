// A link from a message, on a real store: looked at by anybody, opened where it was asked for or, where that is allowed,
// by a press elsewhere; stopped by whoever received it.
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Interaction } from '@/lib/login/interaction';
import { emailConnection } from '@/tests/memory/connections';
import { type Desk, openDesk, otherThan, type Waiting } from '@/tests/store/conformance/sign-in-desk';
import { nextBox, rotatedBox } from '@/tests/store/conformance/stores';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
beforeEach(() => desk.reset());
afterEach(async () => expect(await desk.stage.findSecretsAtRest()).toEqual([]));
afterAll(() => desk?.close());

/** The connection whose links may be opened anywhere. */
const anywhere = { connections: [emailConnection({ signInOnOtherDevice: true })] };

/** A login that waits, and the link of its first message. */
async function ask(typed = 'ann@x.test'): Promise<{ waiting: Waiting; link: string; code: string }> {
  const waiting = await desk.wait(typed);
  const { link, oneTimeCode } = waiting.message ?? {};
  if (!link || !oneTimeCode) throw new Error('A message carries both.');
  return { waiting, link, code: oneTimeCode };
}

/** Asks once more, when the code in hand is too old to be sent again. */
async function askAgain(waiting: Waiting): Promise<{ waiting: Waiting; link: string }> {
  desk.stage.pass(500);
  const again = await desk.again(waiting);
  if (again.kind !== 'resent' || !again.newCode || !again.message?.link) throw new Error('No new link.');
  const interaction: Interaction = { ...waiting.interaction, asked: again.asked };
  return { waiting: { ...again, interaction }, link: again.message.link };
}

describe('looking at a link', () => {
  it('in the browser that asked offers to sign in there', async () => {
    const { waiting, link } = await ask();
    expect(await desk.look(link, waiting)).toEqual({
      kind: 'here',
      clientId: 'client-1',
      interaction: waiting.interaction,
    });
  });

  it('elsewhere shows the code of the same message, and who asked, where and when', async () => {
    const { waiting, link, code } = await ask();
    const asked = { createdAt: desk.stage.now, expiresAt: desk.stage.later(600) };
    desk.stage.pass(30);
    expect(await desk.look(link, null)).toEqual({
      kind: 'elsewhere',
      relayCode: code,
      clientId: 'client-1',
      connection: 'email',
      maskedIdentifier: 'a***@x.test',
      signInHere: null,
      userAgent: expect.stringContaining('Firefox'),
      ...asked,
    });
    expect(await desk.look(link, null, anywhere)).toMatchObject({ signInHere: { endsOther: false } });
    expect((await desk.type(waiting, code)).kind).toBe('signed_in');
  });

  it('MAG-2, MAG-3: changes nothing, however often, wherever, and whatever came of it', async () => {
    const { waiting, link } = await ask();
    const { stage, look, open } = desk;
    const before = await stage.dump();
    for (let visit = 0; visit < 20; visit++) await look(link, visit % 2 === 0 ? null : waiting);
    expect(await stage.dump()).toEqual(before);
    expect((await open(waiting, link)).kind).toBe('signed_in');
  });

  it('of the newest two messages works, of an older one says that there is a newer', async () => {
    const first = await ask();
    const second = await askAgain(first.waiting);
    expect((await desk.look(first.link, second.waiting)).kind).toBe('here');
    expect((await desk.look(second.link, second.waiting)).kind).toBe('here');
    expect(await desk.look(first.link, null)).toMatchObject({ kind: 'elsewhere', relayCode: first.code });
    const third = await askAgain(second.waiting);
    expect((await desk.look(first.link, third.waiting)).kind).toBe('replaced');
    expect((await desk.look(first.link, null)).kind).toBe('replaced');
    expect((await desk.look(second.link, third.waiting)).kind).toBe('here');
  });

  it('of an address that was corrected since says that there is a newer', async () => {
    const { waiting, link } = await ask();
    const corrected = await desk.wait('bob@x.test');
    const interaction = { ...waiting.interaction, asked: corrected.asked };
    expect(await desk.look(link, { ...waiting, interaction })).toEqual({
      kind: 'replaced',
      clientId: 'client-1',
      interaction,
    });
    const unasked = { ...waiting.interaction, asked: null };
    expect((await desk.look(link, { ...waiting, interaction: unasked })).kind).toBe('replaced');
  });

  it('MAG-1: says when it is too old, to the millisecond', async () => {
    const { waiting, link } = await ask();
    desk.stage.pass(600 - 0.001);
    expect((await desk.look(link, null)).kind).toBe('elsewhere');
    desk.stage.pass(0.001);
    expect(await desk.look(link, null)).toEqual({ kind: 'expired', clientId: 'client-1', interaction: null });
    expect(await desk.look(link, waiting)).toEqual({
      kind: 'expired',
      clientId: 'client-1',
      interaction: waiting.interaction,
    });
  });

  it('is too old where its page is', async () => {
    const { waiting, link } = await ask();
    const createdAt = desk.stage.later(-3600).getTime() - 1;
    const interaction = { ...waiting.interaction, createdAt };
    expect((await desk.look(link, { ...waiting, interaction })).kind).toBe('expired');
  });

  it('is too old when its guesses are used up, or house-keeping has been there', async () => {
    const { waiting, link, code } = await ask();
    for (let guess = 0; guess < 5; guess++) await desk.type(waiting, otherThan(code));
    expect((await desk.look(link, null)).kind).toBe('expired');
    await desk.stage.prisma.message.deleteMany();
    await desk.stage.prisma.challenge.deleteMany();
    expect(await desk.look(link, waiting)).toEqual({ kind: 'expired', clientId: null, interaction: null });
  });

  it('says when it was used, by link or by code, here or elsewhere', async () => {
    const [opened, typed] = [await ask('ann@x.test'), await ask('bob@x.test')];
    await desk.open(opened.waiting, opened.link);
    await desk.type(typed.waiting, typed.code);
    for (const { waiting, link } of [opened, typed]) {
      expect(await desk.look(link, waiting)).toEqual({
        kind: 'used',
        clientId: 'client-1',
        interaction: waiting.interaction,
      });
      expect(await desk.look(link, null)).toEqual({ kind: 'used', clientId: 'client-1', interaction: null });
    }
  });

  it.each([
    ['nothing', ''],
    ['a word', 'login'],
    ['a path', '../../authorize'],
    ['somebody’s invention', randomBytes(42).toString('base64url')],
  ])('MAG-9: that is %s asks no database', async (_, link) => {
    const { look } = desk;
    const away = { ...desk.stage.first, challenges: null as never };
    expect(await look(link, null, { on: away })).toEqual({ kind: 'broken' });
  });

  it('works while SECRET is being replaced, and no longer without the old one', async () => {
    const { waiting, link } = await ask();
    expect((await desk.look(link, null, { secrets: rotatedBox })).kind).toBe('elsewhere');
    expect((await desk.look(link, waiting, { secrets: nextBox })).kind).toBe('broken');
  });
});

describe('opening a link in the browser that asked', () => {
  it('begins a session; the authorization code is left to the tab that fetches it', async () => {
    const { open, finish, stage } = desk;
    const { waiting, link } = await ask();
    const opened = await open(waiting, link);
    expect(opened).toEqual({
      kind: 'signed_in',
      accountId: expect.stringMatching(/^email\|[0-9a-f]{24}$/),
      firstLogin: true,
      authorizationCode: null,
      tokenFamilyId: null,
      sessionSecret: expect.stringMatching(/^[\w-]{43}$/),
      sessionExpiresAt: stage.later(168 * 3600),
      subject: expect.stringMatching(/^[\w-]{43}$/),
      notice: null,
    });
    const finished = await finish(waiting);
    expect(finished).toEqual({
      kind: 'finished',
      accountId: opened.kind === 'signed_in' && opened.accountId,
      authorizationCode: expect.stringMatching(/^[\w-]{43}$/),
      tokenFamilyId: null,
    });
    if (finished.kind !== 'finished') return;
    expect(await stage.redeem({ code: finished.authorizationCode ?? '' })).toMatchObject({
      kind: 'redeemed',
      grant: { scope: 'openid', nonce: 'N1', subject: { email: 'ann@x.test' } },
    });
    expect(await finish(waiting)).toEqual({ kind: 'ended' });
  });

  it('by a press gives the authorization code at once', async () => {
    const { waiting, link } = await ask();
    const opened = await desk.open(waiting, link, { finishesHere: true });
    expect(opened).toMatchObject({ kind: 'signed_in', authorizationCode: expect.any(String) });
    if (opened.kind !== 'signed_in' || opened.authorizationCode === null) return;
    expect((await desk.stage.redeem({ code: opened.authorizationCode })).kind).toBe('redeemed');
    expect(await desk.finish(waiting)).toEqual({ kind: 'ended' });
  });

  it('STA-2: keeps nonce, PKCE and what was asked for over the hop', async () => {
    const { wait, open, finish, stage } = desk;
    const waiting = await wait(
      'ann@x.test',
      {},
      { nonce: 'other', maxAgeSeconds: 60, scope: 'openid email' },
    );
    await open(waiting, waiting.message?.link);
    const finished = await finish(waiting);
    const code = (finished.kind === 'finished' && finished.authorizationCode) || '';
    expect((await stage.redeem({ code }, { codeChallenge: 'another' })).kind).toBe('refused');
    expect(await stage.redeem({ code })).toMatchObject({
      grant: { nonce: 'other', scope: 'openid email', authTimeRequested: true },
    });
  });

  it('FRM-3, OTP-9: of another login opens nothing, also one for the same address', async () => {
    const [mine, theirs] = [await ask(), await ask()];
    expect(await desk.open(mine.waiting, theirs.link)).toEqual({ kind: 'dead' });
    const crossed = { ...mine.waiting.interaction, asked: theirs.waiting.asked };
    expect(await desk.open({ ...mine.waiting, interaction: crossed }, theirs.link)).toEqual({ kind: 'dead' });
    const unasked = { ...mine.waiting.interaction, asked: null };
    expect(await desk.open({ ...mine.waiting, interaction: unasked }, mine.link)).toEqual({ kind: 'dead' });
    expect(await desk.stage.prisma.session.count()).toBe(0);
    expect((await desk.open(mine.waiting, mine.link)).kind).toBe('signed_in');
  });

  it('MAG-1: a second time, too late, or with a part of it, opens nothing', async () => {
    const [used, old, partial] = [await ask('ann@x.test'), await ask('bob@x.test'), await ask('carl@x.test')];
    await desk.open(used.waiting, used.link);
    expect(await desk.open(used.waiting, used.link)).toEqual({ kind: 'dead' });
    expect(await desk.open(partial.waiting, partial.link.slice(0, -1))).toEqual({ kind: 'dead' });
    desk.stage.pass(600);
    expect(await desk.open(old.waiting, old.link)).toEqual({ kind: 'dead' });
    expect(await desk.stage.prisma.session.count()).toBe(1);
  });

  it('works with the link before the newest while that lives', async () => {
    const first = await ask();
    const second = await askAgain(first.waiting);
    expect((await desk.open(second.waiting, first.link)).kind).toBe('signed_in');
  });

  it('MAG-10: of an account that was blocked meanwhile signs nobody in', async () => {
    const { accountId } = await desk.stage.signIn('ann@x.test');
    const { waiting, link } = await ask();
    await desk.stage.block(accountId);
    expect(await desk.open(waiting, link)).toEqual({ kind: 'blocked' });
    expect(await desk.finish(waiting)).toEqual({ kind: 'ended' });
  });

  it('FRM-4: ends the session that this browser had', async () => {
    const had = await desk.stage.signIn('bob@x.test');
    const { waiting, link } = await ask();
    await desk.open(waiting, link, { replacedSessionSecret: had.sessionSecret });
    expect(await desk.stage.first.sessions.findActive(had.sessionSecret, desk.stage.now)).toBeNull();
  });

  it('OTP-7: is not in the way of limits that strangers used up', async () => {
    const limits = { guesses_per_identifier: 0, guesses_per_ip: 0 };
    const { waiting, link, code } = await ask();
    expect(await desk.type(waiting, code, { limits, ip: '192.0.2.1' })).toMatchObject({
      problem: { kind: 'wait' },
    });
    expect((await desk.open(waiting, link, { limits, ip: '192.0.2.1' })).kind).toBe('signed_in');
  });
});

describe('finishing', () => {
  it('before the link was opened says what to do', async () => {
    const { waiting } = await ask();
    expect(await desk.finish(waiting)).toEqual({ kind: 'problem', problem: { kind: 'link_not_opened' } });
    expect(await desk.finish({ interaction: { ...waiting.interaction, asked: null } })).toEqual({
      kind: 'ended',
    });
  });

  it('of a sign-in that was stopped says so', async () => {
    const { waiting, link } = await ask();
    expect(await desk.stop(link)).toBe(true);
    expect(await desk.finish(waiting)).toEqual({ kind: 'cancelled' });
  });
});

describe('opening a link in another browser', () => {
  it('MAG-4: opens nothing where the connection does not say so', async () => {
    const { waiting, link } = await ask();
    expect(await desk.openElsewhere(link)).toEqual({ kind: 'dead' });
    expect(await desk.openElsewhere(link, { connections: [] })).toEqual({ kind: 'dead' });
    expect(await desk.stage.prisma.session.count()).toBe(0);
    expect((await desk.open(waiting, link)).kind).toBe('signed_in');
  });

  it('MAG-4: by a press, where the connection says so, signs in there and nobody where it was asked for', async () => {
    const { waiting, link, code } = await ask();
    const opened = await desk.openElsewhere(link, anywhere);
    expect(opened).toMatchObject({ kind: 'signed_in', clientId: 'client-1' });
    expect(opened).not.toHaveProperty('authorizationCode');
    expect(await desk.finish(waiting)).toEqual({ kind: 'ended' });
    expect(await desk.open(waiting, link)).toEqual({ kind: 'dead' });
    expect(await desk.type(waiting, code)).toEqual({ kind: 'ended' });
    expect(await desk.stage.prisma.session.count()).toBe(1);
    expect(await desk.stage.prisma.authorizationCode.count()).toBe(0);
  });

  it('FRM-3: asks first where somebody else is signed in, and nothing happens without the answer', async () => {
    const { stage, look, openElsewhere } = desk;
    const victim = await stage.signIn('bob@x.test');
    const here = { accountId: victim.accountId, replacedSessionSecret: victim.sessionSecret };
    const { link } = await ask('attacker@x.test');
    expect(await look(link, null, { ...anywhere, ...here })).toMatchObject({
      maskedIdentifier: 'a***@x.test',
      signInHere: { endsOther: true },
    });
    expect(await openElsewhere(link, { ...anywhere, ...here })).toEqual({ kind: 'unconfirmed' });
    expect(await stage.first.sessions.findActive(victim.sessionSecret, stage.now)).not.toBeNull();
    expect(await stage.prisma.session.count()).toBe(1);
    const ticked = { ...anywhere, ...here, mayEndOther: true };
    expect((await openElsewhere(link, ticked)).kind).toBe('signed_in');
    expect(await stage.first.sessions.findActive(victim.sessionSecret, stage.now)).toBeNull();
  });

  it('asks nothing of somebody who is signed in already as whom the link is for', async () => {
    const { stage, look, openElsewhere } = desk;
    const ann = await stage.signIn('ann@x.test');
    const here = { ...anywhere, accountId: ann.accountId, replacedSessionSecret: ann.sessionSecret };
    const { link } = await ask('ann@x.test');
    expect(await look(link, null, here)).toMatchObject({ signInHere: { endsOther: false } });
    expect((await openElsewhere(link, here)).kind).toBe('signed_in');
  });

  it('opens nothing for a link that is none, too old or used, or of a blocked account', async () => {
    const [used, blocked, old] = [await ask('ann@x.test'), await ask('bob@x.test'), await ask('carl@x.test')];
    await desk.open(used.waiting, used.link);
    await desk.stage.block((await desk.stage.signIn('bob@x.test')).accountId);
    expect(await desk.openElsewhere('', anywhere)).toEqual({ kind: 'dead' });
    expect(await desk.openElsewhere(used.link, anywhere)).toEqual({ kind: 'dead' });
    expect(await desk.openElsewhere(blocked.link, anywhere)).toEqual({ kind: 'blocked' });
    desk.stage.pass(600);
    expect(await desk.openElsewhere(old.link, anywhere)).toEqual({ kind: 'dead' });
  });
});

describe('stopping a sign-in', () => {
  it('ends its code, its links and its messages, and the page of its links says so', async () => {
    const { waiting, link, code } = await ask();
    expect(await desk.stop(link)).toBe(true);
    expect(await desk.type(waiting, code)).toEqual({ kind: 'cancelled' });
    expect(await desk.open(waiting, link)).toEqual({ kind: 'dead' });
    expect(await desk.look(link, waiting)).toEqual({
      kind: 'cancelled',
      clientId: 'client-1',
      interaction: waiting.interaction,
    });
    expect(await desk.look(link, null)).toEqual({
      kind: 'cancelled',
      clientId: 'client-1',
      interaction: null,
    });
    expect(await desk.stop(link)).toBe(false);
    expect(await desk.stage.prisma.logEvent.findFirst({ where: { type: 'f' } })).toMatchObject({
      maskedIdentifier: 'a***@x.test',
      description: 'Stopped by whoever received the message.',
    });
  });

  it('needs any of its links, also an old one, and no other', async () => {
    const first = await ask();
    const second = await askAgain(first.waiting);
    const third = await askAgain(second.waiting);
    expect(await desk.stop('')).toBe(false);
    expect(await desk.stop(randomBytes(42).toString('base64url'))).toBe(false);
    expect(await desk.stop(first.link)).toBe(true);
    expect((await desk.look(third.link, third.waiting)).kind).toBe('cancelled');
  });

  it('does not undo a sign-in that is done', async () => {
    const { waiting, link, code } = await ask();
    await desk.type(waiting, code);
    expect(await desk.stop(link)).toBe(false);
    expect((await desk.look(link, null)).kind).toBe('used');
  });
});

describe('a browser that is new to a person', () => {
  it('is told of, once, by a message without code or link', async () => {
    const { wait, type, stage } = desk;
    await stage.signIn('ann@x.test');
    stage.pass(86_401);
    const waiting = await wait('ann@x.test');
    const answered = await type(waiting, waiting.message?.oneTimeCode, { ip: '192.0.2.7' });
    const notice = answered.kind === 'signed_in' ? answered.notice : null;
    expect(notice).toEqual({
      messageId: expect.any(String),
      kind: 'new_device',
      channel: 'email',
      connection: 'email',
      recipient: 'ann@x.test',
      oneTimeCode: null,
      link: null,
      stopLink: null,
      language: 'en',
      applicationName: 'Acme',
      reference: waiting.asked.reference,
      askedAt: stage.now,
      expiresAt: stage.later(3600),
      userAgent: expect.stringContaining('Firefox'),
      ip: '192.0.2.7',
    });
    const { messageId } = notice ?? {};
    expect(await stage.prisma.message.findMany({ where: { kind: 'new_device' } })).toMatchObject([
      { id: messageId, status: 'queued', maskedIdentifier: 'a***@x.test' },
    ]);
  });

  it('is told of however the person signs in', async () => {
    const { open, openElsewhere, stage } = desk;
    await stage.signIn('ann@x.test');
    stage.pass(86_401);
    const [here, elsewhere] = [await ask(), await ask()];
    expect(await open(here.waiting, here.link)).toMatchObject({ notice: { kind: 'new_device' } });
    expect(await openElsewhere(elsewhere.link, anywhere)).toMatchObject({ notice: { kind: 'new_device' } });
  });

  it('is not told of at a first login, in a browser that is known, or where the connection does not want it', async () => {
    const { wait, type, stage } = desk;
    const quiet = { connections: [emailConnection({ newDeviceNotice: false })] };
    for (const wish of [{}, { knownBrowserId: 'ann’s' }, quiet]) {
      stage.pass(86_401);
      const waiting = await wait('ann@x.test');
      expect(await type(waiting, waiting.message?.oneTimeCode, wish)).toMatchObject({
        kind: 'signed_in',
        notice: null,
      });
    }
    expect(await stage.prisma.message.count({ where: { kind: 'new_device' } })).toBe(0);
  });
});
