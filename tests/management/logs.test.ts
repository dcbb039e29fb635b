import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LOGS_FILE_PATH, LOGS_PATH } from '@/lib/management/log-routes';
import type { LogDocument } from '@/lib/management/logs';
import { logEventId } from '@/lib/store/prisma/log-events';
import { box, type Office, openOffice } from './office';

let office: Office;
beforeAll(async () => {
  office = await openOffice('logs');
});
afterAll(() => office?.close());

let app: string;
beforeEach(async () => {
  await office.reset();
  await office.prisma.logEvent.deleteMany();
  const body = { name: 'Acme Shop', app_type: 'regular_web' };
  app = (await read(office.ask({ method: 'POST', path: '/api/v2/clients', body }))).client_id;
});

const read = async (response: Response | Promise<Response>) => (await response).json();
const get = (query: Record<string, string> = {}) =>
  office.ask({ path: `${LOGS_PATH}?${new URLSearchParams(query)}` });
const list = (query: Record<string, string> = {}): Promise<LogDocument[]> => read(get(query));
const types = async (query: Record<string, string>) => (await list(query)).map(({ type }) => type);
const hashOf = (email: string) => box.hash('subject', `email:${email}`);

/** Something that happened a second after what was added before. */
async function add(type: string, changes: object = {}): Promise<string> {
  office.pass(1);
  const id = logEventId(office.now);
  await office.prisma.logEvent.create({ data: { id, occurredAt: office.now, type, ...changes } });
  return id;
}

describe('the audit log', () => {
  it('is listed the newest first, in Auth0’s names, with people masked', async () => {
    await add('cls');
    const id = await add('s', {
      clientId: app,
      accountId: 'email|1',
      connection: 'email',
      maskedIdentifier: 'a…@example.com',
      identifierHash: hashOf('ann@example.com'),
      ip: '203.0.113.7',
      userAgent: 'Firefox',
      description: 'Signed in.',
    });
    const { id: connectionId } = await office.prisma.connection.findUniqueOrThrow({
      where: { name: 'email' },
    });
    const entry = {
      _id: id,
      log_id: id,
      date: office.now.toISOString(),
      type: 's',
      description: 'Signed in.',
      connection: 'email',
      connection_id: connectionId,
      strategy: 'email',
      strategy_type: 'passwordless',
      client_id: app,
      client_name: 'Acme Shop',
      user_id: 'email|1',
      user_name: 'a…@example.com',
      ip: '203.0.113.7',
      user_agent: 'Firefox',
    };
    const listed = await list();
    expect(listed).toEqual([entry, expect.objectContaining({ type: 'cls' })]);
    expect(JSON.stringify(listed)).not.toContain(hashOf('ann@example.com'));
    expect(await read(office.ask({ path: `${LOGS_PATH}/${id}` }))).toEqual(entry);
    expect(await list({ fields: 'type,ip', per_page: '1' })).toEqual([{ type: 's', ip: '203.0.113.7' }]);
  });

  it('is read page by page, in one order, also of what happened at the same time', async () => {
    for (let number = 1; number <= 5; number++) {
      await add(`t${number}`);
      office.pass(-1);
    }
    const whole = await types({});
    expect(whole).toHaveLength(5);
    const page = await read(get({ page: '1', per_page: '2', include_totals: 'true' }));
    expect(page).toMatchObject({ start: 2, limit: 2, length: 2, total: 5 });
    expect(page.logs.map(({ type }: LogDocument) => type)).toEqual(whole.slice(2, 4));
    expect(await types({ sort: 'date:1' })).toEqual(whole.toReversed());
  });

  it('counts to a thousand, and shows no page behind it', async () => {
    await office.prisma.$executeRaw`
      INSERT INTO log_events (id, occurred_at, type, client_id)
      SELECT lpad(to_hex(n), 32, '0'), now(), CASE WHEN n <= 1200 THEN 'f' ELSE 's' END, ${app}::text
      FROM generate_series(1, 1500) AS n`;
    const total = async (query: object) => (await read(get({ include_totals: 'true', ...query }))).total;
    expect(await total({ q: 'type:f' })).toBe(1000);
    expect(await total({ q: 'type:s' })).toBe(300);
    expect(await total({})).toBeGreaterThanOrEqual(1000);
    expect(await list({ page: '9', per_page: '100' })).toHaveLength(100);
    expect(await read(get({ page: '10', per_page: '100' }))).toMatchObject({
      errorCode: 'invalid_query_string',
      message: expect.stringContaining('You can only page through the first 1000 records'),
    });
  });

  it('is followed from an entry on, the oldest first, by a link to what comes next', async () => {
    const added = [];
    for (const type of ['a', 'b', 'c', 'd', 'e']) added.push(await add(type));
    // What has just happened may not be the last of its moment to be written.
    office.pass(2);
    const seen: string[] = [];
    let path: string | undefined = `${LOGS_PATH}?take=2`;
    while (path !== undefined) {
      const response = await office.ask({ path });
      seen.push(...(await read(response)).map(({ type }: LogDocument) => type));
      path = /^<https:\/\/login\.example\.com([^>]+)>; rel="next"$/.exec(
        response.headers.get('link') ?? '',
      )?.[1];
    }
    expect(seen).toEqual(['a', 'b', 'c']);
    office.pass(3);
    expect(await types({ from: added[2] ?? '' })).toEqual(['d', 'e']);
    expect(await types({ from: added[0] ?? '', q: 'type:(c OR e)', take: '1' })).toEqual(['c']);
    expect(await types({ from: added[4] ?? '' })).toEqual([]);
  });

  it.each([
    'sort=password',
    'sort=date:2',
    'per_page=-1',
    'per_page=1e9',
    'page=x',
    'from=x',
    `from=${'g'.repeat(32)}`,
    'from=%27%20OR%201=1',
    'take=101',
    'fields=a%20b',
    'search=x',
    'q=a&q=b',
  ])('takes no %s (MGT-3)', async (query) => {
    expect(await read(office.ask({ path: `${LOGS_PATH}?${query}` }))).toMatchObject({
      statusCode: 400,
      errorCode: 'invalid_query_string',
    });
  });

  it.each(['nobody', '%00', 'f'.repeat(32)])('has no entry %s', async (id) => {
    expect(await read(office.ask({ path: `${LOGS_PATH}/${id}` }))).toMatchObject({
      statusCode: 404,
      errorCode: 'inexistent_log',
    });
  });
});

