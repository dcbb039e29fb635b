// `latchkey connections`, `sms-spend` and `messages`, beside a server that holds the embedded database.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Office, openOffice } from '@/tests/management/office';
import { runLatchkey, runLatchkeyJson } from './run-latchkey';

const SID = `AC${'0123456789abcdef'.repeat(2)}`;
const TOKEN = 'auth-token-of-thirty-two-or-more-characters';

let home: string;
let office: Office;
let server: Server;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'latchkey cli '));
  await mkdir(path.join(home, 'data'));
  office = await openOffice({ dataDir: path.join(home, 'data') });
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

const where = () => ({ cwd: home, environment: { DATA_DIR: path.join(home, 'data') } });
const latchkey = (...words: string[]) => runLatchkey(words, where());
const latchkeyJson = (...words: string[]) => runLatchkeyJson(words, where());

describe('latchkey connections', () => {
  it('list has a line for each', async () => {
    const run = await latchkey('connections', 'list');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout.split('\n')).toEqual([
      'NAME   STRATEGY  APPLICATIONS',
      'email  email     0',
      'sms    sms       0',
      '',
    ]);
  });

  it('show has a line for each option', async () => {
    const { stdout } = await latchkey('connections', 'show', 'email');
    expect(stdout).toMatch(/^totp\.length +6$/m);
    expect(stdout).toMatch(/^send +both$/m);
    expect(stdout).toMatch(/^test_identities +\[\]$/m);
  });

  it('show of a name that there is not says which there are', async () => {
    expect(await latchkey('connections', 'show', 'mail')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'latchkey: There is no connection of that name; there are email, sms.\n',
    });
  });

  it('update sets options one by one, of text, JSON and files, and keeps the others', async () => {
    await writeFile(path.join(home, 'mail.html'), '<p>{{ code }}</p>\n');
    const first = [
      '--set',
      'totp.length=8',
      'send=code',
      '--set',
      'email.subject=Code für {{ application.name }}',
    ];
    await latchkeyJson('connections', 'update', 'email', ...first, '--set', 'email.body=@mail.html');
    const { options } = await latchkeyJson(
      'connections',
      'update',
      'email',
      '--set',
      'totp.time_step=300',
      'send=',
    );
    expect(options).toMatchObject({
      send: 'both',
      totp: { length: 8, time_step: 300 },
      email: { subject: 'Code für {{ application.name }}', body: '<p>{{ code }}</p>' },
    });
  });

  it('update keeps secrets, and never prints one', async () => {
    await writeFile(path.join(home, 'token'), `${TOKEN}\n`);
    const set = await latchkey(
      'connections',
      'update',
      'sms',
      '--set',
      `twilio_sid=${SID}`,
      'twilio_token=@token',
    );
    expect(set).toMatchObject({ code: 0, stderr: '' });
    expect(set.stdout).toMatch(/^twilio_token +•+$/m);
    await latchkeyJson('connections', 'update', 'sms', '--set', 'from=+15550100200', 'countries=["DE","AT"]');
    const [, connection] = await office.deps.connections.all();
    expect(connection).toMatchObject({
      twilio: { accountSid: SID },
      from: '+15550100200',
      countries: ['DE', 'AT'],
    });
  });

  it('update replaces everything by a file', async () => {
    await writeFile(path.join(home, 'email.json'), JSON.stringify({ max_attempts: 3 }));
    const { options } = await latchkeyJson('connections', 'update', 'email', '--options', 'email.json');
    expect(options).toMatchObject({ max_attempts: 3, totp: { length: 6 }, email: { body: '' } });
  });

  it('update offers it on an application’s page, or no longer', async () => {
    const app = await latchkeyJson('apps', 'create', '--name', 'App', '--type', 'spa');
    const off = await latchkeyJson('connections', 'update', 'sms', '--disable', app.client_id);
    expect(off.enabled_clients).toEqual([]);
    const on = await latchkeyJson('connections', 'update', 'sms', '--enable', app.client_id);
    expect(on.enabled_clients).toEqual([app.client_id]);
  });

  it.each([
    [
      'nothing to change',
      ['email'],
      'There is nothing to change: give --set, --options, --enable or --disable.',
    ],
    ['no value', ['email', '--set', 'send'], '--set takes key=value, such as totp.length=8; not "send".'],
    ['an unknown option', ['email', '--set', 'sned=code'], 'options.sned is not known here; there are '],
    [
      'a bad value',
      ['email', '--set', 'totp.length=99'],
      'options.totp.length must be a whole number from 4 to 10.',
    ],
    [
      'a file that is not there',
      ['email', '--set', 'email.body=@nowhere'],
      'nowhere cannot be read: ENOENT.',
    ],
    [
      'a broken template',
      ['email', '--set', 'email.body={{ secret }}'],
      'options.email.body (line 1, column 4): there is no secret',
    ],
    [
      'an unknown application',
      ['email', '--enable', 'ghost'],
      'enabled_clients holds what is no client: ghost.',
    ],
  ])('update with %s ends with 2 and says what is wrong', async (_, words, sentence) => {
    const run = await latchkey('connections', 'update', ...words);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain(`latchkey: ${sentence}`);
  });

  it('preview prints the message', async () => {
    const email = await latchkey('connections', 'preview', 'email', '--language', 'de');
    expect(email).toMatchObject({ code: 0, stderr: '' });
    expect(email.stdout).toMatch(/^From +.*<?login@example\.com>?\nSubject +.*Acme/);
    const sms = await latchkey('connections', 'preview', 'sms');
    expect(sms.stdout).toMatch(/@login\.example\.com #482913\n\n\d+ characters of GSM-7: one message\n$/);
    expect(await latchkeyJson('connections', 'preview', 'email', '--kind', 'new_device')).toMatchObject({
      kind: 'email',
    });
  });

  it.each(['list', 'show', 'update', 'preview'])('%s has help with examples', async (command) => {
    const run = await latchkey('connections', command, '--help');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/Examples?:\n {2}\$ latchkey connections/);
  });
});

