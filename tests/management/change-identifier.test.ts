import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ChangeMade, proveChange } from '@/lib/login/change-identifier';
import { LIMITS } from '@/lib/login/limits';
import type { UserDocument } from '@/lib/management/user-document';
import { USERS_PATH } from '@/lib/management/user-routes';
import { type Asked, type Office, openOffice } from './office';

let office: Office;
beforeAll(async () => {
  office = await openOffice('change identifier');
});
afterAll(() => office?.close());
beforeEach(async () => {
  await office.reset();
  const { prisma } = office;
  await prisma.challenge.deleteMany();
  await prisma.message.deleteMany();
  await prisma.limitCounter.deleteMany();
  await prisma.logEvent.deleteMany();
});

const pathOf = (id: string) => `${USERS_PATH}/${encodeURIComponent(id)}`;
const load = async (id: string): Promise<UserDocument> => (await office.ask({ path: pathOf(id) })).json();
const update = (id: string, body: object, asked: Partial<Asked> = {}) =>
  office.ask({ method: 'PATCH', path: pathOf(id), body, ...asked });
const create = async (body: object): Promise<string> => {
  const response = await office.ask({ method: 'POST', path: USERS_PATH, body });
  return ((await response.json()) as UserDocument).user_id;
};
const ann = () => create({ connection: 'email', email: 'ann@example.com', email_verified: true });
const bob = () => create({ connection: 'sms', phone_number: '+4915123456789', phone_verified: true });

/** Types what is in a message, and somebody's wrong guess, at the page of changes. */
function prove(typedIdentifier: string, typedCode: string): Promise<ChangeMade> {
  return proveChange(office.changes, {
    typedIdentifier,
    typedCode,
    country: null,
    context: { ip: '192.0.2.9', userAgent: 'Firefox', language: 'de', knownBrowserId: null, now: office.now },
  });
}

const lastCode = () => office.sent.at(-1)?.oneTimeCode ?? '';
const otherThan = (code: string) => (code === '000000' ? '000001' : '000000');
const WRONG = { kind: 'problem', problem: { kind: 'wrong' } };

