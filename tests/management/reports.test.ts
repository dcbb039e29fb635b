import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CONNECTIONS_PATH } from '@/lib/management/connection-routes';
import { MESSAGE_SEARCH_PATH, SMS_SPEND_PATH } from '@/lib/management/report-routes';
import { box, type Office, openOffice } from './office';

let office: Office;
beforeAll(async () => {
  office = await openOffice('reports');
});
afterAll(() => office?.close());
beforeEach(async () => {
  await office.reset();
  await office.prisma.message.deleteMany();
  await office.prisma.smsCharge.deleteMany();
});

const read = async (response: Response | Promise<Response>) => (await response).json();
const post = (path: string, body: unknown) => read(office.ask({ method: 'POST', path, body }));
const daysAgo = (days: number) => new Date(office.now.getTime() - days * 86_400_000);

describe('what text messages cost', () => {
  const charge = (id: string, occurredAt: Date, estimatedPriceMicros: bigint | null) => ({
    id,
    occurredAt,
    country: 'DE',
    connection: 'sms',
    provider: 'twilio',
    segments: 2,
    estimatedPriceMicros,
    currency: estimatedPriceMicros === null ? null : 'EUR',
  });
  const spend = (query = '') => read(office.ask({ path: SMS_SPEND_PATH + query }));

  it('is told by day, country and provider, today included', async () => {
    await office.prisma.smsCharge.createMany({
      data: [
        charge('1', office.now, 75_000n),
        charge('2', office.now, 75_000n),
        charge('3', daysAgo(6), null),
        charge('4', daysAgo(7), 1_000_000n),
      ],
    });
    const group = { country: 'DE', provider: 'twilio', connection: 'sms' };
    expect(await spend()).toEqual({
      from: daysAgo(6).toISOString().slice(0, 10),
      spend: [
        {
          ...group,
          day: office.now.toISOString().slice(0, 10),
          messages: 2,
          segments: 4,
          currency: 'EUR',
          estimated_price: 0.15,
        },
        {
          ...group,
          day: daysAgo(6).toISOString().slice(0, 10),
          messages: 1,
          segments: 2,
          currency: null,
          estimated_price: null,
        },
      ],
      closed_countries: [],
    });
    expect((await spend('?days=1')).spend).toHaveLength(1);
    expect((await spend('?days=8')).spend).toHaveLength(3);
  });

  it('names the countries that are closed, and until when (SMS-1)', async () => {
    const until = new Date(office.now.getTime() + 60_000);
    await office.prisma.limitCounter.createMany({
      data: [
        { key: 'sms_unanswered:closed:LV', windowStart: office.now, count: 1, expiresAt: until },
        { key: 'sms_unanswered:closed:AZ', windowStart: office.now, count: 1, expiresAt: office.now },
      ],
    });
    expect((await spend()).closed_countries).toEqual([{ country: 'LV', until: until.toISOString() }]);
  });

  it.each(['days=0', 'days=367', 'days=x', 'days=1&days=2', 'week=1'])(
    'takes no %s (MGT-3)',
    async (query) => {
      expect(await spend(`?${query}`)).toMatchObject({ statusCode: 400, errorCode: 'invalid_query_string' });
    },
  );
});

