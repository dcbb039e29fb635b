// The keys that sign tokens: made, sealed at rest, rotated, cached. Those of RS256 are made at boot, those of other algorithms
// when an API first wants them, so that the key set shows nothing that nobody needs. Every process works from memory and
// looks at the database at most every five seconds; while the database is away, memory serves (AVL-1).
// All JOSE is jose's. RFC 7515, RFC 7517, RFC 8725; OpenID Connect Core §10.1.1 for rotation.
import {
  type CryptoKey,
  calculateJwkThumbprint,
  compactVerify,
  decodeProtectedHeader,
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
} from 'jose';
import type { PublicJwk, SigningKey, SigningKeyRegister, SigningKeyStore } from '@/lib/oidc/signing-key';
import type { SigningAlgorithm, TokenClaims, TokenSigner, TokenType } from '@/lib/oidc/token-signer';
import { certify } from './certificate';
import { openClientSecret } from './client-secret';
import type { SecretBox } from './secret-box';

/** Algorithms that may have keys. */
const ALGORITHMS: readonly SigningAlgorithm[] = ['RS256', 'ES256', 'EdDSA'];
/** Bits; RFC 7518 §3.3 asks for no less. */
const RSA_MODULUS_BITS = 2048;
/** How old what memory holds may be while the database answers. */
const STALENESS_MS = 5_000;
/** How long an answer waits for the database before memory serves. */
const PATIENCE_MS = 500;
/** How long the database is left alone after it did not answer, or after a key nobody knows was looked for. */
const RETRY_MS = 1_000;
/** An access token lives 30 days at most; the rest is for key sets that others cache. */
const PREVIOUS_KEY_PUBLISHED_DAYS = 35;
/** Clocks may differ by this much (JWT-3). */
const CLOCK_LEEWAY_SECONDS = 60;

export type SigningKeys = TokenSigner &
  SigningKeyRegister &
  Readonly<{
    /**
     * Makes the first RS256 keys where there are none, and seals again with the first SECRET what a later one had sealed, so
     * that the later one can be dropped. For boot.
     * @throws {SealedWithAnotherSecretError} when a key cannot be opened with any SECRET
     */
    ensureKeys(): Promise<void>;
    /** Rotates if the current key has signed for longer than that; false if it has not. */
    rotateIfOlderThan(days: number): Promise<boolean>;
  }>;

/** SECRET no longer holds what the keys are sealed with. The message is one line for an operator. */
export class SealedWithAnotherSecretError extends Error {
  override name = 'SealedWithAnotherSecretError';
  constructor() {
    super('SECRET cannot open the signing keys in the database: put the former value back, after a comma.');
  }
}

export type SigningKeysDeps = Readonly<{
  store: SigningKeyStore;
  box: SecretBox;
  clock: () => Date;
  /** With its trailing slash, as tokens carry it. */
  issuer: string;
}>;