describe('FRM-9: an address that is to be proven before it counts', () => {
  it('is sent a code, in the language and the name that were asked for, and nothing changes until then', async () => {
    const id = await ann();
    const client = await office.ask({
      method: 'POST',
      path: '/api/v2/clients',
      body: { name: 'Acme', app_type: 'spa' },
    });
    const { client_id } = await client.json();
    const before = await load(id);
    const wish = { email: 'Ada@Example.com', verify_email: true, connection: 'email', client_id };
    const response = await update(id, wish, { headers: { 'x-request-language': 'fr' } });
    expect([response.status, await response.json()]).toEqual([200, before]);
    expect(office.sent).toEqual([
      {
        messageId: expect.any(String),
        kind: 'change_email',
        channel: 'email',
        connection: 'email',
        recipient: 'Ada@Example.com',
        oneTimeCode: expect.stringMatching(/^\d{6}$/),
        link: null,
        stopLink: null,
        language: 'fr',
        applicationName: 'Acme',
        reference: expect.any(String),
        askedAt: office.now,
        expiresAt: new Date(office.now.getTime() + 3_600_000),
        userAgent: null,
        ip: null,
      },
    ]);
    expect(await office.prisma.message.findMany()).toMatchObject([
      { kind: 'change_email', status: 'queued' },
    ]);
  });

  it('counts from the moment its code is typed, and the old one is told', async () => {
    const id = await ann();
    await update(id, { email: 'ada@example.com', verify_email: true });
    office.pass(3_500);
    expect(await prove(' ADA@example.com ', ` ${lastCode().slice(0, 3)} ${lastCode().slice(3)}`)).toEqual({
      kind: 'changed',
      notice: expect.objectContaining({
        kind: 'email_changed',
        recipient: 'ann@example.com',
        language: 'de',
        applicationName: 'login.example.com',
        oneTimeCode: null,
        userAgent: 'Firefox',
      }),
    });
    expect(await load(id)).toMatchObject({
      email: 'ada@example.com',
      email_verified: true,
      updated_at: office.now.toISOString(),
    });
    const notice = await office.prisma.message.findFirstOrThrow({
      where: { kind: 'email_changed' },
      include: { challenge: true },
    });
    expect(notice.challenge).toMatchObject({ recipient: 'ann@example.com', answerable: false });
    expect(await office.prisma.logEvent.count({ where: { type: 'sce', accountId: id } })).toBe(1);
    expect(await prove('ada@example.com', lastCode())).toEqual(WRONG);
  });

  it('may be the one there is, which nobody has proven yet', async () => {
    const id = await create({ connection: 'email', email: 'ann@example.com' });
    await update(id, { email: 'ann@example.com', verify_email: true });
    expect(await prove('ann@example.com', lastCode())).toEqual({ kind: 'changed', notice: null });
    expect(await load(id)).toMatchObject({ email: 'ann@example.com', email_verified: true });
  });

  it('tells no old address that nobody had proven', async () => {
    const id = await create({ connection: 'email', email: 'typo@example.com' });
    await update(id, { email: 'ann@example.com', verify_email: true });
    expect(await prove('ann@example.com', lastCode())).toEqual({ kind: 'changed', notice: null });
  });

  it('may be a number: its code goes there, and the old one is not texted', async () => {
    const id = await bob();
    await update(id, { phone_number: '+49 151 23456780', verify_phone_number: true });
    expect(office.sent).toMatchObject([
      { kind: 'change_phone_number', channel: 'sms', recipient: '+4915123456780' },
    ]);
    expect(await prove('+49 (0)151 2345 6780', lastCode())).toEqual({ kind: 'changed', notice: null });
    expect(await load(id)).toMatchObject({ phone_number: '+4915123456780', phone_verified: true });
    expect(await office.prisma.logEvent.count({ where: { type: 'scpn', accountId: id } })).toBe(1);
  });

  it('is the newest that was asked for: what was sent before no longer works', async () => {
    const id = await ann();
    await update(id, { email: 'ada@example.com', verify_email: true });
    const first = lastCode();
    await update(id, { email: 'eve@example.com', verify_email: true });
    expect(await prove('ada@example.com', first)).toEqual(WRONG);
    expect(await prove('eve@example.com', lastCode())).toMatchObject({ kind: 'changed' });
  });

  it('is forgotten after an hour, and after the guesses of its connection', async () => {
    const id = await ann();
    await update(id, { email: 'ada@example.com', verify_email: true });
    const late = lastCode();
    office.pass(3_600);
    expect(await prove('ada@example.com', late)).toEqual(WRONG);
    await update(id, { email: 'ada@example.com', verify_email: true });
    for (let guess = 0; guess < 5; guess++)
      expect(await prove('ada@example.com', otherThan(lastCode()))).toEqual(WRONG);
    expect(await prove('ada@example.com', lastCode())).toEqual(WRONG);
    expect(await load(id)).toMatchObject({ email: 'ann@example.com' });
  });

  it('is not given away twice: who took it first keeps it', async () => {
    const id = await ann();
    await update(id, { email: 'ada@example.com', verify_email: true });
    await create({ connection: 'email', email: 'ada@example.com' });
    expect(await prove('ada@example.com', lastCode())).toEqual({
      kind: 'problem',
      problem: { kind: 'refused' },
    });
    expect(await load(id)).toMatchObject({ email: 'ann@example.com' });
    expect(await (await update(id, { email: 'ada@example.com', verify_email: true })).json()).toMatchObject({
      statusCode: 409,
      message: 'The specified new email already exists',
    });
  });

  it('dies with the account, with a block, and with a change by an operator (MAG-10)', async () => {
    const id = await ann();
    const wish = { email: 'ada@example.com', verify_email: true };
    await update(id, wish);
    await update(id, { email: 'eve@example.com' });
    expect(await prove('ada@example.com', lastCode())).toEqual(WRONG);
    await update(id, wish);
    await update(id, { blocked: true });
    expect(await prove('ada@example.com', lastCode())).toEqual(WRONG);
    expect(await (await update(id, wish)).json()).toMatchObject({
      message: 'Payload validation error: verify_email sends nothing: the user is blocked.',
    });
    await update(id, { blocked: false });
    await update(id, wish);
    await office.ask({ method: 'DELETE', path: pathOf(id) });
    expect(await prove('ada@example.com', lastCode())).toEqual(WRONG);
    expect(await office.prisma.challenge.count()).toBe(0);
  });

  it('OTP-5: is guessed at no more often than a sign-in, and the same whether there is anything to guess', async () => {
    const id = await ann();
    office.limit({ guesses_per_identifier: 2 });
    await update(id, { email: 'ada@example.com', verify_email: true });
    const waits = { kind: 'problem', problem: { kind: 'wait', until: expect.any(Number) } };
    for (const address of ['ada@example.com', 'nobody@example.com']) {
      const wrong = otherThan(lastCode());
      expect([await prove(address, wrong), await prove(address, wrong), await prove(address, wrong)]).toEqual(
        [WRONG, WRONG, waits],
      );
    }
    expect(await prove('ada@example.com', lastCode())).toEqual(waits);
  });

  it.each<[string, string, string, string]>([
    ['nothing', '', '123456', 'missing'],
    ['no address', 'ann', '123456', 'malformed'],
    ['a number of nowhere', '0151 23456780', '123456', 'country_missing'],
    ['no code', 'ada@example.com', '', 'code_missing'],
    ['letters', 'ada@example.com', 'abc', 'code_missing'],
    ['a very long code', 'ada@example.com', '1'.repeat(500), 'code_missing'],
  ])('is asked for again where %s was typed, which counts as no guess', async (_, identifier, code, kind) => {
    expect(await prove(identifier, code)).toEqual({ kind: 'problem', problem: { kind } });
    expect(await office.prisma.limitCounter.count({ where: { key: { startsWith: 'guesses' } } })).toBe(0);
  });

  it('is not sent to more often than any address', async () => {
    const id = await ann();
    const max = LIMITS.starts_per_recipient_hour.max;
    for (let sent = 0; sent < max; sent++)
      expect((await update(id, { email: 'ada@example.com', verify_email: true })).status).toBe(200);
    const refused = await update(id, { email: 'ada@example.com', verify_email: true });
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true]);
    expect(office.sent).toHaveLength(max);
  });

  it('SMS-1: is not texted in a country that nothing is sent to, nor beyond what may be spent', async () => {
    const id = await bob();
    expect(
      await (await update(id, { phone_number: '+33612345678', verify_phone_number: true })).json(),
    ).toMatchObject({
      message: 'Payload validation error: phone_number is of a country that nothing is sent to.',
    });
    office.limit({ sms_per_day: 0 });
    expect(
      await (await update(id, { phone_number: '+4915123456780', verify_phone_number: true })).json(),
    ).toMatchObject({
      statusCode: 429,
      message: 'Nothing is sent for now: sms_per_day is used up.',
    });
    expect(office.sent).toEqual([]);
  });

  it.each<[object, string]>([
    [{ verify_email: true }, 'verify_email must come with the email that is to be proven.'],
    [{ verify_phone_number: true, email: 'a@x.test' }, 'verify_phone_number must come with the phone_number'],
    [
      { verify_email: true, email: 'a@x.test', email_verified: true },
      'email_verified has no place beside verify_email',
    ],
    [
      { verify_email: true, email: 'a@x.test', name: 'Ada' },
      'name has no place beside verify_email: it takes a request of its own.',
    ],
    [
      { verify_email: true, email: 'a@x.test', connection: 'sms' },
      'connection must be one whose strategy is email.',
    ],
    [{ verify_email: true, email: 'a' }, 'email must be one e-mail address.'],
  ])('is asked for by itself: %j is refused', async (body, sentence) => {
    const problem = await (await update(await ann(), body)).json();
    expect(problem).toMatchObject({ statusCode: 400, errorCode: 'invalid_body' });
    expect(problem.message).toContain(sentence);
    expect(office.sent).toEqual([]);
  });

  it('is nothing that people ask for with their own token (LNK-3)', async () => {
    const id = await ann();
    const caller = { kind: 'person', clientId: 'app', accountId: id } as const;
    const asked = { caller, scopes: ['update:current_user_metadata'] };
    expect((await update(id, { email: 'ada@example.com', verify_email: true }, asked)).status).toBe(403);
    expect(office.sent).toEqual([]);
  });
});
