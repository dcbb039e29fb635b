import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretBox } from '@/lib/keys/secret-box';
import { createTokenSigner } from '@/lib/keys/signing-keys';
import { openDatabase } from '@/lib/store/prisma/database';
import { createSigningKeyStore } from '@/lib/store/prisma/signing-keys';
import { createDatabase } from '@/tests/harness/database';
import { type Office, openOffice } from '@/tests/management/office';
import { runLatchkey, runLatchkeyJson } from './run-latchkey';

const SECRET = 'kT9v0pQ2xWm5Zr8LbN4yUc7HdJ1sGfEa';

/** Holds the data folders; the space is on purpose. */
let home: string;
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'latchkey cli '));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const latchkey = (words: string[], environment: Record<string, string> = {}) =>
  runLatchkey(words, { cwd: home, environment });
const latchkeyJson = (words: string[], environment: Record<string, string>) =>
  runLatchkeyJson(words, { cwd: home, environment });

describe('calling it', () => {
  it('shows help with examples on stdout and prints no warning of Node', async () => {
    const run = await latchkey(['apps', 'create', '--help']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/Examples:\n {2}\$ latchkey apps create --name "My app"/);
  });

  it.each([
    ['no command', [], /^Usage: latchkey/],
    ['an unknown command', ['frobnicate'], /unknown command 'frobnicate'/],
    ['an unknown option', ['apps', 'list', '--frobnicate'], /unknown option '--frobnicate'/],
    ['no name', ['apps', 'create'], /required option '--name <name>'/],
    [
      'an unknown type',
      ['apps', 'create', '--name', 'x', '--type', 'mobile'],
      /Allowed choices are regular_web, spa/,
    ],
    ['no id', ['apps', 'show'], /missing required argument 'client-id'/],
  ])('wrongly, with %s, ends with 2 and says what is wrong', async (_, words, sentence) => {
    const run = await latchkey(words);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(sentence);
  });

  it('with a bad environment ends with 1 and the sentence of the variable', async () => {
    const run = await latchkey(['apps', 'list'], {
      ISSUER: 'https://login.example.com',
      SMTP_URL: 'smtp://u:hunter2@m',
    });
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(/^latchkey: SECRET must be set unless ISSUER is a loopback address.*\n$/);
  });
});

