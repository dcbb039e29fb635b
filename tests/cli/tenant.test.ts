// A set-up comes in from Auth0's files, goes out into files, and comes in again.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { MANAGEMENT_SCOPES, managementAudience } from '@/lib/management/scopes';
import { openDatabase } from '@/lib/store/prisma/database';
import { migrate } from '@/lib/store/prisma/migrate';
import { ensureManagementApi } from '@/lib/store/prisma/resource-servers';
import { createDatabase } from '@/tests/harness/database';
import { callLatchkey } from './run-latchkey';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'latchkey tenant '));
});
afterAll(() => rm(home, { recursive: true, force: true }));

type Entry = { kind: string; name: string; outcome: string; notes: string[] };

/** An installation of its own. */
async function install(name: string) {
  const DATABASE_URL = await createDatabase(name);
  const environment = {
    DATABASE_URL,
    SECRET: 'kT9v0pQ2xWm5Zr8LbN4yUc7HdJ1sGfEa',
    DATA_DIR: path.join(home, 'data'),
    ISSUER: 'https://login.acme.test',
  };
  const database = await openDatabase({ databaseUrl: DATABASE_URL, dataDir: '' });
  await migrate(database, 'prisma/migrations');
  const identifier = managementAudience('https://login.acme.test/');
  const now = new Date();
  await ensureManagementApi(database.prisma, {
    identifier,
    scopes: MANAGEMENT_SCOPES,
    operator: null,
    now,
  });
  await database.close();
  const call = (...words: string[]) => callLatchkey(words, { cwd: home, environment });
  const json = async <Answer>(...words: string[]): Promise<Answer> => {
    const run = await call(...words, '--json');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    return JSON.parse(run.stdout) as Answer;
  };
  return { call, json };
}

const AUTH0 = `
tenant:
  friendly_name: Acme
  support_email: help@acme.test
  enabled_locales: [en, de]
  session_lifetime: 24
  idle_session_lifetime: 12
  default_audience: https://orders.acme.test/v1
  allowed_logout_urls: [https://acme.test/bye]
  sandbox_version: '18'
  flags:
    enable_sso: true
    enable_dynamic_client_registration: true
branding:
  colors: { primary: '#0059d6', page_background: '#eef2f7' }
  templates: [{ template: universal_login, body: ./branding_templates/universal_login.html }]
themes:
  - displayName: Acme
    themeId: 65f0a1b2c3d4e5f60718293c
    borders: { buttons_style: pill, widget_corner_radius: 5, button_border_radius: 99 }
    colors: { primary_button: '#0A5FD9', error: '#D03C38', captcha_widget_theme: auto }
    page_background: { background_color: '#eef2f7', background_image_url: '', page_layout: center }
prompts:
  universal_login_experience: new
  customText:
    en:
      login-id:
        login-id: { title: 'Hello', pageTitle: 'Sign in' }
    fr:
      login-id:
        login-id: { title: 'Bonjour' }
attackProtection:
  bruteForceProtection:
    enabled: true
    shields: [block, user_notification]
    mode: count_per_identifier_and_ip
    allowlist: []
    max_attempts: 10
emailProvider: { name: mandrill, enabled: true, credentials: {} }
resourceServers:
  - name: Orders
    identifier: https://orders.acme.test/v1
    signing_alg: RS256
    token_lifetime: 3600
    scopes: [{ value: 'read:orders', description: Read your orders }]
    proof_of_possession: null
clients:
  - name: Shop
    app_type: regular_web
    callbacks: [https://shop.acme.test/callback]
    allowed_logout_urls: [https://shop.acme.test/]
    grant_types: [authorization_code, refresh_token, password]
    jwt_configuration: { alg: RS256, lifetime_in_seconds: 36000, secret_encoded: false }
    native_social_login: { apple: { enabled: false } }
    sso_disabled: false
  - name: Worker
    app_type: non_interactive
    grant_types: [client_credentials]
clientGrants:
  - client_id: Worker
    audience: https://orders.acme.test/v1
    scope: ['read:orders', 'write:orders']
  - client_id: Worker
    audience: https://acme.eu.auth0.com/api/v2/
    scope: ['read:users', 'read:roles']
connections:
  - name: email
    strategy: email
    enabled_clients: [Shop]
    options:
      name: email
      brute_force_protection: true
      totp: { length: 6, time_step: 300 }
      authParams: {}
      email:
        from: 'Acme <login@acme.test>'
        subject: 'Your code is {{ code }}'
        body: ./email.html
        syntax: liquid
  - name: google-oauth2
    strategy: google-oauth2
    enabled_clients: [Shop]
databases:
  - name: Username-Password-Authentication
    strategy: auth0
rules:
  - name: Add claims
    script: ./rules/claims.js
roles: []
`;

