// Auth0's own deploy CLI, as it comes from npm, against a running server: a whole installation comes out as files and goes in again,
// and nothing has changed; and what files say otherwise is made, changed and removed.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AuthenticationClient } from 'auth0';
import { deploy, dump } from 'auth0-deploy-cli';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findSpills, witness } from '@/tests/harness/evidence';
import { everythingPrinted } from '@/tests/harness/latchkey';
import { DOMAIN, MACHINE, startTenant, type Tenant } from '@/tests/harness/tenant';

let tenant: Tenant;
let token: string;
let folder: string;
beforeAll(async () => {
  trustWordsOfPrompts();
  folder = mkdtempSync(path.join(tmpdir(), 'deploy-cli-'));
  tenant = await startTenant('deploy cli');
  const auth0 = new AuthenticationClient({ domain: DOMAIN, ...MACHINE });
  const granted = await auth0.oauth.clientCredentialsGrant({ audience: `https://${DOMAIN}/api/v2/` });
  token = witness(granted.data.access_token);
  await furnish();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await tenant?.close();
  expect(findSpills(everythingPrinted())).toEqual([]);
});

/**
 * The tool checks files by a schema that names every screen of every prompt in every language, and takes twelve seconds to compile
 * it, each time. It asks us nothing by that.
 */
function trustWordsOfPrompts(): void {
  const { default: schema } = createRequire(import.meta.url)('auth0-deploy-cli/lib/tools/auth0/schema');
  schema.properties.prompts = { type: 'object' };
}

const config = {
  AUTH0_DOMAIN: DOMAIN,
  AUTH0_CLIENT_ID: MACHINE.clientId,
  AUTH0_CLIENT_SECRET: MACHINE.clientSecret,
  AUTH0_ALLOW_DELETE: true,
  // There is no page of one's own to be kept in files: colours, logo and words are settings.
  AUTH0_EXCLUDED: ['pages' as const],
};

