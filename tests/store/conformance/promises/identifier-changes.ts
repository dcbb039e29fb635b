// What a store promises of identifiers that are to be replaced (lib/login/change-identifier.ts), where several act at once.
import { describe, expect, it } from 'vitest';
import { maskIdentifier } from '@/lib/login/identifier';
import { CODE_LENGTH } from '@/lib/login/one-time-code';
import { type Stage, tally } from '../stage';
import { box, type Process } from '../stores';

export function promiseIdentifierChanges(stage: () => Stage, { rounds }: { rounds: number }): void {
  const identifierOf = (canonical: string) =>
    ({ channel: 'email', canonical, typedForm: canonical, country: null }) as const;
  const logged = (email: string) => ({
    maskedIdentifier: maskIdentifier({ channel: 'email', canonical: email }),
    identifierHash: box.hash('subject', `email:${email}`),
  });
  const context = () => ({
    ip: '192.0.2.1',
    userAgent: null,
    language: 'en',
    knownBrowserId: null,
    now: stage().now,
  });

  /** Somebody keeps the account and wants it to have that address. */
  async function begin(accountId: string, email: string, on: Process = stage().first): Promise<string> {
    const { id, later } = stage();
    const challengeId = id();
    const begun = await on.changes.begin(
      {
        challengeId,
        accountId,
        userId: accountId.slice('email|'.length),
        identifier: identifierOf(email),
        clientId: '',
        applicationName: 'Acme',
        connection: 'email',
        pepperId: box.currentId,
        codeLength: CODE_LENGTH,
        maxAttempts: 5,
        expiresAt: later(3600),
        messageId: id(),
        messageDueAt: later(45),
        logged: logged(email),
      },
      [],
      context(),
    );
    expect(begun.kind).toBe('begun');
    return challengeId;
  }

  /** Types the code of a change; null is a wrong one. */
  const prove = (
    challengeId: string,
    email: string,
    { on = stage().first, matched = 0 as number | null } = {},
  ) =>
    on.changes.prove({
      challengeId,
      matchedGeneration: matched,
      limits: [],
      notice: {
        challengeId: stage().id(),
        messageId: stage().id(),
        applicationName: 'Acme',
        expiresAt: stage().later(3600),
      },
      logged: logged(email),
      context: context(),
    });

  const holderOf = async (email: string) =>
    (await stage().first.accounts.findByIdentifier(identifierOf(email)))?.id ?? null;

  describe('FRM-9: another address of an account', () => {
    it('is given by one right answer, of any number at once, with one notice to the old one', async () => {
      const { signIn, atOnce, prisma } = stage();
      const { accountId } = await signIn('ann@x.test');
      const change = await begin(accountId, 'ada@x.test');
      const proven = await atOnce(6, (on) => prove(change, 'ada@x.test', { on }));
      expect(tally(proven)).toEqual({ changed: 1, wrong: 5 });
      expect(await holderOf('ada@x.test')).toBe(accountId);
      expect(await prisma.message.count({ where: { kind: 'email_changed' } })).toBe(1);
    });

    it('OTP-2: is guessed at as often as it may be, however many guess at once', async () => {
      const { signIn, atOnce, prisma } = stage();
      const { accountId } = await signIn('ann@x.test');
      const change = await begin(accountId, 'ada@x.test');
      await atOnce(10, (on) => prove(change, 'ada@x.test', { on, matched: null }));
      expect(await prisma.challenge.findUnique({ where: { id: change } })).toMatchObject({ attempts: 5 });
      expect((await prove(change, 'ada@x.test')).kind).toBe('wrong');
      expect(await holderOf('ada@x.test')).toBeNull();
    });

    it('is one account’s, of two that prove it at once, and of one that signs in with it for the first time', async () => {
      const { signIn, ask, answer, atOnce, prisma } = stage();
      for (let round = 0; round < rounds; round++) {
        const wanted = `wanted${round}@x.test`;
        const people = [await signIn(`ann${round}@x.test`), await signIn(`bob${round}@x.test`)];
        const changes = await Promise.all(people.map(({ accountId }) => begin(accountId, wanted)));
        const asked = await ask(wanted);
        await atOnce(3, async (on, index) =>
          index < 2 ? prove(changes[index] ?? '', wanted, { on }) : answer(asked, { on }),
        );
        expect(await prisma.identity.count({ where: { identifier: wanted } })).toBe(1);
        expect(await prisma.identity.count()).toBe(await prisma.account.count());
      }
    });

    it('MAG-10: takes with it what is on its way to the old one, and a sign-in at that moment does not fail', async () => {
      const { signIn, ask, answer, atOnce } = stage();
      for (let round = 0; round < rounds; round++) {
        const [old, wanted] = [`old${round}@x.test`, `new${round}@x.test`];
        const { accountId } = await signIn(old);
        const [change, asked, later] = [await begin(accountId, wanted), await ask(old), await ask(old)];
        const [proven, given] = await atOnce(2, async (on, index) =>
          index === 0 ? prove(change, wanted, { on }) : answer(asked, { on }),
        );
        expect(proven).toMatchObject({ kind: 'changed', noticeSentTo: old });
        expect(given).toMatchObject({ answered: { kind: expect.stringMatching(/^(proven|cancelled)$/) } });
        expect((await answer(later)).answered).toEqual({ kind: 'cancelled' });
      }
    });

    it('is nothing that a sign-in can be answered with', async () => {
      const { signIn, answer, openLinkElsewhere } = stage();
      const { accountId } = await signIn('ann@x.test');
      const challengeId = await begin(accountId, 'ada@x.test');
      const asked = { challengeId, interactionId: challengeId, email: 'ada@x.test' };
      expect((await answer(asked)).answered).toEqual({ kind: 'ended' });
      const started = { kind: 'started', recipient: null } as const;
      expect((await openLinkElsewhere({ ...asked, started })).answered).toEqual({ kind: 'ended' });
      expect((await prove(challengeId, 'ada@x.test')).kind).toBe('changed');
    });

    it('and no sign-in is anything that changes an address', async () => {
      const { signIn, ask, answer } = stage();
      await signIn('ann@x.test');
      const asked = await ask('ada@x.test');
      expect((await prove(asked.challengeId, 'ada@x.test')).kind).toBe('wrong');
      expect((await answer(asked)).answered.kind).toBe('proven');
    });
  });
}
