import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EXPORTS_PATH, IMPORTS_PATH, JOBS_PATH } from '@/lib/management/job-routes';
import type { JobDocument, RowProblemsDocument } from '@/lib/management/jobs';
import { workOnImports } from '@/lib/management/user-imports';
import { USERS_PATH } from '@/lib/management/user-routes';
import { type Asked, type Office, openOffice } from './office';

let office: Office;
beforeAll(async () => {
  office = await openOffice('jobs');
});
afterAll(() => office?.close());
let email: string;
let sms: string;
beforeEach(async () => {
  await office.reset();
  await office.prisma.job.deleteMany();
  const connections = await (await office.ask({ path: '/api/v2/connections' })).json();
  [email, sms] = connections.map(({ id }: { id: string }) => id);
});

function formOf(users: string | object[] | null, fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  const text = typeof users === 'string' ? users : JSON.stringify(users);
  if (users !== null) form.append('users', new Blob([text], { type: 'application/json' }), 'users.json');
  for (const [name, value] of Object.entries({ connection_id: email, ...fields })) form.append(name, value);
  return form;
}

const send = (form: FormData, asked: Partial<Asked> = {}) =>
  office.ask({ method: 'POST', path: IMPORTS_PATH, body: form, ...asked });
const read = async (response: Response | Promise<Response>) => (await response).json();
const load = (id: string): Promise<JobDocument> => read(office.ask({ path: `${JOBS_PATH}/${id}` }));
const problems = (id: string): Promise<RowProblemsDocument> =>
  read(office.ask({ path: `${JOBS_PATH}/${id}/errors` }));
const failures: unknown[] = [];
const worker = () => ({ ...office.deps, reportFailed: (cause: unknown) => void failures.push(cause) });
const work = () => workOnImports(worker(), () => false);

/** From the file to the end of the job. */
async function importUsers(
  users: string | object[],
  fields: Record<string, string> = {},
): Promise<JobDocument> {
  const response = await send(formOf(users, fields));
  if (response.status !== 202) throw new Error(await response.text());
  const { id } = await response.json();
  await work();
  return load(id);
}

async function exportUsers(
  body: object = {},
): Promise<{ job: JobDocument; response: Response; text: string }> {
  const job: JobDocument = await read(office.ask({ method: 'POST', path: EXPORTS_PATH, body }));
  const { pathname } = new URL(job.location ?? '');
  const response = await office.ask({ path: pathname });
  return { job, response, text: await response.text() };
}

const people = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ email: `person${index}@example.com` }));