/** The token signer of this process. Call `ensureKeys` before anything is signed, so that no request waits for RSA. */
export function createTokenSigner(deps: SigningKeysDeps): SigningKeys {
  const { store, box, clock, issuer } = deps;
  const keySets = createKeySetCache(deps);
  const beginning = new Map<SigningAlgorithm, Promise<UsableKey>>();

  /** The key that signs; made together with its successor where the algorithm has none yet. */
  async function signingKey(algorithm: SigningAlgorithm): Promise<UsableKey> {
    const key = (await keySets.load()).find(algorithm, 'current');
    if (key !== null) return key;
    const begun = beginning.get(algorithm) ?? begin(algorithm).finally(() => beginning.delete(algorithm));
    beginning.set(algorithm, begun);
    return begun;
  }

  async function begin(algorithm: SigningAlgorithm): Promise<UsableKey> {
    const known = (await keySets.reload()).find(algorithm, 'current');
    if (known !== null) return known;
    const [current, next] = await Promise.all([
      makeKey(deps, algorithm, 'current'),
      makeKey(deps, algorithm, 'next'),
    ]);
    // Of processes that begin at once one is heard, and all of them sign with its key.
    await store.begin({ current, next });
    const begun = (await keySets.reload()).find(algorithm, 'current');
    if (begun === null) throw new Error(`The ${algorithm} keys vanished as soon as they were made.`);
    return begun;
  }

  /** Rotates the keys that `keySet` shows, and none that another process has put in their place since. */
  async function rotate(algorithm: SigningAlgorithm, keySet: KeySet): Promise<string> {
    const [current, next] = [keySet.find(algorithm, 'current'), keySet.find(algorithm, 'next')];
    if (current === null || next === null) throw new Error(`There are no ${algorithm} keys to rotate.`);
    const successor = await makeKey(deps, algorithm, 'next');
    // Whoever loses this race finds the keys rotated all the same.
    await store.rotate({ currentKid: current.kid, nextKid: next.kid, successor, now: clock() });
    return (await keySets.reload()).find(algorithm, 'current')?.kid ?? next.kid;
  }

  return {
    async sign(claims, { typ, alg }) {
      const key = await signingKey(alg);
      return new SignJWT({ ...claims })
        .setProtectedHeader({ alg, typ, kid: key.kid })
        .sign(await key.privateKey());
    },

    async signForClient(claims, sealedSecret) {
      const key = new TextEncoder().encode(openClientSecret(box, sealedSecret));
      return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(key);
    },

    async verifyForClient(token, sealedSecret) {
      if (!isCompact(token)) return null;
      const key = new TextEncoder().encode(openClientSecret(box, sealedSecret));
      const claims = await openToken(token, { alg: 'HS256', key });
      return claims !== null && holdsNow(claims, { issuer, now: clock(), allowExpired: true })
        ? claims
        : null;
    },

    async verify(token, { typ, allowExpired = false }) {
      const signed = readSignedToken(token);
      if (signed === null || signed.typ !== typ) return null;
      const key =
        (await keySets.load()).verifying(signed.kid, clock()) ??
        (await keySets.loadForUnknownKid()).verifying(signed.kid, clock());
      if (key === null) return null;
      const claims = await openToken(token, { alg: key.algorithm, key: await key.publicKey() });
      return claims !== null && holdsNow(claims, { issuer, now: clock(), allowExpired }) ? claims : null;
    },

    async publicKeys() {
      return (await keySets.load()).published(clock()).map(({ publicJwk }) => publicJwk);
    },

    async list() {
      return (await store.list()).map(({ sealedPrivateJwk: _, ...key }) => key);
    },

    async ensureKeys() {
      await begin('RS256');
      await resealKeys(deps);
      await keySets.reload();
    },

    async rotate() {
      const kids: string[] = [];
      for (const algorithm of ALGORITHMS) {
        const keySet = await keySets.reload();
        if (keySet.find(algorithm, 'current') !== null) kids.push(await rotate(algorithm, keySet));
      }
      return kids;
    },

    async rotateIfOlderThan(days) {
      const bound = clock().getTime() - days * MS_PER_DAY;
      const keySet = await keySets.reload();
      const due = ALGORITHMS.filter((algorithm) => {
        const activatedAt = keySet.find(algorithm, 'current')?.activatedAt ?? null;
        return activatedAt !== null && activatedAt.getTime() < bound;
      });
      for (const algorithm of due) await rotate(algorithm, keySet);
      return due.length > 0;
    },

    async revoke(kid) {
      const revoked = await store.revoke({ kid, now: clock() });
      await keySets.reload();
      return revoked;
    },
  };
}

const MS_PER_DAY = 86_400_000;

/** Whether a key's private part can be opened with one of the secrets. */
export function canSignWith(box: SecretBox, { sealedPrivateJwk }: SigningKey): boolean {
  return box.unseal(SEAL_PURPOSE, sealedPrivateJwk) !== null;
}

// ---- Keys -----------------------------------------------------------------------------------------------------------

const SEAL_PURPOSE = 'signing-key';
/** Keys that older software knows, which is what certificates are for. */
const CERTIFIED: readonly SigningAlgorithm[] = ['RS256', 'ES256'];

