import {
  constants,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  randomUUID,
  sign,
  X509Certificate,
} from 'node:crypto';
import { CompactSign, decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sealClientSecret } from '@/lib/keys/client-secret';
import { createSecretBox } from '@/lib/keys/secret-box';
import { createTokenSigner, SealedWithAnotherSecretError } from '@/lib/keys/signing-keys';
import type { SigningKeyStore } from '@/lib/oidc/signing-key';
import type { TokenClaims } from '@/lib/oidc/token-signer';
import { type Database, openDatabase } from '@/lib/store/prisma/database';
import { migrate } from '@/lib/store/prisma/migrate';
import { createSigningKeyStore } from '@/lib/store/prisma/signing-keys';
import type { Prisma } from '@/prisma/generated/client';
import { createDatabase } from '@/tests/harness/database';

const ISSUER = 'https://login.example.com/';
const SECRET = 'kT9v0pQ2xWm5Zr8LbN4yUc7HdJ1sGfEa';
const OTHER_SECRET = 'Vw3eRt6yUi9oPa2sDf5gHj8kLz1xCv4b';
const NOW = Date.parse('2031-05-06T07:08:09Z') / 1000;
const ID_TOKEN = { typ: 'JWT', alg: 'RS256' } as const;

let database: Database;
let store: SigningKeyStore;
/** Made once: a pair of RSA keys costs a test half a second. */
let firstKeys: { data: Prisma.SigningKeyCreateManyInput[] };
let now = NOW;

beforeAll(async () => {
  database = await openDatabase({ databaseUrl: await createDatabase('signing keys'), dataDir: '' });
  await migrate(database, 'prisma/migrations');
  store = createSigningKeyStore(database.prisma);
  await startProcess().ensureKeys();
  firstKeys = { data: (await database.prisma.signingKey.findMany()) as Prisma.SigningKeyCreateManyInput[] };
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.prisma.signingKey.deleteMany();
  await database.prisma.signingKey.createMany(firstKeys);
  now = NOW;
});

/** One process; each has a memory of its own. */
const startProcess = ({ secrets = [SECRET], keys = store } = {}) =>
  createTokenSigner({
    store: keys,
    box: createSecretBox(secrets),
    clock: () => new Date(now * 1000),
    issuer: ISSUER,
  });

const claims = (changes: TokenClaims = {}): TokenClaims => ({
  iss: ISSUER,
  sub: 'email|0123456789abcdef01234567',
  iat: now,
  exp: now + 3600,
  ...changes,
});

const statuses = async () =>
  (await store.list())
    .map(({ kid, status }) => ({ kid, status }))
    .sort((a, b) => a.status.localeCompare(b.status));

