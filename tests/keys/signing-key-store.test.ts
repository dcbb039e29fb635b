import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SigningKey, SigningKeyStore } from '@/lib/oidc/signing-key';
import { type Database, openDatabase, openScratchDatabase } from '@/lib/store/prisma/database';
import { migrate } from '@/lib/store/prisma/migrate';
import { createSigningKeyStore } from '@/lib/store/prisma/signing-keys';
import { createDatabase } from '@/tests/harness/database';

const NOW = new Date('2031-05-06T07:08:09.123Z');

const DATABASES: Record<string, () => Promise<Database>> = {
  embedded: openScratchDatabase,
  server: async () => openDatabase({ databaseUrl: await createDatabase('key store'), dataDir: '' }),
};

describe.each(Object.entries(DATABASES))('the promises of a key store, %s', (_, open) => {
  let database: Database;
  let store: SigningKeyStore;
  beforeAll(async () => {
    database = await open();
    await migrate(database, 'prisma/migrations');
    store = createSigningKeyStore(database.prisma);
  });
  afterAll(() => database.close());
  beforeEach(() => database.prisma.signingKey.deleteMany().then(() => undefined));

  const find = async (kid: string) => (await store.list()).find((key) => key.kid === kid) ?? null;
  const begin = (name: string) =>
    store.begin({ current: key(`${name}1`, 'current'), next: key(`${name}2`, 'next') });

  it('gives back what was written', async () => {
    await begin('a');
    expect(await store.list()).toEqual([key('a1', 'current'), key('a2', 'next')]);
  });

  it('begins once: of many at the same time one writes both keys and the others none', async () => {
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(begin));
    const keys = await store.list();
    expect(keys.map(({ status }) => status).sort()).toEqual(['current', 'next']);
    expect(new Set(keys.map(({ kid }) => kid[0])).size).toBe(1);
    await begin('f');
    expect(await store.list()).toEqual(keys);
  });

  it('rotates in one step', async () => {
    await begin('a');
    const later = new Date(NOW.getTime() + 1000);
    const rotation = { currentKid: 'a1', nextKid: 'a2', successor: key('a3', 'next'), now: later };
    expect(await store.rotate(rotation)).toBe(true);
    expect(await find('a1')).toMatchObject({ status: 'previous', activatedAt: NOW, retiredAt: later });
    expect(await find('a2')).toMatchObject({ status: 'current', activatedAt: later, retiredAt: null });
    expect(await find('a3')).toEqual(key('a3', 'next'));
  });

  it('rotates once: of many at the same time one succeeds, and the others change nothing', async () => {
    await begin('a');
    const outcomes = await Promise.all(
      ['a3', 'a4', 'a5', 'a6'].map((kid) =>
        store.rotate({ currentKid: 'a1', nextKid: 'a2', successor: key(kid, 'next'), now: NOW }),
      ),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await store.list()).toHaveLength(3);
  });

  it.each([
    ['current', { currentKid: 'b1', nextKid: 'a2' }],
    ['next', { currentKid: 'a1', nextKid: 'b2' }],
  ])('does not rotate when the %s key is another by now', async (_status, seen) => {
    await begin('a');
    const before = await store.list();
    expect(await store.rotate({ ...seen, successor: key('a3', 'next'), now: NOW })).toBe(false);
    expect(await store.list()).toEqual(before);
  });

  it('revokes previous keys alone', async () => {
    await begin('a');
    await store.rotate({ currentKid: 'a1', nextKid: 'a2', successor: key('a3', 'next'), now: NOW });
    const outcomes = [];
    for (const kid of ['a2', 'a3', 'a4', 'a1', 'a1']) outcomes.push(await store.revoke({ kid, now: NOW }));
    expect(outcomes).toEqual([false, false, false, true, false]);
    expect(await find('a1')).toMatchObject({ status: 'revoked', retiredAt: NOW });
  });

  it('seals again only what is still as it was read', async () => {
    await begin('a');
    await store.reseal({ kid: 'a1', from: 'sealed a1', to: 'anew' });
    await store.reseal({ kid: 'a1', from: 'sealed a1', to: 'too late' });
    expect(await find('a1')).toMatchObject({ sealedPrivateJwk: 'anew' });
    expect(await find('a2')).toMatchObject({ sealedPrivateJwk: 'sealed a2' });
  });
});

function key(kid: string, status: 'current' | 'next'): SigningKey {
  return {
    kid,
    algorithm: 'RS256',
    publicJwk: { kty: 'RSA', kid },
    sealedPrivateJwk: `sealed ${kid}`,
    status,
    createdAt: NOW,
    activatedAt: status === 'current' ? NOW : null,
    retiredAt: null,
  };
}