describe('a preview', () => {
  async function preview(name: string, body: unknown) {
    const [connection] = await read(office.ask({ path: `${CONNECTIONS_PATH}?name=${name}` }));
    return post(`/api/v2/latchkey/connections/${connection.id}/preview`, body);
  }

  it('is the message people would get, in their language', async () => {
    expect(await preview('email', {})).toMatchObject({
      kind: 'email',
      from: expect.stringContaining('login@example.com'),
      subject: expect.stringContaining('Acme'),
      html: expect.stringContaining('<html lang="en"'),
      text: expect.stringContaining('482913'),
      problems: [],
    });
    const japanese = await preview('email', { language: 'ja', application_name: 'Fischladen' });
    expect(japanese.html).toContain('<html lang="ja"');
    expect(japanese.text).toContain('Fischladen');
  });

  it('counts the segments of a text message', async () => {
    expect(await preview('sms', {})).toMatchObject({
      kind: 'sms',
      body: expect.stringMatching(/@login\.example\.com #482913$/),
      segments: 1,
      problems: [],
    });
  });

  it('shows options that are not kept yet, and what is wrong with their templates', async () => {
    const options = { totp: { length: 8 }, template: 'Code: {{ secret }}' };
    expect(await preview('sms', { options })).toMatchObject({
      body: expect.stringContaining('48291375'),
      problems: [{ part: 'template', line: 1 }],
    });
    expect(await read(office.ask({ path: `${CONNECTIONS_PATH}?name=sms` }))).toMatchObject([
      { options: { template: null } },
    ]);
  });

  it.each<[unknown, string]>([
    [
      { kind: 'welcome' },
      'kind must be one of login, new_device, change_email, change_phone_number, email_changed, identity_added, identity_removed.',
    ],
    [{ language: 'th' }, 'language is not a language that messages are written in.'],
    [{ application_name: '' }, 'application_name must not be empty.'],
    [{ to: 'ann@example.com' }, 'the body holds a field to that is not one of kind, language'],
    [{ options: { totp: { length: 3 } } }, 'options.totp.length must be a whole number'],
  ])('of %j is refused', async (body, sentence) => {
    expect((await preview('email', body)).message).toContain(sentence);
  });

  it('of a connection that there is not is 404', async () => {
    const path = '/api/v2/latchkey/connections/con_AAAAAAAAAAAAAAAA/preview';
    expect(await post(path, {})).toMatchObject({ errorCode: 'inexistent_connection' });
  });
});

describe('what became of messages', () => {
  const search = (body: unknown) => post(MESSAGE_SEARCH_PATH, body);

  async function addMessage(id: string, subject: string, createdAt: Date): Promise<void> {
    await office.prisma.message.create({
      data: {
        id,
        generation: 0,
        channel: 'email',
        connection: 'email',
        maskedIdentifier: 'a***@example.com',
        identifierHash: box.hash('subject', subject),
        language: 'en',
        context: {},
        status: 'accepted',
        dueAt: createdAt,
        expiresAt: new Date(createdAt.getTime() + 600_000),
        createdAt,
        attempts: {
          create: {
            id: `attempt-${id}`,
            provider: 'resend',
            outcome: 'accepted',
            providerMessageId: `provider-${id}`,
            startedAt: createdAt,
            durationMs: 120,
          },
        },
      },
    });
  }

  it('is found by the person, however the address is written, and shown step by step', async () => {
    await addMessage('m1', 'email:ann@example.com', office.now);
    await addMessage('m2', 'email:bob@example.com', office.now);
    const at = office.now.toISOString();
    expect(await search({ recipient: ' Ann@EXAMPLE.com' })).toEqual({
      messages: [
        {
          message_id: 'm1',
          kind: 'login',
          channel: 'email',
          client_id: null,
          connection: 'email',
          recipient: 'a***@example.com',
          language: 'en',
          status: 'accepted',
          expires_at: new Date(office.now.getTime() + 600_000).toISOString(),
          steps: [
            { kind: 'queued', at },
            {
              kind: 'accepted',
              at: new Date(office.now.getTime() + 120).toISOString(),
              provider: 'resend',
              duration_ms: 120,
            },
          ],
        },
      ],
      next: null,
    });
  });

  it('is listed for everybody, the newest first, a page at a time', async () => {
    for (const [index, id] of ['m1', 'm2', 'm3'].entries()) {
      await addMessage(id, `email:${id}@example.com`, new Date(office.now.getTime() + index));
    }
    const first = await search({ limit: 2 });
    const ids = ({ messages }: { messages: { message_id: string }[] }) =>
      messages.map(({ message_id }) => message_id);
    expect(ids(first)).toEqual(['m3', 'm2']);
    const second = await search({ limit: 2, after: first.next });
    expect(ids(second)).toEqual(['m1']);
    expect(second.next).toBeNull();
  });

  it.each<[unknown, string]>([
    [{ recipient: 'ann' }, 'recipient must be an e-mail address, or a number with its country code.'],
    [{ recipient: '0151 23456789' }, 'recipient must be an e-mail address'],
    [{ limit: 101 }, 'limit must be a whole number from 1 to 100.'],
    [{ limit: '5' }, 'limit must be a whole number from 1 to 100.'],
    [
      { email: 'ann@example.com' },
      'the body holds a field email that is not one of recipient, after, limit.',
    ],
  ])('is not searched for by %j', async (body, sentence) => {
    const problem = await search(body);
    expect(problem.statusCode).toBe(400);
    expect(problem.message).toContain(sentence);
  });
});
