import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OverviewDocument } from '@/lib/management/overview';
import { TEST_MESSAGE_PATH } from '@/lib/management/report-routes';
import { ACTIVE_USERS_PATH, DAILY_STATS_PATH, OVERVIEW_PATH } from '@/lib/management/stats-routes';
import { type Office, openOffice } from './office';

let office: Office;
beforeAll(async () => {
  office = await openOffice('overview');
});
afterAll(() => office?.close());
beforeEach(async () => {
  await office.reset();
  await office.prisma.hourlyFigure.deleteMany();
  await office.prisma.limitCounter.deleteMany();
});

const read = async (path: string) => (await office.ask({ path })).json();
const overview = (query = '') => read(OVERVIEW_PATH + query) as Promise<OverviewDocument>;
const dayAgo = (days: number) =>
  new Date(office.now.getTime() - days * 86_400_000).toISOString().slice(0, 10);

/** @param rows figure, channel, detail, count, days ago */
async function count(
  ...rows: [figure: string, channel: string, detail: string, count: number, daysAgo?: number][]
) {
  await office.prisma.hourlyFigure.createMany({
    data: rows.map(([figure, channel, detail, count, daysAgo = 0]) => ({
      hour: new Date(`${dayAgo(daysAgo)}T05:00:00Z`),
      figure,
      channel,
      detail,
      count,
    })),
  });
}

describe('the overview', () => {
  it('says of an installation that nobody used yet that nothing happened', async () => {
    expect(await overview()).toEqual({
      from: dayAgo(6),
      counted_until: null,
      active_users: 0,
      days: [],
      seconds_to_sign_in: [],
      providers: [],
      sms: {
        messages: 0,
        cost: [],
        unpriced: 0,
        days: Array.from({ length: 7 }, (_, index) => ({ day: dayAgo(6 - index), messages: 0, cost: [] })),
      },
      attention: [],
    });
  });

  it('tells every day of every channel, days without anything too', async () => {
    await count(
      ['begun', 'email', '', 10],
      ['sent', 'email', '', 9],
      ['delivered', 'email', 'resend', 8],
      ['sign_in', 'email', '', 7],
      ['sign_up', 'email', '', 2],
      ['begun', 'sms', '', 3, 1],
      ['sign_in', 'email', '', 99, 2],
    );
    const { days, from } = await overview('?days=2');
    expect(from).toBe(dayAgo(1));
    const nothing = { begun: 0, sent: 0, delivered: 0, signed_in: 0, signed_up: 0 };
    expect(days).toEqual([
      { day: dayAgo(1), channel: 'email', ...nothing },
      { day: dayAgo(0), channel: 'email', begun: 10, sent: 9, delivered: 8, signed_in: 7, signed_up: 2 },
      { day: dayAgo(1), channel: 'sms', ...nothing, begun: 3 },
      { day: dayAgo(0), channel: 'sms', ...nothing },
    ]);
  });

  it('tells within what time half, and nine in ten, got from the message to the sign-in', async () => {
    await count(
      ['answered_within', 'email', '10', 4],
      ['answered_within', 'email', '20', 4],
      ['answered_within', 'email', '90', 1],
      ['answered_within', 'email', 'more', 1],
      ['answered_within', 'sms', 'more', 5],
    );
    expect((await overview()).seconds_to_sign_in).toEqual([
      { channel: 'email', median: 20, nine_in_ten: 90, sign_ins: 10 },
      { channel: 'sms', median: null, nine_in_ten: null, sign_ins: 5 },
    ]);
  });

  it('tells what each provider took, and what it told later, if it tells anything', async () => {
    await count(
      ['attempt', 'email', 'resend accepted', 8],
      ['attempt', 'email', 'resend timed_out', 2],
      ['attempt', 'email', 'smtp accepted', 2],
      ['delivered', 'email', 'resend', 7],
      ['returned', 'email', 'resend', 1],
    );
    expect((await overview()).providers).toEqual([
      { provider: 'resend', channel: 'email', attempts: 10, accepted: 8, delivered: 7, returned: 1 },
      { provider: 'smtp', channel: 'email', attempts: 2, accepted: 2, delivered: null, returned: null },
    ]);
  });

  it('adds up what text messages cost, currency by currency', async () => {
    await count(
      ['sms_message', 'sms', 'twilio', 3],
      ['sms_cost', 'sms', 'EUR', 150_000],
      ['sms_cost', 'sms', 'USD', 50_000, 1],
      ['sms_unpriced', 'sms', '', 1],
    );
    const { sms } = await overview('?days=2');
    expect(sms).toEqual({
      messages: 3,
      cost: [
        { currency: 'EUR', amount: 0.15 },
        { currency: 'USD', amount: 0.05 },
      ],
      unpriced: 1,
      days: [
        { day: dayAgo(1), messages: 0, cost: [{ currency: 'USD', amount: 0.05 }] },
        { day: dayAgo(0), messages: 3, cost: [{ currency: 'EUR', amount: 0.15 }] },
      ],
    });
  });

  it('puts first what needs attention: what fails, then what is doubtful', async () => {
    await count(
      ['attempt', 'email', 'resend refused', 5],
      ['attempt', 'email', 'smtp accepted', 3],
      ['attempt', 'email', 'smtp refused', 3],
      ['attempt', 'sms', 'twilio failed', 4],
      ['attempt', 'sms', 'gateway failed', 50, 1],
    );
    office.findings.push(
      { part: 'E-mail', state: 'good', sentence: 'goes out' },
      { part: 'Secret', state: 'doubtful', sentence: 'was drawn' },
    );
    await office.prisma.limitCounter.create({
      data: {
        key: 'sms_unanswered:closed:ID',
        windowStart: office.now,
        count: 1,
        expiresAt: new Date(office.now.getTime() + 600_000),
      },
    });
    const { attention } = await overview();
    expect(attention).toEqual([
      { kind: 'provider', state: 'failing', provider: 'resend', channel: 'email', attempts: 5, accepted: 0 },
      { kind: 'provider', state: 'doubtful', provider: 'smtp', channel: 'email', attempts: 6, accepted: 3 },
      { kind: 'installation', state: 'doubtful', part: 'Secret', sentence: 'was drawn' },
      {
        kind: 'country',
        state: 'doubtful',
        country: 'ID',
        until: new Date(office.now.getTime() + 600_000).toISOString(),
      },
    ]);
  });

  it('MGT-3: takes a number of days within a year, and nothing else', async () => {
    for (const query of ['?days=0', '?days=367', '?days=7&days=8', '?days=%27', '?from=1'])
      expect((await office.ask({ path: OVERVIEW_PATH + query })).status, query).toBe(400);
  });
});

