import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SORT_FIELDS } from '@/lib/login/account-query';
import type { UserDocument } from '@/lib/management/user-document';
import { USERS_PATH } from '@/lib/management/user-routes';
import { createAccountRegister } from '@/lib/store/prisma/accounts';
import { type Office, openOffice } from './office';

let office: Office;

/** Made a day after one another, in this order, from 7 May 2031 on. */
const PEOPLE: Record<string, object> = {
  ann: {
    connection: 'email',
    email: 'ann@example.com',
    email_verified: true,
    name: 'Ann Lee',
    given_name: 'Ann',
  },
  ada: {
    connection: 'email',
    email: 'ada.byron@acme.test',
    family_name: 'Byron',
    user_metadata: { city: 'London', age: 36, addresses: [{ city: 'Paris' }] },
  },
  bob: {
    connection: 'sms',
    phone_number: '+4915123456789',
    phone_verified: true,
    name: '100%_sure \\ "Bob"',
  },
  eve: {
    connection: 'email',
    email: 'eve@example.com',
    blocked: true,
    app_metadata: { plan: 'gold', beta: true },
  },
  odd: {
    connection: 'email',
    email: 'o_d@example.com',
    user_id: 'odd-1',
    nickname: 'Ødd',
    app_metadata: { plan: 'free', roles: ['admin', 'dev'], beta: false, seats: 7 },
  },
};
const NAMES = Object.keys(PEOPLE);

beforeAll(async () => {
  office = await openOffice('user search');
  await office.reset();
  office.pass(86_400 - 60);
  for (const body of Object.values(PEOPLE)) {
    const response = await office.ask({ method: 'POST', path: USERS_PATH, body });
    if (!response.ok) throw new Error(await response.text());
    office.pass(86_400);
  }
  const { prisma } = office;
  await prisma.account.updateMany({
    where: { identities: { some: { identifier: 'ann@example.com' } } },
    data: { loginsCount: 12, lastLoginAt: new Date('2031-06-01T10:00:00Z'), lastIp: '192.0.2.7' },
  });
  await prisma.account.updateMany({
    where: { identities: { some: { identifier: '+4915123456789' } } },
    data: { loginsCount: 3, lastLoginAt: new Date('2031-06-02T10:00:00Z') },
  });
});
afterAll(() => office?.close());

const ask = (query: Record<string, string>) =>
  office.ask({ path: `${USERS_PATH}?${new URLSearchParams(query)}` });
const json = async (query: Record<string, string>) => (await ask(query)).json();

/** Whom documents are of, by the names above. */
const whose = (users: UserDocument[]) =>
  users.map(({ email, phone_number }) =>
    NAMES.find((name) => Object.values(PEOPLE[name] ?? {}).includes(email ?? phone_number)),
  );
const search = async (q: string) => whose(await json({ q, search_engine: 'v3' }));
/** The same where whatever a text finds is too many to be fetched. */
async function searchAmongMany(q: string) {
  const accounts = createAccountRegister(office.prisma, 0);
  const response = await office.ask({
    path: `${USERS_PATH}?${new URLSearchParams({ q })}`,
    deps: { accounts },
  });
  return whose(await response.json());
}

