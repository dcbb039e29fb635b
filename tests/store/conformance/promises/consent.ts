// What a store promises of consent: answered once, kept as a grant, looked at wherever something is issued under it, and gone
// for good where it is withdrawn (lib/login/consent.ts, lib/oidc/consent.ts).
import { describe, expect, it } from 'vitest';
import type { NewAuthorizationCode } from '@/lib/login/challenge';
import type { ConsentAnswered } from '@/lib/login/consent';
import type { NeededConsent } from '@/lib/oidc/consent';
import { apiRow, CLIENT_ID, clientRow, type SignedIn, type Stage, tally } from '../stage';
import type { Process } from '../stores';

const API = 'https://orders.test/';
const ORIGIN = { ip: '192.0.2.1', userAgent: null };

/** What the client of every test asks for. */
function needed(changes: Partial<NeededConsent> = {}): NeededConsent {
  const scopes = ['openid', 'profile', 'email'];
  return { clientId: CLIENT_ID, audience: null, scopes, asksAgain: false, ...changes };
}

type Question = Readonly<{
  /** Whose session was asked. */
  of: Pick<SignedIn, 'sessionId' | 'sessionSecret'>;
  /** One for all answers to it. */
  interactionId: string;
  challengeId?: string;
}>;

type Changes = Readonly<{ on?: Process; consent?: Partial<NeededConsent>; scope?: string; secret?: string }>;

