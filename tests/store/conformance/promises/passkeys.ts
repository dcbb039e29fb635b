// What a store promises of passkeys (lib/login/passkey.ts): an answer signs in once, a count goes on, and a passkey is its
// identity's, wherever that goes.
import { describe, expect, it } from 'vitest';
import { mainIdentityOf } from '@/lib/login/account-links';
import { PASSKEYS_MAX, type PasskeySignIn } from '@/lib/login/passkey';
import { CLIENT_ID, type SignedIn, type Stage, tally } from '../stage';
import type { Process } from '../stores';

const NOTEBOOK =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36';
const EMAIL = [{ name: 'email', strategy: 'email' }] as const;

export function promisePasskeys(stage: () => Stage, { rounds }: { rounds: number }): void {
  const context = () => ({
    ip: '192.0.2.7',
    userAgent: NOTEBOOK,
    language: 'en' as const,
    knownBrowserId: null,
    now: stage().now,
  });
  const by = () => ({ ip: null, userAgent: null, now: stage().now });

  /** Keeps a passkey for whoever just proved that address; what the authenticator calls it. */
  async function add(
    { accountId, email }: { accountId: string; email: string },
    {
      signCount = 0,
      challenge = stage().id(),
      credentialId = stage().id(),
      on = stage().first,
    }: { signCount?: number; challenge?: string; credentialId?: string; on?: Process } = {},
  ): Promise<{ isKept: boolean; credentialId: string }> {
    const { id, later } = stage();
    const isKept = await on.passkeys.add({
      id: `passkey|dev_${id()}`,
      name: 'Chrome, Mac',
      userHandle: id(),
      credential: {
        credentialId,
        challenge,
        publicKey: new Uint8Array([1, 2, 3]),
        signCount,
        aaguid: '00000000-0000-0000-0000-000000000000',
        transports: ['internal'],
        deviceType: 'multi_device',
        isBackedUp: true,
      },
      challengeExpiresAt: later(720),
      accountId,
      identity: { channel: 'email', canonical: email },
      clientId: CLIENT_ID,
      logged: { maskedIdentifier: 'a***', identifierHash: 'hash' },
      context: context(),
    });
    return { isKept, credentialId };
  }

  /** Somebody with a passkey. */
  async function person(email: string, changes: Parameters<typeof add>[1] = {}) {
    const signedIn = await stage().signIn(email);
    return { ...signedIn, email, ...(await add({ ...signedIn, email }, changes)) };
  }

  async function use(
    credentialId: string,
    { on = stage().first, ...changes }: Partial<PasskeySignIn> & { on?: Process } = {},
  ) {
    const { id, secret, later, authorizationCode } = stage();
    const code = authorizationCode();
    const sessionSecret = secret();
    const used = await on.passkeys.signIn({
      credentialId,
      challenge: id(),
      challengeExpiresAt: later(720),
      signCount: 0,
      isBackedUp: true,
      clientId: CLIENT_ID,
      offered: EMAIL,
      session: {
        id: id(),
        secret: sessionSecret,
        amr: ['pop', 'user', 'mfa'],
        expiresAt: later(3600),
        idleExpiresAt: later(3600),
      },
      replacedSessionSecret: null,
      authorization: { authorizationCode: code, tokenFamily: null },
      consent: null,
      context: context(),
      ...changes,
    });
    return { used, code, sessionSecret };
  }

  const kindOf = async (...asked: Parameters<typeof use>) => (await use(...asked)).used.kind;

  describe('a passkey', () => {
    it('signs in whoever made it, with a session, a code and an event, and is as it was used last', async () => {
      const { first, now, redeem, events, pass } = stage();
      const { accountId, credentialId } = await person('ann@example.com');
      pass(60);
      const { used, code, sessionSecret } = await use(credentialId, { signCount: 3, isBackedUp: false });
      expect(used).toMatchObject({
        kind: 'signed_in',
        accountId,
        isPermitted: true,
        identifier: { channel: 'email', canonical: 'ann@example.com' },
      });
      expect(await first.sessions.findActive(sessionSecret, stage().now)).toMatchObject({ accountId });
      expect(await redeem(code)).toMatchObject({ kind: 'redeemed', grant: { subject: { sub: accountId } } });
      expect(await events()).toMatchObject({ ss: 1, s: 1, passkey_created: 1 });
      const [{ id } = { id: '' }] = await first.passkeys.list(accountId);
      expect(await first.prisma.logEvent.findFirst({ where: { type: 's' } })).toMatchObject({
        accountId,
        details: { passkey: id },
      });
      expect(await first.passkeys.list(accountId)).toMatchObject([
        { credentialId, isBackedUp: false, createdAt: now, lastUsedAt: stage().now },
      ]);
      expect(
        await first.sessionRegister.list(accountId, { after: null, limit: 5, now: stage().now }),
      ).toMatchObject([{ method: 'passkey', clientIds: [CLIENT_ID] }, { method: 'email' }]);
    });

    it('signs in once for each answer, however often and wherever it is sent (MAG-6)', async () => {
      const { credentialId } = await person('ann@example.com');
      for (let round = 0; round < rounds; round++) {
        const challenge = stage().id();
        const results = await stage().atOnce(10, (on) => use(credentialId, { on, challenge }));
        expect(tally(results.map(({ used }) => used))).toEqual({ signed_in: 1, refused: 9 });
      }
    });

    it('of which there may be a copy, because its count does not go on, signs nobody in', async () => {
      const { credentialId } = await person('ann@example.com', { signCount: 5 });
      expect(await kindOf(credentialId, { signCount: 5 })).toBe('refused');
      expect(await kindOf(credentialId, { signCount: 0 })).toBe('refused');
      expect(await kindOf(credentialId, { signCount: 6 })).toBe('signed_in');
      expect(await kindOf(credentialId, { signCount: 6 })).toBe('refused');
      expect(await stage().events()).toMatchObject({ f: 3, s: 1 });
    });

    it('counts on once: of answers with one count at once one signs in', async () => {
      const { credentialId } = await person('ann@example.com', { signCount: 1 });
      for (let count = 2; count < 2 + rounds; count++) {
        const results = await stage().atOnce(6, (on) => use(credentialId, { on, signCount: count }));
        expect(tally(results.map(({ used }) => used))).toEqual({ signed_in: 1, refused: 5 });
      }
    });

    it('signs nobody in where the account is blocked, where the client has no such connection, or where it is unknown (COD-9, OTP-9)', async () => {
      const { accountId, credentialId } = await person('ann@example.com');
      expect(await kindOf(stage().id())).toBe('refused');
      expect(await kindOf(credentialId, { offered: [{ name: 'sms', strategy: 'sms' }] })).toBe('refused');
      expect(await kindOf(credentialId, { offered: [] })).toBe('refused');
      await stage().block(accountId);
      // Nor does it sign out who is there.
      const bob = await stage().signIn('bob@example.com');
      expect(await kindOf(credentialId, { replacedSessionSecret: bob.sessionSecret })).toBe('blocked');
      expect(await stage().first.sessions.findActive(bob.sessionSecret, stage().now)).not.toBeNull();
      expect(await stage().prisma.session.count({ where: { amr: { has: 'pop' } } })).toBe(0);
    });

    it('goes on with the session of the same person, and ends that of another (FRM-4)', async () => {
      const { first, now } = stage();
      const ann = await person('ann@example.com');
      const bob = await stage().signIn('bob@example.com');
      const again = await use(ann.credentialId, { replacedSessionSecret: ann.sessionSecret });
      expect(again.used).toMatchObject({ kind: 'signed_in', sessionId: ann.sessionId });
      expect(await first.sessions.findActive(ann.sessionSecret, now)).toBeNull();
      await use(ann.credentialId, { replacedSessionSecret: bob.sessionSecret });
      expect(await first.sessions.findActive(bob.sessionSecret, now)).toBeNull();
    });

    it('does not go on with a session that is too old (FRM-7)', async () => {
      const { prisma, later } = stage();
      for (const over of [{ expiresAt: later(-1) }, { idleExpiresAt: later(-1) }, { endedAt: later(-1) }]) {
        const ann = await person('ann@example.com');
        await prisma.session.update({ where: { id: ann.sessionId }, data: over });
        const { used } = await use(ann.credentialId, { replacedSessionSecret: ann.sessionSecret });
        expect(used.kind === 'signed_in' && used.sessionId !== ann.sessionId).toBe(true);
      }
    });

    it('gives a client nothing that has not been allowed (SCP-1)', async () => {
      const { redeem, first, now } = stage();
      const { credentialId } = await person('ann@example.com');
      const consent = { clientId: CLIENT_ID, audience: null, scopes: ['openid'], asksAgain: false };
      const { used, code, sessionSecret } = await use(credentialId, { consent });
      expect(used).toMatchObject({ kind: 'signed_in', isPermitted: false });
      expect(await redeem(code)).toEqual({ kind: 'refused' });
      expect(await first.sessions.findActive(sessionSecret, now)).not.toBeNull();
    });
  });

  describe('a passkey is kept', () => {
    it('once for each question, and once at all', async () => {
      const signedIn = { ...(await stage().signIn('ann@example.com')), email: 'ann@example.com' };
      const [challenge, credentialId] = [stage().id(), stage().id()];
      expect(await add(signedIn, { challenge, credentialId })).toMatchObject({ isKept: true });
      expect(await add(signedIn, { challenge })).toMatchObject({ isKept: false });
      expect(await add(signedIn, { credentialId })).toMatchObject({ isKept: false });
    });

    it('for nobody but the account that holds the address, proven and not blocked (LNK-1)', async () => {
      const ann = await stage().signIn('ann@example.com');
      const bob = await stage().signIn('bob@example.com');
      expect(await add({ ...bob, email: 'ann@example.com' })).toMatchObject({ isKept: false });
      await stage().block(ann.accountId);
      expect(await add({ ...ann, email: 'ann@example.com' })).toMatchObject({ isKept: false });
      await stage().prisma.identity.updateMany({ data: { verifiedAt: null } });
      expect(await add({ ...bob, email: 'bob@example.com' })).toMatchObject({ isKept: false });
    });

    it('by a clock that is behind the one that took the proof', async () => {
      const signedIn = { ...(await stage().signIn('ann@example.com')), email: 'ann@example.com' };
      stage().pass(-1);
      const { credentialId } = await add(signedIn);
      expect(await kindOf(credentialId)).toBe('signed_in');
    });

    it(`until there are ${PASSKEYS_MAX}`, async () => {
      const signedIn = { ...(await stage().signIn('ann@example.com')), email: 'ann@example.com' };
      for (let count = 0; count < PASSKEYS_MAX; count++)
        expect(await add(signedIn)).toMatchObject({ isKept: true });
      expect(await add(signedIn)).toMatchObject({ isKept: false });
    });

    it(`until there are ${PASSKEYS_MAX}, however many are made at once`, async () => {
      const signedIn = { ...(await stage().signIn('ann@example.com')), email: 'ann@example.com' };
      const made = await stage().atOnce(PASSKEYS_MAX + 6, (on) => add(signedIn, { on }));
      expect(made.filter(({ isKept }) => isKept)).toHaveLength(PASSKEYS_MAX);
    });
  });

  describe('a passkey is its identity’s', () => {
    const list = ({ accountId }: Pick<SignedIn, 'accountId'>) => stage().first.passkeys.list(accountId);

    it('and goes with it: to the account it is linked to, and away again', async () => {
      const { first, pass } = stage();
      const [ann, bob] = [await person('ann@example.com'), await person('bob@example.com')];
      const origin = { ...by(), clientId: null };
      await first.links.link({
        accountId: ann.accountId,
        secondary: mainIdentityOf(bob.accountId),
        notices: null,
        origin,
      });
      expect(await list(ann)).toHaveLength(2);
      expect((await use(bob.credentialId)).used).toMatchObject({ accountId: ann.accountId });
      pass(1);
      await first.links.unlink({
        ...{ accountId: ann.accountId, identity: mainIdentityOf(bob.accountId), notices: null },
        origin: { ...by(), clientId: null },
      });
      expect(await list(ann)).toHaveLength(1);
      expect((await use(bob.credentialId)).used).toMatchObject({ accountId: bob.accountId });
      // What it began before is of the account no more.
      expect(
        await stage().prisma.session.count({
          where: { accountId: ann.accountId, amr: { has: 'pop' }, endedAt: null },
        }),
      ).toBe(0);
    });

    it('and is worth nothing once somebody else proved that anew (LNK-2, IDN-8)', async () => {
      const { prisma, pass } = stage();
      const ann = await person('ann@example.com');
      await prisma.identity.updateMany({ data: { verifiedAt: null } });
      expect(await kindOf(ann.credentialId)).toBe('refused');
      expect(await list(ann)).toEqual([]);
      pass(60);
      await stage().signIn('ann@example.com');
      expect(await kindOf(ann.credentialId)).toBe('refused');
      expect(await list(ann)).toEqual([]);
    });

    it('and is gone with the account', async () => {
      const { first, prisma } = stage();
      const ann = await person('ann@example.com');
      await first.accounts.remove({
        id: ann.accountId,
        identities: [
          { provider: 'email', userId: ann.accountId.slice('email|'.length), identifier: ann.email },
        ],
        identifierHashes: [],
        pseudonym: 'deleted|1',
        origin: { ...by(), clientId: null },
      });
      expect(await kindOf(ann.credentialId)).toBe('refused');
      expect(await prisma.passkey.count()).toBe(0);
    });
  });

  describe('passkeys of an account', () => {
    it('are removed one by one, or all at once, and nobody else’s with them (MGT-1)', async () => {
      const { first, events } = stage();
      const ann = await person('ann@example.com');
      const bob = await person('bob@example.com');
      stage().pass(1);
      await add(ann);
      const [one] = await first.passkeys.list(ann.accountId);
      const id = one?.id ?? '';
      expect(await first.passkeys.remove({ accountId: bob.accountId, id }, by())).toBe(0);
      expect(await first.passkeys.remove({ accountId: ann.accountId, id }, by())).toBe(1);
      expect(await kindOf(ann.credentialId)).toBe('refused');
      expect(await first.passkeys.remove({ accountId: ann.accountId, id: null }, by())).toBe(1);
      expect(await events()).toMatchObject({ passkey_removed: 2 });
      expect(await kindOf(bob.credentialId)).toBe('signed_in');
      expect(await first.passkeys.exist()).toBe(true);
    });
  });
}