describe('an import', () => {
  it('waits, as Auth0 answers it, until somebody has time, and is then done', async () => {
    const response = await send(
      formOf([{ email: 'ann@example.com' }], {
        external_id: 'move-1',
        upsert: 'false',
        send_completion_email: 'true',
      }),
    );
    expect(response.status).toBe(202);
    const job = await response.json();
    expect(job).toEqual({
      id: expect.stringMatching(/^job_.{16}$/),
      type: 'users_import',
      status: 'pending',
      created_at: office.now.toISOString(),
      connection_id: email,
      external_id: 'move-1',
      upsert: false,
      send_completion_email: false,
      percentage_done: 0,
      summary: { total: 1, inserted: 0, updated: 0, failed: 0 },
    });
    expect(await load(job.id)).toEqual(job);
    await work();
    expect(await load(job.id)).toEqual({
      ...job,
      status: 'completed',
      percentage_done: 100,
      summary: { total: 1, inserted: 1, updated: 0, failed: 0 },
    });
    expect(await problems(job.id)).toEqual([]);
    expect(await office.prisma.jobChunk.count()).toBe(0);
  });

  it('gives everybody what the file says of them', async () => {
    const ann = {
      user_id: 'a-1',
      email: 'Ann@Example.com',
      email_verified: true,
      name: 'Ann',
      nickname: 'annie',
      given_name: 'Ann',
      family_name: 'Lee',
      picture: 'https://example.com/a.png',
      blocked: true,
      user_metadata: { a: [1] },
      app_metadata: { plan: 'gold' },
      created_at: '2020-01-02T03:04:05.678Z',
      last_login: '2021-01-02T03:04:05+02:00',
      logins_count: 7,
    };
    await importUsers([ann, { email: 'ada@example.com' }]);
    const [first, second] = await read(office.ask({ path: USERS_PATH }));
    expect(first).toEqual({
      ...ann,
      user_id: 'email|a-1',
      email: 'ann@example.com',
      last_login: '2021-01-02T01:04:05.000Z',
      updated_at: office.now.toISOString(),
      identities: [expect.objectContaining({ provider: 'email', user_id: 'a-1' })],
    });
    expect(second).toMatchObject({
      email: 'ada@example.com',
      email_verified: false,
      created_at: office.now.toISOString(),
    });
    await importUsers([{ phone_number: '+49 151 23456789', phone_verified: true }], { connection_id: sms });
    expect(await office.prisma.identity.findFirst({ where: { provider: 'sms' } })).toMatchObject({
      identifier: '+4915123456789',
    });
    expect(await office.prisma.message.count()).toBe(0);
  });

  it.each([
    ['a list', JSON.stringify(people(1_203), null, 1)],
    [
      'lines',
      people(1_203)
        .map((person) => JSON.stringify(person))
        .join('\n'),
    ],
  ])('of many takes them all, from %s', async (_, file) => {
    const job = await importUsers(file);
    expect(job.summary).toEqual({ total: 1_203, inserted: 1_203, updated: 0, failed: 0 });
    expect(await office.prisma.account.count()).toBe(1_203);
  });

  it('tells by line and field what is wrong with a row, repeats nothing of it, and takes the others', async () => {
    const rows = [
      '{"email":"ann@example.com"}',
      '{"email":"not an address"}',
      '{"email":"bob@example.com","password_hash":"$2b$10$secret"}',
      '{"email":"cid@example.com","app_metadata":[]}',
      '{"name":"Nobody"}',
      '{"email":"dan@example.com","phone_number":"+4915123456789"}',
      '{email:"eve@example.com"}',
      '{"email":"fay@example.com","user_id":"sms|1"}',
      '{"email":"gus@example.com","created_at":"yesterday"}',
      '{"email":"ANN@example.com"}',
      '{"email":"hal@example.com","user_metadata":{"a":"\\u0000"}}',
      '{"email":"ida@example.com"}',
    ];
    const job = await importUsers(rows.join('\n'));
    expect(job).toMatchObject({
      status: 'completed',
      summary: { total: 12, inserted: 2, updated: 0, failed: 10 },
    });
    const found = await problems(job.id);
    expect(found.map(({ row, errors: [error] }) => [row, error?.code, error?.path, error?.message])).toEqual([
      [2, 'INVALID_FORMAT', 'email', 'email must be one e-mail address'],
      [
        3,
        'INVALID_FORMAT',
        undefined,
        expect.stringMatching(/^holds a field \w+ that is not one of email, /),
      ],
      [4, 'INVALID_FORMAT', 'app_metadata', 'app_metadata must be a JSON object'],
      [5, 'INVALID_FORMAT', 'email', 'email must be there'],
      [
        6,
        'INVALID_FORMAT',
        'phone_number',
        'phone_number has no place in a connection whose strategy is email',
      ],
      [7, 'INVALID_JSON', undefined, 'is no JSON object'],
      [8, 'INVALID_FORMAT', 'user_id', 'user_id must begin with email| or have no bar'],
      [9, 'INVALID_FORMAT', 'created_at', 'created_at must be an instant such as 2026-01-31T14:02:00Z'],
      [10, 'DUPLICATED_USER', undefined, 'The user is in the file twice.'],
      [11, 'INVALID_FORMAT', 'user_metadata', expect.stringContaining('user_metadata may hold')],
    ]);
    expect(JSON.stringify(await office.prisma.jobError.findMany())).not.toMatch(/example\.com|secret/);
  });

  it('refuses who is there already, or changes them where that is wished for', async () => {
    await importUsers([
      { email: 'ann@example.com', user_id: '1', name: 'Ann', app_metadata: { plan: 'free', seats: 1 } },
      { email: 'bob@example.com', user_id: '2' },
    ]);
    const again = [
      {
        email: 'Ann@example.com',
        family_name: 'Lee',
        app_metadata: { plan: 'gold' },
        email_verified: true,
        blocked: true,
      },
      { email: 'new@example.com', user_id: '2' },
      { email: 'cid@example.com' },
    ];
    const refused = await importUsers(again);
    expect(refused.summary).toEqual({ total: 3, inserted: 1, updated: 0, failed: 2 });
    const twice = { code: 'DUPLICATED_USER', message: 'The user already exists.' };
    expect(await problems(refused.id)).toEqual([
      { row: 1, line: 1, errors: [{ ...twice, path: 'email' }] },
      { row: 2, line: 1, errors: [{ ...twice, path: 'user_id' }] },
    ]);
    const changed = await importUsers(again, { upsert: 'true' });
    expect(changed.summary).toEqual({ total: 3, inserted: 0, updated: 2, failed: 1 });
    const ann = await read(office.ask({ path: `${USERS_PATH}/email%7C1` }));
    expect(ann).toMatchObject({
      name: 'Ann',
      family_name: 'Lee',
      app_metadata: { plan: 'gold', seats: 1 },
      email_verified: true,
      blocked: true,
    });
  });

  it.each<[string, string | object[] | null, Record<string, string>, object]>([
    [
      'no file',
      null,
      {},
      { statusCode: 400, message: 'Payload validation error: users must be there, as a file.' },
    ],
    [
      'an empty file',
      '',
      {},
      { statusCode: 400, message: 'Payload validation error: users holds no users.' },
    ],
    [
      'no list',
      'email,name',
      {},
      { statusCode: 400, message: 'Payload validation error: users line 1 is no list of JSON objects.' },
    ],
    [
      'half a file',
      '[{"email":"ann@example.com"},{"email":',
      {},
      { statusCode: 400, message: 'Payload validation error: users line 1 begins a user that does not end.' },
    ],
    [
      'no connection',
      people(2),
      { connection_id: '' },
      { statusCode: 400, message: 'Payload validation error: connection_id must not be empty.' },
    ],
    [
      'an unknown connection',
      people(2),
      { connection_id: 'con_0000000000000000' },
      { statusCode: 400, message: 'Connection does not exist.', errorCode: 'inexistent_connection' },
    ],
    [
      'a word for a flag',
      people(2),
      { upsert: 'yes' },
      { statusCode: 400, message: 'Payload validation error: upsert must be true or false.' },
    ],
    [
      'an unknown field',
      people(2),
      { tenant: 'x' },
      { statusCode: 400, message: expect.stringContaining('that is not one of') },
    ],
  ])('of %s is refused, and nothing is left of it', async (_, users, fields, problem) => {
    expect(await read(send(formOf(users, fields)))).toMatchObject(problem);
    expect(await office.prisma.job.count()).toBe(0);
    expect(await office.prisma.jobChunk.count()).toBe(0);
  });

  it('is a form: JSON is refused with 415', async () => {
    expect((await office.ask({ method: 'POST', path: IMPORTS_PATH, body: {} })).status).toBe(415);
  });

  it('fails as a whole when its connection goes, and says so', async () => {
    const { id } = await read(send(formOf(people(3))));
    await office.prisma.connection.delete({ where: { id: email } });
    office.pass(5);
    await work();
    expect(await load(id)).toMatchObject({
      status: 'failed',
      status_details: 'The connection is not there any more.',
    });
    expect(await office.prisma.jobChunk.count()).toBe(0);
  });

  it('whose rows cannot be written fails, says from which one on, and lets the operator know why', async () => {
    const { id } = await read(send(formOf(people(1_200))));
    const { jobs } = office.deps;
    const cause = new Error('nobody knows');
    const importRows: typeof jobs.importRows = async (batch) => {
      if (batch.number === 1) throw cause;
      return jobs.importRows(batch);
    };
    await workOnImports({ ...worker(), jobs: { ...jobs, importRows } }, () => false);
    expect(await load(id)).toMatchObject({
      status: 'failed',
      status_details: 'The users from number 501 on could not be written. Those before them were.',
      percentage_done: 41,
      summary: { total: 1_200, inserted: 500 },
    });
    expect(failures.splice(0)).toEqual([cause]);
    expect(await office.prisma.jobChunk.count()).toBe(0);
  });

  it('stops between two chunks when the process does, and is gone on with by another', async () => {
    const { id } = await read(send(formOf(people(1_400))));
    let looked = 0;
    await workOnImports(worker(), () => looked++ > 1);
    const half = await load(id);
    expect(half).toMatchObject({ status: 'processing', percentage_done: 71, summary: { inserted: 1_000 } });
    await work();
    expect(await load(id)).toMatchObject({
      status: 'completed',
      summary: { total: 1_400, inserted: 1_400, failed: 0 },
    });
  });

  it('does not wait in a line that grows without end: 429', async () => {
    for (let job = 0; job < 20; job++) expect((await send(formOf(people(1)))).status).toBe(202);
    const refused = await send(formOf(people(1)));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    await work();
    expect((await send(formOf(people(1)))).status).toBe(202);
  });

  it.each(['job_0000000000000000', 'job_1', 'x'])('that is not there is not found: %s', async (id) => {
    const missing = { statusCode: 404, errorCode: 'inexistent_job', message: 'The job does not exist.' };
    expect(await load(id)).toEqual(expect.objectContaining(missing));
    expect(await problems(id)).toEqual(expect.objectContaining(missing));
    expect(await read(office.ask({ path: `/api/v2/latchkey/jobs/${id}/file` }))).toMatchObject(missing);
  });
});