export function promiseConsent(stage: () => Stage): void {
  const asks = (of: Question['of']): Question => ({ of, interactionId: stage().id() });

  function answerTo({ of, interactionId, challengeId }: Question, { secret, consent }: Changes) {
    const { now, later } = stage();
    return {
      question: { interactionId, challengeId: challengeId ?? null, expiresAt: later(3600) },
      session: { id: of.sessionId, secret: secret ?? of.sessionSecret },
      consent: needed(consent),
      origin: { ...ORIGIN, now },
    };
  }

  async function allow(
    question: Question,
    changes: Changes = {},
  ): Promise<{ answered: ConsentAnswered; code: NewAuthorizationCode }> {
    const { first, authorizationCode } = stage();
    const { audience = null } = changes.consent ?? {};
    const code = { ...authorizationCode(), audience, ...(changes.scope && { scope: changes.scope }) };
    const answered = await (changes.on ?? first).grants.allow({
      ...answerTo(question, changes),
      newGrantId: stage().id(),
      authorization: { authorizationCode: code, tokenFamily: null },
    });
    return { answered, code };
  }

  function decline(question: Question, changes: Changes = {}): Promise<ConsentAnswered> {
    return (changes.on ?? stage().first).grants.decline(answerTo(question, changes));
  }

  /** The session answers a request, as far as its person allowed it. */
  function issue({ sessionId: id, accountId }: SignedIn, consent: NeededConsent, on = stage().first) {
    const { now, authorizationCode } = stage();
    return on.codes.issue({
      clientId: consent.clientId,
      consent,
      authorization: { authorizationCode: { ...authorizationCode() }, tokenFamily: null },
      session: { id, accountId, authenticatedAt: now },
      origin: { ...ORIGIN, now },
    });
  }

  /** A login that has proven who it is, and given its client nothing. */
  async function prove(email: string) {
    const { ask, answer } = stage();
    const asked = await ask(email);
    const { answered, ...of } = await answer(asked, { finishes: false });
    if (answered.kind !== 'proven') throw new Error(answered.kind);
    return { ...asked, of, accountId: answered.accountId };
  }

  describe('consent', () => {
    it('is a grant, with the code that is issued under it and the event', async () => {
      const { signIn, redeem, prisma, now, events } = stage();
      const ann = await signIn('ann@x.test');
      const { answered, code } = await allow(asks(ann));
      expect(answered).toEqual({ kind: 'answered' });
      const [grant] = await prisma.grant.findMany();
      expect(grant).toMatchObject({
        accountId: ann.accountId,
        clientId: CLIENT_ID,
        audience: null,
        scopes: ['openid', 'profile', 'email'],
        createdAt: now,
      });
      expect(await redeem(code)).toMatchObject({ kind: 'redeemed', grant: { sessionId: ann.sessionId } });
      expect(await prisma.tokenFamily.findMany()).toMatchObject([{ grantId: grant?.id }]);
      expect(await events()).toMatchObject({ consent_given: 1, seacft: 1 });
    });

    it('declined is an event and nothing else', async () => {
      const { signIn, prisma, events } = stage();
      const ann = await signIn('ann@x.test');
      expect(await decline(asks(ann))).toEqual({ kind: 'answered' });
      expect(await prisma.grant.count()).toBe(0);
      expect(await prisma.authorizationCode.count()).toBe(1); // the first sign-in's
      expect(await events()).toMatchObject({ consent_declined: 1 });
    });

    it('is given once, however many tabs answer at once, yes or no (COD-2)', async () => {
      const { signIn, atOnce, prisma } = stage();
      const question = asks(await signIn('ann@x.test'));
      const answers = await atOnce(20, async (on, index) =>
        index % 4 < 2 ? decline(question, { on }) : (await allow(question, { on })).answered,
      );
      expect(tally(answers)).toEqual({ answered: 1, answered_before: 19 });
      const codes = await prisma.authorizationCode.count();
      expect(await prisma.grant.count()).toBe(codes - 1);
      expect((await decline(question)).kind).toBe('answered_before');
    });

    it('is given once for a challenge too, and no tab fetches a second code (MAG-7)', async () => {
      const { atOnce, finish, prisma } = stage();
      const proven = await prove('ann@x.test');
      const answers = await atOnce(12, async (on, index) => {
        if (index % 3 === 0) return decline(proven, { on });
        if (index % 3 === 1) return (await finish(proven, { on })).finished;
        return (await allow(proven, { on })).answered;
      });
      const counts = tally(answers);
      expect((counts.answered ?? 0) + (counts.finished ?? 0)).toBe(1);
      expect((await finish(proven)).finished.kind).toBe('ended');
      expect(await prisma.authorizationCode.count()).toBeLessThanOrEqual(1);
    });

    it('is not of a session that has ended, that another browser holds, or whose person is blocked (FRM-6, FRM-8)', async () => {
      const { signIn, first, now, block, secret, prisma } = stage();
      const [ann, bob, eve] = [
        await signIn('ann@x.test'),
        await signIn('bob@x.test'),
        await signIn('eve@x.test'),
      ];
      await first.sessions.end({ ...ann, clientId: null, ip: null, userAgent: null, now });
      await block(bob.accountId);
      for (const [who, changes] of [
        [ann, {}],
        [bob, {}],
        [eve, { secret: secret() }],
        [eve, { secret: ann.sessionSecret }],
      ] as const) {
        expect((await allow(asks(who), changes)).answered).toEqual({ kind: 'ended' });
        expect(await decline(asks(who), changes)).toEqual({ kind: 'ended' });
      }
      expect(await prisma.grant.count()).toBe(0);
      expect((await allow(asks(eve))).answered).toEqual({ kind: 'answered' });
    });

    it('is not for a challenge of another session, nor of another interaction (FRM-8, STA-5)', async () => {
      const { prisma, id } = stage();
      const [ann, bob] = [await prove('ann@x.test'), await prove('bob@x.test')];
      const { challengeId, interactionId } = bob;
      const crosswise = await allow({ of: ann.of, challengeId, interactionId });
      expect(crosswise.answered).toEqual({ kind: 'answered_before' });
      expect((await allow({ ...ann, interactionId: id() })).answered).toEqual({ kind: 'answered_before' });
      expect(await prisma.grant.count()).toBe(0);
      expect((await allow(ann)).answered).toEqual({ kind: 'answered' });
    });

    it('is not for a client or an API that is gone (COD-9)', async () => {
      const { signIn, prisma } = stage();
      const ann = await signIn('ann@x.test');
      const gone = await allow(asks(ann), { consent: { audience: API } });
      expect(gone.answered).toEqual({ kind: 'ended' });
      await prisma.client.delete({ where: { clientId: CLIENT_ID } });
      expect((await allow(asks(ann))).answered).toEqual({ kind: 'ended' });
      expect(await prisma.grant.count()).toBe(0);
    });
  });

  describe('a grant', () => {
    it('adds what is new to what was allowed, for UserInfo and for each API by itself', async () => {
      const { signIn, prisma, now, pass } = stage();
      await prisma.resourceServer.create({ data: apiRow(API, now) });
      const ann = await signIn('ann@x.test');
      await allow(asks(ann), { consent: { scopes: ['openid', 'email'] } });
      pass(60);
      await allow(asks(ann), { consent: { scopes: ['email', 'offline_access'] } });
      await allow(asks(ann), { consent: { audience: API, scopes: ['read:orders'] } });
      await allow(asks(await signIn('bob@x.test')), { consent: { scopes: [] } });
      const grants = await prisma.grant.findMany({ orderBy: [{ accountId: 'asc' }, { createdAt: 'asc' }] });
      expect(grants.filter(({ accountId }) => accountId === ann.accountId)).toMatchObject([
        { audience: null, scopes: ['openid', 'email', 'offline_access'] },
        { audience: API, scopes: ['read:orders'] },
      ]);
      expect(grants).toHaveLength(3);
    });

    it('is one, however many first answers come at once', async () => {
      const { signIn, atOnce, prisma } = stage();
      const ann = await signIn('ann@x.test');
      const answers = await atOnce(10, async (on, index) => {
        const question = asks(ann);
        return (await allow(question, { on, consent: { scopes: [`scope${index}`] } })).answered;
      });
      expect(tally(answers)).toEqual({ answered: 10 });
      const [grant, ...others] = await prisma.grant.findMany();
      expect(others).toEqual([]);
      expect([...(grant?.scopes ?? [])].sort()).toEqual(answers.map((_, index) => `scope${index}`));
    });

    it('lets the session answer what was allowed, and nothing beyond it', async () => {
      const { signIn, prisma, now, second, events } = stage();
      await prisma.resourceServer.create({ data: apiRow(API, now) });
      await prisma.client.create({ data: clientRow('client-2', now) });
      const ann = await signIn('ann@x.test');
      expect(await issue(ann, needed())).toBe('consent_required');
      await allow(asks(ann));
      for (const scopes of [['openid'], ['email', 'profile'], []])
        expect(await issue(ann, needed({ scopes }), second)).toBe('issued');
      for (const more of [
        { scopes: ['openid', 'phone'] },
        { scopes: ['OpenID'] },
        { audience: API },
        { clientId: 'client-2' },
        { asksAgain: true },
      ])
        expect(await issue(ann, needed(more)), JSON.stringify(more)).toBe('consent_required');
      expect(await issue(await signIn('bob@x.test'), needed())).toBe('consent_required');
      expect(await events()).toMatchObject({ ssa: 3 });
      expect((await prisma.authorizationCode.findMany()).filter(({ grantId }) => grantId)).toHaveLength(4);
    });

    it('lets a login be finished, and else says whose session is to be asked', async () => {
      const { finish, redeem, prisma } = stage();
      const first = await prove('ann@x.test');
      const consent = needed();
      const asked = await finish(first, { consent });
      expect(asked.finished).toEqual({ kind: 'consent_required', sessionId: first.of.sessionId });
      expect(await prisma.authorizationCode.count()).toBe(0);
      await allow(first);

      const again = await prove('ann@x.test');
      const more = await finish(again, { consent: needed({ scopes: ['phone'] }) });
      expect(more.finished.kind).toBe('consent_required');
      const finished = await finish(again, { consent });
      expect(finished.finished).toEqual({ kind: 'finished', accountId: first.accountId });
      expect(await redeem(finished.code)).toMatchObject({ kind: 'redeemed' });
      expect((await finish(again, { consent })).finished.kind).toBe('ended');
    });

    it('LGO-3: makes its client one of those that hear of the end of the session, or gives it nothing', async () => {
      const { prisma, now, atOnce } = stage();
      await prisma.client.updateMany({ data: { backchannelLogoutUri: 'https://rp.test/logout' } });
      for (let round = 0; round < 10; round++) {
        const proven = await prove(`ann${round}@x.test`);
        const { sessionId } = proven.of;
        await atOnce(2, async (on, index) => {
          if (index === 0) await allow(proven, { on });
          else await on.sessions.end({ sessionId, clientId: null, ip: null, userAgent: null, now });
        });
        const codes = await prisma.authorizationCode.count({ where: { sessionId } });
        expect(await prisma.logoutNotice.count({ where: { sessionId } })).toBe(codes);
      }
      const proven = await prove('bob@x.test');
      await allow(proven);
      const session = await prisma.session.findUniqueOrThrow({ where: { id: proven.of.sessionId } });
      expect(session.clientIds).toEqual([CLIENT_ID]);
    });

    it('tells the page whose it is and what was allowed, while the session lives', async () => {
      const { signIn, second, now, first, secret } = stage();
      const ann = await signIn('ann@x.test');
      const session = { id: ann.sessionId, secret: ann.sessionSecret };
      const look = (of = session, consent = needed()) =>
        second.grants.findAsked({ session: of, consent, now });
      expect(await look()).toMatchObject({
        subject: { sub: ann.accountId, email: 'ann@x.test' },
        allowed: [],
      });
      await allow(asks(ann));
      expect(await look()).toMatchObject({ allowed: ['openid', 'profile', 'email'] });
      expect(await look(session, needed({ audience: API }))).toMatchObject({ allowed: [] });
      expect(await look({ ...session, secret: secret() })).toBeNull();
      await first.sessions.end({ ...ann, clientId: null, ip: null, userAgent: null, now });
      expect(await look()).toBeNull();
    });
  });

  describe('a grant that is withdrawn', () => {
    const OFFLINE = 'openid profile email offline_access';

    async function withTokens(email: string) {
      const { signIn, redeem, prisma } = stage();
      const person = await signIn(email);
      const { code } = await allow(asks(person), { scope: OFFLINE });
      await redeem(code);
      const grant = await prisma.grant.findFirstOrThrow({ where: { accountId: person.accountId } });
      return { ...person, familyId: code.familyId, grantId: grant.id };
    }

    function refresh(familyId: string, sequence: number) {
      const { second, now } = stage();
      return second.refreshTokens.rotate({
        ...{ familyId, sequence, clientId: CLIENT_ID, scope: [], apiScope: [], now },
        ...{ rotates: true, graceSeconds: 10, idleSeconds: 86_400, askedFrom: { ip: null, userAgent: null } },
      });
    }

    it('RFT-6: takes the code on its way, the tokens and the refresh token with it, in every process', async () => {
      const { first, second, now, redeem, events } = stage();
      const ann = await withTokens('ann@x.test');
      const bob = await withTokens('bob@x.test');
      expect((await refresh(ann.familyId, 0)).kind).toBe('rotated');
      const { code: onItsWay } = await allow(asks(ann));

      expect(await first.grants.withdraw({ id: ann.grantId }, now)).toBe(1);
      expect(await second.families.findActive(ann.familyId)).toBeNull();
      const looked = { familyId: ann.familyId, sequence: 1, clientId: CLIENT_ID, now };
      expect(await second.refreshTokens.findActive(looked)).toBeNull();
      expect((await refresh(ann.familyId, 1)).kind).toBe('refused');
      expect(await second.refreshTokenRegister.find(ann.familyId, now)).toBeNull();
      expect((await redeem(onItsWay, { on: second })).kind).toBe('refused');
      expect(await issue(ann, needed(), second)).toBe('consent_required');
      expect(await events()).toMatchObject({ consent_withdrawn: 1 });

      expect(await second.families.findActive(bob.familyId)).not.toBeNull();
      expect((await refresh(bob.familyId, 0)).kind).toBe('rotated');
      expect(await first.grants.withdraw({ id: ann.grantId }, now)).toBe(0);
    });

    it('does not come back to life with the next one', async () => {
      const { first, now } = stage();
      const ann = await withTokens('ann@x.test');
      await first.grants.withdraw({ id: ann.grantId }, now);
      await allow(asks(ann));
      expect((await refresh(ann.familyId, 0)).kind).toBe('refused');
      expect(await issue(ann, needed())).toBe('issued');
    });

    it('leaves alone what needed none', async () => {
      const { signIn, redeem, first, now } = stage();
      const ann = await signIn('ann@x.test');
      await redeem(ann.code);
      await allow(asks(ann));
      expect(await first.grants.withdraw({ accountId: ann.accountId }, now)).toBe(1);
      expect(await first.families.findActive(ann.code.familyId)).not.toBeNull();
    });

    it('goes with its account, its client and its API', async () => {
      const { signIn, prisma, now } = stage();
      await prisma.resourceServer.create({ data: apiRow(API, now) });
      const ann = await signIn('ann@x.test');
      await allow(asks(ann));
      await allow(asks(ann), { consent: { audience: API, scopes: [] } });
      await prisma.resourceServer.update({
        where: { identifier: API },
        data: { identifier: 'https://new.test/' },
      });
      expect(await prisma.grant.findFirst({ where: { audience: 'https://new.test/' } })).not.toBeNull();
      await prisma.resourceServer.delete({ where: { identifier: 'https://new.test/' } });
      expect(await prisma.grant.findMany()).toMatchObject([{ audience: null }]);
      await allow(asks(await signIn('bob@x.test')));
      await prisma.account.delete({ where: { id: ann.accountId } });
      expect(await prisma.grant.count()).toBe(1);
      await prisma.client.delete({ where: { clientId: CLIENT_ID } });
      expect(await prisma.grant.count()).toBe(0);
    });
  });

  describe('grants', () => {
    it('are listed in their order, by person, client and API, and withdrawn by person', async () => {
      const { signIn, first, prisma, now, pass } = stage();
      await prisma.resourceServer.create({ data: apiRow(API, now) });
      const [ann, bob] = [await signIn('ann@x.test'), await signIn('bob@x.test')];
      for (const [who, audience] of [
        [ann, null],
        [ann, API],
        [bob, null],
      ] as const) {
        await allow(asks(who), { consent: { audience, scopes: ['openid'] } });
        pass(1);
      }
      const list = (wanted: Parameters<Process['grants']['list']>[0], range = { offset: 0, limit: 10 }) =>
        first.grants.list(wanted, range);
      const all = await list({});
      expect(all).toMatchObject({
        total: 3,
        grants: [
          { accountId: ann.accountId, clientId: CLIENT_ID, audience: null, scopes: ['openid'] },
          { accountId: ann.accountId, audience: API },
          { accountId: bob.accountId, audience: null },
        ],
      });
      expect(await list({ audience: null }, { offset: 1, limit: 1 })).toMatchObject({
        total: 2,
        grants: [{ accountId: bob.accountId }],
      });
      expect((await list({ accountId: ann.accountId })).total).toBe(2);
      expect((await list({ clientId: 'client-2' })).total).toBe(0);
      expect(await first.grants.withdraw({ accountId: ann.accountId }, now)).toBe(2);
      expect((await list({})).grants).toMatchObject([{ accountId: bob.accountId }]);
    });
  });
}
