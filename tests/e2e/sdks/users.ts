// What an operator does from outside with the people who sign in, by Auth0's management libraries as they come from npm, and
// what these people notice of it. For a test file that has a tenant.
import { AuthenticationClient, ManagementClient as OldManagementClient, UserInfoClient } from 'auth0';
import { ManagementClient as OldestManagementClient } from 'auth0-v2';
import { ManagementClient } from 'auth0-v7';
import { describe, expect, it } from 'vitest';
import { witness } from '@/tests/harness/evidence';
import { PKCE } from '@/tests/harness/public-client';
import { callbackParameters, readCode, signIn, wrongCode } from '@/tests/harness/sign-in';
import { DOMAIN, MACHINE, type Tenant } from '@/tests/harness/tenant';
import { createVisitor, type Visitor } from '@/tests/harness/visitor';

const OPERATOR = { domain: DOMAIN, ...MACHINE };
const auth0 = new ManagementClient(OPERATOR);

/** What every one of the libraries does, by whatever name. */
type Library = Readonly<{
  create: (user: NewUser) => Promise<unknown>;
  get: (id: string) => Promise<unknown>;
  update: (id: string, changes: Changes) => Promise<unknown>;
  find: (q: string) => Promise<unknown>;
  findByEmail: (email: string) => Promise<unknown>;
  listLogs: (id: string) => Promise<unknown>;
  listBlocks: (identifier: string) => Promise<unknown>;
  remove: (id: string) => Promise<unknown>;
  link: (id: string, other: string) => Promise<unknown>;
  unlink: (id: string, other: string) => Promise<unknown>;
  importUsers: (connectionId: string, file: string) => Promise<unknown>;
  exportUsers: (connectionId: string) => Promise<unknown>;
  getJob: (id: string) => Promise<unknown>;
  listErrors: (id: string) => Promise<unknown>;
}>;
type NewUser = Readonly<{
  connection: string;
  email: string;
  email_verified: boolean;
  name: string;
  user_metadata: Record<string, unknown>;
}>;
type Changes = Readonly<{ nickname: string; app_metadata: Record<string, unknown> }>;

/** What follows the bar. */
const bare = (id: string) => id.slice(id.indexOf('|') + 1);
const EXPORTED = [{ name: 'user_id' }, { name: 'email', export_as: 'address' }];
const fileOf = (text: string) => new File([text], 'users.json', { type: 'application/json' });

function newest(): Library {
  return {
    create: (user) => auth0.users.create(user),
    get: (id) => auth0.users.get(id),
    update: (id, changes) => auth0.users.update(id, changes),
    find: async (q) => (await auth0.users.list({ q, search_engine: 'v3', sort: 'created_at:1' })).data,
    findByEmail: (email) => auth0.users.listUsersByEmail({ email }),
    listLogs: async (id) => (await auth0.users.logs.list(id)).data,
    listBlocks: (identifier) => auth0.userBlocks.listByIdentifier({ identifier }),
    remove: (id) => auth0.users.delete(id),
    link: (id, other) => auth0.users.identities.link(id, { provider: 'email', user_id: bare(other) }),
    unlink: (id, other) => auth0.users.identities.delete(id, 'email', bare(other)),
    importUsers: (connection_id, text) =>
      auth0.jobs.usersImports.create({ users: fileOf(text), connection_id, upsert: false }),
    exportUsers: (connection_id) =>
      auth0.jobs.usersExports.create({ connection_id, format: 'json', fields: EXPORTED }),
    getJob: (id) => auth0.jobs.get(id),
    listErrors: (id) => auth0.jobs.errors.get(id),
  };
}

function older(): Library {
  const old = new OldManagementClient(OPERATOR);
  const data = async (answer: Promise<{ data: unknown }>) => (await answer).data;
  return {
    create: (user) => data(old.users.create(user)),
    get: (id) => data(old.users.get({ id })),
    update: (id, changes) => data(old.users.update({ id }, changes)),
    find: (q) => data(old.users.getAll({ q, search_engine: 'v3' })),
    findByEmail: (email) => data(old.usersByEmail.getByEmail({ email })),
    listLogs: (id) => data(old.users.getLogs({ id })),
    listBlocks: (identifier) => data(old.userBlocks.getAll({ identifier })),
    remove: (id) => old.users.delete({ id }),
    link: (id, other) => data(old.users.link({ id }, { provider: 'email', user_id: bare(other) })),
    unlink: (id, other) => data(old.users.unlink({ id, provider: 'email', user_id: bare(other) })),
    importUsers: (connection_id, text) =>
      data(old.jobs.importUsers({ users: fileOf(text), connection_id, upsert: false })),
    exportUsers: (connection_id) =>
      data(old.jobs.exportUsers({ connection_id, format: 'json', fields: EXPORTED })),
    getJob: (id) => data(old.jobs.get({ id })),
    listErrors: (id) => data(old.jobs.getErrors({ id })),
  };
}

