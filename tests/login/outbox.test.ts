// The outbox over both databases and real providers on loopback: failover, retries, two processes, and crashes.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createResendSender } from '@/lib/delivery/resend';
import { createSmtpSender } from '@/lib/delivery/smtp';
import { createLinkDeriver } from '@/lib/keys/magic-link';
import { createCodeDeriver } from '@/lib/keys/one-time-code';
import { createSecretBox } from '@/lib/keys/secret-box';
import type { ChallengeStore } from '@/lib/login/challenge';
import { type CircuitChange, createCircuitBreaker } from '@/lib/login/circuit-breaker';
import { composeEmail } from '@/lib/login/compose-email';
import type { SendMode } from '@/lib/login/connection';
import type { Identifier } from '@/lib/login/identifier';
import type { EmailSender, LoginMessage, PreparedMessage, SendOutcome, SmsCharge } from '@/lib/login/message';
import {
  type DeliverDeps,
  deliver,
  deliveryState,
  drainOutbox,
  OUTBOX_LEASE_SECONDS,
  type OutboxStore,
} from '@/lib/login/outbox';
import { loginMessage } from '@/lib/login/start-login';
import { createChallengeStore } from '@/lib/store/prisma/challenges';
import { type Database, openDatabase, openScratchDatabase } from '@/lib/store/prisma/database';
import { migrate } from '@/lib/store/prisma/migrate';
import { createOutboxStore } from '@/lib/store/prisma/outbox';
import { createDatabase } from '@/tests/harness/database';
import { type ResendSink, startResendSink } from '@/tests/harness/resend-sink';
import { type SmtpSink, startSmtpSink } from '@/tests/harness/smtp-sink';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0';

const box = createSecretBox(['b2xkIHNlY3JldCBmb3IgdGVzdHMsIDMyIGJ5dGVz']);
const codes = createCodeDeriver(box);
const maker = { codes, links: createLinkDeriver(box), origin: 'https://login.acme.test' };

/** Words by the composer of e-mails, ways by these senders. */
function prepareBy(...senders: EmailSender[]): DeliverDeps['prepare'] {
  return async (message) => {
    const email = composeEmail(message, { from: 'Acme <login@acme.test>', issuerHost: 'login.acme.test' });
    if ('unsendable' in email) return email;
    const ways = senders.map(({ provider, send }) => ({
      provider,
      send: (signal: AbortSignal) => send(email, signal),
    }));
    return { ways, charge: null };
  };
}

/** A way of that name, and what it says of a message. */
const wayBy = (
  provider: string,
  say: (message: LoginMessage) => SendOutcome,
  charge: SmsCharge | null = null,
): DeliverDeps['prepare'] => {
  return async (message): Promise<PreparedMessage> => ({
    ways: [{ provider, send: async () => say(message) }],
    charge,
  });
};

const ACCEPTED: SendOutcome = { kind: 'accepted', providerMessageId: null };
const DOWN: SendOutcome = { kind: 'unreachable', reason: 'ECONNREFUSED' };

/** A challenge of that number, named as challenges are. */
const challengeIdOf = (number: string) => Buffer.from(number.padStart(16, '0')).toString('base64url');
const challengeOf = ({ messageId }: Pick<LoginMessage, 'messageId'>) => challengeIdOf(messageId.slice(8, 12));

/** Counts over all databases: providers remember idempotency keys. */
let asked = 0;
let resendSink: ResendSink;
let smtpSink: SmtpSink;
let resend: EmailSender;
let smtp: EmailSender;

beforeAll(async () => {
  [resendSink, smtpSink] = await Promise.all([startResendSink(), startSmtpSink()]);
  resend = createResendSender({ apiKey: resendSink.apiKey, baseUrl: resendSink.url });
  smtp = createSmtpSender({ url: smtpSink.url });
});
beforeEach(async () => {
  resendSink.behave({ kind: 'accept' });
  await smtpSink.behave({ kind: 'accept' });
  resendSink.messages.length = 0;
  smtpSink.messages.length = 0;
});
afterAll(() => Promise.all([resendSink.close(), smtpSink.close()]));

const openServer = async () => openDatabase({ databaseUrl: await createDatabase('outbox'), dataDir: '' });

