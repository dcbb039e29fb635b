// Refresh tokens out of SECRET, family and number: nothing that refreshes is stored, and a successor can be told twice.
// `v1.`, then base64url of 16 bytes of family, 4 of number, 32 of MAC (HMAC-SHA-256).
import type { RefreshTarget, RefreshTokens } from '@/lib/oidc/refresh-token';
import type { SecretBox } from './secret-box';

const PREFIX = 'v1.';
const FAMILY_BYTES = 16;
const NUMBER_BYTES = 4;
const MAC_BYTES = 32;

/** Tokens that derive from the first secret in the box and are recognised by all of them. */
export function createRefreshTokens(box: SecretBox): RefreshTokens {
  const macOf = (target: Buffer, secretId?: string) =>
    box.deriveBytes('refresh-token', target.toString('base64url'), secretId);
  return {
    derive(target) {
      const bytes = encode(target);
      const mac = macOf(bytes);
      if (mac === null) throw new Error('The first SECRET is always configured.');
      return PREFIX + Buffer.concat([bytes, mac]).toString('base64url');
    },
    read(refreshToken) {
      const encoded = refreshToken.startsWith(PREFIX) ? refreshToken.slice(PREFIX.length) : '';
      const bytes = Buffer.from(encoded, 'base64url');
      // Decoding forgives what encoding never writes: a token has one spelling (COD-8).
      const isWhole = bytes.length === FAMILY_BYTES + NUMBER_BYTES + MAC_BYTES;
      if (!isWhole || bytes.toString('base64url') !== encoded) return null;
      const target = bytes.subarray(0, FAMILY_BYTES + NUMBER_BYTES);
      const mac = bytes.subarray(FAMILY_BYTES + NUMBER_BYTES).toString('base64url');
      const isGenuine = box.ids.some((secretId) => {
        const expected = macOf(target, secretId);
        return expected !== null && box.equal(Buffer.from(expected).toString('base64url'), mac);
      });
      return isGenuine ? decode(target) : null;
    },
  };
}

function encode({ familyId, sequence }: RefreshTarget): Buffer {
  const family = Buffer.from(familyId, 'base64url');
  if (family.length !== FAMILY_BYTES) throw new Error('A family is named by 128 bits.');
  const number = Buffer.alloc(NUMBER_BYTES);
  number.writeUInt32BE(sequence);
  return Buffer.concat([family, number]);
}

function decode(target: Buffer): RefreshTarget {
  return {
    familyId: target.subarray(0, FAMILY_BYTES).toString('base64url'),
    sequence: target.readUInt32BE(FAMILY_BYTES),
  };
}