describe('latchkey sms-spend', () => {
  it('says that there was nothing', async () => {
    expect((await latchkey('sms-spend')).stdout).toMatch(
      /^No text message was sent since \d{4}-\d\d-\d\d\.\n$/,
    );
    expect(await latchkey('sms-spend', '--days', 'all')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'latchkey: days must be a whole number from 1 to 366.\n',
    });
  });

  it('adds up, and names what is closed', async () => {
    await office.prisma.smsCharge.createMany({
      data: ['1', '2'].map((id) => ({
        id,
        occurredAt: office.now,
        country: 'DE',
        connection: 'sms',
        provider: 'twilio',
        segments: 2,
        estimatedPriceMicros: 150_000n,
        currency: 'EUR',
      })),
    });
    const closed = { key: 'sms_unanswered:closed:LV', windowStart: office.now, count: 1 };
    await office.prisma.limitCounter.create({
      data: { ...closed, expiresAt: new Date(office.now.getTime() + 60_000) },
    });
    const { stdout } = await latchkey('sms-spend', '--days', '30');
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\d +DE +twilio +sms +2 +4 +0\.30 EUR$/m);
    expect(stdout).toMatch(/^2 messages, about 0\.30 EUR$/m);
    expect(stdout).toMatch(/^Nothing is sent to LV until .*: too few messages were answered\.$/m);
  });
});

describe('latchkey messages', () => {
  it('tells step by step what became of a person’s messages, by their masked address', async () => {
    const [identifierHash = ''] = office.deps.identifierHashes({
      channel: 'email',
      canonical: 'ann@example.com',
    });
    const attempt = {
      id: 'a',
      provider: 'resend',
      outcome: 'refused',
      reason: '422',
      startedAt: office.now,
      durationMs: 90,
    };
    await office.prisma.message.create({
      data: {
        ...{ id: 'm1', generation: 0, channel: 'email', connection: 'email', language: 'en', context: {} },
        ...{ maskedIdentifier: 'a***@example.com', identifierHash, status: 'failed' },
        ...{ dueAt: office.now, expiresAt: office.now, createdAt: office.now },
        attempts: { create: attempt },
      },
    });
    const { stdout } = await latchkey('messages', 'Ann@example.com');
    expect(stdout).toMatch(/^login by email to a\*\*\*@example\.com, connection email, en: failed\n/);
    expect(stdout).toMatch(/^ {2}\S+Z {2}tried by resend after 90 ms: refused 422$/m);
    expect((await latchkey('messages', 'bob@example.com')).stdout).toBe(
      'There was no message in the last week.\n',
    );
  });

  it('takes nothing but an address or a number', async () => {
    expect(await latchkey('messages', 'ann')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'latchkey: recipient must be an e-mail address, or a number with its country code.\n',
    });
  });
});
