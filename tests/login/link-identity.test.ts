import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mayLink } from '@/lib/login/link-identity';
import { emailConnection } from '@/tests/memory/connections';
import { type Desk, openDesk, otherThan } from '@/tests/store/conformance/sign-in-desk';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk?.close());
beforeEach(() => desk.reset());

const signIn = async (email: string) => (await desk.stage.signIn(email)).accountId;

async function ask(typed: string, wish: Parameters<Desk['beginLink']>[1] = {}) {
  const begun = await desk.beginLink(typed, wish);
  if (begun.kind !== 'asked') throw new Error(begun.problem.kind);
  return { ...begun, code: begun.message?.oneTimeCode ?? '' };
}

const addressesOf = async (accountId: string) =>
  (await desk.stage.first.accounts.find(accountId))?.identities.map(({ identifier }) => identifier);

describe('another address of somebody who is signed in', () => {
  it('is sent a code and no link, whatever its connection sends, also where sign-up is closed', async () => {
    const connections = [emailConnection({ sendMode: 'link', signUpOpen: false })];
    const { message, asked } = await ask('Other@x.test', { connections });
    expect(message).toMatchObject({
      kind: 'login',
      recipient: 'Other@x.test',
      oneTimeCode: expect.stringMatching(/^\d{6}$/),
      link: null,
      stopLink: null,
    });
    expect(asked.sendMode).toBe('code');
  });

  it('is theirs from the moment its code is typed, and signs in to their account', async () => {
    const ann = await signIn('ann@x.test');
    const asked = await ask('other@x.test');
    expect(await desk.proveLink(asked, asked.code, { accountId: ann })).toMatchObject({ kind: 'linked' });
    expect(await addressesOf(ann)).toEqual(['ann@x.test', 'other@x.test']);
    expect(await signIn('other@x.test')).toBe(ann);
    expect(await desk.stage.prisma.account.count()).toBe(1);
  });

  it('is told to the addresses that were theirs before, and to no other (LNK-1)', async () => {
    const ann = await signIn('ann@x.test');
    const asked = await ask('other@x.test');
    const made = await desk.proveLink(asked, asked.code, { accountId: ann });
    expect(made).toMatchObject({
      kind: 'linked',
      notices: [
        {
          ...{ kind: 'identity_added', recipient: 'ann@x.test', applicationName: 'Acme', language: 'en' },
          ...{ oneTimeCode: null, link: null, stopLink: null },
        },
      ],
    });
  });

  it('brings the account that it had, which ends with its sessions', async () => {
    const { stage } = desk;
    const ann = await signIn('ann@x.test');
    const other = await stage.signIn('other@x.test');
    const asked = await ask('other@x.test');
    expect(await desk.proveLink(asked, asked.code, { accountId: ann })).toMatchObject({ kind: 'linked' });
    expect(await stage.first.accounts.find(other.accountId)).toBeNull();
    expect(await stage.second.sessions.findActive(other.sessionSecret, stage.now)).toBeNull();
  });

  it('signs nobody in: no session begins, and no page takes the code for a sign-in (LNK-1)', async () => {
    const { prisma, answer } = desk.stage;
    const ann = await signIn('ann@x.test');
    const sessions = await prisma.session.count();
    const asked = await ask('other@x.test');
    const stranger = {
      challengeId: asked.asked.challengeId,
      interactionId: 'another',
      email: 'other@x.test',
    };
    expect((await answer(stranger)).answered).toEqual({ kind: 'ended' });
    await desk.proveLink(asked, asked.code, { accountId: ann });
    expect(await prisma.session.count()).toBe(sessions);
  });

  it('is not linked by a wrong code, one that is too old, or one that was used', async () => {
    const ann = await signIn('ann@x.test');
    const asked = await ask('other@x.test');
    const problemOf = async (code: string) => {
      const made = await desk.proveLink(asked, code, { accountId: ann });
      return made.kind === 'problem' ? made.problem : made;
    };
    expect(await problemOf('12')).toEqual({ kind: 'code_malformed', codeLength: 6 });
    for (let triesLeft = 4; triesLeft > 0; triesLeft--)
      expect(await problemOf(otherThan(asked.code))).toEqual({ kind: 'code_wrong', triesLeft });
    expect(await problemOf(otherThan(asked.code))).toEqual({ kind: 'over' });
    expect(await problemOf(asked.code)).toEqual({ kind: 'over' });

    const late = await ask('late@x.test');
    desk.stage.pass(601);
    expect(await desk.proveLink(late, late.code, { accountId: ann })).toEqual({
      kind: 'problem',
      problem: { kind: 'over' },
    });

    const used = await ask('used@x.test');
    await desk.proveLink(used, used.code, { accountId: ann });
    expect(await desk.proveLink(used, used.code, { accountId: ann })).toEqual({
      kind: 'problem',
      problem: { kind: 'over' },
    });
    expect(await addressesOf(ann)).toEqual(['ann@x.test', 'used@x.test']);
  });

  it('that is theirs already is said to be', async () => {
    const ann = await signIn('ann@x.test');
    const asked = await ask('ann@x.test');
    expect(await desk.proveLink(asked, asked.code, { accountId: ann })).toEqual({
      kind: 'problem',
      problem: { kind: 'own' },
    });
  });

  it('whose account is blocked is sent nothing, and linked to nobody', async () => {
    const ann = await signIn('ann@x.test');
    const other = await signIn('other@x.test');
    const before = await ask('other@x.test');
    await desk.stage.first.accounts.change(other, { isBlocked: true }, desk.stage.now);
    expect(await desk.proveLink(before, before.code, { accountId: ann })).toMatchObject({ kind: 'problem' });
    expect((await ask('other@x.test')).message).toBeNull();
    expect(await addressesOf(other)).toEqual(['other@x.test']);
  });

  it('counts among what is sent to it and guessed at it, like a sign-in (OTP-5, RLM-1)', async () => {
    const wish = { limits: { starts_per_recipient_hour: 1 } };
    await ask('other@x.test', wish);
    expect(await desk.beginLink('other@x.test', wish)).toMatchObject({
      kind: 'problem',
      problem: { kind: 'wait' },
    });
    expect(await desk.beginLink('other@', {})).toMatchObject({
      kind: 'problem',
      problem: { kind: 'identifier_malformed' },
    });
  });

  it('LNK-2: that somebody else had filled an account with brings nothing of theirs', async () => {
    const { first, now } = desk.stage;
    const ann = await signIn('ann@x.test');
    const eve = await signIn('eve@x.test');
    const identity = {
      provider: 'email',
      userId: '1',
      identifier: 'other@x.test',
      typedForm: 'other@x.test',
    } as const;
    await first.accounts.add(
      {
        identity: { ...identity, isVerified: false },
        ...{ name: null, nickname: null, givenName: null, familyName: null, picture: null },
        ...{ userMetadata: {}, appMetadata: {}, isBlocked: false },
      },
      now,
    );
    const origin = { clientId: null, ip: null, userAgent: null, now };
    const secondary = { provider: 'email', userId: eve.slice('email|'.length) } as const;
    await first.links.link({ accountId: 'email|1', secondary, notices: null, origin });
    const asked = await ask('other@x.test');
    await desk.proveLink(asked, asked.code, { accountId: ann });
    expect(await addressesOf(ann)).toEqual(['ann@x.test', 'other@x.test']);
    expect(await signIn('eve@x.test')).toBe(eve);
  });
});

describe('a session', () => {
  it('LNK-1: may link for ten minutes after its person was proven', () => {
    const authenticatedAt = new Date('2031-05-06T07:08:09Z');
    const later = (seconds: number) => new Date(authenticatedAt.getTime() + seconds * 1000);
    expect(mayLink({ authenticatedAt }, later(600))).toBe(true);
    expect(mayLink({ authenticatedAt }, later(601))).toBe(false);
  });
});