function oldest(): Library {
  const { users, userBlocks, jobs } = new OldestManagementClient(OPERATOR);
  return {
    create: (user) => users.create(user),
    get: (id) => users.get({ id }),
    update: (id, changes) => users.update({ id }, changes),
    find: (q) => users.getAll({ q, search_engine: 'v3' }),
    findByEmail: (email) => users.getByEmail(email),
    listLogs: (id) => users.logs({ id }),
    listBlocks: (identifier) => userBlocks.getByIdentifier({ identifier }),
    remove: (id) => users.delete({ id }),
    link: (id, other) => users.link(id, { provider: 'email', user_id: bare(other) }),
    unlink: (id, other) => users.unlink({ id, provider: 'email', user_id: bare(other) }),
    importUsers: (connection_id, users_json) => jobs.importUsersJob({ users_json, connection_id }),
    exportUsers: (connection_id) => jobs.exportUsers({ connection_id, format: 'json', fields: EXPORTED }),
    getJob: (id) => jobs.get({ id }),
    listErrors: (id) => jobs.errors({ id }),
  };
}

const LIBRARIES = [
  ['7.1', newest],
  ['4.37', older],
  ['2.44', oldest],
] as const;

let people = 0;
const newAddress = () => witness(`user${++people}@people.example.com`);