describe.each([
  ['embedded', openScratchDatabase],
  ['server', openServer],
])('the outbox on the %s database', (_, open) => {
  let database: Database;
  let store: OutboxStore;
  let challenges: ChallengeStore;
  let now: Date;

  beforeAll(async () => {
    database = await open();
    await migrate(database, 'prisma/migrations');
    store = createOutboxStore(database.prisma);
    challenges = createChallengeStore(database.prisma, box);
  });
  beforeEach(async () => {
    now = new Date('2026-11-20T14:02:31.123Z');
    await database.prisma.message.deleteMany();
    await database.prisma.challenge.deleteMany();
    await database.prisma.logEvent.deleteMany();
    await database.prisma.smsCharge.deleteMany();
    await database.prisma.deliveryEvent.deleteMany();
  });
  afterAll(() => database.close());

  const pass = (seconds: number) => {
    now = new Date(now.getTime() + seconds * 1000);
  };
  const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

  function depsWith({
    emailSenders = [resend, smtp],
    ...changes
  }: Partial<DeliverDeps> & { outbox?: OutboxStore; emailSenders?: EmailSender[] } = {}) {
    const clock = () => now;
    return {
      ...maker,
      outbox: store,
      prepare: prepareBy(...emailSenders),
      breaker: createCircuitBreaker({ clock, onChange: () => {} }),
      clock,
      hashSubject: (subject: string) => `hash of ${subject}`,
      ...changes,
    };
  }

  /** A login begins: the row is written, and the action holds the message. */
  async function ask(
    changes: { recipient?: string; codeLifeSeconds?: number; number?: string; sendMode?: SendMode } = {},
  ): Promise<LoginMessage> {
    const number = String(asked++).padStart(4, '0');
    const typedForm = changes.recipient ?? changes.number ?? `Ann.${number}@x.test`;
    const channel = changes.number === undefined ? 'email' : 'sms';
    const identifier: Identifier = { channel, canonical: typedForm.toLowerCase(), typedForm, country: null };
    const expiresAt = later(changes.codeLifeSeconds ?? 600);
    const seed = {
      challengeId: challengeIdOf(number),
      generation: 0,
      codeLength: 6,
      pepperId: codes.pepperId,
    };
    const context = { ip: '192.0.2.7', userAgent: FIREFOX, language: 'en', knownBrowserId: null, now };
    const message = { messageId: `message-${number}`, applicationName: 'Acme', connection: channel };
    const sendMode = changes.sendMode ?? 'both';
    const started = await challenges.start(
      {
        ...message,
        id: seed.challengeId,
        interactionId: 'interaction',
        clientId: 'client',
        identifier,
        sendMode,
        pepperId: seed.pepperId,
        codeLength: seed.codeLength,
        codeExpiresAt: expiresAt,
        maxAttempts: 5,
        resendAllowedAt: later(30),
        expiresAt: later(3600),
        signUpOpen: true,
        withheld: null,
        messageDueAt: later(OUTBOX_LEASE_SECONDS),
        logged: { maskedIdentifier: '', identifierHash: '' },
      },
      [],
      context,
    );
    const recipient = started.kind === 'started' ? started.recipient : null;
    const made = loginMessage(maker, { ...message, seed, recipient, channel, sendMode, expiresAt, context });
    if (made === null) throw new Error('Nothing to send.');
    return made;
  }

  async function again(challengeId: string, messageId: string, expiresAt = later(600)): Promise<void> {
    await database.prisma.message.create({
      data: {
        id: messageId,
        challengeId,
        generation: 0,
        channel: 'email',
        connection: 'email',
        language: 'en',
        context: {
          applicationName: 'Acme',
          userAgent: FIREFOX,
        },
        status: 'queued',
        dueAt: later(OUTBOX_LEASE_SECONDS),
        expiresAt,
        createdAt: now,
      },
    });
  }

  const row = (messageId: string) =>
    database.prisma.message.findUniqueOrThrow({
      where: { id: messageId },
      include: { attempts: { orderBy: { id: 'asc' } } },
    });
  const outcomes = async (messageId: string) =>
    (await row(messageId)).attempts.map(({ provider, outcome, reason }) =>
      [provider, outcome, reason].join(' ').trim(),
    );
  const failures = () => database.prisma.logEvent.findMany({ where: { type: 'fn' } });
  const providersAreDown = async () => {
    resendSink.behave({ kind: 'hang-up' });
    await smtpSink.behave({ kind: 'down' });
  };
  const sent = () => resendSink.messages.length + smtpSink.messages.length;

  it('MSG-7: sends the first time without a claim, and is done', async () => {
    const message = await ask();
    const delivery = await deliver(depsWith(), message);
    expect(delivery.status).toBe('accepted');
    expect(resendSink.messages).toHaveLength(1);
    expect(resendSink.messages[0]?.to).toEqual([message.recipient]);
    expect(resendSink.messages[0]?.text).toContain(`\n${message.oneTimeCode}\n`);
    expect(resendSink.messages[0]?.text).toContain(`${message.link}`);
    expect(await row(message.messageId)).toMatchObject({
      status: 'accepted',
      attempts: [{ provider: 'resend', outcome: 'accepted', providerMessageId: resendSink.messages[0]?.id }],
    });
    pass(OUTBOX_LEASE_SECONDS + 1);
    expect(await drainOutbox(depsWith(), { limit: 10 })).toBe(0);
    expect(sent()).toBe(1);
    expect(resendSink.violations).toEqual([]);
  });

  it.each([
    ['is overloaded', { kind: 'refuse', status: 429, name: 'rate_limit_exceeded' }, 'resend refused 429'],
    ['is broken', { kind: 'refuse', status: 500, name: 'application_error' }, 'resend refused 500'],
    ['refuses for good', { kind: 'refuse', status: 422, name: 'validation_error' }, 'resend rejected 422'],
    ['hangs up', { kind: 'hang-up' }, 'resend failed no_answer'],
  ] as const)(
    'MSG-6: when the first provider %s, the second gets the same code',
    async (_why, behaviour, said) => {
      resendSink.behave(behaviour);
      const message = await ask();
      expect(await deliver(depsWith(), message)).toMatchObject({ status: 'accepted' });
      expect(await outcomes(message.messageId)).toEqual([said, 'smtp accepted']);
      expect(resendSink.messages).toHaveLength(0);
      expect(smtpSink.messages.map(({ to, text }) => [to, text?.includes(`${message.oneTimeCode}`)])).toEqual(
        [[[message.recipient], true]],
      );
    },
  );

  it('MSG-6, LOG-1: tries three times more within the life of the code, then says so in the audit log', async () => {
    await providersAreDown();
    const message = await ask();
    expect(await deliver(depsWith(), message)).toMatchObject({ status: 'queued', dueAt: later(2) });
    for (const wait of [2, 8, 30]) {
      pass(wait - 0.001);
      expect(await drainOutbox(depsWith(), { limit: 10 })).toBe(0);
      pass(0.001);
      expect(await drainOutbox(depsWith(), { limit: 10 })).toBe(1);
    }
    const { status, attempts } = await row(message.messageId);
    expect(status).toBe('failed');
    expect(attempts).toHaveLength(8);
    pass(3600);
    expect(await drainOutbox(depsWith(), { limit: 10 })).toBe(0);

    const events = await failures();
    expect(events).toMatchObject([
      {
        type: 'fn',
        clientId: 'client',
        connection: 'email',
        maskedIdentifier: 'a***@x.test',
        identifierHash: `hash of email:${message.recipient.toLowerCase()}`,
        description: 'resend unreachable no_answer, smtp unreachable ECONNREFUSED',
      },
    ]);
    const everything = JSON.stringify([{ ...events[0], identifierHash: '' }, attempts]);
    expect(everything).not.toMatch(/ann\./i);
    expect(everything).not.toContain(message.oneTimeCode);
    expect(everything).not.toContain(message.link?.slice(-24));
  });

  it('AVL-5: succeeds in a later round, once, when the provider is back', async () => {
    await providersAreDown();
    const message = await ask();
    await deliver(depsWith(), message);
    pass(2);
    await drainOutbox(depsWith(), { limit: 10 });
    resendSink.behave({ kind: 'accept' });
    pass(8);
    await drainOutbox(depsWith(), { limit: 10 });
    expect(await row(message.messageId)).toMatchObject({ status: 'accepted' });
    expect(resendSink.messages.map(({ text }) => text?.includes(`${message.oneTimeCode}`))).toEqual([true]);
    pass(60);
    await drainOutbox(depsWith(), { limit: 10 });
    expect(sent()).toBe(1);
  });

  it('MSG-6: an address that everybody refuses for good is not tried again', async () => {
    resendSink.behave({ kind: 'refuse', status: 422, name: 'validation_error' });
    await smtpSink.behave({ kind: 'refuse', status: 550, at: 'recipient' });
    const message = await ask();
    expect(await deliver(depsWith(), message)).toMatchObject({ status: 'failed' });
    expect(await failures()).toMatchObject([
      { type: 'fn', description: 'resend refused 422, smtp refused 550' },
    ]);
  });

  it('MSG-6: a mailbox that is busy is tried again', async () => {
    await smtpSink.behave({ kind: 'refuse', status: 451, at: 'recipient' });
    const message = await ask();
    expect(await deliver(depsWith({ emailSenders: [smtp] }), message)).toMatchObject({ status: 'queued' });
    expect(await outcomes(message.messageId)).toEqual(['smtp refused 451']);
  });

  it('AVL-5: no code is sent after it expired, however long the provider was away', async () => {
    const message = await ask();
    pass(600);
    expect(await drainOutbox(depsWith(), { limit: 10 })).toBe(1);
    expect(sent()).toBe(0);
    expect(await row(message.messageId)).toMatchObject({ status: 'failed', attempts: [] });
    expect(await failures()).toMatchObject([{ description: 'Expired before it could be sent.' }]);
  });

  it('AVL-5: no round is planned for a time when the code is dead', async () => {
    await providersAreDown();
    const message = await ask({ codeLifeSeconds: 2 });
    expect(await deliver(depsWith(), message)).toMatchObject({ status: 'failed' });
  });

  it('AVL-5: no attempt lasts longer than the code', async () => {
    resendSink.behave({ kind: 'slow', delayMilliseconds: 2_000 });
    const message = await ask({ codeLifeSeconds: 0.3 });
    const startedAt = performance.now();
    const started = Date.now() - now.getTime();
    const clock = () => new Date(Date.now() - started);
    expect(await deliver(depsWith({ clock }), message)).toMatchObject({ status: 'failed' });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(await outcomes(message.messageId)).toEqual(['resend timed_out']);
    expect(smtpSink.messages).toHaveLength(0);
    // What a provider does with a request that was given up is its own business; here it must not reach the next test.
    await resendSink.waitForMessage(message.recipient);
  });

  describe('of a text message whose provider did not answer in time, which may be on its way', () => {
    /** Twilio does not answer; the gateway says that. */
    const prepareWith =
      (sent: string[], gateway: SendOutcome): DeliverDeps['prepare'] =>
      async () => ({
        ways: (
          [
            ['twilio', { kind: 'timed_out' }],
            ['gateway', gateway],
          ] as const
        ).map(([provider, outcome]) => ({
          provider,
          send: async () => {
            sent.push(provider);
            return outcome;
          },
        })),
        charge: null,
      });
    const text = { number: '+4915112345678', sendMode: 'code' } as const;

    it('SMS-1: only the next in the chain tries once more, then the person does', async () => {
      const sent: string[] = [];
      const deps = depsWith({ prepare: prepareWith(sent, { kind: 'timed_out' }) });
      const message = await ask(text);
      expect(await deliver(deps, message)).toMatchObject({ status: 'failed' });
      for (let second = 0; second < 60; second++) {
        pass(1);
        await drainOutbox(deps, { limit: 10 });
      }
      expect(sent).toEqual(['twilio', 'gateway']);
      expect(await failures()).toMatchObject([{ description: 'twilio timed_out, gateway timed_out' }]);
      const asked = { challengeId: challengeOf(message), channel: 'sms', signUpOpen: true } as const;
      expect(await deliveryState(deps, asked)).toBe('failed');
    });

    it('SMS-1: nor is it tried again where the next could not be reached', async () => {
      const sent: string[] = [];
      const deps = depsWith({ prepare: prepareWith(sent, DOWN) });
      expect(await deliver(deps, await ask(text))).toMatchObject({ status: 'failed' });
      expect(sent).toEqual(['twilio', 'gateway']);
    });

    it('MSG-6: the next may take it', async () => {
      const deps = depsWith({ prepare: prepareWith([], ACCEPTED) });
      expect(await deliver(deps, await ask(text))).toMatchObject({ status: 'accepted' });
    });

    it('MSG-6: one that reached nobody is tried again, and so is an e-mail', async () => {
      const down = depsWith({ prepare: wayBy('twilio', () => DOWN) });
      expect(await deliver(down, await ask(text))).toMatchObject({ status: 'queued' });
      const late = depsWith({ prepare: wayBy('smtp', () => ({ kind: 'timed_out' })) });
      expect(await deliver(late, await ask())).toMatchObject({ status: 'queued' });
    });
  });

  it('AVL-5: of a message that is held nobody else begins an attempt, nor does its holder after the lease', async () => {
    const message = await ask();
    const inTime = later(OUTBOX_LEASE_SECONDS - 10);
    const tooLate = later(OUTBOX_LEASE_SECONDS - 9);
    expect(await drainOutbox(depsWith(), { limit: 10 })).toBe(0);
    expect(await deliver(depsWith({ clock: () => tooLate }), message)).toMatchObject({ attempts: [] });
    expect(sent()).toBe(0);
    expect(await deliver(depsWith({ clock: () => inTime }), message)).toMatchObject({ status: 'accepted' });
  });

  it('AVL-5: a process that died before sending is replaced after the lease, to the letter', async () => {
    const deps = depsWith({ emailSenders: [smtp] });
    const message = await ask();
    pass(OUTBOX_LEASE_SECONDS);
    expect(await drainOutbox(deps, { limit: 10 })).toBe(1);
    const [late] = smtpSink.messages;

    await database.prisma.message.update({ where: { id: message.messageId }, data: { status: 'queued' } });
    now = message.askedAt;
    await deliver(deps, message);
    const [, prompt] = smtpSink.messages;
    expect(late?.html).toBe(prompt?.html);
    expect(late?.text).toBe(prompt?.text);
    expect(late?.subject).toBe(prompt?.subject);
    expect(late?.to).toEqual(prompt?.to);
  });

  it('AVL-5: a process that died between sending and recording leaves one message with Resend', async () => {
    const message = await ask();
    const dies = { ...store, record: () => Promise.reject(new Error('killed')) };
    await expect(deliver(depsWith({ outbox: dies }), message)).rejects.toThrow('killed');
    pass(OUTBOX_LEASE_SECONDS);
    expect(await drainOutbox(depsWith(), { limit: 10 })).toBe(1);
    expect(await row(message.messageId)).toMatchObject({ status: 'accepted' });
    expect(resendSink.messages).toHaveLength(1);
  });

  it('AVL-5: a process that died between sending and recording leaves two copies of one message with SMTP', async () => {
    const message = await ask();
    const dies = { ...store, record: () => Promise.reject(new Error('killed')) };
    await expect(deliver(depsWith({ outbox: dies, emailSenders: [smtp] }), message)).rejects.toThrow(
      'killed',
    );
    pass(OUTBOX_LEASE_SECONDS);
    expect(await drainOutbox(depsWith({ emailSenders: [smtp] }), { limit: 10 })).toBe(1);
    const ids = smtpSink.messages.map(({ headers }) => headers.get('message-id'));
    expect(ids).toEqual(Array(2).fill(`<login-message-${message.messageId}@acme.test>`));
  });

  it('AVL-5: storage that fails for one message does not stop the others', async () => {
    const [first] = await Promise.all([ask(), ask(), ask()]);
    pass(OUTBOX_LEASE_SECONDS);
    const outbox: OutboxStore = {
      ...store,
      record: (delivery, at) =>
        delivery.messageId === first?.messageId
          ? Promise.reject(new Error('away'))
          : store.record(delivery, at),
    };
    await expect(drainOutbox(depsWith({ outbox }), { limit: 10 })).rejects.toThrow('away');
    expect(await database.prisma.message.count({ where: { status: 'accepted' } })).toBe(2);
    expect(resendSink.messages).toHaveLength(3);
  });

  it('AVL-5: a holder that is too late changes nothing, unless it is that the message was accepted', async () => {
    const message = await ask();
    pass(OUTBOX_LEASE_SECONDS);
    const leasedUntil = later(OUTBOX_LEASE_SECONDS);
    const [claimed] = await store.claim({ now, leasedUntil, without: [], limit: 1 });
    expect(claimed).toMatchObject({ messageId: message.messageId, roundsBefore: 0, attemptsBefore: 0 });
    const lateClaim = { leasedUntil: now, roundsBefore: 0, attemptsBefore: 0 };
    const late = {
      messageId: message.messageId,
      claim: lateClaim,
      attempts: [],
      charge: null,
      failure: null,
    };
    await store.record({ ...late, status: 'queued', dueAt: now }, now);
    expect(await row(message.messageId)).toMatchObject({ status: 'queued', dueAt: leasedUntil });
    await store.record({ ...late, status: 'accepted', dueAt: now }, now);
    expect(await row(message.messageId)).toMatchObject({ status: 'accepted', dueAt: now });
    await store.record({ ...late, status: 'queued', dueAt: now }, now);
    expect(await row(message.messageId)).toMatchObject({ status: 'accepted' });
  });

  it('AVL-5: what came of a message that was deleted meanwhile is recorded nowhere', async () => {
    const message = await ask();
    await database.prisma.message.deleteMany();
    expect(await deliver(depsWith(), message)).toMatchObject({ status: 'accepted' });
    expect(await database.prisma.deliveryAttempt.count()).toBe(0);
  });

  it('AVL-5: a message that is not needed any more is not sent', async () => {
    const answered = await ask();
    const repeated = await ask();
    await database.prisma.challenge.update({
      where: { id: challengeOf(answered) },
      data: { provenAt: now },
    });
    pass(30);
    const newer = `${repeated.messageId}-again`;
    await again(challengeOf(repeated), newer);
    pass(OUTBOX_LEASE_SECONDS);
    expect(await drainOutbox(depsWith(), { limit: 10 })).toBe(3);
    expect(await row(answered.messageId)).toMatchObject({ status: 'superseded', attempts: [] });
    expect(await row(repeated.messageId)).toMatchObject({ status: 'superseded', attempts: [] });
    expect(await row(newer)).toMatchObject({ status: 'accepted' });
    expect(resendSink.messages.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      `login-message-${newer}`,
    ]);
    expect(await failures()).toEqual([]);
  });

  it('fails a message whose SECRET is gone, and one that no sender could take', async () => {
    const message = await ask();
    const other = await ask();
    pass(OUTBOX_LEASE_SECONDS);
    const derive: typeof codes.derive = (seed) =>
      seed.challengeId === challengeOf(message) ? null : codes.derive(seed);
    await drainOutbox({ ...depsWith({ emailSenders: [] }), codes: { derive } }, { limit: 10 });
    expect(await row(message.messageId)).toMatchObject({ status: 'failed' });
    expect(await row(other.messageId)).toMatchObject({ status: 'failed' });
    const events = await failures();
    expect(events.map(({ description }) => description).sort()).toEqual([
      'No sender is configured.',
      'The SECRET its code derives from is no longer configured.',
    ]);
  });

  it.each(['a@x.test,evil@y.test', 'a@x.test\r\nBcc: evil@y.test', '"a" <evil@y.test>', ''])(
    'MSG-1: a stored recipient that is not one address (%j) gets nothing',
    async (recipient) => {
      const message = await ask({ recipient });
      expect(await deliver(depsWith(), message)).toMatchObject({ status: 'failed', attempts: [] });
      expect(sent()).toBe(0);
      expect(await failures()).toMatchObject([
        { type: 'fn', maskedIdentifier: '***', description: 'no e-mail address' },
      ]);
    },
  );

  it('MSG-1: mail goes to the domain in ASCII and keeps the case that was typed', async () => {
    const message = await ask({ recipient: 'Ann.Bee@Bücher.test' });
    await deliver(depsWith(), message);
    await deliver(depsWith({ emailSenders: [smtp] }), message);
    expect(resendSink.messages.map(({ to }) => to)).toEqual([['Ann.Bee@xn--bcher-kva.test']]);
    expect(smtpSink.messages.map(({ headers }) => headers.get('to'))).toEqual(['Ann.Bee@xn--bcher-kva.test']);
  });

  it('AVL-5: two that drain at once never send a message twice', async () => {
    const count = 40;
    for (let index = 0; index < count; index++) await ask();
    pass(OUTBOX_LEASE_SECONDS);
    const drain = async () => {
      const deps = depsWith({ emailSenders: [smtp], outbox: createOutboxStore(database.prisma) });
      let taken = 0;
      for (let last = -1; last !== 0; taken += last) last = await drainOutbox(deps, { limit: 7 });
      return taken;
    };
    const taken = await Promise.all([drain(), drain(), drain()]);
    expect(taken.reduce((sum, each) => sum + each)).toBe(count);
    expect(new Set(smtpSink.messages.map(({ to }) => to[0])).size).toBe(count);
    expect(smtpSink.messages).toHaveLength(count);
    expect(await database.prisma.deliveryAttempt.count()).toBe(count);
  });

  it.each([
    ['an e-mail with code and link', {}],
    ['an e-mail with a code', { sendMode: 'code' }],
    ['an e-mail with a link', { sendMode: 'link' }],
    ['a text message', { number: '+4915112345678', sendMode: 'code' }],
  ] as const)('AVL-5: %s that is taken over is the same again', async (_what, changes) => {
    const message = await ask(changes);
    pass(OUTBOX_LEASE_SECONDS);
    const taken: LoginMessage[] = [];
    const say = (made: LoginMessage) => {
      taken.push(made);
      return ACCEPTED;
    };
    await drainOutbox(depsWith({ prepare: wayBy('gateway', say) }), { limit: 10 });
    expect(taken).toHaveLength(1);
    // The address that asked is not kept.
    expect(taken[0]).toMatchObject({ ...message, ip: null });
  });

  it('MSG-7: a notice is sent although its challenge was answered, with nothing in it to sign in with', async () => {
    const message = await ask();
    const { messageId } = message;
    await database.prisma.challenge.updateMany({ data: { provenAt: now } });
    await database.prisma.message.update({ where: { id: messageId }, data: { kind: 'new_device' } });
    pass(OUTBOX_LEASE_SECONDS);
    await drainOutbox(depsWith(), { limit: 10 });
    expect(await row(messageId)).toMatchObject({ status: 'accepted' });
    const [notice] = resendSink.messages;
    expect(`${notice?.subject}${notice?.html}${notice?.text}`).not.toContain(message.oneTimeCode);
    expect(`${notice?.html}${notice?.text}`).not.toContain('/passwordless/link');
  });

  it('LOG-1: a text message that fails is logged by three digits and a keyed hash', async () => {
    const message = await ask({ number: '+4915112345678', sendMode: 'code' });
    const say = (): SendOutcome => ({ kind: 'refused', reason: '21614', permanent: true });
    await deliver(depsWith({ prepare: wayBy('twilio', say) }), message);
    const events = await failures();
    expect(events).toMatchObject([
      {
        clientId: 'client',
        connection: 'sms',
        maskedIdentifier: '***678',
        identifierHash: 'hash of sms:+4915112345678',
        description: 'twilio refused 21614',
      },
    ]);
    expect(JSON.stringify({ ...events[0], identifierHash: '' })).not.toContain('4915112345678');
  });

  it('SMS-1: the ledger has what was accepted, and nothing of what was not', async () => {
    const charge: SmsCharge = { country: 'DE', segments: 2, estimatedPriceMicros: 150_000, currency: 'EUR' };
    let outcome: SendOutcome = DOWN;
    const deps = depsWith({ prepare: wayBy('twilio', () => outcome, charge) });
    const message = await ask({ number: '+4915112345678', sendMode: 'code' });
    expect(await deliver(deps, message)).toMatchObject({ status: 'queued', charge: null });
    expect(await database.prisma.smsCharge.count()).toBe(0);
    outcome = ACCEPTED;
    pass(2);
    await drainOutbox(deps, { limit: 10 });
    expect(await database.prisma.smsCharge.findMany()).toMatchObject([
      { id: `${message.messageId}.1`, country: 'DE', connection: 'sms', provider: 'twilio', segments: 2 },
    ]);
  });

  it('MSG-8: a message that cannot be put into words fails by itself, and one that breaks the composer harms no other', async () => {
    const [poor, broken, good] = [await ask(), await ask(), await ask()];
    pass(OUTBOX_LEASE_SECONDS);
    const byMessage: DeliverDeps['prepare'] = async (message) => {
      if (message.messageId === poor.messageId) return { unsendable: 'number without country' };
      if (message.messageId === broken.messageId) throw new TypeError('a bug');
      return wayBy('gateway', () => ACCEPTED)(message);
    };
    await expect(drainOutbox(depsWith({ prepare: byMessage }), { limit: 10 })).rejects.toThrow('a bug');
    expect(await row(poor.messageId)).toMatchObject({ status: 'failed', attempts: [] });
    expect(await row(broken.messageId)).toMatchObject({
      status: 'queued',
      dueAt: later(OUTBOX_LEASE_SECONDS),
    });
    expect(await row(good.messageId)).toMatchObject({ status: 'accepted' });
    expect(await failures()).toMatchObject([{ description: 'number without country' }]);
    pass(600);
    await drainOutbox(depsWith({ prepare: byMessage }), { limit: 10 });
    expect(await row(broken.messageId)).toMatchObject({ status: 'failed' });
  });

  describe('with a provider that keeps failing', () => {
    let told: CircuitChange[];
    const oneProcess = (changes: Parameters<typeof depsWith>[0] = {}) => {
      told = [];
      const breaker = createCircuitBreaker({ clock: () => now, onChange: (change) => told.push(change) });
      return depsWith({ breaker, ...changes });
    };

    it('MSG-6: goes straight to the other, says so, and comes back when a probe was taken', async () => {
      const deps = oneProcess();
      resendSink.behave({ kind: 'hang-up' });
      for (let index = 0; index < 5; index++) await deliver(deps, await ask());
      const requestsBefore = resendSink.requestCount();
      const message = await ask();
      expect(await deliver(deps, message)).toMatchObject({ status: 'accepted' });
      expect(await outcomes(message.messageId)).toEqual(['resend skipped', 'smtp accepted']);
      expect(resendSink.requestCount()).toBe(requestsBefore);
      expect(told).toMatchObject([{ kind: 'opened', way: 'email resend', probeAt: later(5) }]);

      resendSink.behave({ kind: 'accept' });
      pass(5);
      const probe = await ask();
      await deliver(deps, probe);
      expect(await outcomes(probe.messageId)).toEqual(['resend accepted']);
      expect(told.map(({ kind }) => kind)).toEqual(['opened', 'closed']);
    });

    it('AVL-5: and no other, messages wait without being tried, and go out once with the first probe', async () => {
      const deps = oneProcess({ emailSenders: [smtp] });
      await smtpSink.behave({ kind: 'down' });
      for (let index = 0; index < 5; index++) await deliver(deps, await ask());
      const message = await ask();
      expect(await deliver(deps, message)).toMatchObject({ status: 'queued', attempts: [], dueAt: later(5) });
      expect(await row(message.messageId)).toMatchObject({ status: 'queued', attempts: [], dueAt: later(5) });
      pass(4.999);
      expect(await drainOutbox(deps, { limit: 10 })).toBeLessThan(5);
      await smtpSink.behave({ kind: 'accept' });
      for (let second = 0; second < 5; second++) {
        pass(1);
        await drainOutbox(deps, { limit: 10 });
      }
      expect(new Set(smtpSink.messages.map(({ to }) => to[0])).size).toBe(6);
      expect(smtpSink.messages).toHaveLength(6);
      expect(await database.prisma.message.count({ where: { status: 'accepted' } })).toBe(6);
    });

    it('AVL-5: keeps nothing of another channel waiting behind its own', async () => {
      let isDown = true;
      const sent: string[] = [];
      const say = ({ channel, messageId }: LoginMessage) => {
        if (channel === 'email' && isDown) return DOWN;
        sent.push(messageId);
        return ACCEPTED;
      };
      const prepare: DeliverDeps['prepare'] = (message) => wayBy('gateway', say)(message);
      const deps = oneProcess({ prepare });
      const emails = [];
      for (let index = 0; index < 40; index++) emails.push(await ask());
      const text = await ask({ number: '+4915112345678', sendMode: 'code' });
      pass(OUTBOX_LEASE_SECONDS);
      await drainOutbox(deps, { limit: 8 });
      const looks = [await drainOutbox(deps, { limit: 8 }), await drainOutbox(deps, { limit: 8 })];
      expect(looks).toEqual([1, 0]);
      expect(sent).toEqual([text.messageId]);
      isDown = false;
      pass(5);
      while ((await drainOutbox(deps, { limit: 8 })) > 0);
      pass(2);
      while ((await drainOutbox(deps, { limit: 8 })) > 0);
      expect(sent.slice(1).sort()).toEqual(emails.map(({ messageId }) => messageId).sort());
    });

    it('AVL-5: for two minutes, no code is sent after it expired, and every other arrives once', async () => {
      const backAt = later(120);
      const sentAt = new Map<string, Date[]>();
      const say = ({ messageId }: LoginMessage) => {
        if (now < backAt) return DOWN;
        sentAt.set(messageId, [...(sentAt.get(messageId) ?? []), now]);
        return ACCEPTED;
      };
      const deps = oneProcess({ prepare: wayBy('gateway', say) });
      const start = async (codeLifeSeconds: number) => {
        const message = await ask({ codeLifeSeconds });
        await deliver(deps, message);
        return message;
      };
      const [short, long]: LoginMessage[][] = [[], []];
      for (let second = 0; second < 200; second++) {
        if (second % 10 === 0 && second < 110) short?.push(await start(61 - (second % 60)));
        if (second % 10 === 5) long?.push(await start(600));
        pass(1);
        await drainOutbox(deps, { limit: 20 });
      }
      for (const { messageId } of long ?? []) expect(sentAt.get(messageId)).toHaveLength(1);
      for (const { messageId, expiresAt } of short ?? []) {
        const times = sentAt.get(messageId) ?? [];
        expect(times.length).toBeLessThanOrEqual(1);
        expect(times.every((at) => at < expiresAt)).toBe(true);
        expect((await row(messageId)).status).toBe(times.length === 1 ? 'accepted' : 'failed');
      }
      expect([...sentAt.values()].flat().every((at) => at >= backAt)).toBe(true);
      expect(short?.some(({ messageId }) => !sentAt.has(messageId))).toBe(true);
      expect(told.map(({ kind }) => kind)).toEqual(['opened', 'closed']);
    });

    it('AVL-5: a time-out that the end of a code cut short is not held against it', async () => {
      const untilGivenUp = (signal: AbortSignal) =>
        new Promise<SendOutcome>((resolve) => {
          signal.addEventListener('abort', () => resolve({ kind: 'timed_out' }));
        });
      const prepare = async () => ({ ways: [{ provider: 'smtp', send: untilGivenUp }], charge: null });
      const deps = oneProcess({ prepare });
      const messages = [];
      for (let index = 0; index < 6; index++) messages.push(await ask({ codeLifeSeconds: 0.05 }));
      const deliveries = await Promise.all(messages.map((message) => deliver(deps, message)));
      expect(deliveries.every(({ attempts }) => attempts[0]?.outcome.kind === 'timed_out')).toBe(true);
      expect(told).toEqual([]);
    });
  });

  it('MSG-6: a provider that is killed while sixty messages go out: each arrives once, by the one or the other', async () => {
    const messages = [];
    for (let index = 0; index < 60; index++) messages.push(await ask());
    const deps = depsWith();
    const killer = (async () => {
      while (resendSink.messages.length < 20) await new Promise((resolve) => setTimeout(resolve, 1));
      resendSink.behave({ kind: 'hang-up' });
    })();
    const waiting = [...messages];
    const worker = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await deliver(deps, next);
    };
    await Promise.all([killer, ...Array.from({ length: 8 }, worker)]);
    const recipients = [...resendSink.messages, ...smtpSink.messages].flatMap(({ to }) => to).sort();
    expect(recipients).toEqual(messages.map(({ recipient }) => recipient).sort());
    expect(smtpSink.messages.length).toBeGreaterThan(0);
    expect(await database.prisma.message.count({ where: { status: 'accepted' } })).toBe(60);
  });

  it('AVL-5: two hundred messages through a provider that fails one in ten arrive once each', async () => {
    const arrived: string[] = [];
    let requests = 0;
    const say = ({ messageId }: LoginMessage): SendOutcome => {
      requests += 1;
      if (requests % 10 === 0) return { kind: 'refused', reason: '500', permanent: false };
      arrived.push(messageId);
      return ACCEPTED;
    };
    const deps = depsWith({ prepare: wayBy('gateway', say) });
    const messages = [];
    for (let index = 0; index < 200; index++) messages.push(await ask());
    await Promise.all(messages.map((message) => deliver(deps, message)));
    expect(arrived.length).toBeLessThan(200);
    for (const wait of [2, 8, 30]) {
      pass(wait);
      while ((await drainOutbox(deps, { limit: 20 })) > 0);
    }
    expect(arrived.sort()).toEqual(messages.map(({ messageId }) => messageId).sort());
  });

  it('ENU-1: that a message came back is told while everybody is sent one, and not once only accounts are', async () => {
    const message = await ask();
    const taken: SendOutcome = { kind: 'accepted', providerMessageId: 're_1' };
    await deliver(depsWith({ prepare: wayBy('resend', () => taken) }), message);
    const state = (signUpOpen: boolean) =>
      deliveryState(depsWith(), { challengeId: challengeOf(message), channel: 'email', signUpOpen });
    expect([await state(true), await state(false)]).toEqual(['under_way', 'under_way']);
    const event = { id: 'resend:1', provider: 'resend', kind: 'bounced', occurredAt: now, receivedAt: now };
    await database.prisma.deliveryEvent.create({ data: { ...event, providerMessageId: 're_1' } });
    expect([await state(true), await state(false)]).toEqual(['returned', 'under_way']);
  });

  it('ENU-1: that a mailbox is dead is told while everybody is sent a message, and tells nobody else', async () => {
    const message = await ask();
    const refused = { kind: 'refused', reason: '550', permanent: true } as const;
    await deliver(depsWith({ prepare: wayBy('smtp', () => refused) }), message);
    expect(await row(message.messageId)).toMatchObject({ status: 'failed' });
    const state = (challengeId: string, signUpOpen: boolean) =>
      deliveryState(depsWith(), { challengeId, channel: 'email', signUpOpen });
    const mine = challengeOf(message);
    expect([await state(mine, true), await state(mine, false)]).toEqual(['failed', 'under_way']);
    expect([await state('nobody', true), await state('nobody', false)]).toEqual(['under_way', 'under_way']);
  });

  it('MSG-6, ENU-1: the page learns that sending failed, and the same where there was nothing to send', async () => {
    const state = (challengeId: string) =>
      deliveryState(depsWith(), { challengeId, channel: 'email', signUpOpen: false });
    expect(await state('nobody')).toBe('under_way');

    await providersAreDown();
    const message = await ask();
    const challengeId = challengeOf(message);
    await deliver(depsWith(), message);
    expect(await state(challengeId)).toBe('under_way');
    for (const wait of [2, 8, 30]) {
      pass(wait);
      await drainOutbox(depsWith(), { limit: 10 });
    }
    expect(await state(challengeId)).toBe('failed');
    expect(await state('nobody')).toBe('failed');

    resendSink.behave({ kind: 'accept' });
    pass(1);
    await again(challengeId, `${message.messageId}-again`);
    expect(await state(challengeId)).toBe('under_way');
    pass(OUTBOX_LEASE_SECONDS);
    await drainOutbox(depsWith(), { limit: 10 });
    expect(await state(challengeId)).toBe('under_way');
    expect(await state('nobody')).toBe('under_way');
    pass(3600);
    expect(await state('nobody')).toBe('under_way');
  });
});