describe('a search for users', () => {
  it.each<[string, string[]]>([
    ['email:"ann@example.com"', ['ann']],
    ['email:ANN@Example.com', ['ann']],
    ['email:*', ['ann', 'ada', 'eve', 'odd']],
    ['email:a*', ['ann', 'ada']],
    ['email:*@example.com', ['ann', 'eve', 'odd']],
    ['email:*byron*', ['ada']],
    ['email:a*.test', ['ada']],
    ['email:o_*', ['odd']],
    ['email:o%*', []],
    ['email:"*@example.com"', []],
    ['email.domain:acme.test', ['ada']],
    ['email.domain:example.*', ['ann', 'eve', 'odd']],
    ['phone_number:"+49 151 23456789"', ['bob']],
    ['phone_number:+4915*', ['bob']],
    ['phone_number:ann@example.com', []],
    ['name:"ann lee"', ['ann']],
    ['name:ann*', ['ann']],
    ['name:*LEE', ['ann']],
    ['name:"100%_sure \\\\ \\"bob\\""', ['bob']],
    ['name:100%*', ['bob']],
    ['name:eve@example.com', ['eve']],
    ['name:ann@example.com', []],
    ['NOT name:*@example.com', ['ann', 'ada', 'bob']],
    ['nickname:ødd', ['odd']],
    ['nickname:ada.byron', ['ada']],
    ['nickname:a*', ['ann', 'ada']],
    ['nickname:*vex*', []],
    ['given_name:Ann', ['ann']],
    ['family_name:by*', ['ada']],
    ['user_id:"email|odd-1"', ['odd']],
    ['user_id:email|odd*', ['odd']],
    ['user_id:"email|ODD-1"', []],
    ['identities.user_id:odd-1', ['odd']],
    ['identities.provider:sms', ['bob']],
    ['identities.connection:"email" AND NOT blocked:true', ['ann', 'ada', 'odd']],
    ['email_verified:true', ['ann']],
    ['email_verified:false', ['ada', 'eve', 'odd']],
    ['phone_verified:true', ['bob']],
    ['blocked:true', ['eve']],
    ['blocked:false AND email:e*', []],
    ['logins_count:12', ['ann']],
    ['logins_count:[3 TO 12}', ['bob']],
    ['logins_count:{3 TO *]', ['ann']],
    ['last_login:[2031-06-01 TO 2031-06-01]', ['ann']],
    ['last_login:2031-06-02', ['bob']],
    ['last_login:{2031-06-01 TO *}', ['bob']],
    ['last_login:[2031-06-01T10:00:00Z TO 2031-06-02T12:00:00+02:00]', ['ann', 'bob']],
    ['last_login:[2031-06-01T10:00 TO 2031-06-02T10:00:00.000Z}', ['ann']],
    ['created_at:[* TO 2031-05-08]', ['ann', 'ada']],
    ['created_at:{2031-05-08 TO 2031-05-10}', ['bob']],
    ['updated_at:2031-05-07', ['ann']],
    ['last_ip:192.0.2.7', ['ann']],
    ['user_metadata.city:"London"', ['ada']],
    ['user_metadata.city:london', []],
    ['user_metadata.age:36', ['ada']],
    ['user_metadata.age:"36"', []],
    ['user_metadata.addresses.city:"Paris"', ['ada']],
    ['user_metadata.city:*', ['ada']],
    ['app_metadata.plan:(gold OR free)', ['eve', 'odd']],
    ['app_metadata.roles:admin', ['odd']],
    ['app_metadata.beta:true', ['eve']],
    ['app_metadata.beta:"true"', []],
    ['app_metadata.seats:7.0', ['odd']],
    ['_exists_:family_name', ['ada']],
    ['_exists_:phone_number', ['bob']],
    ['_exists_:last_login', ['ann', 'bob']],
    ['_exists_:app_metadata.beta', ['eve', 'odd']],
    ['NOT _exists_:email', ['bob']],
    ['-email:*@example.com', ['ada', 'bob']],
    ['!(blocked:true OR email:a*)', ['bob', 'odd']],
    ['email:a* AND (name:ann* OR user_metadata.city:London) AND NOT blocked:true', ['ann', 'ada']],
    ['email:ann@example.com OR phone_number:"+4915123456789" AND blocked:true', ['ann']],
    ['email:ann* || email:eve* && blocked:true', ['ann', 'eve']],
    ['(email:(a* OR e*) AND email:*@example.com) OR name:100*', ['ann', 'bob', 'eve']],
    ['ann*', ['ann']],
    ['"+4915123456789"', ['bob']],
    ['*byron*', ['ada']],
    ['"email|odd-1"', ['odd']],
    ['London', []],
  ])('%s', async (q, expected) => {
    expect(await search(q)).toEqual(expected);
    expect(await searchAmongMany(q)).toEqual(expected);
  });

  it('of many alternatives finds the same as of few', async () => {
    const one = (name: string) => `(name:*${name}* OR nickname:*${name}* OR email:*${name}*)`;
    const many = `${one('ann')} AND ${one('lee')} AND ${one('exam')} OR ${one('byron')} AND ${one('acme')}`;
    expect(await search(`(${one('ann')} OR ${one('eve')}) AND ${one('exam')}`)).toEqual(['ann', 'eve']);
    expect(await search(many)).toEqual(['ann', 'ada']);
    expect(await search(`NOT (${many})`)).toEqual(['bob', 'eve', 'odd']);
  });

  it('means nothing by an empty one', async () => {
    expect(await search(' ')).toEqual(NAMES);
  });

  it.each<[string, string]>([
    ['email:', 'q ends where a term is missing, at character 7.'],
    ['email:"ann', 'q has a " that nothing closes, at character 7.'],
    ['(email:a*', 'q has a ( that nothing closes, at character 1.'],
    ['email:a*)', 'q has a ) that nothing opened, at character 9.'],
    ['email:a* name:b', 'q needs AND or OR between two terms, at character 10.'],
    ['AND email:a', 'q needs AND or OR between two terms, at character 5.'],
    ['email:a AND', 'q ends where a term is missing, at character 12.'],
    ['email:a and name:b', 'q needs AND or OR between two terms, at character 9.'],
    ['NOT', 'q ends where a term is missing, at character 4.'],
    ['()', 'q lacks a term, at character 2.'],
    ['password:x', 'q names a field that is not searched (there are user_id, email, email.domain, '],
    ['email_domain:x', 'q names a field that is not searched'],
    ['secret_hash:x', 'q names a field that is not searched'],
    ['{"$ne":1}', 'q has a range that is not like [a TO b], at character 1.'],
    ['email:*ab', 'q needs at least 3 characters beside a * that a term begins with, at character 7.'],
    ['*a*', 'q needs at least 3 characters beside a * that a term begins with, at character 1.'],
    ['name:ann~2', 'q has a ~ that is neither quoted nor escaped, at character 9.'],
    ['name:ann^2', 'q has a ^ that is neither quoted nor escaped, at character 9.'],
    ['name:a?n', 'q has a ? that is neither quoted nor escaped, at character 7.'],
    ['name:/ann/', 'q has a regular expression, which is not supported, at character 6.'],
    ['name:"a" "b"', 'q needs AND or OR between two terms, at character 10.'],
    ['name:ann\\', 'q ends with a \\ that escapes nothing, at character 10.'],
    ['name:[a TO b]', 'q has a range of a text, at character 6.'],
    ['[1 TO 2]', 'q has a range that belongs to no field, at character 1.'],
    ['name:""', 'q looks for nothing, at character 1.'],
    ['email:(name:x)', 'q names a field within the values of another, at character 8.'],
    ['blocked:yes', 'q needs true or false, at character 9.'],
    ['logins_count:many', 'q needs a whole number, at character 14.'],
    ['logins_count:[1 TO]', 'q has a range that is not like [a TO b], at character 14.'],
    ['logins_count:9999999999', 'q needs a whole number, at character 14.'],
    [
      'created_at:yesterday',
      'q needs a day or an instant such as 2026-01-31 or 2026-01-31T14:02:00Z, at character 12.',
    ],
    ['created_at:2026-13-01', 'q needs a day or an instant'],
    ['created_at:0000-01-01', 'q needs a day or an instant'],
    [
      'user_metadata:x',
      'q needs one to 4 names behind user_metadata, with dots between them, at character 1.',
    ],
    ['user_metadata.a.b.c.d.e:x', 'q needs one to 4 names behind user_metadata'],
    ['user_metadata.a..b:x', 'q needs one to 4 names behind user_metadata'],
    [
      'user_metadata.city:Lon*',
      'q has a range or a * of metadata, which is compared as a whole, at character 20.',
    ],
    ['app_metadata.seats:[1 TO 9]', 'q has a range or a * of metadata'],
    ['_exists_:secret', 'q needs the name of a field behind _exists_ (there are user_id'],
    [
      `${'('.repeat(9)}email:a${')'.repeat(9)}`,
      'q has more than 8 parentheses within each other, at character 10.',
    ],
    [Array(33).fill('blocked:true').join(' OR '), 'q has more than 32 terms, at character 513.'],
    ['email:a\u0000', 'q holds a control character, at character 8.'],
    [`name:${'a'.repeat(1020)}`, 'q may hold 1024 characters at most.'],
  ])('that is no query is refused, by its place: %s (MGT-3)', async (q, sentence) => {
    const problem = await json({ q });
    expect(problem).toMatchObject({ statusCode: 400, errorCode: 'invalid_query_string' });
    expect(problem.message).toContain(`Query validation error: ${sentence}`);
  });

  it('of one that is too much for the database says so, as Auth0 does', async () => {
    const { accounts } = office.deps;
    const { SearchTooSlow } = await import('@/lib/login/account-query');
    const search = async () => {
      throw new SearchTooSlow('too slow');
    };
    const response = await office.ask({ path: USERS_PATH, deps: { accounts: { ...accounts, search } } });
    expect(await response.json()).toEqual({
      statusCode: 503,
      error: 'Service Unavailable',
      message: 'The query exceeded the timeout. Please try refining your search criteria.',
      errorCode: 'query_timeout',
    });
  });
});