describe('with the embedded database, while no server runs', () => {
  let environment: { DATA_DIR: string };
  beforeAll(() => {
    environment = { DATA_DIR: path.join(home, 'data folder') };
  });

  it('examines what is not there yet without making it', async () => {
    const run = await latchkey(['doctor'], environment);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(
      /^ok +Data folder +.*data folder is made, with the database in it, at the first start$/m,
    );
    expect(await readdir(home)).toEqual([]);
  });

  // The first of these makes the database.
  it('registers, shows and lists applications', { timeout: 120_000 }, async () => {
    const words = ['apps', 'create', '--name', 'My app', '--callback', 'http://localhost:4000/callback'];
    const created = await latchkey(words, environment);
    expect(created).toMatchObject({ code: 0, stderr: '' });
    const [, clientId = ''] = /^Client ID +(\w{32})$/m.exec(created.stdout) ?? [];
    expect(created.stdout).toMatch(/^Client secret +lks_/m);
    expect(created.stdout).toContain('The secret is shown this once');

    const shown = await latchkey(['apps', 'show', clientId], environment);
    expect(shown.stdout).toMatch(/^Callbacks +http:\/\/localhost:4000\/callback$/m);
    expect(shown.stdout).not.toContain('lks_');

    const listed = await latchkey(['apps', 'list'], environment);
    expect(listed.stdout.split('\n')[1]).toMatch(
      new RegExp(`^${clientId}  My app +regular_web +http://localhost:4000`),
    );
  });

  it('registers an application by the public keys of a file, which has no secret then (CLI-5)', async () => {
    const key = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'k1' };
    const folder = await mkdtemp(path.join(tmpdir(), 'latchkey keys '));
    await writeFile(path.join(folder, 'keys.json'), JSON.stringify({ keys: [key] }));
    const words = ['apps', 'create', '--name', 'Bank', '--jwks', 'keys.json'];
    const created = await runLatchkeyJson(words, { cwd: folder, environment });
    expect(created).toMatchObject({
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [key] },
    });
    expect(created).not.toHaveProperty('client_secret');
    await rm(folder, { recursive: true });
    expect((await latchkey(words, environment)).stderr).toMatch(/^latchkey: keys\.json cannot be read/);
  });

  it('speaks JSON to programs', async () => {
    const words = [
      'apps',
      'create',
      '--name',
      'Phone',
      '--type',
      'native',
      '--callback',
      'com.example.phone:/cb',
      '--third-party',
      '--allowed-origin',
      'https://phone.example.com',
    ];
    const created = await latchkeyJson(words, environment);
    expect(created).toMatchObject({
      app_type: 'native',
      is_first_party: false,
      callbacks: ['com.example.phone:/cb'],
      allowed_origins: ['https://phone.example.com'],
    });
    expect(await latchkeyJson(['apps', 'show', created.client_id], environment)).toEqual(created);
    expect(
      (await latchkeyJson(['apps', 'list'], environment)).map(({ name }: { name: string }) => name),
    ).toEqual(['My app', 'Bank', 'Phone']);
  });

  it('refuses a callback with the reason, and 2 (RED-3)', async () => {
    const run = await latchkey(
      ['apps', 'create', '--name', 'x', '--callback', 'javascript:alert(1)'],
      environment,
    );
    expect(run).toEqual({
      code: 2,
      stdout: '',
      stderr: 'latchkey: callbacks[0]: The redirect URI has a scheme that browsers act upon themselves.\n',
    });
  });

  it('knows no application by another id, and says so with 1', async () => {
    const run = await latchkey(['apps', 'show', 'nobody'], environment);
    expect(run).toEqual({
      code: 1,
      stdout: '',
      stderr: 'latchkey: There is no application with that client ID.\n',
    });
  });

  it('waits for another command that has the database open', async () => {
    const runs = await Promise.all([
      latchkey(['apps', 'list'], environment),
      latchkey(['apps', 'list'], environment),
    ]);
    expect(runs.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      Array(2).fill({ code: 0, stderr: '' }),
    );
  });

  it('keeps the drawn secret to its owner, and examines that too (PRV-3)', async () => {
    const file = path.join(environment.DATA_DIR, 'secret');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await chmod(file, 0o644);
    const findings = await latchkeyJson(['doctor'], environment);
    expect(findings).toContainEqual(expect.objectContaining({ part: 'Secret', state: 'doubtful' }));
    await chmod(file, 0o600);
  });

  it('says in a sentence why a folder cannot be used', async () => {
    await writeFile(path.join(home, 'a file'), '');
    const run = await latchkey(['apps', 'list'], { DATA_DIR: path.join(home, 'a file') });
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(/^latchkey: The data folder .* cannot be used: .*\n$/);
    const examined = await latchkey(['doctor'], { DATA_DIR: path.join(home, 'a file') });
    expect(examined.code).toBe(1);
    expect(examined.stdout).toMatch(/^FAIL +Data folder +.* cannot be used: /m);
  });
});