describe('a search of the audit log', () => {
  let ids: string[];
  beforeEach(async () => {
    const ann = { identifierHash: hashOf('ann@example.com'), accountId: 'email|1' };
    ids = [
      await add('cls', { ...ann, connection: 'email', clientId: app, ip: '203.0.113.7' }),
      await add('f', { ...ann, connection: 'email', clientId: app, ip: '203.0.113.80' }),
      await add('limit_wc', { ip: '198.51.100.1', connection: 'sms' }),
      await add('sapi', { clientId: 'gone' }),
    ];
  });
  const day = () => office.now.toISOString().slice(0, 10);

  it.each<[string, string[]]>([
    ['type:f', ['f']],
    ['type:(f OR cls)', ['f', 'cls']],
    ['type:limit_*', ['limit_wc']],
    ['NOT type:sapi AND NOT type:cls', ['limit_wc', 'f']],
    ['ip:203.0.113.7', ['cls']],
    ['ip:"203.0.113.*"', []],
    ['ip:203.0.113.*', ['f', 'cls']],
    ['ip:*', ['limit_wc', 'f', 'cls']],
    ['connection:sms', ['limit_wc']],
    ['client_name:"acme shop"', ['f', 'cls']],
    ['client_name:acme*', ['f', 'cls']],
    ['client_name:*', ['f', 'cls']],
    ['client_id:gone', ['sapi']],
    ['user_id:"email|1" AND type:f', ['f']],
    ['user_name:"ann@example.com"', ['f', 'cls']],
    ['user_name:Ann@Example.COM', ['f', 'cls']],
    ['ann@example.com', ['f', 'cls']],
    ['user_name:"bob@example.com"', []],
    ['', ['sapi', 'limit_wc', 'f', 'cls']],
  ])('finds by %s', async (q, found) => {
    expect(await types({ q })).toEqual(found);
  });

  it('finds by day and instant, to the millisecond', async () => {
    const at = (number: number) => parseInt(ids[number]?.slice(0, 12) ?? '', 16);
    const iso = (ms: number) => new Date(ms).toISOString();
    expect(await types({ q: `date:["${iso(at(1))}" TO "${iso(at(2))}"]` })).toEqual(['limit_wc', 'f']);
    expect(await types({ q: `date:{"${iso(at(1))}" TO "${iso(at(2))}"}` })).toEqual([]);
    expect(await types({ q: `date:["${iso(at(1) + 1)}" TO *]` })).toEqual(['sapi', 'limit_wc']);
    expect(await types({ q: `date:${day()} AND type:f` })).toEqual(['f']);
    expect(await types({ q: `date:[* TO 1000-01-01]` })).toEqual([]);
    expect(await types({ q: `date:[* TO *]` })).toHaveLength(4);
  });

  it('finds by log_id', async () => {
    expect(await types({ q: `log_id:${ids[2]}` })).toEqual(['limit_wc']);
  });

  it.each<[string, string]>([
    ['password:x', 'names a field that is not searched (there are log_id, type, client_id'],
    ['details.request:x', 'names a field that is not searched'],
    ['signed', 'needs a field (there are log_id'],
    ['user_name:ann*', 'needs a whole address or number behind user_name'],
    ['user_name:a…@example.com', 'needs a whole address'],
    ['type:[a TO b]', 'has a range of a text'],
    ['type:""', 'looks for nothing'],
    ['date:yesterday', 'needs a day or an instant'],
    ['type:*s', 'needs at least 3 characters beside a *'],
    ['{"$ne":1}', 'has a range that is not like'],
    ['type:f type:s', 'needs AND or OR'],
    [`type:'"; DROP TABLE log_events; --"`, 'has a " that is neither quoted nor escaped'],
  ])('says why it takes no %s, and where (MGT-3)', async (q, sentence) => {
    const problem = await read(get({ q }));
    expect(problem).toMatchObject({ statusCode: 400, errorCode: 'invalid_query_string' });
    expect(problem.message).toContain(sentence);
    expect(problem.message).toMatch(/, at character \d+\.$/);
  });
});

