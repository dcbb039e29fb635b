// The calls of Web Crypto that sealing a cookie makes, answered by node:crypto on the spot. For a kilobyte the work takes
// microseconds; handing it to another thread and back, six times a seal, takes longer than all of it.
import { createCipheriv, createHmac, pbkdf2Sync, randomFillSync } from 'node:crypto';
import type { seal } from 'iron-webcrypto';

/** What stands for a key is its bytes. Algorithms are those of iron-webcrypto's `defaults`. */
const subtle = {
  importKey: async (_format: string, bytes: Uint8Array) => bytes,
  deriveBits: async (
    { salt, iterations }: Readonly<{ salt: Uint8Array; iterations: number }>,
    password: Uint8Array,
    bits: number,
  ) => pbkdf2Sync(password, salt, iterations, bits / 8, 'sha1'),
  encrypt: async ({ iv }: Readonly<{ iv: Uint8Array }>, key: Uint8Array, plaintext: Uint8Array) => {
    const cipher = createCipheriv('aes-256-cbc', key, iv);
    return Buffer.concat([cipher.update(plaintext), cipher.final()]);
  },
  sign: async (_hmac: unknown, key: Uint8Array, text: Uint8Array) =>
    createHmac('sha256', key).update(text).digest(),
};

/** For `seal` with its `defaults`. Web Crypto's own type has more, which sealing never asks for, and hides what a key is. */
export const synchronousCrypto = {
  getRandomValues: (bytes: Uint8Array) => randomFillSync(bytes),
  subtle,
} as unknown as Parameters<typeof seal>[0];