describe('the first keys', () => {
  it('are a current and a next one, made once by any number of processes that start at once (JWT-4)', async () => {
    await database.prisma.signingKey.deleteMany();
    const processes = Array.from({ length: 4 }, () => startProcess());
    await Promise.all(processes.map((signer) => signer.ensureKeys()));
    expect((await statuses()).map(({ status }) => status)).toEqual(['current', 'next']);
    const tokens = await Promise.all(processes.map((signer) => signer.sign(claims(), ID_TOKEN)));
    expect(new Set(tokens.map((token) => decodeProtectedHeader(token).kid)).size).toBe(1);
  });

  it('stay when a process starts again', async () => {
    const before = await statuses();
    await startProcess().ensureKeys();
    expect(await statuses()).toEqual(before);
  });

  it('are RSA of 2048 bits, named by their RFC 7638 thumbprint, and published without a private part (JWT-5)', async () => {
    const signer = startProcess();
    const published = await signer.publicKeys();
    expect(published).toHaveLength(2);
    for (const jwk of published) {
      expect(Object.keys(jwk).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use', 'x5c', 'x5t']);
      expect(jwk).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig' });
      const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
      expect(key.asymmetricKeyDetails?.modulusLength).toBe(2048);
      const thumbprint = createHash('sha256').update(`{"e":"${jwk.e}","kty":"RSA","n":"${jwk.n}"}`);
      expect(jwk.kid).toBe(thumbprint.digest('base64url'));
    }
  });

  it('come with a certificate of their own, by which tools know them (RFC 7517 §4.7, RFC 5280)', async () => {
    for (const jwk of await startProcess().publicKeys()) {
      const certificate = new X509Certificate(Buffer.from(String(jwk.x5c), 'base64'));
      expect(certificate.subject).toBe('CN=login.example.com');
      expect(certificate.issuer).toBe(certificate.subject);
      expect(certificate.verify(certificate.publicKey)).toBe(true);
      expect(certificate.publicKey.export({ format: 'jwk' })).toMatchObject({ n: jwk.n, e: jwk.e });
      expect(new Date(certificate.validFrom).getTime()).toBe(NOW * 1000);
      expect(new Date(certificate.validTo).getUTCFullYear()).toBe(2041);
      expect(jwk.x5t).toBe(createHash('sha1').update(certificate.raw).digest('base64url'));
      expect(certificate.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
    }
  });

  it('rest sealed: the database alone signs nothing (PRV-3)', async () => {
    const rows = JSON.stringify(await database.prisma.signingKey.findMany());
    expect(rows).not.toMatch(/"(?:d|p|q|dp|dq|qi)"/);
    await expect(startProcess({ secrets: [OTHER_SECRET] }).ensureKeys()).rejects.toThrow(
      SealedWithAnotherSecretError,
    );
  });

  it('are sealed again with a new SECRET, so that the old one can be dropped', async () => {
    const before = await statuses();
    await startProcess({ secrets: [OTHER_SECRET, SECRET] }).ensureKeys();
    const signer = startProcess({ secrets: [OTHER_SECRET] });
    await signer.ensureKeys();
    expect(await statuses()).toEqual(before);
    expect(await signer.verify(await signer.sign(claims(), ID_TOKEN), { typ: 'JWT' })).toEqual(claims());
  });
});

describe('a token', () => {
  it('carries the type, the algorithm and the name of the current key, nothing else (JWT-1)', async () => {
    const signer = startProcess();
    const current = (await statuses()).find(({ status }) => status === 'current');
    const header = decodeProtectedHeader(await signer.sign(claims(), { typ: 'at+jwt', alg: 'RS256' }));
    expect(header).toEqual({ typ: 'at+jwt', alg: 'RS256', kid: current?.kid });
  });

  it('is good in every process', async () => {
    const signer = startProcess();
    expect(await startProcess().verify(await signer.sign(claims(), ID_TOKEN), { typ: 'JWT' })).toEqual(
      claims(),
    );
  });

  it('of one type is not taken for another (JWT-2)', async () => {
    const signer = startProcess();
    for (const typ of ['JWT', 'at+jwt', 'logout+jwt'] as const) {
      const token = await signer.sign(claims(), { typ, alg: 'RS256' });
      for (const expected of ['JWT', 'at+jwt', 'logout+jwt'] as const) {
        expect((await signer.verify(token, { typ: expected })) !== null).toBe(typ === expected);
      }
    }
  });
});

describe.each(['ES256', 'EdDSA'] as const)('keys for %s', (alg) => {
  const ACCESS_TOKEN = { typ: 'at+jwt', alg } as const;
  const ofAlgorithm = async () => (await store.list()).filter(({ algorithm }) => algorithm === alg);

  it('are made when a token is first wanted, once by any number of processes at once (JWT-4)', async () => {
    expect(await ofAlgorithm()).toEqual([]);
    const processes = Array.from({ length: 4 }, () => startProcess());
    const tokens = await Promise.all(
      [...processes, ...processes].map((signer) => signer.sign(claims(), ACCESS_TOKEN)),
    );
    expect((await ofAlgorithm()).map(({ status }) => status).sort()).toEqual(['current', 'next']);
    expect(new Set(tokens.map((token) => decodeProtectedHeader(token).kid)).size).toBe(1);
    for (const token of tokens)
      expect(await startProcess().verify(token, { typ: 'at+jwt' })).toEqual(claims());
  });

  it('are published beside the others, each by a name of its own, without a private part (JWT-1, JWT-5)', async () => {
    const signer = startProcess();
    await signer.sign(claims(), ACCESS_TOKEN);
    const published = await signer.publicKeys();
    expect(new Set(published.map(({ kid }) => kid)).size).toBe(4);
    const mine = published.filter((jwk) => jwk.alg === alg);
    expect(mine).toHaveLength(2);
    const members = alg === 'ES256' ? ['crv', 'kty', 'x', 'y'] : ['crv', 'kty', 'x'];
    for (const jwk of mine) {
      const certificate = alg === 'ES256' ? ['x5c', 'x5t'] : [];
      expect(Object.keys(jwk).sort()).toEqual([...members, ...certificate, 'alg', 'kid', 'use'].sort());
      const required = JSON.stringify(Object.fromEntries(members.map((member) => [member, jwk[member]])));
      expect(jwk.kid).toBe(createHash('sha256').update(required).digest('base64url'));
    }
  });

  it('verify what they signed and nothing under another algorithm or another key’s name (JWT-1)', async () => {
    const signer = startProcess();
    const token = await signer.sign(claims(), ACCESS_TOKEN);
    const rsa = await signer.sign(claims(), { typ: 'at+jwt', alg: 'RS256' });
    expect(await signer.verify(token, { typ: 'at+jwt' })).toEqual(claims());
    const [header, payload, signature] = token.split('.');
    const encode = (changes: object) =>
      Buffer.from(JSON.stringify({ ...decodeProtectedHeader(token), ...changes })).toString('base64url');
    const { kid } = decodeProtectedHeader(rsa);
    const others = ['RS256', 'ES256', 'EdDSA', 'Ed25519', 'ES384', 'HS256', 'none'].filter(
      (other) => other !== alg,
    );
    for (const changes of [...others.map((other) => ({ alg: other })), { kid }, { alg: 'RS256', kid }])
      expect(
        await signer.verify([encode(changes), payload, signature].join('.'), { typ: 'at+jwt' }),
      ).toBeNull();
    const zeros = Buffer.alloc(64).toString('base64url');
    expect(await signer.verify([header, payload, zeros].join('.'), { typ: 'at+jwt' })).toBeNull();
  });

  it('are rotated with the others, and by their own age', async () => {
    const signer = startProcess();
    now += 20 * 86_400;
    const token = await signer.sign(claims(), ACCESS_TOKEN);
    now += 11 * 86_400;
    expect(await signer.rotateIfOlderThan(30)).toBe(true);
    expect((await ofAlgorithm()).map(({ status }) => status).sort()).toEqual(['current', 'next']);
    expect(await signer.rotate()).toHaveLength(2);
    expect((await ofAlgorithm()).map(({ status }) => status).sort()).toEqual(['current', 'next', 'previous']);
    const { kid } = decodeProtectedHeader(await signer.sign(claims(), ACCESS_TOKEN));
    expect(kid).not.toBe(decodeProtectedHeader(token).kid);
    expect(await signer.verify(token, { typ: 'at+jwt', allowExpired: true })).not.toBeNull();
  });
});

describe('the claims of a token (JWT-3)', () => {
  it.each([
    ['expired 59 s ago', () => ({ exp: now - 59 }), true],
    ['expired 61 s ago', () => ({ exp: now - 61 }), false],
    ['not valid for 59 s', () => ({ nbf: now + 59 }), true],
    ['not valid for 61 s', () => ({ nbf: now + 61 }), false],
    ['issued in 59 s', () => ({ iat: now + 59 }), true],
    ['issued in 61 s', () => ({ iat: now + 61 }), false],
    ['without an end', () => ({ exp: undefined }), false],
    ['with an end in words', () => ({ exp: '9999999999' }), false],
    ['with a beginning in words', () => ({ nbf: '0' }), false],
    ['of another issuer', () => ({ iss: 'https://evil.example/' }), false],
    ['of our issuer without its slash', () => ({ iss: ISSUER.slice(0, -1) }), false],
    ['of no issuer', () => ({ iss: undefined }), false],
  ])('%s', async (_, changes, good) => {
    const signer = startProcess();
    const token = await signer.sign(claims(changes()), ID_TOKEN);
    expect((await signer.verify(token, { typ: 'JWT' })) !== null).toBe(good);
  });

  it('may be of the past where the caller says so, and only in that respect', async () => {
    const signer = startProcess();
    const old = claims({ exp: now - 86_400 });
    expect(await signer.verify(await signer.sign(old, ID_TOKEN), { typ: 'JWT', allowExpired: true })).toEqual(
      old,
    );
    const foreign = await signer.sign({ ...old, iss: 'https://evil.example/' }, ID_TOKEN);
    expect(await signer.verify(foreign, { typ: 'JWT', allowExpired: true })).toBeNull();
    const future = await signer.sign({ ...old, nbf: now + 61 }, ID_TOKEN);
    expect(await signer.verify(future, { typ: 'JWT', allowExpired: true })).toBeNull();
  });
});

describe('a forged token is refused (JWT-1, RFC 8725)', () => {
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');

  /** The token with another header above the signature it had. */
  const withHeader = (token: string, header: Record<string, unknown>) => {
    const [, payload, signature] = token.split('.');
    return [encode({ ...decodeProtectedHeader(token), ...header }), payload, signature].join('.');
  };

  /** Rightly signed with the key in force, which no attacker can: only the rule under test is left to refuse it. */
  async function signOddly(odd: { header?: Record<string, unknown>; payload?: string; padding?: number }) {
    const { header = {}, payload = JSON.stringify(claims()), padding = constants.RSA_PKCS1_PADDING } = odd;
    const current = (await store.list()).find(({ status }) => status === 'current');
    const jwk = createSecretBox([SECRET]).unseal('signing-key', current?.sealedPrivateJwk ?? '') ?? '';
    const key = createPrivateKey({ key: JSON.parse(jwk) as JsonWebKey, format: 'jwk' });
    const protectedHeader = encode({ alg: 'RS256', typ: 'JWT', kid: current?.kid, ...header });
    const input = `${protectedHeader}.${Buffer.from(payload).toString('base64url')}`;
    return `${input}.${sign('sha256', Buffer.from(input), { key, padding }).toString('base64url')}`;
  }

  it('while one made in the same way, with nothing odd, is good', async () => {
    expect(await startProcess().verify(await signOddly({}), { typ: 'JWT' })).toEqual(claims());
  });

  it.each(['none', 'nOnE', 'NONE', ''])('alg %j', async (alg) => {
    const signer = startProcess();
    const token = await signer.sign(claims(), ID_TOKEN);
    expect(await signer.verify(withHeader(token, { alg }), { typ: 'JWT' })).toBeNull();
    const bare = `${encode({ alg, typ: 'JWT', kid: decodeProtectedHeader(token).kid })}.${encode(claims())}.`;
    expect(await signer.verify(bare, { typ: 'JWT' })).toBeNull();
    expect(await signer.verify(`${bare}AA`, { typ: 'JWT' })).toBeNull();
  });

  it('HS256 under every form of the public key', async () => {
    const signer = startProcess();
    const [jwk] = await signer.publicKeys();
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    const pem = key.export({ type: 'spki', format: 'pem' }).toString();
    const der = key.export({ type: 'spki', format: 'der' });
    for (const form of [pem, pem.trim(), der, JSON.stringify(jwk), String(jwk?.n)]) {
      const input = `${encode({ alg: 'HS256', typ: 'JWT', kid: jwk?.kid })}.${encode(claims())}`;
      const signature = createHmac('sha256', form).update(input).digest('base64url');
      expect(await signer.verify(`${input}.${signature}`, { typ: 'JWT' })).toBeNull();
    }
  });

  it('a key brought along, embedded or by address', async () => {
    const signer = startProcess();
    const [trusted] = await signer.publicKeys();
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    const jwk = await exportJWK(publicKey);
    const payload = new TextEncoder().encode(JSON.stringify(claims()));
    for (const kid of [String(trusted?.kid), 'mine']) {
      for (const brought of [
        { jwk },
        { jku: 'https://evil.example/keys' },
        { x5u: 'https://evil.example/chain' },
        {},
      ]) {
        const header = { alg: 'RS256', typ: 'JWT', kid, ...brought };
        const token = await new CompactSign(payload).setProtectedHeader(header).sign(privateKey);
        expect(await signer.verify(token, { typ: 'JWT' })).toBeNull();
      }
    }
  });

  it.each([
    ['a kid that is a path', { kid: '../../../../dev/null' }],
    ['a kid that is SQL', { kid: "' OR status = 'current' --" }],
    ['a kid that is a list', { kid: ['a'] }],
    ['a kid every object has', { kid: '__proto__' }],
    ['no kid', { kid: undefined }],
    ['a kid that is made up', { kid: randomUUID() }],
    ['a critical extension', { crit: ['exp'], exp: 1 }],
    ['an empty list of critical extensions', { crit: [] }],
    ['an unencoded payload', { crit: ['b64'], b64: false }],
    ['an algorithm of another kind of key', { alg: 'ES256' }],
    ['an algorithm in another spelling', { alg: 'rs256' }],
    ['a list of algorithms', { alg: ['RS256'] }],
    ['a type in another spelling', { typ: 'jwt' }],
    ['a type that is no text', { typ: ['JWT'] }],
    ['no type', { typ: undefined }],
  ])('%s', async (_, header) => {
    expect(await startProcess().verify(await signOddly({ header }), { typ: 'JWT' })).toBeNull();
  });

  it('another algorithm that the same key could do', async () => {
    const token = await signOddly({ header: { alg: 'PS256' }, padding: constants.RSA_PKCS1_PSS_PADDING });
    expect(await startProcess().verify(token, { typ: 'JWT' })).toBeNull();
  });

  it.each(['[]', 'null', '"x"', '1', '', '{', '\u0000'])('the payload %j', async (payload) => {
    expect(await startProcess().verify(await signOddly({ payload }), { typ: 'JWT' })).toBeNull();
  });

  it('an ES256 signature of zeros', async () => {
    const signer = startProcess();
    const token = withHeader(await signer.sign(claims(), ID_TOKEN), { alg: 'ES256' });
    const zeros = Buffer.alloc(64).toString('base64url');
    expect(
      await signer.verify([...token.split('.').slice(0, 2), zeros].join('.'), { typ: 'JWT' }),
    ).toBeNull();
  });

  it('one with any character changed', async () => {
    const signer = startProcess();
    const token = await signer.sign(claims(), ID_TOKEN);
    for (let at = 0; at < token.length; at++) {
      if (token[at] === '.') continue;
      const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
      expect(await signer.verify(changed, { typ: 'JWT' }), `character ${at}`).toBeNull();
    }
  });

  it('one with anything added, cut or in another serialisation', async () => {
    const signer = startProcess();
    const token = await signer.sign(claims(), ID_TOKEN);
    const [header, payload, signature] = token.split('.');
    for (const other of [
      ...['', '.', '..', 'a.b.c', 'abcde.abcde.abcde'],
      ...[`${token}=`, `${token} `, ` ${token}`, `${token}\n`, `${token}.`, `${token}.x`, token.slice(0, -1)],
      ...[`${header}.${payload}.`, `${header}.${payload}`, `${header}..${signature}`],
      ...[[], null, '', 1].map((oddHeader) => `${encode(oddHeader)}.${payload}.${signature}`),
      JSON.stringify({ protected: header, payload, signature }),
      JSON.stringify({ payload, signatures: [{ protected: header, signature }] }),
    ]) {
      expect(await signer.verify(other, { typ: 'JWT' }), other).toBeNull();
    }
  });
});

describe('rotation (JWT-4, OpenID Connect Core §10.1.1)', () => {
  it('lets the published next key sign, keeps the old one published, and publishes a new next one', async () => {
    const signer = startProcess();
    const [current, next] = await statuses();
    const token = await signer.sign(claims(), ID_TOKEN);

    expect(await signer.rotate()).toEqual([next?.kid]);
    const after = await statuses();
    expect(after.map(({ status }) => status)).toEqual(['current', 'next', 'previous']);
    expect([after[0]?.kid, after[2]?.kid]).toEqual([next?.kid, current?.kid]);
    expect(decodeProtectedHeader(await signer.sign(claims(), ID_TOKEN)).kid).toBe(next?.kid);
    expect(await signer.verify(token, { typ: 'JWT' })).toEqual(claims());
    expect((await signer.publicKeys()).map(({ kid }) => kid).sort()).toEqual(
      after.map(({ kid }) => kid).sort(),
    );
  });

  it('is noticed by other processes within five seconds, whose tokens are good all the while', async () => {
    const signer = startProcess();
    const other = startProcess();
    await other.sign(claims(), ID_TOKEN);
    const [kid] = await signer.rotate();
    const meanwhile = await other.sign(claims(), ID_TOKEN);
    expect(await signer.verify(meanwhile, { typ: 'JWT' })).toEqual(claims());
    expect(await other.verify(await signer.sign(claims(), ID_TOKEN), { typ: 'JWT' })).toEqual(claims());
    now += 5;
    expect(decodeProtectedHeader(await other.sign(claims(), ID_TOKEN)).kid).toBe(kid);
  });

  it('twice in a row is seen by a process that never heard of the key: an unknown kid makes it look, once', async () => {
    let looks = 0;
    const list = () => {
      looks++;
      return store.list();
    };
    const signer = startProcess();
    const other = startProcess({ keys: { ...store, list } });
    await other.publicKeys();
    await signer.rotate();
    await signer.rotate();
    now += 1;
    const token = await signer.sign(claims(), ID_TOKEN);
    expect(await other.verify(token, { typ: 'JWT' })).toEqual(claims());
    const header = Buffer.from('{"alg":"RS256","typ":"JWT","kid":"made up"}').toString('base64url');
    const madeUp = [header, ...token.split('.').slice(1)].join('.');
    for (let attempt = 0; attempt < 20; attempt++) await other.verify(madeUp, { typ: 'JWT' });
    expect(looks).toBe(2);
  });

  it('by ten processes at once changes one key, not ten', async () => {
    const processes = Array.from({ length: 10 }, () => startProcess());
    // With every connection open before the keys are made, which leaves a busy machine no time for that.
    await Promise.all(processes.map(() => database.prisma.$queryRaw`SELECT pg_sleep(0.1)::text`));
    now += 31 * 86_400;
    await Promise.all(processes.map((signer) => signer.rotateIfOlderThan(30)));
    expect((await statuses()).map(({ status }) => status)).toEqual(['current', 'next', 'previous']);
  });

  it('by age happens once the key has signed for longer than that', async () => {
    const signer = startProcess();
    const [current] = await statuses();
    now += 30 * 86_400;
    expect(await signer.rotateIfOlderThan(30)).toBe(false);
    now += 1;
    expect(await signer.rotateIfOlderThan(30)).toBe(true);
    expect(await signer.rotateIfOlderThan(30)).toBe(false);
    expect((await statuses()).find(({ status }) => status === 'previous')?.kid).toBe(current?.kid);
  });

  it('takes an old key from the key set when no token can live any more', async () => {
    const signer = startProcess();
    const token = await signer.sign(claims({ exp: now + 90 * 86_400 }), ID_TOKEN);
    await signer.rotate();
    now += 35 * 86_400 - 1;
    expect(await signer.publicKeys()).toHaveLength(3);
    now += 1;
    expect(await signer.publicKeys()).toHaveLength(2);
    expect(await signer.verify(token, { typ: 'JWT' })).toBeNull();
  });
});

describe('revocation (JWT-4)', () => {
  it('refuses the tokens of a previous key at once, and in other processes within five seconds', async () => {
    const signer = startProcess();
    const other = startProcess();
    const token = await signer.sign(claims(), ID_TOKEN);
    const kid = decodeProtectedHeader(token).kid ?? '';
    await signer.rotate();
    expect(await other.verify(token, { typ: 'JWT' })).toEqual(claims());
    expect(await signer.revoke(kid)).toBe(true);
    expect(await signer.verify(token, { typ: 'JWT' })).toBeNull();
    expect((await signer.publicKeys()).map((key) => key.kid)).not.toContain(kid);
    now += 5;
    expect(await other.verify(token, { typ: 'JWT' })).toBeNull();
  });

  it('does not take the keys that sign now and next', async () => {
    const signer = startProcess();
    for (const { kid } of await statuses()) expect(await signer.revoke(kid)).toBe(false);
    expect(await signer.revoke('made up')).toBe(false);
    expect((await statuses()).map(({ status }) => status)).toEqual(['current', 'next']);
  });
});

describe('a database that is away (AVL-1)', () => {
  function startCutOff() {
    const line = { state: 'up' as 'up' | 'down' | 'silent', looks: 0 };
    const list = async () => {
      line.looks++;
      if (line.state === 'down') throw new Error('connection refused');
      if (line.state === 'silent') return new Promise<never>(() => {});
      return store.list();
    };
    return { line, signer: startProcess({ keys: { ...store, list } }) };
  }

  it.each(['down', 'silent'] as const)(
    '%s: memory goes on publishing, signing and verifying',
    async (state) => {
      const { line, signer } = startCutOff();
      const published = await signer.publicKeys();
      const token = await signer.sign(claims(), ID_TOKEN);
      line.state = state;
      now += 3_000;
      const began = performance.now();
      expect(await signer.publicKeys()).toEqual(published);
      expect(await signer.verify(token, { typ: 'JWT' })).not.toBeNull();
      expect(await signer.sign(claims(), ID_TOKEN)).toBeTruthy();
      expect(performance.now() - began).toBeLessThan(2_000);
    },
  );

  it('is asked again once a second, and changes show as soon as it is back', async () => {
    const first = startProcess();
    const { line, signer } = startCutOff();
    await signer.publicKeys();
    line.state = 'down';
    now += 10;
    for (let attempt = 0; attempt < 20; attempt++) await signer.publicKeys();
    expect(line.looks).toBe(2);
    await first.rotate();
    line.state = 'up';
    now += 1;
    expect(await signer.publicKeys()).toHaveLength(3);
  });

  it('before anything was read is an error, not an empty key set', async () => {
    const { line, signer } = startCutOff();
    line.state = 'down';
    await expect(signer.publicKeys()).rejects.toThrow('connection refused');
  });
});

describe('an ID token that a client’s secret signs', () => {
  const box = createSecretBox([SECRET]);
  const clientSecret = 'lks_the secret of a client';

  it('is HS256 over the secret’s own octets, and names no key of ours', async () => {
    const token = await startProcess().signForClient(claims(), sealClientSecret(box, clientSecret));
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'JWT' });
    const { payload } = await jwtVerify(token, new TextEncoder().encode(clientSecret), {
      currentDate: new Date(now * 1000),
    });
    expect(payload).toEqual(claims());
  });

  it('is none of ours: whoever holds the secret could have made it (JWT-1)', async () => {
    const signer = startProcess();
    const token = await signer.signForClient(claims(), sealClientSecret(box, clientSecret));
    expect(await signer.verify(token, { typ: 'JWT' })).toBeNull();
    expect(await signer.verify(token, { typ: 'JWT', allowExpired: true })).toBeNull();
    const [, payload] = token.split('.');
    for (const kid of (await signer.publicKeys()).map((key) => key.kid)) {
      const header = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'JWT', kid })).toString('base64url');
      const mac = createHmac('sha256', clientSecret).update(`${header}.${payload}`).digest('base64url');
      expect(await signer.verify(`${header}.${payload}.${mac}`, { typ: 'JWT' })).toBeNull();
    }
  });

  it('is not made with a secret that was sealed by somebody else', async () => {
    const sealed = sealClientSecret(createSecretBox([OTHER_SECRET]), clientSecret);
    await expect(startProcess().signForClient(claims(), sealed)).rejects.toThrow(/not configured/);
  });
});