describe('the audit log as a file', () => {
  const file = (query: Record<string, string> = {}) =>
    office.ask({ path: `${LOGS_FILE_PATH}?${new URLSearchParams(query)}` });
  const lines = async (response: Response) => (await response.text()).trimEnd().split('\n');

  it('is a table in which nothing that strangers sent is a formula, or breaks a line (ADM-5, LOG-3)', async () => {
    await add('s', { userAgent: '=cmd|" /C calc"!A0', details: { a: 1 } });
    await add('f', { userAgent: 'x\r\n"+1,2' });
    await add('f', { userAgent: '@SUM(1)' });
    office.pass(4);
    const response = await file();
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="logs.csv"');
    const [head, first, ...rest] = await lines(response);
    expect(head).toBe(
      'log_id,date,type,description,connection,client_id,client_name,user_id,user_name,ip,user_agent,details',
    );
    expect(first).toMatch(/^[0-9a-f]{32},2031-[^,]+Z,s,,,,,,,,"'=cmd\|"" \/C calc""!A0","\{""a"":1\}"$/);
    expect(rest.join('\n')).toContain('"x\r\n""+1,2"');
    expect(rest.join('\n')).toContain(",'@SUM(1),");
  });

  it('holds everything that fits, in parts nobody sees', async () => {
    await office.prisma.$executeRaw`
      INSERT INTO log_events (id, occurred_at, type)
      SELECT lpad(to_hex(n), 32, '0'), now(), CASE WHEN n % 3 = 0 THEN 'f' ELSE 's' END
      FROM generate_series(1, 1500) AS n`;
    expect(await lines(await file())).toHaveLength(1501);
    const found = (await lines(await file({ q: 'type:f', format: 'json' }))).map((line) => JSON.parse(line));
    expect(found).toHaveLength(500);
    expect(new Set(found.map(({ log_id: id }) => id)).size).toBe(500);
    expect(found.every(({ type }) => type === 'f')).toBe(true);
    expect(await (await file({ q: 'type:nothing', format: 'json' })).text()).toBe('');
  });

  it('refuses what it cannot search before it begins', async () => {
    expect((await file({ q: 'password:x' })).status).toBe(400);
    expect((await file({ format: 'xml' })).status).toBe(400);
  });
});
