// Magic links: the same slot as the code of a challenge, derived from SECRET as codes are, so nothing that opens one is
// ever stored. A link is read, never spent, by a GET: what completes a sign-in is the cookie of the browser that asked, or
// a press (docs/decisions/0013). OWASP ASVS 6.5, security MAG-*.
import type { SendMode } from './connection';
import type { LoginMessage } from './message';
import type { CodeSeed, OneTimeCodes } from './one-time-code';

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

/** What the code and the link of a message are made with. */
export type ProofMaker = Readonly<{
  codes: Pick<OneTimeCodes, 'derive'>;
  links: Pick<MagicLinks, 'derive'>;
  /** Origin of the issuer, without a slash at its end: links never take it from a request (MAG-5). */
  origin: string;
}>;

/** What a login message proves itself with: code, link or both, as its connection says. Null when its SECRET is gone. */
export function makeProofs(
  { codes, links, origin }: ProofMaker,
  seed: CodeSeed,
  sendMode: SendMode,
): Pick<LoginMessage, 'oneTimeCode' | 'link'> | null {
  const oneTimeCode = codes.derive(seed);
  const magicLinkToken = links.derive(seed);
  if (oneTimeCode === null || magicLinkToken === null) return null;
  return {
    oneTimeCode: sendMode === 'link' ? null : oneTimeCode,
    link: sendMode === 'code' ? null : `${origin}${LINK_PATH}/${magicLinkToken}`,
  };
}