async function ask<Answer>(method: string, where: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`https://${DOMAIN}/api/v2/${where}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect([200, 201]).toContain(response.status);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as Answer;
}

const PAGE = '<html>{%- auth0:head -%}<body>Acme{%- auth0:widget -%}</body></html>';
const TEXT = { 'login-id': { title: 'Hello' } };

/** An installation with something of everything in it. */
async function furnish(): Promise<void> {
  await ask('PATCH', 'tenants/settings', {
    friendly_name: 'Acme',
    support_email: 'help@acme.test',
    enabled_locales: ['en'],
    session_lifetime: 24,
    idle_session_lifetime: 12,
  });
  await ask('PATCH', 'branding', { colors: { primary: '#0a5fd9', page_background: '#eef2f7' } });
  await ask('POST', 'branding/themes', {
    displayName: 'Acme',
    borders: { buttons_style: 'pill', widget_corner_radius: 4 },
    colors: { primary_button: '#0a5fd9', error: '#d03c38' },
  });
  await ask('PUT', 'branding/templates/universal-login', { template: PAGE });
  await ask('PUT', 'prompts/login-id/custom-text/en', TEXT);
  await ask('PATCH', 'attack-protection/brute-force-protection', { max_attempts: 20 });
  await ask('POST', 'emails/provider', { name: 'resend', credentials: { api_key: 're_1' } });
  const { client_id } = await ask<Record<string, string>>('POST', 'clients', {
    name: 'Shop',
    app_type: 'regular_web',
    callbacks: ['https://shop.acme.test/callback'],
    refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 5 },
  });
  await ask('POST', 'clients', { name: 'Site', app_type: 'spa', callbacks: ['https://acme.test/'] });
  const identifier = 'https://reports.acme.test/v1';
  await ask('POST', 'resource-servers', {
    identifier,
    name: 'Reports',
    scopes: [{ value: 'read:reports', description: 'Read reports' }],
  });
  await ask('POST', 'client-grants', { client_id, audience: identifier, scope: ['read:reports'] });
  await ask('POST', 'connections', {
    name: 'staff',
    strategy: 'email',
    enabled_clients: [client_id],
    options: { email: { subject: 'Your code is {{ code }}', body: '<p>{{ code }}</p>' } },
  });
}

/** Everything that was furnished. */
async function everything(): Promise<unknown[]> {
  const paths = [
    'tenants/settings',
    'branding',
    'branding/themes/default',
    'branding/templates/universal-login',
    'prompts/login-id/custom-text/en',
    'attack-protection/brute-force-protection',
    'emails/provider',
    'clients',
    'resource-servers',
    'client-grants',
    'connections',
  ];
  return Promise.all(paths.map((where) => ask('GET', where)));
}

it('goes out whole into one file, comes in again, and nothing has changed (MGT-4)', async () => {
  const before = await everything();
  await dump({ output_folder: folder, format: 'yaml', config });
  const written = readFileSync(path.join(folder, 'tenant.yaml'), 'utf8');
  expect(written).toMatch(/name: Shop.*name: staff.*friendly_name: Acme.*primary: '#0a5fd9'/s);
  expect(written).not.toContain('re_1');
  await deploy({ input_file: path.join(folder, 'tenant.yaml'), config });
  expect(await everything()).toEqual(before);
});

/** All of it but words, which the tool asks for eight a second. */
const IN_A_FOLDER = [
  'tenant',
  'clients',
  'clientGrants',
  'resourceServers',
  'connections',
  'branding',
  'themes',
] as const;

it('goes out into a folder, and what its files say otherwise is made, changed and removed', async () => {
  const home = path.join(folder, 'set-up');
  const { AUTH0_EXCLUDED: _, ...rest } = config;
  const some = { ...rest, AUTH0_INCLUDED_ONLY: [...IN_A_FOLDER] };
  await dump({ output_folder: home, format: 'directory', config: some });
  const edit = (file: string, change: (content: Record<string, unknown>) => object) => {
    const place = path.join(home, file);
    const content = JSON.parse(readFileSync(place, 'utf8'));
    writeFileSync(place, JSON.stringify({ ...content, ...change(content) }));
  };
  edit('tenant.json', () => ({ friendly_name: 'Acme Ltd' }));
  edit('themes/theme.json', ({ borders }) => ({
    borders: { ...(borders as object), buttons_style: 'sharp' },
  }));
  // The tool reads templates only of tenants with custom domains, and writes them to any.
  mkdirSync(path.join(home, 'branding/templates'), { recursive: true });
  const named = path.join(home, 'branding/templates/universal_login');
  writeFileSync(
    `${named}.json`,
    JSON.stringify({ template: 'universal_login', body: './universal_login.html' }),
  );
  writeFileSync(`${named}.html`, PAGE.replace('Acme', 'Acme Ltd'));
  edit('clients/Shop.json', () => ({ callbacks: ['https://shop.acme.test/back'] }));
  edit('connections/staff.json', () => ({ enabled_clients: ['Shop', 'Till'] }));
  for (const name of ['email', 'sms'])
    edit(`connections/${name}.json`, ({ enabled_clients }) => ({
      enabled_clients: (enabled_clients as string[]).filter((client) => client !== 'Site'),
    }));
  writeFileSync(
    path.join(home, 'clients/Till.json'),
    JSON.stringify({ name: 'Till', app_type: 'native', callbacks: ['acme.till://callback'] }),
  );
  rmSync(path.join(home, 'clients/Site.json'));
  await deploy({ input_file: home, config: some });

  const clients = await ask<{ client_id: string; name: string }[]>('GET', 'clients');
  expect(clients.map(({ name }) => name)).not.toContain('Site');
  expect(clients.find(({ name }) => name === 'Shop')).toMatchObject({
    callbacks: ['https://shop.acme.test/back'],
  });
  const till = clients.find(({ name }) => name === 'Till');
  expect(till).toMatchObject({ app_type: 'native', callbacks: ['acme.till://callback'] });
  const [staff] = await ask<{ id: string }[]>('GET', 'connections?name=staff');
  const offered = await ask<{ clients: object[] }>('GET', `connections/${staff?.id}/clients`);
  expect(offered.clients).toContainEqual({ client_id: till?.client_id });
  expect(await ask('GET', 'tenants/settings')).toMatchObject({ friendly_name: 'Acme Ltd' });
  const theme = await ask<object>('GET', 'branding/themes/default');
  expect(theme).toMatchObject({ borders: { buttons_style: 'sharp' }, colors: { error: '#d03c38' } });
  const { body } = await ask<{ body: string }>('GET', 'branding/templates/universal-login');
  expect(body).toBe(PAGE.replace('Acme', 'Acme Ltd'));
});
