// One-time codes out of SECRET and the challenge: nothing that answers a challenge is stored, so a dump of the database
// gives none away (OTP-12). RFC 4226 §5.3, with SHA-256 and 63 bits, because 31 would favour some codes of ten digits.
import type { OneTimeCodes } from '@/lib/login/one-time-code';
import type { SecretBox } from './secret-box';

/** Codes that derive from the secrets in the box. */
export function createCodeDeriver(box: SecretBox): OneTimeCodes {
  return {
    pepperId: box.currentId,
    derive({ challengeId, generation, codeLength, pepperId }) {
      const mac = box.deriveBytes('one-time-code', `${challengeId}.${generation}.${codeLength}`, pepperId);
      return mac === null ? null : truncate(mac, codeLength);
    },
    equal: box.equal,
  };
}

/** Dynamic truncation: the last four bits choose which eight bytes count. Zeros in front are digits like all others. */
function truncate(mac: Uint8Array, digits: number): string {
  const offset = (mac.at(-1) ?? 0) & 0x0f;
  const number = new DataView(mac.buffer, mac.byteOffset, mac.byteLength).getBigUint64(offset);
  const code = (number & 0x7fff_ffff_ffff_ffffn) % 10n ** BigInt(digits);
  return code.toString().padStart(digits, '0');
}