async function makeKey(
  { box, clock, issuer }: SigningKeysDeps,
  algorithm: SigningAlgorithm,
  status: 'current' | 'next',
): Promise<SigningKey> {
  const now = clock();
  const pair = await generateKeyPair(algorithm, { modulusLength: RSA_MODULUS_BITS, extractable: true });
  const [publicPart, privateJwk] = await Promise.all([exportJWK(pair.publicKey), exportJWK(pair.privateKey)]);
  const kid = await calculateJwkThumbprint(publicPart);
  const commonName = new URL(issuer).hostname;
  return {
    kid,
    algorithm,
    publicJwk: {
      ...(publicPart as PublicJwk),
      kid,
      use: 'sig',
      alg: algorithm,
      ...(CERTIFIED.includes(algorithm) && (await certify(pair, { kid, commonName, now }))),
    },
    sealedPrivateJwk: box.seal(SEAL_PURPOSE, JSON.stringify(privateJwk)),
    status,
    createdAt: now,
    activatedAt: status === 'current' ? now : null,
    retiredAt: null,
  };
}

async function resealKeys({ store, box }: SigningKeysDeps): Promise<void> {
  for (const { kid, status, sealedPrivateJwk } of await store.list()) {
    if (status !== 'current' && status !== 'next') continue;
    const privateJwk = box.unseal(SEAL_PURPOSE, sealedPrivateJwk);
    if (privateJwk === null) throw new SealedWithAnotherSecretError();
    if (sealedPrivateJwk.startsWith(`${box.currentId}.`)) continue;
    await store.reseal({ kid, from: sealedPrivateJwk, to: box.seal(SEAL_PURPOSE, privateJwk) });
  }
}

/** A key with its parsed forms, each made once and only when it is needed. */
type UsableKey = SigningKey & Readonly<{ publicKey(): Promise<CryptoKey>; privateKey(): Promise<CryptoKey> }>;

function usableKey(key: SigningKey, box: SecretBox): UsableKey {
  return {
    ...key,
    publicKey: once(() => parseJwk(key.publicJwk, key.algorithm)),
    privateKey: once(async () => {
      const privateJwk = box.unseal(SEAL_PURPOSE, key.sealedPrivateJwk);
      if (privateJwk === null) throw new SealedWithAnotherSecretError();
      return parseJwk(JSON.parse(privateJwk) as JWK, key.algorithm);
    }),
  };
}

async function parseJwk(jwk: JWK | PublicJwk, algorithm: SigningAlgorithm): Promise<CryptoKey> {
  const key = await importJWK(jwk as JWK, algorithm);
  if (key instanceof Uint8Array) throw new Error('A signing key is never symmetric.');
  return key;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

// ---- What memory holds ----------------------------------------------------------------------------------------------

/** All keys as one look at the database found them. */
type KeySet = Readonly<{
  find(algorithm: SigningAlgorithm, status: 'current' | 'next'): UsableKey | null;
  /** Keys that others may see and trust. */
  published(now: Date): readonly UsableKey[];
  /** The published key of that name. */
  verifying(kid: string, now: Date): UsableKey | null;
}>;

function createKeySet(keys: readonly UsableKey[]): KeySet {
  const isPublished = ({ status, retiredAt }: SigningKey, now: Date) =>
    status === 'next' ||
    status === 'current' ||
    (status === 'previous' &&
      now.getTime() - (retiredAt?.getTime() ?? 0) < PREVIOUS_KEY_PUBLISHED_DAYS * MS_PER_DAY);
  return {
    find: (algorithm, status) =>
      keys.find((key) => key.algorithm === algorithm && key.status === status) ?? null,
    published: (now) => keys.filter((key) => isPublished(key, now)),
    verifying: (kid, now) => keys.find((key) => key.kid === kid && isPublished(key, now)) ?? null,
  };
}

function createKeySetCache({ store, box, clock }: SigningKeysDeps) {
  let held: KeySet | null = null;
  let usable = new Map<string, UsableKey>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  let failed = false;
  let looking: Promise<KeySet> | null = null;

  async function look(): Promise<KeySet> {
    lookedAt = clock().getTime();
    failed = true;
    const keys = (await store.list()).map((key) => {
      const known = usable.get(key.kid);
      // A changed status or seal leaves the parsed keys what they are.
      return known ? { ...known, ...key } : usableKey(key, box);
    });
    failed = false;
    usable = new Map(keys.map((key) => [key.kid, key]));
    held = createKeySet(keys);
    return held;
  }

  /** One look at a time, however many ask. */
  function lookOnce(): Promise<KeySet> {
    looking ??= look().finally(() => {
      looking = null;
    });
    return looking;
  }

  async function lookPatiently(memory: KeySet): Promise<KeySet> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<KeySet>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS, memory);
    });
    try {
      return await Promise.race([lookOnce(), patience]);
    } catch {
      return memory;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What memory holds if it is younger than that, else what the database has, if it answers soon. */
  async function load(maxAgeMs: number): Promise<KeySet> {
    if (held === null) return lookOnce();
    return clock().getTime() - lookedAt < maxAgeMs ? held : lookPatiently(held);
  }

  return {
    /** At most five seconds old while the database answers, else as old as it must be. */
    load: () => load(failed ? RETRY_MS : STALENESS_MS),
    /** Looks again, but not more than once a second: strangers can make names up. */
    loadForUnknownKid: () => (held !== null && looking !== null ? lookPatiently(held) : load(RETRY_MS)),
    /** As the database has it now. */
    async reload(): Promise<KeySet> {
      await looking?.catch(() => null);
      return lookOnce();
    },
  };
}