describe('the outbox over two processes and real time', () => {
  const timeless = () => ({
    ...maker,
    breaker: createCircuitBreaker({ clock: () => new Date(), onChange: () => {} }),
    hashSubject: (subject: string) => subject,
  });

  it('AVL-5: two processes on one server never send a message twice', async () => {
    const databaseUrl = await createDatabase('outbox_two');
    const databases = await Promise.all([1, 2].map(() => openDatabase({ databaseUrl, dataDir: '' })));
    const [first] = databases;
    if (first === undefined) throw new Error('No database.');
    await migrate(first, 'prisma/migrations');
    const now = new Date('2026-11-20T14:02:31.123Z');
    const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
    const numbers = Array.from({ length: 60 }, (_, index) => String(index));
    const challenge = {
      interactionId: 'interaction',
      clientId: 'client',
      connection: 'email',
      provider: 'email',
      identifier: 'ann@x.test',
      pepperId: codes.pepperId,
      codeLength: 6,
      codeExpiresAt: later(600),
      maxAttempts: 5,
      resendAllowedAt: now,
      answerable: true,
      createdAt: now,
      expiresAt: later(3600),
    };
    await first.prisma.challenge.createMany({
      data: numbers.map((number) => ({
        ...challenge,
        id: challengeIdOf(number),
        recipient: `ann${number}@x.test`,
      })),
    });
    const context = { applicationName: 'Acme', userAgent: null };
    const common = { generation: 0, channel: 'email', language: 'en', context, status: 'queued' };
    await first.prisma.message.createMany({
      data: numbers.map((number) => ({
        ...common,
        id: number,
        challengeId: challengeIdOf(number),
        dueAt: now,
        expiresAt: later(600),
        createdAt: now,
      })),
    });
    await Promise.all(
      databases
        .flatMap((database) => [1, 2].map(() => database))
        .map(async ({ prisma }) => {
          const outbox = createOutboxStore(prisma);
          const deps = { ...timeless(), outbox, prepare: prepareBy(smtp), clock: () => now };
          while ((await drainOutbox(deps, { limit: 5 })) > 0);
        }),
    );
    expect(smtpSink.messages.map(({ to }) => to[0]).sort()).toEqual(
      numbers.map((n) => `ann${n}@x.test`).sort(),
    );
    await Promise.all(databases.map((database) => database.close()));
  });

  it('MSG-6: a provider that says nothing is left after ten seconds for the next', async () => {
    resendSink.behave({ kind: 'slow', delayMilliseconds: 12_000 });
    const startedAt = performance.now();
    const askedAt = new Date();
    const delivery = await deliver(
      {
        ...timeless(),
        outbox: { record: async () => {} },
        prepare: prepareBy(resend, smtp),
        clock: () => new Date(),
      },
      {
        messageId: 'slow',
        kind: 'login',
        channel: 'email',
        connection: 'email',
        recipient: 'ann@x.test',
        oneTimeCode: '482913',
        link: null,
        stopLink: null,
        language: 'en',
        applicationName: 'Acme',
        reference: 'K7',
        askedAt,
        expiresAt: new Date(askedAt.getTime() + 600_000),
        userAgent: null,
        ip: null,
      },
    );
    expect(performance.now() - startedAt).toBeLessThan(11_500);
    expect(delivery.attempts.map(({ provider, outcome }) => `${provider} ${outcome.kind}`)).toEqual([
      'resend timed_out',
      'smtp accepted',
    ]);
    expect(delivery.attempts[0]?.durationMs).toBeGreaterThan(9_900);
    expect(smtpSink.messages).toHaveLength(1);
  });
});
