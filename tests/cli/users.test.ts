import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '@/lib/store/prisma/database';
import { migrate } from '@/lib/store/prisma/migrate';
import { createDatabase } from '@/tests/harness/database';
import { runLatchkey, runLatchkeyJson } from './run-latchkey';

let home: string;
let environment: Record<string, string>;
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'latchkey users '));
  const DATABASE_URL = await createDatabase('cli users');
  environment = {
    DATABASE_URL,
    SECRET: 'kT9v0pQ2xWm5Zr8LbN4yUc7HdJ1sGfEa',
    DATA_DIR: path.join(home, 'data'),
  };
  const database = await openDatabase({ databaseUrl: DATABASE_URL, dataDir: '' });
  await migrate(database, 'prisma/migrations');
  await database.close();
});
afterAll(() => rm(home, { recursive: true, force: true }));

const users = (...words: string[]) => runLatchkey(['users', ...words], { cwd: home, environment });
const usersJson = (...words: string[]) => runLatchkeyJson(['users', ...words], { cwd: home, environment });
const write = (file: string, text: string) => writeFile(path.join(home, file), text);
const read = (file: string) => readFile(path.join(home, file), 'utf8');

describe('users, one by one', () => {
  it('are made known, found by address, number and id, changed, and shown', async () => {
    const ann = await usersJson(
      'create',
      '--email',
      'ann@example.com',
      '--set',
      'name=Ann Lee',
      '--set',
      'email_verified=true',
      '--set',
      'app_metadata.plan=gold',
    );
    expect(ann).toMatchObject({
      email: 'ann@example.com',
      name: 'Ann Lee',
      email_verified: true,
      app_metadata: { plan: 'gold' },
    });
    const bob = await usersJson('create', '--phone', '+49 151 23456789', '--id', 'b-1');
    expect(bob).toMatchObject({ user_id: 'sms|b-1', phone_number: '+4915123456789' });

    const changed = await usersJson(
      'update',
      'Ann@Example.com',
      '--set',
      'name=',
      '--set',
      'app_metadata.seats=3',
      '--set',
      'app_metadata.plan=',
      '--email',
      'ada@example.com',
    );
    expect(changed).toMatchObject({
      user_id: ann.user_id,
      name: 'ada@example.com',
      email_verified: false,
      app_metadata: { seats: 3 },
    });
    expect((await users('show', '+4915123456789')).stdout).toContain(
      'Phone         +4915123456789 (not proven)',
    );
    expect((await users('show', ann.user_id)).stdout).toMatch(/^app_metadata\.seats {2}3$/m);

    const listed = await users('list', '--sort', 'created_at', '--descending');
    expect(listed.stdout.split('\n').map((line) => line.split(/\s{2,}/)[0])).toEqual([
      'USER ID',
      'sms|b-1',
      ann.user_id,
      '',
    ]);
    expect((await usersJson('search', 'ada')).map(({ user_id }: { user_id: string }) => user_id)).toEqual([
      ann.user_id,
    ]);
    expect(await usersJson('search', 'identities.provider:sms', 'AND', 'NOT', 'blocked:true')).toHaveLength(
      1,
    );
  });

  it('are blocked, let in again and removed, with a word for each', async () => {
    expect(await users('block', 'sms|b-1')).toMatchObject({
      code: 0,
      stdout: 'sms|b-1 is blocked, and signed out everywhere.\n',
    });
    expect(await usersJson('show', 'sms|b-1')).toMatchObject({ blocked: true });
    expect(await users('unblock', '+4915123456789')).toMatchObject({
      code: 0,
      stdout: 'sms|b-1 is let in again.\n',
    });
    expect(await users('delete', 'sms|b-1')).toMatchObject({
      code: 2,
      stderr: 'latchkey: Remove sms|b-1 (+4915123456789) for good? Say so with --yes.\n',
    });
    expect(await usersJson('delete', 'sms|b-1', '--yes')).toEqual({ user_id: 'sms|b-1', deleted: true });
    expect(await users('show', 'sms|b-1')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'latchkey: There is no such user.\n',
    });
  });

  it.each<[string[], number, string]>([
    [['create', '--set', 'name=Ann'], 2, 'Give --email or --phone.'],
    [['create', '--email', 'nobody'], 2, 'email must be one e-mail address.'],
    [['create', '--email', 'ada@example.com'], 1, 'The user already exists.'],
    [['search', 'name:[a'], 2, 'q has a range that is not like [a TO b], at character 6.'],
    [['update', 'ada@example.com', '--prove'], 2, '--prove goes with --email or --phone.'],
    [['import', 'nothing.json'], 2, 'nothing.json cannot be read.'],
  ])('%j ends with %i and a sentence', async (words, code, sentence) => {
    expect(await users(...words)).toMatchObject({ code, stdout: '', stderr: `latchkey: ${sentence}\n` });
  });
});

describe('users by the file', () => {
  it('go in, but for those that are wrong, which are named by their place', async () => {
    await write(
      'people.ndjson',
      ['{"email":"eve@example.com"}', '{"email":"nobody"}', '{"email":"ada@example.com"}'].join('\n'),
    );
    const run = await users('import', 'people.ndjson');
    expect(run).toEqual({
      code: 1,
      stdout: '1 added, 0 changed, 2 left out.\n',
      stderr: [
        'people.ndjson: user 2, line 2: email must be one e-mail address',
        'people.ndjson: user 3, line 3: The user already exists.',
        'latchkey: 2 of 3 users were not imported.',
        '',
      ].join('\n'),
    });
    await write('again.json', JSON.stringify([{ email: 'eve@example.com', name: 'Eve' }]));
    expect(await usersJson('import', 'again.json', '--upsert')).toMatchObject({
      status: 'completed',
      summary: { total: 1, inserted: 0, updated: 1, failed: 0 },
    });
  });

  it('come out, for nobody else’s eyes, and go in again', async () => {
    expect(await users('export', 'all.ndjson')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await stat(path.join(home, 'all.ndjson'))).mode & 0o777).toBe(0o600);
    expect(await readdir(home)).not.toContain('all.ndjson.unfinished');
    const rows = (await read('all.ndjson'))
      .trim()
      .split('\n')
      .map((row) => JSON.parse(row));
    expect(rows).toMatchObject([{ email: 'ada@example.com' }, { email: 'eve@example.com', name: 'Eve' }]);
    expect(await usersJson('import', 'all.ndjson', '--upsert')).toMatchObject({
      summary: { updated: 2, failed: 0 },
    });
  });

  it('come out on standard output, as a table of what was asked for', async () => {
    const { stdout, stderr } = await users(
      'export',
      '--format',
      'csv',
      '--fields',
      'email, name',
      '--limit',
      '1',
    );
    expect([stdout, stderr]).toEqual(['email,name\nada@example.com,ada@example.com\n', '']);
  });
});