describe('with the embedded database, while a server holds it', () => {
  let environment: { DATA_DIR: string };
  let office: Office;
  let server: Server;

  beforeAll(async () => {
    environment = { DATA_DIR: path.join(home, 'held folder') };
    await mkdir(environment.DATA_DIR);
    office = await openOffice({ dataDir: environment.DATA_DIR });
    server = createServer(getRequestListener(office.answer)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    await office.close();
  });

  const announce = (token: string) =>
    office.database.folder?.announce({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      token,
    });

  it('waits until the server listens, and has it do the work', async () => {
    const waiting = latchkeyJson(
      ['apps', 'create', '--name', 'Through the server', '--type', 'spa'],
      environment,
    );
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await announce('operator');
    const created = await waiting;
    expect(await latchkeyJson(['apps', 'list'], environment)).toEqual([created]);
    expect(await office.prisma.client.findMany({ select: { name: true } })).toEqual([
      { name: 'Through the server' },
    ]);
  });

  it('leaves the migrations to it', async () => {
    const run = await latchkey(['migrate'], environment);
    expect(run.stdout).toBe(
      `The server that is running (process ${process.pid}) brought its database up to date when it started.\n`,
    );
  });

  it('says so when the server does not take its token', async () => {
    await announce('a token of the run before');
    const run = await latchkey(['apps', 'list'], environment);
    expect(run).toEqual({ code: 1, stdout: '', stderr: 'latchkey: Invalid token\n' });
  });
});

describe('with a PostgreSQL server', () => {
  let environment: { DATABASE_URL: string; SECRET: string };
  beforeAll(async () => {
    environment = { DATABASE_URL: await createDatabase('command line'), SECRET };
  });

  const examine = async (changes = {}) => {
    const { code, stdout } = await latchkey(['doctor', '--json'], { ...environment, ...changes });
    return { code, findings: JSON.parse(stdout) as { part: string; state: string; sentence: string }[] };
  };

  it('does not migrate on the way: others may use it', async () => {
    const run = await latchkey(['apps', 'list'], environment);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toBe('latchkey: The database is behind this version: run "latchkey migrate" first.\n');
    const { code, findings } = await examine();
    expect(code).toBe(1);
    expect(findings).toContainEqual(expect.objectContaining({ part: 'Migrations', state: 'failing' }));
  });

  it('migrates when told to, and a second time does nothing', async () => {
    const { applied } = await latchkeyJson(['migrate'], environment);
    expect(applied.length).toBeGreaterThan(0);
    const run = await latchkey(['migrate'], environment);
    expect(run).toEqual({ code: 0, stdout: 'The database is up to date.\n', stderr: '' });
  });

  it('registers applications', async () => {
    const created = await latchkeyJson(
      ['apps', 'create', '--name', 'On the server', '--type', 'spa'],
      environment,
    );
    expect(await latchkeyJson(['apps', 'show', created.client_id], environment)).toEqual(created);
  });

  it('examines everything, and finds keys that SECRET cannot open', async () => {
    const database = await openDatabase({ databaseUrl: environment.DATABASE_URL, dataDir: '' });
    const keys = {
      store: createSigningKeyStore(database.prisma),
      clock: () => new Date(),
      issuer: 'http://localhost:9/',
    };
    await createTokenSigner({ ...keys, box: createSecretBox([SECRET]) }).ensureKeys();
    await database.close();

    const { code, findings } = await examine();
    expect(code).toBe(0);
    expect(findings.map(({ part, state }) => `${part} ${state}`)).toEqual([
      'Node good',
      'Environment good',
      'Secret good',
      'Database good',
      'Migrations good',
      'Signing keys good',
      'Connections good',
      'Console doubtful',
      'E-mail doubtful',
      'Text messages doubtful',
      'Issuer doubtful',
    ]);
    const other = await examine({ SECRET: 'Vw3eRt6yUi9oPa2sDf5gHj8kLz1xCv4b' });
    expect(other.code).toBe(1);
    expect(other.findings).toContainEqual(
      expect.objectContaining({ part: 'Signing keys', state: 'failing' }),
    );
    expect(JSON.stringify([findings, other.findings])).not.toContain(SECRET);
  });

  it('finds a channel without a sender in public', async () => {
    const { code, findings } = await examine({ ISSUER: 'https://login.example.invalid' });
    expect(code).toBe(1);
    expect(findings).toContainEqual(expect.objectContaining({ part: 'E-mail', state: 'failing' }));
  });

  it.each([
    [
      'that is away',
      (url: URL) => Object.assign(url, { port: '1' }),
      /^latchkey: The database at .* does not answer\.\n$/,
    ],
    [
      'that wants another password',
      (url: URL) => Object.assign(url, { password: 'hunter2' }),
      /^latchkey: .* refuses: /,
    ],
    [
      'that has no such database',
      (url: URL) => Object.assign(url, { pathname: '/no-such' }),
      /^latchkey: .* refuses: /,
    ],
  ])('%s, says so in a line without the password', async (_, change, sentence) => {
    const { href, password } = change(new URL(environment.DATABASE_URL));
    for (const words of [['apps', 'list'], ['migrate']]) {
      const run = await latchkey(words, { ...environment, DATABASE_URL: href });
      expect(run).toMatchObject({ code: 1, stdout: '' });
      expect(run.stderr).toMatch(sentence);
      expect(run.stderr.trimEnd()).not.toContain('\n');
      expect(run.stderr).not.toContain(password);
    }
  });
});
