// Auth0's own deploy CLI, unmodified, against the management API over TLS: a whole installation comes out as files, goes in again,
// and nothing has changed. Nothing is excluded.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { deploy, dump } from 'auth0-deploy-cli';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type PublicWeb, startPublicWeb } from '@/tests/harness/public-web';
import { type Office, openOffice } from './office';

const DOMAIN = 'login.example.com';

let office: Office;
let web: PublicWeb;
let folder: string;
beforeAll(async () => {
  [office, web] = await Promise.all([openOffice('deploy cli'), startPublicWeb([DOMAIN])]);
  await office.reset();
  web.serve(DOMAIN, answering(office));
  folder = mkdtempSync(path.join(tmpdir(), 'deploy-cli-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await Promise.all([web?.close(), office?.close()]);
});

function answering(of: Office): RequestListener {
  return async (request, response) => {
    const answer = await of.answer(await requestOf(request));
    // The tool pauses for longer than Node keeps a connection open.
    response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), connection: 'close' });
    response.end(await answer.text());
  };
}

async function requestOf(request: IncomingMessage): Promise<Request> {
  const { method = 'GET', url = '/', headers } = request;
  const body = await text(request);
  return new Request(`https://${DOMAIN}${url}`, {
    method,
    headers: headers as Record<string, string>,
    ...(body !== '' && { body }),
  });
}

const config = {
  AUTH0_DOMAIN: DOMAIN,
  AUTH0_ACCESS_TOKEN: 'operator',
  AUTH0_ALLOW_DELETE: true,
  // There is no page of one's own to be kept in files: colours, logo and words are settings.
  AUTH0_EXCLUDED: ['pages' as const],
};

const TEXT = { 'login-id': { title: 'Hello' } };

/** An installation with something of everything in it. */
async function furnish(): Promise<void> {
  const ask = async (method: string, where: string, body: unknown) => {
    const response = await office.ask({ method, path: `/api/v2/${where}`, body });
    expect([200, 201]).toContain(response.status);
    return response.json() as Promise<Record<string, string>>;
  };
  await ask('PATCH', 'tenants/settings', {
    friendly_name: 'Acme',
    support_email: 'help@acme.test',
    enabled_locales: ['en'],
    session_lifetime: 24,
    idle_session_lifetime: 12,
  });
  await ask('PATCH', 'branding', { colors: { primary: '#0a5fd9', page_background: '#eef2f7' } });
  await ask('PUT', 'prompts/login-id/custom-text/en', TEXT);
  await ask('PATCH', 'attack-protection/brute-force-protection', { max_attempts: 20 });
  await ask('POST', 'emails/provider', { name: 'resend', credentials: { api_key: 're_1' } });
  const { client_id } = await ask('POST', 'clients', {
    name: 'Shop',
    app_type: 'regular_web',
    callbacks: ['https://shop.acme.test/callback'],
    refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 5 },
  });
  await ask('POST', 'clients', { name: 'Site', app_type: 'spa', callbacks: ['https://acme.test/'] });
  const identifier = 'https://orders.acme.test/v1';
  await ask('POST', 'resource-servers', {
    identifier,
    name: 'Orders',
    scopes: [{ value: 'read:orders', description: 'Read your orders' }],
  });
  await ask('POST', 'client-grants', { client_id, audience: identifier, scope: ['read:orders'] });
  await ask('POST', 'connections', {
    name: 'staff',
    strategy: 'email',
    enabled_clients: [client_id],
    options: { email: { subject: 'Your code is {{ code }}', body: '<p>{{ code }}</p>' } },
  });
}

/** Everything that was furnished, but for when it was changed. */
async function everything(): Promise<unknown[]> {
  const paths = [
    'tenants/settings',
    'branding',
    'prompts/login-id/custom-text/en',
    'attack-protection/brute-force-protection',
    'emails/provider',
    'clients',
    'resource-servers',
    'client-grants',
    'connections',
  ];
  return Promise.all(paths.map(async (where) => (await office.ask({ path: `/api/v2/${where}` })).json()));
}

it('goes out whole, comes in again, and nothing has changed', async () => {
  await furnish();
  const before = await everything();
  await dump({ output_folder: folder, format: 'yaml', config });
  const written = readFileSync(path.join(folder, 'tenant.yaml'), 'utf8');
  expect(written).toMatch(/name: Shop.*name: staff.*friendly_name: Acme.*primary: '#0a5fd9'/s);
  expect(written).not.toContain('re_1');
  await deploy({ input_file: path.join(folder, 'tenant.yaml'), config });
  expect(await everything()).toEqual(before);
}, 300_000);
