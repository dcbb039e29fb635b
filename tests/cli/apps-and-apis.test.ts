import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Office, openOffice } from '@/tests/management/office';
import { callLatchkey } from './run-latchkey';

const ORDERS = 'https://orders.acme.test/v1';

let home: string;
let office: Office;
/** Holds the database, so that every command goes through it. */
let server: Server;
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'latchkey apps '));
  office = await openOffice({ dataDir: home });
  await office.reset();
  server = createServer(getRequestListener(office.answer)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await office.database.folder?.announce({ url: `http://127.0.0.1:${port}`, token: 'operator' });
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await office.close();
  await rm(home, { recursive: true, force: true });
});

const latchkey = (...words: string[]) => callLatchkey(words, { cwd: home, environment: { DATA_DIR: home } });
async function latchkeyJson(...words: string[]) {
  const run = await latchkey(...words, '--json');
  expect(run).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(run.stdout);
}

describe('an application', () => {
  let id: string;
  let secret: string;
  beforeAll(async () => {
    const app = await latchkeyJson('apps', 'create', '--name', 'Shop', '--callback', 'https://a.test/cb');
    id = app.client_id;
    secret = app.client_secret;
  });

  it('is changed where something is given, and left as it is elsewhere', async () => {
    const words = ['--name', 'Acme Shop', '--add-callback', 'https://b.test/cb', '--id-token-lifetime', '60'];
    const changed = await latchkey('apps', 'update', id, ...words, '--no-require-pkce');
    expect(changed).toMatchObject({ code: 0, stderr: '' });
    expect(changed.stdout).toMatch(/^Name +Acme Shop$/m);
    expect(changed.stdout).not.toContain('lks_');
    expect(await latchkeyJson('apps', 'update', id, '--description', 'Ours')).toMatchObject({
      name: 'Acme Shop',
      description: 'Ours',
      callbacks: ['https://a.test/cb', 'https://b.test/cb'],
      jwt_configuration: { lifetime_in_seconds: 60 },
      require_pkce: false,
    });
    expect(await latchkeyJson('apps', 'update', id, '--require-pkce')).toMatchObject({ require_pkce: true });
    await latchkeyJson('apps', 'update', id, '--refresh-lifetime', '3600');
    expect(await latchkeyJson('apps', 'update', id, '--refresh-idle-lifetime', '600')).toMatchObject({
      refresh_token: { token_lifetime: 3600, idle_token_lifetime: 600, leeway: 10 },
    });
  });

  it.each([
    ['nothing', [], /There is nothing to change/],
    ['a lifetime in words', ['--id-token-lifetime', 'long'], /It must be a whole number/],
    ['a script for a callback (RED-3)', ['--callback', 'javascript:x'], /^latchkey: callbacks\[0\]: /],
  ])('is not changed by %s: 2', async (_, words, sentence) => {
    const run = await latchkey('apps', 'update', id, ...words);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(sentence);
  });

  it('is given another secret, which is shown this once (CLI-4)', async () => {
    const run = await latchkey('apps', 'rotate-secret', id, '--former-seconds', '0');
    expect(run.stdout).toMatch(/^Client secret +lks_/m);
    expect(run.stdout).not.toContain(secret);
    expect(run.stdout).toMatch(/The secret is shown this once: keep it now\.\nThe former one is dead\.\n$/);
    expect((await latchkey('apps', 'show', id)).stdout).not.toContain('lks_');
  });

  it('is granted an API, otherwise, and nothing of it any more', async () => {
    const scopes = ['read:orders=Read your orders', 'write:orders'];
    await latchkeyJson('apis', 'create', ORDERS, '--name', 'Orders', '--scope', ...scopes);
    const given = await latchkeyJson('apps', 'grant', id, ORDERS, '--scope', 'read:orders');
    expect(given).toMatchObject({ client_id: id, audience: ORDERS, scope: ['read:orders'] });
    const all = await latchkey('apps', 'grant', id, ORDERS, '--all');
    expect(all.stdout).toBe(`${id} may ask ${ORDERS} for read:orders, write:orders.\n`);
    expect(await latchkeyJson('apps', 'grant', id, ORDERS, '--remove')).toEqual({
      id: given.id,
      deleted: true,
    });
    const again = await latchkey('apps', 'grant', id, ORDERS, '--remove');
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('granted nothing of that API') });
    expect((await latchkey('apps', 'grant', id, ORDERS)).code).toBe(2);
    const unknown = await latchkey('apps', 'grant', id, ORDERS, '--scope', 'read:secrets');
    expect(unknown).toMatchObject({ code: 2, stderr: 'latchkey: scope[0] is not a scope of the API.\n' });
  });

  it('is deleted when that was said for certain', async () => {
    const asked = await latchkey('apps', 'delete', id);
    expect(asked).toMatchObject({ code: 2, stdout: '' });
    expect(asked.stderr).toMatch(/^latchkey: .*"Acme Shop".*Say so with --yes\.\n$/);
    expect(await latchkeyJson('apps', 'delete', id, '--yes')).toEqual({ client_id: id, deleted: true });
    expect((await latchkey('apps', 'delete', id, '--yes')).stderr).toMatch(/no application with that client/);
  });
});

