// What a store promises of authorization codes (lib/oidc/authorization-code.ts; `issue` in lib/store/prisma).
import { describe, expect, it } from 'vitest';
import type { NewAuthorizationCode } from '@/lib/login/challenge';
import {
  apiRow,
  CLIENT_ID,
  CODE_CHALLENGE,
  clientRow,
  REDIRECT_URI,
  type SignedIn,
  type Stage,
  tally,
} from '../stage';
import { nextBox, processOf, rotatedBox } from '../stores';

/** @param rounds how often fifty redemptions race */
export function promiseToRedeem(stage: () => Stage, { rounds }: { rounds: number }): void {
  describe('an authorization code', () => {
    it('COD-2, COD-1: of fifty redemptions at once one succeeds; the others are replays, which revoke what it issued', {
      timeout: 120_000,
    }, async () => {
      const { signIn, redeem, atOnce, first, prisma } = stage();
      for (let round = 0; round < rounds; round++) {
        const { code } = await signIn('ann@x.test');
        expect(tally(await atOnce(50, (on) => redeem(code, { on })))).toEqual({ redeemed: 1, replayed: 49 });
        expect(await first.families.findActive(code.familyId)).toBeNull();
      }
      expect(await prisma.tokenFamily.count()).toBe(rounds);
      expect(await prisma.tokenFamily.count({ where: { revokedAt: null } })).toBe(0);
    });

    it('TIM-1: is too old by the clock of whoever redeems it, and by no other', async () => {
      const { signIn, redeem, later, second } = stage();
      const { code } = await signIn('ann@x.test');
      // A process whose clock is five minutes ahead. The database's own is somewhere else altogether.
      expect(await redeem(code, { on: second, now: later(300) })).toEqual({ kind: 'refused' });
      expect((await redeem(code, { on: second, now: later(59) })).kind).toBe('redeemed');
      const other = await signIn('ann@x.test');
      expect((await redeem(other.code, { on: second, now: later(-300) })).kind).toBe('redeemed');
    });

    it('stands for the person, the session and the request it was issued for', async () => {
      const { signIn, redeem, prisma, now, later, first, events } = stage();
      const { accountId, sessionId, code } = await signIn('ann@x.test');
      await prisma.account.update({
        where: { id: accountId },
        data: { givenName: 'Ann', familyName: 'Lee' },
      });
      const subject = {
        sub: accountId,
        name: null,
        nickname: null,
        givenName: 'Ann',
        familyName: 'Lee',
        picture: null,
        email: 'ann@x.test',
        emailVerified: true,
        phoneNumber: null,
        phoneNumberVerified: false,
        updatedAt: now,
      };
      expect(await redeem(code)).toEqual({
        kind: 'redeemed',
        grant: {
          clientId: CLIENT_ID,
          subject,
          sessionId,
          scope: 'openid profile email',
          audience: null,
          nonce: 'n-0S6_WzA2Mj',
          authenticatedAt: now,
          authTimeRequested: false,
          familyId: code.familyId,
        },
      });
      expect(await prisma.tokenFamily.findMany()).toMatchObject([
        {
          id: code.familyId,
          clientId: CLIENT_ID,
          accountId,
          sessionId,
          createdAt: now,
          expiresAt: later(86_400),
        },
      ]);
      expect(await first.families.findActive(code.familyId)).toEqual({
        subject,
        scope: 'openid profile email',
        sessionId,
        authenticatedAt: now,
        createdAt: now,
      });
      expect(await events()).toEqual({ cls: 1, ss: 1, seacft: 1 });
    });

    it('is for the API that was asked for, and remembered for as long as that lets tokens live', async () => {
      const { signIn, redeem, prisma, later, now } = stage();
      const audience = 'https://api.test/';
      await prisma.resourceServer.create({
        data: apiRow(audience, now, { tokenLifetimeSeconds: 30 * 86_400 }),
      });
      const signedIn = await signIn('ann@x.test', { requested: { audience } });
      const silent = await issued(stage(), signedIn, { audience });
      for (const code of [signedIn.code, silent]) {
        expect(await redeem(code)).toMatchObject({ kind: 'redeemed', grant: { audience } });
      }
      const ofApi = { audience, expiresAt: later(30 * 86_400) };
      expect(await prisma.tokenFamily.findMany()).toMatchObject([ofApi, ofApi]);
    });

    it('is refused once the API it is for has been removed', async () => {
      const { signIn, redeem, prisma, now } = stage();
      const audience = 'https://api.test/';
      const { code } = await signIn('ann@x.test', { requested: { audience } });
      expect(await redeem(code)).toEqual({ kind: 'refused' });
      await prisma.resourceServer.create({ data: apiRow(audience, now) });
      expect((await redeem(code)).kind).toBe('redeemed');
    });

    it('COD-1: used again, also long after, revokes what the first use issued, and says so in the audit log', async () => {
      const { signIn, redeem, first, pass, events } = stage();
      const { code } = await signIn('ann@x.test');
      expect((await redeem(code)).kind).toBe('redeemed');
      pass(3600);
      expect(await first.families.findActive(code.familyId)).not.toBeNull();
      expect(await redeem(code)).toEqual({ kind: 'replayed' });
      expect(await first.families.findActive(code.familyId)).toBeNull();
      expect(await events()).toEqual({ cls: 1, ss: 1, seacft: 1, feacft: 1 });
    });

    it('COD-3: used again by another client revokes nothing', async () => {
      const { signIn, redeem, first, prisma, now } = stage();
      await prisma.client.create({ data: clientRow('client-2', now) });
      const { code } = await signIn('ann@x.test');
      await redeem(code);
      expect(await redeem(code, { clientId: 'client-2' })).toEqual({ kind: 'refused' });
      expect(await first.families.findActive(code.familyId)).not.toBeNull();
    });

    it.each([
      ['COD-3: by another client', { clientId: 'client-2' }],
      ['COD-4: with another redirect URI', { redirectUri: 'https://rp.test/other' }],
      ['COD-4: with the redirect URI in another case', { redirectUri: 'https://rp.test/CB' }],
      ['COD-4: without the redirect URI that was sent', { redirectUri: null }],
      ['COD-6, PKC-2: with another verifier', { codeChallenge: `${CODE_CHALLENGE.slice(0, -1)}N` }],
      ['COD-6: with a verifier in another case', { codeChallenge: CODE_CHALLENGE.toLowerCase() }],
      ['PKC-2: without the verifier', { codeChallenge: null }],
    ])('%s is refused and not consumed', async (_, changes) => {
      const { signIn, redeem, prisma, now } = stage();
      await prisma.client.create({ data: clientRow('client-2', now) });
      const { code } = await signIn('ann@x.test');
      expect(await redeem(code, changes)).toEqual({ kind: 'refused' });
      expect(await prisma.tokenFamily.count()).toBe(0);
      expect((await redeem(code)).kind).toBe('redeemed');
    });

    it('PKC-3: issued without a challenge is refused with a verifier, and not consumed', async () => {
      const { signIn, redeem } = stage();
      const code = await issued(stage(), await signIn('ann@x.test'), { codeChallenge: null });
      expect(await redeem(code)).toEqual({ kind: 'refused' });
      expect((await redeem(code, { codeChallenge: null })).kind).toBe('redeemed');
    });

    it('COD-4: issued without a redirect URI is redeemed without one, or with the one it went to', async () => {
      const { signIn, redeem } = stage();
      const signedIn = await signIn('ann@x.test');
      for (const redirectUri of [null, REDIRECT_URI]) {
        const code = await issued(stage(), signedIn, { requestedRedirectUri: null });
        expect(await redeem(code, { redirectUri: 'https://rp.test/other' })).toEqual({ kind: 'refused' });
        expect((await redeem(code, { redirectUri })).kind).toBe('redeemed');
      }
    });

    it('COD-5: ends after sixty seconds to the millisecond, with no house-keeping', async () => {
      const { signIn, redeem, pass } = stage();
      const [inTime, tooLate] = [await signIn('ann@x.test'), await signIn('bob@x.test')];
      pass(60 - 0.001);
      expect((await redeem(inTime.code)).kind).toBe('redeemed');
      pass(0.001);
      expect(await redeem(tooLate.code)).toEqual({ kind: 'refused' });
    });

    it.each<[string, (code: string) => string]>([
      ['cut short', (code) => code.slice(0, -1)],
      ['made longer', (code) => `${code}A`],
      ['padded', (code) => `${code}=`],
      ['with a space', (code) => `${code} `],
      ['in upper case', (code) => code.toUpperCase()],
      ['empty', () => ''],
      ['that is a pattern', () => '%'],
    ])('COD-8: %s is no code', async (_, change) => {
      const { signIn, redeem } = stage();
      const { code } = await signIn('ann@x.test');
      expect(await redeem({ code: change(code.code) })).toEqual({ kind: 'refused' });
      expect((await redeem(code)).kind).toBe('redeemed');
    });

    it('COD-8: is kept as a keyed hash, which is no code itself', async () => {
      const { signIn, redeem, prisma } = stage();
      await signIn('ann@x.test');
      const { codeHash } = await prisma.authorizationCode.findFirstOrThrow();
      expect(codeHash).toMatch(/^[\w-]{43}$/);
      expect(await redeem({ code: codeHash })).toEqual({ kind: 'refused' });
    });

    it('COD-9: gets nothing for an account that was blocked or deleted meanwhile', async () => {
      const { signIn, redeem, block, prisma } = stage();
      const [blocked, deleted] = [await signIn('ann@x.test'), await signIn('bob@x.test')];
      await block(blocked.accountId);
      await prisma.account.delete({ where: { id: deleted.accountId } });
      expect(await redeem(blocked.code)).toEqual({ kind: 'refused' });
      expect(await redeem(deleted.code)).toEqual({ kind: 'refused' });
      expect(await prisma.tokenFamily.count()).toBe(0);
    });

    it('COD-9: gets nothing for a client that was deleted meanwhile', async () => {
      const { signIn, redeem, prisma } = stage();
      const { code } = await signIn('ann@x.test');
      await prisma.client.delete({ where: { clientId: CLIENT_ID } });
      expect(await redeem(code)).toEqual({ kind: 'refused' });
      expect(await prisma.tokenFamily.count()).toBe(0);
    });

    it('is still redeemed, and still told when replayed, while SECRET is being replaced', async () => {
      const { signIn, redeem, prisma } = stage();
      const [one, other] = [await signIn('ann@x.test'), await signIn('bob@x.test')];
      const rotated = processOf(prisma, rotatedBox);
      expect((await redeem(one.code, { on: rotated })).kind).toBe('redeemed');
      expect((await redeem(one.code, { on: rotated })).kind).toBe('replayed');
      expect(await redeem(other.code, { on: processOf(prisma, nextBox) })).toEqual({ kind: 'refused' });
    });
  });

  describe('an authorization code for the session a browser has', () => {
    it('carries the time of the login, not its own', async () => {
      const { signIn, redeem, pass, now, events } = stage();
      const signedIn = await signIn('ann@x.test');
      pass(3600);
      const code = await issued(stage(), signedIn, {});
      expect(await redeem(code)).toMatchObject({
        grant: { authenticatedAt: now, sessionId: signedIn.sessionId, subject: { sub: signedIn.accountId } },
      });
      expect(await events()).toEqual({ cls: 1, ss: 1, ssa: 1, seacft: 1 });
    });

    it.each<[string, (stage: Stage, signedIn: SignedIn) => Promise<unknown>]>([
      ['was ended', ({ first, now }, { sessionId }) => first.sessions.end({ ...BY_NOBODY, sessionId, now })],
      ['is of a blocked account', ({ block }, { accountId }) => block(accountId)],
      [
        'is of a deleted account',
        ({ prisma }, { accountId }) => prisma.account.delete({ where: { id: accountId } }),
      ],
      ['was idle too long', async ({ pass }) => pass(72 * 3600)],
      [
        'is asked for by a deleted client',
        ({ prisma }) => prisma.client.delete({ where: { clientId: CLIENT_ID } }),
      ],
    ])('COD-9: is not written when that %s meanwhile', async (_, end) => {
      const { signIn, prisma, events } = stage();
      const signedIn = await signIn('ann@x.test');
      await end(stage(), signedIn);
      expect(await issue(stage(), signedIn, {})).toBeNull();
      expect(await prisma.authorizationCode.count()).toBe(1);
      expect(await events()).not.toHaveProperty('ssa');
    });
  });
}

const BY_NOBODY = { clientId: null, ip: null, userAgent: null };

async function issue(
  { first, secret, id, now, later }: Stage,
  { accountId, sessionId, code }: SignedIn,
  changes: Partial<NewAuthorizationCode>,
): Promise<NewAuthorizationCode | null> {
  const next = { ...code, code: secret(), familyId: id(), expiresAt: later(60), ...changes };
  const session = { id: sessionId, accountId, authenticatedAt: now, createdAt: now };
  const origin = { ip: null, userAgent: null, now };
  const authorization = { authorizationCode: next, tokenFamily: null };
  const { clientId } = next;
  const kind = await first.codes.issue({ clientId, consent: null, authorization, session, origin });
  return kind === 'issued' ? next : null;
}

async function issued(...given: Parameters<typeof issue>): Promise<NewAuthorizationCode> {
  const code = await issue(...given);
  if (code === null) throw new Error('No code was issued.');
  return code;
}