describe('Auth0’s stats', () => {
  it('tell logins and sign-ups of each day, today last, thirty unless the query says otherwise', async () => {
    await count(
      ['sign_in', 'email', '', 5],
      ['sign_in', 'sms', '', 2],
      ['sign_up', 'email', '', 1],
      ['sign_in', 'email', '', 9, 1],
    );
    const days = (await read(DAILY_STATS_PATH)) as { date: string }[];
    expect(days).toHaveLength(30);
    expect(days.slice(-2)).toMatchObject([
      { date: `${dayAgo(1)}T00:00:00.000Z`, logins: 9, signups: 0, leaked_passwords: 0 },
      { date: `${dayAgo(0)}T00:00:00.000Z`, logins: 7, signups: 1, leaked_passwords: 0 },
    ]);
    const compact = (day: string) => day.replaceAll('-', '');
    const query = `?from=${compact(dayAgo(1))}&to=${compact(dayAgo(1))}`;
    expect(await read(DAILY_STATS_PATH + query)).toMatchObject([{ logins: 9 }]);
  });

  it('MGT-3: refuse days that there are not, and more than a year of them', async () => {
    for (const query of [
      '?from=20310231',
      '?from=2031-05-01',
      '?from=20310502&to=20310501',
      '?from=20200101&to=20310501',
    ])
      expect((await office.ask({ path: DAILY_STATS_PATH + query })).status, query).toBe(400);
  });

  it('tell how many people are active', async () => {
    await count(['active_user', '', '', 41, 1], ['active_user', '', '', 42]);
    expect(await read(ACTIVE_USERS_PATH)).toBe(42);
  });
});

describe('a test message', () => {
  const send = async (connection: string, body: unknown) => {
    const { id } = await office.prisma.connection.findFirstOrThrow({ where: { name: connection } });
    return office.ask({ method: 'POST', path: TEST_MESSAGE_PATH.replace('{id}', id), body });
  };

  it('is what people get, with what each provider said of it', async () => {
    const sent = await send('email', { recipient: 'ann@acme.test' });
    expect(await sent.json()).toEqual({
      accepted: true,
      attempts: [{ provider: 'inbox', outcome: 'accepted', reason: null, duration_ms: expect.any(Number) }],
    });
  });

  it('is a text message to a number that is served (SMS-1)', async () => {
    const sent = await send('sms', { recipient: '+49 151 12345678' });
    expect(await sent.json()).toMatchObject({ accepted: true, attempts: [{ provider: 'inbox' }] });
    const abroad = await send('sms', { recipient: '+12025550123' });
    expect(abroad.status).toBe(400);
    expect((await abroad.json()).message).toContain('is in a country that the connection does not text');
  });

  it('is for an address, or a number, as the connection has it', async () => {
    expect((await send('sms', { recipient: 'ann@acme.test' })).status).toBe(400);
    expect((await send('email', { recipient: '+4915112345678' })).status).toBe(400);
    expect((await send('email', { recipient: 'ann@acme.test', subject: 'Hello' })).status).toBe(400);
  });

  it('RLM-1: is sent so often an hour', async () => {
    office.limit({ operator_letters: 1 });
    expect((await send('email', { recipient: 'ann@acme.test' })).status).toBe(200);
    expect((await send('email', { recipient: 'ann@acme.test' })).status).toBe(429);
  });
});