describe('an API', () => {
  it('is registered, shown, changed, listed and deleted', async () => {
    const identifier = 'urn:acme:reports';
    const created = await latchkey(
      'apis',
      'create',
      identifier,
      '--offline-access',
      '--signing-alg',
      'ES256',
    );
    expect(created.stdout).toMatch(/^Refresh tokens +yes$/m);
    await latchkeyJson(
      'apis',
      'update',
      identifier,
      '--add-scope',
      'read:reports',
      'write:reports=Write them',
    );
    const words = ['--remove-scope', 'read:reports', '--no-offline-access', '--token-lifetime', '600'];
    const changed = await latchkeyJson('apis', 'update', identifier, ...words);
    expect(changed).toMatchObject({
      scopes: [{ value: 'write:reports', description: 'Write them' }],
      allow_offline_access: false,
      token_lifetime: 600,
      signing_alg: 'ES256',
      skip_consent_for_verifiable_first_party_clients: true,
    });
    expect(await latchkeyJson('apis', 'show', changed.id)).toEqual(changed);
    expect((await latchkey('apis', 'list')).stdout).toMatch(
      /^urn:acme:reports +urn:acme:reports +1 +ES256$/m,
    );
    expect((await latchkey('apis', 'update', identifier)).code).toBe(2);
    expect((await latchkey('apis', 'delete', identifier)).code).toBe(2);
    expect(await latchkeyJson('apis', 'delete', identifier, '--yes')).toMatchObject({ identifier });
    expect(await latchkey('apis', 'show', identifier)).toMatchObject({
      code: 1,
      stderr: 'latchkey: There is no API with that id or identifier.\n',
    });
  });
});

describe('the keys', () => {
  it('are made by a server; until then there are none to rotate', async () => {
    expect((await latchkey('keys', 'list')).stdout).toMatch(/^There are no keys yet/);
    expect(await latchkey('keys', 'rotate')).toMatchObject({
      code: 1,
      stderr: 'latchkey: There are no keys until a server has started\n',
    });
  });

  it('are listed, rotated, and one that signed is revoked when that was said for certain (JWT-4)', async () => {
    await office.signingKeys.ensureKeys();
    const [first, second] = (await latchkeyJson('keys', 'list')) as { kid: string; current: boolean }[];
    const [before, after] = first?.current ? [first.kid, second?.kid] : [second?.kid ?? '', first?.kid];
    expect((await latchkey('keys', 'revoke', before, '--yes')).stderr).toContain('Only a previous key');
    expect((await latchkey('keys', 'rotate')).stdout).toBe(
      `${after} signs from now on, in every process within five seconds.\n`,
    );
    expect(await latchkey('keys', 'revoke', before)).toMatchObject({ code: 2, stdout: '' });
    expect(await latchkeyJson('keys', 'revoke', before, '--yes')).toMatchObject({ kid: before });
    const { stdout } = await latchkey('keys', 'list');
    expect(stdout).toMatch(new RegExp(`^${before} +RS256 +revoked 2031-05-06T`, 'm'));
    expect(stdout).toMatch(new RegExp(`^${after} +RS256 +signs`, 'm'));
    expect((await latchkey('keys', 'revoke', 'nobody', '--yes')).stderr).toBe(
      'latchkey: The signing key does not exist\n',
    );
  });
});