const PAGE = '<html>{%- auth0:head -%}<body>Acme{%- auth0:widget -%}</body></html>';

const find = (entries: readonly Entry[], kind: string, name = '') =>
  entries.find((entry) => entry.kind === kind && entry.name === name);

describe('a set-up of Auth0', () => {
  let latchkey: Awaited<ReturnType<typeof install>>;
  beforeAll(async () => {
    latchkey = await install('import auth0');
    await mkdir(path.join(home, 'old/connections'), { recursive: true });
    await writeFile(path.join(home, 'old/tenant.yaml'), AUTH0);
    await writeFile(path.join(home, 'old/connections/email.html'), '<p>{{ code }}</p>');
    await mkdir(path.join(home, 'old/branding_templates'));
    await writeFile(path.join(home, 'old/branding_templates/universal_login.html'), PAGE);
  });

  it('is looked at by a dry run, which changes nothing', async () => {
    const before = await latchkey.json('apps', 'list');
    const run = await latchkey.call('import', 'auth0', 'old', '--dry-run');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/application +Shop +created/);
    expect(run.stdout).toContain('Nothing was changed: it was a dry run.');
    expect(await latchkey.json('apps', 'list')).toEqual(before);
  });

  it('is taken over as far as it fits, and what does not is told', async () => {
    const entries = await latchkey.json<Entry[]>('import', 'auth0', 'old/tenant.yaml');
    expect(find(entries, 'tenant')).toMatchObject({
      outcome: 'changed',
      notes: expect.arrayContaining([
        'sandbox_version is left out: it is not known here',
        expect.stringMatching(/^flags.enable_dynamic_client_registration is left out/),
      ]),
    });
    expect(find(entries, 'theme', 'Acme')).toEqual({
      ...{ kind: 'theme', name: 'Acme', outcome: 'created' },
      notes: [
        'borders.button_border_radius is left out: it must be a number from 1 to 10',
        'pages do not go by colors.captcha_widget_theme, colors.error',
      ],
    });
    expect(find(entries, 'page template', 'universal_login')).toMatchObject({ outcome: 'created' });
    expect(find(entries, 'application', 'Shop')).toMatchObject({
      outcome: 'created',
      notes: expect.arrayContaining([expect.stringMatching(/^grant_types\[2\] is left out/)]),
    });
    expect(find(entries, 'connection', 'email')).toMatchObject({ outcome: 'changed' });
    expect(find(entries, 'connection', 'google-oauth2')).toMatchObject({ outcome: 'left out' });
    expect(find(entries, 'texts', 'login-id en')).toMatchObject({ outcome: 'changed' });
    expect(find(entries, 'texts', 'login-id fr')).toMatchObject({ outcome: 'left out' });
    expect(find(entries, 'bruteForceProtection')).toMatchObject({ outcome: 'changed' });
    expect(find(entries, 'e-mail provider', 'mandrill')).toMatchObject({ outcome: 'left out' });
    expect(find(entries, 'databases', '(1)')).toMatchObject({ outcome: 'left out' });
    expect(find(entries, 'rules', '(1)')).toMatchObject({ outcome: 'left out' });
    expect(find(entries, 'grant', 'Worker https://acme.eu.auth0.com/api/v2/')).toMatchObject({
      outcome: 'created',
      notes: ['it is for https://login.acme.test/api/v2/ here', expect.stringMatching(/^1 scopes/)],
    });
    const [shop] = await latchkey.json<Record<string, unknown>[]>('apps', 'list');
    expect(shop).toMatchObject({ name: 'Shop', grant_types: ['authorization_code', 'refresh_token'] });
    expect(await latchkey.json('connections', 'show', 'email')).toMatchObject({
      enabled_clients: [shop?.client_id],
      options: { totp: { time_step: 300 }, email: { body: '<p>{{ code }}</p>' } },
    });
  });

  it('changes nothing when it comes again', async () => {
    const entries = await latchkey.json<Entry[]>('import', 'auth0', 'old');
    expect(entries.filter(({ outcome }) => outcome !== 'same' && outcome !== 'left out')).toEqual([]);
  });

  it('brings its users, who keep what is theirs', async () => {
    const users = [
      {
        user_id: 'email|65f0a1b2c3d4e5f60718293a',
        email: 'ann@example.com',
        email_verified: true,
        name: 'Ann',
      },
      {
        user_id: 'auth0|1',
        email: 'bob@example.com',
        app_metadata: { plan: 'gold' },
        identities: [{}],
        last_ip: '192.0.2.1',
      },
      { user_id: 'sms|65f0a1b2c3d4e5f60718293b', phone_number: '+4915123456789' },
      { user_id: 'google-oauth2|2' },
    ];
    await writeFile(path.join(home, 'users.ndjson'), users.map((user) => JSON.stringify(user)).join('\n'));
    const importUsers = () => latchkey.json<Entry[]>('import', 'auth0', 'old', '--users', 'users.ndjson');
    const entries = await importUsers();
    expect(find(entries, 'users', '(2) by email')).toMatchObject({
      outcome: 'created',
      notes: ['2 added, 0 written again, 0 left out', expect.stringContaining('of 1: their ids change')],
    });
    expect(find(entries, 'users', '(1) by sms')).toMatchObject({ outcome: 'created' });
    expect(find(entries, 'users', '(1)')).toMatchObject({ outcome: 'left out' });
    expect(await latchkey.json('users', 'show', 'ann@example.com')).toMatchObject({
      user_id: 'email|65f0a1b2c3d4e5f60718293a',
      name: 'Ann',
      email_verified: true,
    });
    expect(await latchkey.json('users', 'show', 'bob@example.com')).toMatchObject({
      app_metadata: { plan: 'gold' },
    });
    expect(find(await importUsers(), 'users', '(2) by email')).toMatchObject({ outcome: 'changed' });
  });

  it('tells what is wrong with a user by the line of the file, whoever signs in how', async () => {
    const lines = ['{"phone_number":"+4915123456780"}', '', '{"email":"cid@example.com"}', '{"email":"cid"}'];
    await writeFile(path.join(home, 'mixed.ndjson'), lines.join('\n'));
    const entries = await latchkey.json<Entry[]>('import', 'auth0', 'old', '--users', 'mixed.ndjson');
    expect(find(entries, 'users', '(2) by email')?.notes).toEqual([
      '1 added, 0 written again, 1 left out',
      'line 4: email must be one e-mail address',
    ]);
  });

  it.each([
    ['{"email":"eve@example.com"}\n{"email":}\n', 'line 2 begins a user that is no JSON object'],
    ['{"email":"eve@example.com"}\nnull\n', 'line 2 is no list of JSON objects'],
    ['[{"email":"eve@example.com"},\n{"email":"ev', 'line 2 begins a user that does not end'],
  ])('MGT-2: of users that break off nobody comes in, nor does the set-up (%j)', async (text, sentence) => {
    await writeFile(path.join(home, 'half.ndjson'), text);
    await writeFile(path.join(home, 'renamed.yaml'), 'tenant: { friendly_name: Half }');
    const run = await latchkey.call('import', 'auth0', 'renamed.yaml', '--users', 'half.ndjson');
    expect(run).toMatchObject({
      code: 2,
      stderr: `latchkey: half.ndjson: ${sentence}. Nothing was changed.\n`,
    });
    expect((await latchkey.call('users', 'show', 'eve@example.com')).code).toBe(1);
    await latchkey.call('export', 'kept.yaml');
    expect(await readFile(path.join(home, 'kept.yaml'), 'utf8')).toContain('friendly_name: Acme');
  });

  it.each(['set-up', 'set-up.yaml'])(
    'goes out to %s and comes in again, and nothing has changed',
    async (to) => {
      expect(await latchkey.call('export', to)).toMatchObject({ code: 0, stderr: '' });
      const again = await latchkey.json<Entry[]>('import', 'auth0', to);
      expect(again.filter(({ outcome }) => outcome !== 'same')).toEqual([]);
      expect(again.flatMap(({ notes }) => notes)).toEqual([]);

      const other = await install(`import ${to}`);
      await other.json('import', 'auth0', to);
      await other.call('export', `other-${to}`);
      expect(await filesOf(`other-${to}`)).toEqual(await filesOf(to));
    },
  );

  it('MGT-4: goes out without a secret', async () => {
    const set = [
      'connections',
      'update',
      'sms',
      '--set',
      `twilio_sid=AC${'0'.repeat(32)}`,
      '--set',
      'from=+15550100200',
    ];
    await latchkey.call(...set, '--set', 'twilio_token=a-token-of-thirty-two-characters-or-more');
    expect(await latchkey.json('export', 'set-up.yaml')).toEqual({
      path: path.join(home, 'set-up.yaml'),
      applications: 2,
      apis: 1,
      connections: 2,
    });
    const text = await readFile(path.join(home, 'set-up.yaml'), 'utf8');
    expect(text).not.toMatch(/a-token-of|client_secret:|••/);
    const { connections } = parse(text) as { connections: { name: string; options: object }[] };
    expect(connections.find(({ name }) => name === 'sms')?.options).not.toHaveProperty('twilio_token');
    await latchkey.json('import', 'auth0', 'set-up.yaml');
    expect(await latchkey.json('connections', 'show', 'sms')).toMatchObject({
      options: { twilio_token: expect.stringContaining('•') },
    });
  });

  it('goes elsewhere without what is nothing without its secret, and comes in again beside the secrets that are here', async () => {
    const gateway = { method: 'bearer', audience: 'urn:sms', subject: 'acme', secret: 'x'.repeat(32) };
    const options = [
      'provider=sms_gateway',
      'gateway_url=https://sms.acme.test/send',
      'template=Your code: {{ code }}',
      `gateway_authentication=${JSON.stringify(gateway)}`,
    ];
    const set = options.flatMap((option) => ['--set', option]);
    expect(await latchkey.call('connections', 'update', 'sms', ...set)).toMatchObject({ code: 0 });
    await latchkey.json('export', 'gateway.yaml');
    const other = await install('import gateway');
    const entries = await other.json<Entry[]>('import', 'auth0', 'gateway.yaml');
    expect(find(entries, 'connection', 'sms')?.notes).toEqual([
      'options.gateway_authentication is left out: it needs a secret, which must be a string',
      'options.twilio_sid is left out: it needs a twilio_token, which is missing beside twilio_sid',
    ]);
    expect(await other.json('connections', 'show', 'sms')).toMatchObject({
      options: {
        gateway_url: 'https://sms.acme.test/send',
        template: 'Your code: {{ code }}',
        gateway_authentication: null,
        twilio_sid: null,
      },
    });

    const text = await readFile(path.join(home, 'gateway.yaml'), 'utf8');
    await writeFile(path.join(home, 'gateway.yaml'), text.replace('Your code:', 'Acme:'));
    const again = await latchkey.json<Entry[]>('import', 'auth0', 'gateway.yaml');
    expect(find(again, 'connection', 'sms')).toMatchObject({ outcome: 'changed', notes: [] });
    expect(await latchkey.json('connections', 'show', 'sms')).toMatchObject({
      options: {
        template: 'Acme: {{ code }}',
        twilio_token: expect.stringContaining('•'),
        gateway_authentication: { secret: expect.stringContaining('•') },
      },
    });
  });

  it.each([
    ['nothing.yaml', null, /There is no file or folder nothing\.yaml/],
    ['list.yaml', '- a', /list\.yaml holds no object/],
    ['broken.yaml', 'a: [', /broken\.yaml cannot be read/],
    [
      'outside.yaml',
      'connections: [{ name: a, strategy: email, options: { email: { body: ../../../etc/x.html } } }]',
      /lies outside/,
    ],
    [
      'outside-page.yaml',
      'branding: { templates: [{ template: universal_login, body: ../etc/x.html }] }',
      /lies outside/,
    ],
  ])('%s is refused in one line', async (file, text, sentence) => {
    if (text !== null) await writeFile(path.join(home, file), text);
    const run = await latchkey.call('import', 'auth0', file);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(sentence);
  });
});

/** Every file below, and what is in it. */
async function filesOf(name: string): Promise<Record<string, string>> {
  const whole = path.join(home, name);
  const names = await readdir(whole, { recursive: true }).catch(() => null);
  if (names === null) return { file: await readFile(whole, 'utf8') };
  const files = names.filter((file) => path.extname(file) !== '').sort();
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(path.join(whole, file), 'utf8')])),
  );
}
