// The public keys a client registers to prove itself with: which ones are good enough, and nothing but their public members.
// RFC 7517, RFC 7518 §6, RFC 8725 §3.5.
import { calculateJwkThumbprint, exportJWK, importJWK, importSPKI, importX509 } from 'jose';

/** JWS algorithms that a client may sign with, one by kind of key; RSA has two. */
export const CLIENT_SIGNING_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;

export type ClientSigningAlgorithm = (typeof CLIENT_SIGNING_ALGORITHMS)[number];

/** A public JWK. */
export type ClientKey = Readonly<{
  kty: string;
  kid?: string;
  /** The only algorithm it is for, where it says so. */
  alg?: string;
  n?: string;
  e?: string;
  crv?: string;
  x?: string;
  y?: string;
}>;

/** A key that has a name and a life of its own, beside others of the client. */
export type ClientCredential = Readonly<{
  /** `cred_` and 16 characters. */
  id: string;
  /** For operators. */
  name: string | null;
  key: ClientKey;
  /** Whether it proves the client; one that does not waits to, or did. */
  isUsed: boolean;
  /** ISO 8601: from then on it proves nothing; null: never. */
  expiresAt: string | null;
  createdAt: string;
  updatedAt: string;
}>;

/** How many a client may have, in a set or one by one. */
export const KEYS_MAX = 10;

const MEMBERS = ['kty', 'kid', 'alg', 'n', 'e', 'crv', 'x', 'y'] as const;
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const;
const MEMBER_MAX_CHARACTERS = 1400;
/** NIST SP 800-131A: 2048 bits. */
const RSA_MIN_BYTES = 256;

/**
 * The keys of a JWK set.
 * @returns the keys, or the rest of a sentence that begins with the name of the field
 */
export async function parseClientKeys(jwks: unknown): Promise<readonly ClientKey[] | string> {
  const keys: unknown = isObject(jwks) ? jwks.keys : null;
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > KEYS_MAX)
    return `must be an object with a list "keys" of 1 to ${KEYS_MAX} public keys`;
  const parsed: ClientKey[] = [];
  for (const key of keys) {
    if (!isObject(key)) return 'must hold JSON Web Keys only';
    const known = MEMBERS.filter((name) => key[name] !== undefined).map((name) => [name, key[name]]);
    const publicKey = Object.fromEntries(known) as ClientKey;
    const problem = await findKeyProblem(key, publicKey);
    if (problem !== null) return problem;
    parsed.push(publicKey);
  }
  const kids = parsed.flatMap(({ kid }) => kid ?? []);
  if (new Set(kids).size < kids.length) return 'must not hold two keys of one "kid"';
  return parsed;
}

/**
 * The key of a PEM: a public key, or a certificate, of which nothing but its key counts.
 * @param wanted.kid left out: its RFC 7638 thumbprint
 * @returns the key, or the rest of a sentence that begins with the name of the field
 */
export async function parseClientPem(
  pem: string,
  { alg, kid }: Readonly<{ alg: ClientSigningAlgorithm; kid: string | undefined }>,
): Promise<ClientKey | string> {
  try {
    const read = /-----BEGIN CERTIFICATE-----/.test(pem) ? importX509 : importSPKI;
    const jwk = await exportJWK(await read(pem.trim(), alg, { extractable: true }));
    const parsed = await parseClientKeys({
      keys: [{ ...jwk, alg, kid: kid ?? (await calculateJwkThumbprint(jwk)) }],
    });
    return typeof parsed === 'string' ? parsed : (parsed[0] ?? 'must hold a key');
  } catch {
    return `must be the PEM of a public key, or of a certificate, for ${alg}`;
  }
}

/** The algorithms that a key can verify, most of all one and for RSA two. */
export function algorithmsOf({ kty, crv, alg }: ClientKey): readonly ClientSigningAlgorithm[] {
  const possible = ALGORITHMS_BY_KEY[`${kty} ${crv ?? ''}`] ?? [];
  return alg === undefined ? possible : possible.filter((each) => each === alg);
}

const ALGORITHMS_BY_KEY: Readonly<Record<string, readonly ClientSigningAlgorithm[]>> = {
  'RSA ': ['RS256', 'PS256'],
  'EC P-256': ['ES256'],
  'OKP Ed25519': ['EdDSA'],
};

async function findKeyProblem(
  key: Readonly<Record<string, unknown>>,
  publicKey: ClientKey,
): Promise<string | null> {
  if (PRIVATE_MEMBERS.some((name) => key[name] !== undefined))
    return 'must hold public keys only: one of these can sign, and is to be replaced';
  const isText = (name: string) =>
    key[name] === undefined ||
    (typeof key[name] === 'string' && key[name] !== '' && key[name].length <= MEMBER_MAX_CHARACTERS);
  if (!MEMBERS.every(isText)) return 'must hold keys whose members are texts';
  if (key.use !== undefined && key.use !== 'sig') return 'must hold keys for signatures only';
  const [algorithm] = algorithmsOf(publicKey);
  if (algorithm === undefined)
    return `must hold RSA, P-256 or Ed25519 keys, for one of ${CLIENT_SIGNING_ALGORITHMS.join(', ')}`;
  if (key.kty === 'RSA' && byteLengthOf(key.n) < RSA_MIN_BYTES)
    return 'must not hold an RSA key of less than 2048 bits';
  try {
    await importJWK(publicKey, algorithm);
    return null;
  } catch {
    return 'must not hold a key that cannot be read';
  }
}

function byteLengthOf(base64url: unknown): number {
  return typeof base64url === 'string' ? Buffer.from(base64url, 'base64url').length : 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