// ---- Tokens ---------------------------------------------------------------------------------------------------------

/** What an unverified token says of itself, or null when it is not one that we could have made. */
function readSignedToken(token: string): { typ: TokenType; kid: string } | null {
  if (!isCompact(token)) return null;
  try {
    const { typ, kid } = decodeProtectedHeader(token);
    return typeof kid === 'string' ? { typ: typ as TokenType, kid } : null;
  } catch (problem) {
    if (problem instanceof TypeError) return null;
    throw problem;
  }
}

/** Compact serialisation in canonical base64url: no padding, no spare bits, one spelling of each token (COD-8). */
function isCompact(token: string): boolean {
  const parts = token.split('.');
  return parts.length === 3 && parts.every(isCanonicalBase64url);
}

function isCanonicalBase64url(text: string): boolean {
  return text !== '' && Buffer.from(text, 'base64url').toString('base64url') === text;
}

/** The claims, once the signature is right. The key alone decides the algorithm; `jku`, `jwk` and `x5u` decide nothing. */
async function openToken(
  token: string,
  { alg, key }: { alg: SigningAlgorithm; key: CryptoKey } | { alg: 'HS256'; key: Uint8Array },
): Promise<TokenClaims | null> {
  try {
    const { payload } = await compactVerify(token, key, { algorithms: [alg] });
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    return typeof claims === 'object' && claims !== null && !Array.isArray(claims)
      ? (claims as TokenClaims)
      : null;
  } catch (problem) {
    if (
      problem instanceof errors.JOSEError ||
      problem instanceof SyntaxError ||
      problem instanceof TypeError
    ) {
      return null;
    }
    throw problem;
  }
}

/** @see RFC 7519 §4.1, RFC 8725 §3.8 */
function holdsNow(
  claims: TokenClaims,
  expected: { issuer: string; now: Date; allowExpired: boolean },
): boolean {
  const { iss, exp, nbf, iat } = claims;
  const now = Math.floor(expected.now.getTime() / 1000);
  const hasBegun = (instant: unknown) => typeof instant === 'number' && instant <= now + CLOCK_LEEWAY_SECONDS;
  if (iss !== expected.issuer || typeof exp !== 'number') return false;
  if (nbf !== undefined && !hasBegun(nbf)) return false;
  if (iat !== undefined && !hasBegun(iat)) return false;
  return expected.allowExpired || exp > now - CLOCK_LEEWAY_SECONDS;
}
