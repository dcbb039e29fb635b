// The tokens of magic links, out of SECRET and the challenge: nothing that opens one is stored (MAG-1). A token says which
// challenge and which of its codes it stands for, under a MAC of 192 bits that is checked before any database is asked, so
// that made-up links cost nothing and tell nothing (MAG-9). RFC 2104; truncated as NIST SP 800-107 §5.3.3 allows.
import type { LinkTarget, MagicLinks } from '@/lib/login/magic-link';
import type { SecretBox } from './secret-box';

/**
 * Links that derive from the secrets in the box.
 * @param purpose what a token of the same shape is good for: of one purpose it is worth nothing for another
 */
export function createLinkDeriver(
  box: SecretBox,
  purpose: 'magic-link' | 'login-ticket' | 'auth-session' = 'magic-link',
): MagicLinks {
  const seal = (target: LinkTarget, secretId: string) => {
    const mac = box.deriveBytes(purpose, `${target.challengeId}.${target.generation}`, secretId);
    return mac === null
      ? null
      : Buffer.concat([bytesOf(target), mac.subarray(0, MAC_BYTES)]).toString('base64url');
  };
  return {
    derive: ({ challengeId, generation, pepperId }) => seal({ challengeId, generation }, pepperId),
    read(magicLinkToken) {
      if (!TOKEN.test(magicLinkToken)) return null;
      const target = targetOf(Buffer.from(magicLinkToken, 'base64url'));
      // Every secret is tried, whatever the first one says: the time taken tells nothing.
      const isGenuine = box.ids.map((id) => box.equal(seal(target, id) ?? '', magicLinkToken));
      return isGenuine.includes(true) ? target : null;
    },
  };
}

/** 128 bits of challenge, 16 of generation, 192 of MAC: 42 bytes, which base64url writes in one way only. */
const CHALLENGE_BYTES = 16;
const TARGET_BYTES = CHALLENGE_BYTES + 2;
const MAC_BYTES = 24;
const TOKEN = /^[A-Za-z0-9_-]{56}$/;

/** @throws when the challenge is not named by 128 bits in base64url: then it is not one of ours */
function bytesOf({ challengeId, generation }: LinkTarget): Buffer {
  const bytes = Buffer.alloc(TARGET_BYTES);
  bytes.write(challengeId, 'base64url');
  bytes.writeUInt16BE(generation, CHALLENGE_BYTES);
  if (targetOf(bytes).challengeId !== challengeId) throw new Error('A link needs a challenge of 128 bits.');
  return bytes;
}

function targetOf(bytes: Buffer): LinkTarget {
  return {
    challengeId: bytes.toString('base64url', 0, CHALLENGE_BYTES),
    generation: bytes.readUInt16BE(CHALLENGE_BYTES),
  };
}