/** Adds the tests to the file. */
export function describeUsers(tenant: () => Tenant): void {
  describe.each(LIBRARIES)('users by auth0 %s', (_, open) => {
    it('are made, found, changed, and gone', async () => {
      const library = open();
      const email = newAddress();
      const made = (await library.create({
        connection: 'email',
        email,
        email_verified: true,
        name: 'Ann Lee',
        user_metadata: { color: 'blue' },
      })) as { user_id: string };
      const { user_id } = made;
      expect(made).toMatchObject({
        user_id: expect.stringMatching(/^email\|/),
        email,
        email_verified: true,
        name: 'Ann Lee',
        identities: [{ connection: 'email', provider: 'email', isSocial: false }],
        user_metadata: { color: 'blue' },
      });
      expect(await library.get(user_id)).toEqual(made);
      const changed = await library.update(user_id, { nickname: 'annie', app_metadata: { plan: 'gold' } });
      expect(changed).toMatchObject({ user_id, nickname: 'annie', app_metadata: { plan: 'gold' } });
      expect(await library.find(`email:"${email}" AND app_metadata.plan:"gold" AND name:ann*`)).toEqual([
        changed,
      ]);
      expect(await library.findByEmail(email)).toEqual([changed]);
      // It is written after the answer.
      await expect
        .poll(() => library.listLogs(user_id), { timeout: 10_000 })
        .toMatchObject([{ type: 'sapi', description: 'Update a user' }]);
      expect(await library.listBlocks(email)).toMatchObject({ blocked_for: [] });
      await library.remove(user_id);
      await expect(library.get(user_id)).rejects.toMatchObject({ statusCode: 404 });
    });

    it('are linked, and unlinked', async () => {
      const library = open();
      const user = async (name: string) => {
        const email = newAddress();
        const made = await library.create({
          ...{ connection: 'email', email, email_verified: true, name, user_metadata: {} },
        });
        return { email, id: (made as { user_id: string }).user_id };
      };
      const [ann, other] = [await user('Ann'), await user('Other')];
      const main = { provider: 'email', user_id: bare(ann.id), connection: 'email', isSocial: false };
      expect(await library.link(ann.id, other.id)).toEqual([
        main,
        {
          ...{ provider: 'email', user_id: bare(other.id), connection: 'email', isSocial: false },
          profileData: { email: other.email, email_verified: true, name: 'Other' },
        },
      ]);
      await expect(library.get(other.id)).rejects.toMatchObject({ statusCode: 404 });
      expect(await library.findByEmail(other.email)).toMatchObject([{ user_id: ann.id, email: ann.email }]);
      await expect(library.link(ann.id, other.id)).rejects.toMatchObject({ statusCode: 409 });
      expect(await library.unlink(ann.id, other.id)).toEqual([main]);
      expect(await library.get(other.id)).toMatchObject({ email: other.email, name: 'Other' });
      await expect(library.unlink(ann.id, ann.id)).rejects.toMatchObject({ statusCode: 400 });
      await library.remove(other.id);
      await library.remove(ann.id);
    });

    it('come in by the file and go out by it', async () => {
      const library = open();
      const { data: connections } = await auth0.connections.list({ name: 'email' });
      const id = connections[0]?.id ?? '';
      const [ann, bob] = [newAddress(), newAddress()];
      const rows = [{ email: ann, email_verified: true }, { email: 'nobody' }, { email: bob }];
      const ended = async (job: unknown) => {
        const { id: jobId } = job as { id: string };
        await expect.poll(() => library.getJob(jobId), WAIT).toMatchObject({ status: 'completed' });
        return (await library.getJob(jobId)) as { id: string; summary?: object; location?: string };
      };
      const taken = await ended(await library.importUsers(id, JSON.stringify(rows)));
      expect(taken).toMatchObject({
        type: 'users_import',
        connection_id: id,
        percentage_done: 100,
        summary: { total: 3, inserted: 2, updated: 0, failed: 1 },
      });
      expect(await library.listErrors(taken.id)).toMatchObject([{ errors: [{ path: 'email' }] }]);

      const given = await ended(await library.exportUsers(id));
      const { data } = await new AuthenticationClient(OPERATOR).oauth.clientCredentialsGrant({
        audience: `https://${DOMAIN}/api/v2/`,
      });
      const Authorization = `Bearer ${witness(data.access_token)}`;
      const file = await (await fetch(given.location ?? '', { headers: { Authorization } })).text();
      const lines = file
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      for (const address of [ann, bob]) {
        const [found] = (await library.findByEmail(address)) as { user_id: string }[];
        expect(lines).toContainEqual({ user_id: found?.user_id, address });
      }
    });
  });

  describe('somebody whom an operator made known', () => {
    it('signs in where nobody signs up, goes by another address once it is proven, and is out when blocked', async () => {
      const { post } = tenant();
      const email = newAddress();
      const app = await openStaffRoom();
      const { user_id: id = '' } = await auth0.users.create({
        connection: app.connection,
        email,
        name: 'Ann Lee',
      });
      const browser = createVisitor(`https://${DOMAIN}`);
      const first = await app.open(browser);
      const tokens = await app.trade(await signIn(browser, first, { post, address: email }));
      const people = new UserInfoClient({ domain: DOMAIN });
      const { data: person } = await people.getUserInfo(tokens.access_token);
      expect(person).toMatchObject({ sub: id, email, email_verified: true, name: 'Ann Lee' });

      const other = newAddress();
      await auth0.users.update(id, { email: other, verify_email: true });
      const message = await post.waitForMessage(other);
      expect(message.text).toContain(`${DOMAIN}/change`);
      const page = await browser.open('/change');
      const code = witness(/^\d{6}$/m.exec(message.text ?? '')?.[0] ?? '');
      const done = await browser.submit(page, { fields: { identifier: other, code }, press: 'Confirm' });
      expect(done.text).toContain('It is changed');
      expect((await post.waitForMessage(email)).text).toContain('was changed');
      expect((await people.getUserInfo(tokens.access_token)).data).toMatchObject({ sub: id, email: other });

      expect((await app.askSilently(browser)).get('code')).not.toBeNull();
      await auth0.users.update(id, { blocked: true });
      expect((await app.askSilently(browser)).get('error')).toBe('login_required');
      await expect(people.getUserInfo(tokens.access_token)).rejects.toMatchObject({ statusCode: 401 });
      await expect(app.renew(tokens.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });

      await auth0.users.update(id, { blocked: false });
      expect((await app.askSilently(browser)).get('error')).toBe('login_required');
      const back = await signIn(browser, await app.open(browser), { post, address: other });
      const again = await app.trade(back);
      expect((await people.getUserInfo(again.access_token)).data).toMatchObject({ sub: id });
    });
  });
}

/** What a person may ask of the management API with their own token. */
const OF_THEIR_OWN = {
  audience: `https://${DOMAIN}/api/v2/`,
  scope: 'openid profile email read:current_user update:current_user_identities',
};