describe('an export', () => {
  beforeEach(async () => {
    await importUsers([
      {
        email: 'ann@example.com',
        email_verified: true,
        user_id: '1',
        name: '=HYPERLINK("https://evil.example","x")',
        app_metadata: { plan: 'gold', note: 'a "b", c' },
      },
      { email: 'ada@example.com', user_id: '2', created_at: '2020-01-01T00:00:00Z' },
    ]);
    await importUsers([{ phone_number: '+4915123456789', user_id: '3', nickname: '@sum(1)' }], {
      connection_id: sms,
    });
  });

  it('is a job that is done at once, and a file that is written as it is fetched', async () => {
    const { job, response, text } = await exportUsers();
    expect(job).toEqual({
      id: expect.any(String),
      type: 'users_export',
      status: 'completed',
      created_at: office.now.toISOString(),
      format: 'json',
      percentage_done: 100,
      location: `https://login.example.com/api/v2/latchkey/jobs/${job.id}/file`,
    });
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${job.id}.ndjson"`);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const rows = text
      .trim()
      .split('\n')
      .map((row) => JSON.parse(row));
    expect(rows.map(({ user_id }) => user_id)).toEqual(['email|2', 'email|1', 'sms|3']);
    expect(rows[0]).toEqual({
      user_id: 'email|2',
      email: 'ada@example.com',
      email_verified: false,
      user_metadata: {},
      app_metadata: {},
      blocked: false,
      created_at: '2020-01-01T00:00:00.000Z',
      logins_count: 0,
    });
    expect(office.events.at(-1)).toMatchObject({
      type: 'mgmt_api_read',
      description: 'Fetch the file of an export',
    });
  });

  it('is what an import takes: it goes in again, the same', async () => {
    const { text } = await exportUsers({ connection_id: email });
    const before = await read(office.ask({ path: USERS_PATH }));
    await office.prisma.account.deleteMany();
    const job = await importUsers(text);
    expect(job.summary).toEqual({ total: 2, inserted: 2, updated: 0, failed: 0 });
    const after = await read(office.ask({ path: USERS_PATH }));
    const stable = (users: Record<string, unknown>[]) => users.map(({ updated_at: _, ...user }) => user);
    expect(stable(after)).toEqual(stable(before.slice(0, 2)));
  });

  it('of a user with several identities goes in again by the main one, and tells of the others where it is asked to', async () => {
    const identities = `${USERS_PATH}/${encodeURIComponent('sms|3')}/identities`;
    await office.ask({ method: 'POST', path: identities, body: { provider: 'email', user_id: '1' } });
    const { text } = await exportUsers({ connection_id: sms });
    const told = await exportUsers({
      connection_id: sms,
      fields: [{ name: 'email' }, { name: 'identities' }],
    });
    expect(JSON.parse(told.text)).toMatchObject({
      email: 'ann@example.com',
      identities: [{ provider: 'sms' }, { profileData: { email: 'ann@example.com' } }],
    });
    await office.prisma.account.deleteMany();
    const job = await importUsers(text, { connection_id: sms });
    expect(job.summary).toEqual({ total: 1, inserted: 1, updated: 0, failed: 0 });
    expect(await read(office.ask({ path: `${USERS_PATH}/${encodeURIComponent('sms|3')}` }))).toMatchObject({
      phone_number: '+4915123456789',
    });
  });

  it('ADM-5: as a table holds no formula, and its words stay in their columns', async () => {
    const { response, text } = await exportUsers({
      format: 'csv',
      fields: [
        { name: 'user_id', export_as: 'id' },
        { name: 'name' },
        { name: 'phone_number' },
        { name: 'nickname' },
        { name: 'email_verified' },
        { name: 'app_metadata.plan', export_as: 'plan' },
        { name: 'app_metadata' },
        { name: 'user_metadata.no.where' },
      ],
    });
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(text.split('\n')).toEqual([
      'id,name,phone_number,nickname,email_verified,plan,app_metadata,user_metadata.no.where',
      'email|2,ada@example.com,,ada,false,,{},',
      `email|1,"'=HYPERLINK(""https://evil.example"",""x"")",,ann,true,gold,"{""note"":""a \\""b\\"", c"",""plan"":""gold""}",`,
      `sms|3,'+4915123456789,'+4915123456789,'@sum(1),,,{},`,
      '',
    ]);
  });

  it('may be of some fields, of one connection, and of so many', async () => {
    const fields = [
      { name: 'email' },
      { name: 'identities' },
      { name: 'constructor' },
      { name: '__proto__.x' },
      { name: 'identities[0].connection', export_as: 'provider' },
    ];
    expect(JSON.parse((await exportUsers({ fields, limit: 1 })).text)).toEqual({
      email: 'ada@example.com',
      identities: [expect.objectContaining({ provider: 'email' })],
      provider: 'email',
    });
    expect((await exportUsers({ connection_id: sms })).text).toMatch(/^\{"user_id":"sms\|3",[^\n]*\n$/);
    expect((await exportUsers({ format: 'csv', connection_id: sms })).text.split('\n')).toHaveLength(3);
  });

  it('of nobody has no rows', async () => {
    await office.prisma.account.deleteMany();
    expect((await exportUsers()).text).toBe('');
    expect((await exportUsers({ format: 'csv' })).text).toMatch(/^user_id,email,[^\n]*\n$/);
  });

  it('of many has them all, once each', async () => {
    await importUsers(people(1_100));
    const ids = (await exportUsers({ fields: [{ name: 'user_id' }] })).text.trim().split('\n');
    expect(new Set(ids).size).toBe(1_103);
    expect(ids).toHaveLength(1_103);
    expect((await exportUsers({ limit: 1_001 })).text.trim().split('\n')).toHaveLength(1_001);
  });

  it.each<[object, string]>([
    [{ format: 'xml' }, 'format must be one of json, csv.'],
    [{ limit: 0 }, 'limit must be a whole number from 1'],
    [{ fields: [] }, 'fields must name a field.'],
    [{ fields: [{ name: 'a b' }] }, 'fields[0].name must be the name of a field'],
    [{ fields: [{ name: 'a', as: 'b' }] }, 'fields[0] holds a field as that is not one of'],
    [{ columns: ['a'] }, 'the body holds a field columns that is not one of'],
    [{ connection_id: 'con_0000000000000000' }, 'Connection does not exist.'],
  ])('of %j is refused', async (body, sentence) => {
    const problem = await read(office.ask({ method: 'POST', path: EXPORTS_PATH, body }));
    expect(problem.statusCode).toBe(400);
    expect(problem.message).toContain(sentence);
  });

  it('of an import there is no file', async () => {
    const { id } = await read(send(formOf(people(1))));
    expect(await read(office.ask({ path: `/api/v2/latchkey/jobs/${id}/file` }))).toMatchObject({
      statusCode: 404,
    });
  });
});
