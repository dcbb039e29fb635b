// What operators see and end, by Auth0's own library: the requests it makes are the ones that are answered.
import { ManagementClient } from 'auth0-v7';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { logEventId } from '@/lib/store/prisma/log-events';
import { type Office, openOffice } from './office';

let office: Office;
let auth0: ManagementClient;
beforeAll(async () => {
  office = await openOffice('library');
  await office.reset();
  auth0 = new ManagementClient({
    domain: 'login.example.com',
    token: 'operator',
    fetch: (url, init) => office.answer(new Request(url, init)),
  });
});
afterAll(() => office?.close());

it('the audit log is listed and searched', async () => {
  const occurredAt = office.now;
  for (const type of ['f', 's', 'f'])
    await office.prisma.logEvent.create({ data: { id: logEventId(occurredAt), occurredAt, type } });
  const page = await auth0.logs.list({ per_page: 2, sort: 'date:-1' });
  expect(page.data).toHaveLength(2);
  const [entry] = page.data;
  expect(await auth0.logs.get(entry?.log_id ?? '')).toMatchObject({ type: entry?.type });
  const found = await auth0.logs.list({}, { queryParams: { q: 'type:f' } });
  expect(found.data.map(({ type }) => type)).toEqual(['f', 'f']);
});

it('sessions, refresh tokens and grants of a user are listed and ended', async () => {
  const { user_id: id = '' } = await auth0.users.create({ connection: 'email', email: 'ann@example.com' });
  expect((await auth0.users.sessions.list(id)).data).toEqual([]);
  expect((await auth0.users.refreshToken.list(id)).data).toEqual([]);
  expect((await auth0.userGrants.list({ user_id: id })).data).toEqual([]);
  expect((await auth0.deviceCredentials.list({ user_id: id, type: 'refresh_token' })).data).toEqual([]);
  await auth0.users.sessions.delete(id);
  await auth0.users.refreshToken.delete(id);
  await auth0.userGrants.deleteByUserId({ user_id: id });
  await auth0.users.revokeAccess(id, {});
  await auth0.refreshTokens.revoke({ user_id: id });
  await expect(auth0.sessions.get('nobody')).rejects.toMatchObject({ statusCode: 404 });
});

it('log streams are made, changed and removed', async () => {
  const made = await auth0.logStreams.create({
    name: 'SIEM',
    type: 'http',
    sink: { httpEndpoint: 'https://siem.example.com/latchkey', httpContentFormat: 'JSONLINES' },
    filters: [{ type: 'category', name: 'auth.login.fail' }],
  });
  const id = made.id ?? '';
  expect(await auth0.logStreams.update(id, { status: 'paused' })).toMatchObject({ id, status: 'paused' });
  expect(await auth0.logStreams.list()).toMatchObject([{ id }]);
  await auth0.logStreams.delete(id);
  expect(await auth0.logStreams.list()).toEqual([]);
});
