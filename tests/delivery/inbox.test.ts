// The inbox: what it keeps is sealed, what it shows is whole, and it forgets.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createInboxSender } from '@/lib/delivery/inbox';
import { createSecretBox } from '@/lib/keys/secret-box';
import { readInbox } from '@/lib/login/inbox';
import { type Database, openScratchDatabase } from '@/lib/store/prisma/database';
import { createInboxStore } from '@/lib/store/prisma/inbox';
import { migrate } from '@/lib/store/prisma/migrate';
import { anEmail, unhurried } from './an-email';

const box = createSecretBox(['b2xkIHNlY3JldCBmb3IgdGVzdHMsIDMyIGJ5dGVz']);
const sealing = {
  seal: (plain: string) => box.seal('inbox', plain),
  unseal: (sealed: string) => box.unseal('inbox', sealed),
};

let database: Database;
let now = new Date('2026-11-20T14:02:31.123Z');
const clock = () => now;

beforeAll(async () => {
  database = await openScratchDatabase();
  await migrate(database, 'prisma/migrations');
});
afterAll(() => database.close());

it('keeps what it is sent, once, and shows the newest first', async () => {
  const inbox = createInboxStore(database.prisma);
  const sender = createInboxSender('email', { inbox, sealing, clock });
  const first = anEmail({ idempotencyKey: 'first' });
  const second = anEmail({ idempotencyKey: 'second' });
  expect(await sender.send(first, unhurried())).toEqual({ kind: 'accepted', providerMessageId: 'first' });
  now = new Date(now.getTime() + 1000);
  await sender.send(second, unhurried());
  await sender.send(first, unhurried());
  expect(await readInbox({ inbox, sealing })).toEqual([
    { id: 'second', channel: 'email', createdAt: now, message: second },
    { id: 'first', channel: 'email', createdAt: new Date('2026-11-20T14:02:31.123Z'), message: first },
  ]);
});

it('shows a text message as one', async () => {
  const inbox = createInboxStore(database.prisma);
  const message = {
    idempotencyKey: 'text',
    to: '+4915112345678',
    body: '482913 is your Acme code.',
    language: 'en',
    request: { ip: null, userAgent: null },
  };
  await createInboxSender('sms', { inbox, sealing, clock }).send(message, unhurried());
  expect(await readInbox({ inbox, sealing })).toContainEqual({
    id: 'text',
    channel: 'sms',
    createdAt: now,
    message,
  });
});

it('LOG-1: shows nothing to who has only the database, and no error to who has another SECRET', async () => {
  const inbox = createInboxStore(database.prisma);
  const rows = JSON.stringify(await inbox.list(200));
  for (const secret of ['482913', 'Ann@x.test', 'Acme']) expect(rows).not.toContain(secret);
  const other = createSecretBox(['YW5vdGhlciBzZWNyZXQgZm9yIHRlc3RzLCAzMiBieXRl']);
  const unseal = (sealed: string) => other.unseal('inbox', sealed);
  expect(await readInbox({ inbox, sealing: { unseal } })).toEqual([]);
});

it('forgets what is older than told', async () => {
  const inbox = createInboxStore(database.prisma);
  expect(await inbox.purge(now)).toBe(1);
  expect((await inbox.list(200)).map(({ id }) => id).sort()).toEqual(['second', 'text']);
});

it('MSG-6: storage that is away refuses the message instead of throwing', async () => {
  const inbox = { put: () => Promise.reject(new Error('away')) };
  const outcome = await createInboxSender('email', { inbox, sealing, clock }).send(anEmail(), unhurried());
  expect(outcome).toEqual({ kind: 'unreachable', reason: 'storage' });
});