describe('the list of users', () => {
  it('is in the order they were made, a page at a time, with totals when asked', async () => {
    expect(whose(await json({ per_page: '2', page: '1' }))).toEqual(['bob', 'eve']);
    const totals = await json({ per_page: '2', include_totals: 'true', q: 'email:*' });
    expect(totals).toMatchObject({ start: 0, limit: 2, length: 2, total: 4 });
    expect(whose(totals.users)).toEqual(['ann', 'ada']);
    expect(await json({ per_page: '2', include_totals: 'true' })).toMatchObject({ total: 5 });
  });

  it.each<[string, string[]]>([
    ['created_at:-1', ['odd', 'eve', 'bob', 'ada', 'ann']],
    ['last_login:1', ['ann', 'bob']],
    ['last_login:-1', ['bob', 'ann']],
    ['logins_count:-1', ['ann', 'bob']],
    ['user_id:-1', ['bob', 'odd']],
  ])('is sorted by %s', async (sort, first) => {
    expect(whose(await json({ sort })).slice(0, first.length)).toEqual(first);
  });

  it('is sorted by each field that may be, across alternatives as well', async () => {
    for (const field of SORT_FIELDS) {
      const up = whose(await json({ sort: `${field}:1`, q: 'email:a* OR email:e* OR name:100*' }));
      const page = whose(
        await json({ sort: `${field}:1`, q: 'email:a* OR email:e* OR name:100*', per_page: '2', page: '1' }),
      );
      expect(up).toHaveLength(4);
      expect(page).toEqual(up.slice(2));
    }
  });

  it('shows the fields that were asked for', async () => {
    expect(await json({ q: 'email:ann*', fields: 'email,blocked' })).toEqual([
      { email: 'ann@example.com', blocked: false },
    ]);
  });

  it('ends after a thousand, as Auth0’s does', async () => {
    expect(await json({ page: '9', per_page: '100' })).toEqual([]);
    expect(await json({ page: '10', per_page: '100' })).toMatchObject({
      statusCode: 400,
      message:
        'Query validation error: You can only page through the first 1000 records: from and take go on.',
    });
  });

  it('goes on from a place as long as there is anybody, either way', async () => {
    for (const [sort, expected] of [
      ['created_at:1', NAMES],
      ['created_at:-1', NAMES.toReversed()],
    ] as const) {
      const seen: unknown[] = [];
      let from: string | undefined;
      do {
        const part = await json({ take: '2', sort, ...(from && { from }) });
        seen.push(...whose(part.users));
        from = part.next;
      } while (from);
      expect(seen).toEqual(expected);
    }
  });

  it('goes on within a search', async () => {
    const first = await json({ take: '1', q: 'email:a* OR blocked:true' });
    const second = await json({ take: '5', q: 'email:a* OR blocked:true', from: first.next });
    expect([...whose(first.users), ...whose(second.users)]).toEqual(['ann', 'ada', 'eve']);
    expect(second).not.toHaveProperty('next');
  });

  it.each([
    { sort: 'password:1' },
    { sort: 'created_at' },
    { sort: 'created_at;DROP:1' },
    { sort: 'name:1' },
    { per_page: '-1' },
    { per_page: '1000000000' },
    { per_page: '0' },
    { page: '1e3' },
    { search_engine: 'v2' },
    { from: 'x' },
    { take: '5', sort: 'last_login:1' },
    { q: 'a', where: '1' },
  ])('takes no %j (MGT-3)', async (query) => {
    expect(await json(query)).toMatchObject({ statusCode: 400, errorCode: 'invalid_query_string' });
  });

  it('takes no place that was changed, or is one of another list (MGT-3)', async () => {
    const { next } = await json({ take: '1' });
    const connections = await (await office.ask({ path: '/api/v2/connections?take=1' })).json();
    for (const from of [`${next.slice(0, -2)}AA`, connections.next])
      expect(await json({ from })).toMatchObject({ statusCode: 400 });
  });
});
