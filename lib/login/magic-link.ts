// Magic links: the same slot as the code of a challenge, derived from SECRET as codes are, so nothing that opens one is
// ever stored. A link is read, never spent, by a GET: what completes a sign-in is the cookie of the browser that asked, or
// a press (docs/decisions/0013). OWASP ASVS 6.5, security MAG-*.
import type { CodeSeed } from './one-time-code';

/** Which code a link stands for. */
export type LinkTarget = Readonly<Pick<CodeSeed, 'challengeId' | 'generation'>>;

export type MagicLinks = Readonly<{
  /** The token of a link: target and a MAC of 192 bits, base64url; null when that SECRET is no longer configured. */
  derive(seed: Omit<CodeSeed, 'codeLength'>): string | null;
  /** What a genuine token stands for, by any configured SECRET; null for everything else. Asks no database. */
  read(magicLinkToken: string): LinkTarget | null;
}>;

/** Path of the landing page, below the issuer. */
export const LINK_PATH = '/passwordless/link';
