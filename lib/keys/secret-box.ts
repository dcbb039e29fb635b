// Everything SECRET is used for, but cookies: keyed hashes, sealing at rest, and the bytes behind one-time codes. Each
// purpose has a key of its own (HKDF, RFC 5869), so what is made for one is worth nothing for another.
// SECRET is a list: the first makes, all recognise, so that one can be replaced without signing anybody out.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

export type SecretBox = Readonly<{
  /** Fingerprint of the secret that makes; tells nothing of it, so it may be stored. */
  currentId: string;
  /** Fingerprints of all secrets, the current one first. */
  ids: readonly string[];
  /** HMAC-SHA-256 with the current secret, base64url: what is stored instead of a value. */
  hash(purpose: string, value: string): string;
  /** The same with every secret: what is looked for. */
  hashes(purpose: string, value: string): string[];
  /** Constant-time comparison of two texts; the time tells their lengths at most. */
  equal(a: string, b: string): boolean;
  /** Authenticated encryption (AES-256-GCM); names the secret it was made with, not the purpose. */
  seal(purpose: string, plaintext: string): string;
  /** What was sealed, or null: another purpose, a secret no longer configured, or a changed character. */
  unseal(purpose: string, sealed: string): string | null;
  /** 32 bytes that only a holder of that secret can tell from random ones; null when it is no longer configured. */
  deriveBytes(purpose: string, input: string, secretId?: string): Uint8Array | null;
}>;

/** @param secrets at least one, each of 32 bytes or more; the first makes, all recognise */
export function createSecretBox(secrets: readonly string[]): SecretBox {
  const keyRings = secrets.map(createKeyRing);
  const [current] = keyRings;
  if (current === undefined) throw new Error('A secret box needs a secret.');
  const byId = new Map(keyRings.map((keyRing) => [keyRing.id, keyRing]));
  return {
    currentId: current.id,
    ids: [...byId.keys()],
    hash: (purpose, value) => keyedHash(current.key('hash', purpose), value).toString('base64url'),
    hashes: (purpose, value) =>
      [...byId.values()].map(({ key }) => keyedHash(key('hash', purpose), value).toString('base64url')),
    equal: equalTexts,
    seal: (purpose, plaintext) => seal(current, purpose, plaintext),
    unseal(purpose, sealed) {
      const keyRing = byId.get(sealed.slice(0, sealed.indexOf('.')));
      return keyRing === undefined ? null : unseal(keyRing, purpose, sealed);
    },
    deriveBytes(purpose, input, secretId = current.id) {
      const keyRing = byId.get(secretId);
      return keyRing === undefined ? null : keyedHash(keyRing.key('derive', purpose), input);
    },
  };
}

type KeyUse = 'hash' | 'seal' | 'derive';

/** The keys that come of one secret. Purposes are words in our source: there are few, and each key is made once. */
type KeyRing = Readonly<{ id: string; key(use: KeyUse, purpose: string): Buffer }>;

function createKeyRing(secret: string): KeyRing {
  const made = new Map<string, Buffer>();
  const derive = (name: string, bytes: number) =>
    Buffer.from(hkdfSync('sha256', secret, 'latchkey', name, bytes));
  return {
    id: derive('id', 9).toString('base64url'),
    key(use, purpose) {
      const name = `${use}:${purpose}`;
      const key = made.get(name) ?? derive(name, 32);
      made.set(name, key);
      return key;
    },
  };
}

function keyedHash(key: Buffer, value: string): Buffer {
  return createHmac('sha256', key).update(value).digest();
}

/** Compares hashes under a key nobody knows: texts of any length, no early end. */
function equalTexts(a: string, b: string): boolean {
  return timingSafeEqual(keyedHash(COMPARISON_KEY, a), keyedHash(COMPARISON_KEY, b));
}

const COMPARISON_KEY = randomBytes(32);

/** NIST SP 800-38D: a random nonce of 96 bits, a tag of 128. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function seal({ id, key }: KeyRing, purpose: string, plaintext: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key('seal', purpose), nonce);
  cipher.setAAD(Buffer.from(`${id}.${purpose}`));
  const ciphertext = [cipher.update(plaintext, 'utf8'), cipher.final()];
  return `${id}.${Buffer.concat([nonce, ...ciphertext, cipher.getAuthTag()]).toString('base64url')}`;
}

function unseal({ id, key }: KeyRing, purpose: string, sealed: string): string | null {
  const encoded = sealed.slice(id.length + 1);
  const bytes = Buffer.from(encoded, 'base64url');
  // Decoding forgives padding and stray characters; nothing but what was sealed is taken.
  if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString('base64url') !== encoded) return null;
  const decipher = createDecipheriv('aes-256-gcm', key('seal', purpose), bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(`${id}.${purpose}`));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const plaintext = [decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()];
    return Buffer.concat(plaintext).toString('utf8');
  } catch {
    return null;
  }
}