/** Adds the tests to the file. */
export function describeLinking(tenant: () => Tenant): void {
  describe('somebody who has several addresses', () => {
    it('links one with their own token, another at our page, and is the same person by each', async () => {
      const { post } = tenant();
      const app = await openStaffRoom();
      const known = async () => {
        const email = newAddress();
        const { user_id = '' } = await auth0.users.create({ connection: app.connection, email });
        return { email, id: user_id };
      };
      const [ann, other] = [await known(), await known()];
      const signInAs = async (address: string, browser = createVisitor(`https://${DOMAIN}`)) => {
        const page = await app.open(browser, { ...OF_THEIR_OWN, prompt: 'login' });
        return app.trade(await signIn(browser, page, { post, address }));
      };
      const subjectOf = async (address: string) => {
        const { access_token } = await signInAs(address);
        return (await new UserInfoClient({ domain: DOMAIN }).getUserInfo(access_token)).data.sub;
      };
      const browser = createVisitor(`https://${DOMAIN}`);
      const own = await signInAs(ann.email, browser);
      const second = await signInAs(other.email);
      const person = new ManagementClient({ domain: DOMAIN, token: own.access_token });
      expect(await person.users.identities.link(ann.id, { link_with: second.id_token })).toMatchObject([
        { provider: 'email', user_id: bare(ann.id) },
        {
          provider: 'email',
          user_id: bare(other.id),
          profileData: { email: other.email, email_verified: true },
        },
      ]);
      await expect(
        new UserInfoClient({ domain: DOMAIN }).getUserInfo(second.access_token),
      ).rejects.toMatchObject({ statusCode: 401 });
      expect(await person.users.get(ann.id)).toMatchObject({ user_id: ann.id, email: ann.email });
      await expect(person.users.get(other.id)).rejects.toMatchObject({ statusCode: 403 });
      expect(await subjectOf(other.email)).toBe(ann.id);

      const third = newAddress();
      const page = await browser.open(`/link?client_id=${app.client_id}`);
      expect(page.text).toContain(ann.email);
      const asked = await browser.submit(page, { fields: { identifier: third }, press: 'Send the code' });
      const code = await readCode(post, third);
      const wrong = await browser.submit(asked, { fields: { code: wrongCode(code) }, press: 'Link them' });
      expect(wrong.text).toContain('That code is not right.');
      const done = await browser.submit(wrong, { fields: { code }, press: 'Link them' });
      expect(done.text).toContain('Both are linked');
      expect(await subjectOf(third)).toBe(ann.id);

      const stranger = createVisitor(`https://${DOMAIN}`);
      expect((await stranger.open(`/link?client_id=${app.client_id}`)).text).toContain('Sign in again first');
      expect((await stranger.open('/link?client_id=nobody')).status).toBe(404);
      expect((await stranger.open('/link/code')).status).toBe(404);
    });
  });
}

/** Imports are looked for every two seconds. */
const WAIT = { timeout: 30_000, interval: 250 };

/** An application whose people are made known by operators only. */
async function openStaffRoom() {
  const connection = `staff-room-${++people}`;
  const redirect_uri = 'https://staff.test/callback';
  const { client_id = '', client_secret = '' } = await auth0.clients.create({
    name: 'Staff room',
    app_type: 'regular_web',
    callbacks: [redirect_uri],
    grant_types: ['authorization_code', 'refresh_token'],
  });
  await auth0.connections.create({
    name: connection,
    strategy: 'email',
    options: { disable_signup: true },
    enabled_clients: [client_id],
  });
  const { oauth } = new AuthenticationClient({
    domain: DOMAIN,
    clientId: client_id,
    clientSecret: witness(client_secret),
  });
  const pathFor = (more: Record<string, string>) =>
    `/authorize?${new URLSearchParams({
      client_id,
      redirect_uri,
      connection,
      response_type: 'code',
      scope: 'openid profile email offline_access',
      code_challenge: PKCE.challenge,
      code_challenge_method: 'S256',
      ...more,
    })}`;
  const open = (browser: Visitor, more: Record<string, string> = {}) => browser.open(pathFor(more));
  // Connections are remembered for five seconds.
  await expect.poll(async () => (await open(createVisitor(`https://${DOMAIN}`))).status, WAIT).toBe(200);
  return {
    client_id,
    connection,
    open,
    async askSilently(browser: Visitor): Promise<URLSearchParams> {
      const { leavesTo } = await browser.open(pathFor({ prompt: 'none' }));
      return callbackParameters(leavesTo ?? new URL('about:blank'));
    },
    async trade({ leavesTo }: { leavesTo: URL | null }) {
      const code = callbackParameters(leavesTo ?? new URL('about:blank')).get('code') ?? '';
      const { data } = await oauth.authorizationCodeGrantWithPKCE({
        code,
        redirect_uri,
        code_verifier: PKCE.verifier,
      });
      return {
        access_token: witness(data.access_token),
        refresh_token: witness(data.refresh_token ?? ''),
        id_token: witness(data.id_token ?? ''),
      };
    },
    renew: (refresh_token: string) => oauth.refreshTokenGrant({ refresh_token }),
  };
}
