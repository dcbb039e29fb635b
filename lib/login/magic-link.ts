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

/** The link of an application that asks with its own pages, all but its code. Plain JSON. */
export type EmbeddedLink = Readonly<{
  /** Below the issuer: Auth0's address for links, or one that a native application opens by itself. */
  path: string;
  /** Client, connection, identifier and the authorization request that was checked when the message was asked for. */
  parameters: Readonly<Record<string, string>>;
  /** Name of the parameter that carries the code. */
  codeName: 'verification_code' | 'code';
}>;

/** What the code and the link of a message are made with. */
export type ProofMaker = Readonly<{
  codes: Pick<OneTimeCodes, 'derive'>;
  links: Pick<MagicLinks, 'derive'>;
  /** Origin of the issuer, without a slash at its end: links never take it from a request (MAG-5). */
  origin: string;
}>;

/**
 * What a login message proves itself with: code, link or both, as its connection or the application says; and the way to
 * stop it, which is a page of ours also where the link is an application's. Null when its SECRET is gone.
 *
 * @param made.embeddedLink for an application that asked with its own pages; null for ours
 */
export function makeProofs(
  { codes, links, origin }: ProofMaker,
  made: { seed: CodeSeed; sendMode: SendMode; embeddedLink: EmbeddedLink | null },
): Pick<LoginMessage, 'oneTimeCode' | 'link' | 'stopLink'> | null {
  const { seed, sendMode, embeddedLink } = made;
  const oneTimeCode = codes.derive(seed);
  const magicLinkToken = links.derive(seed);
  if (oneTimeCode === null || magicLinkToken === null) return null;
  if (sendMode === 'code') return { oneTimeCode, link: null, stopLink: null };
  const path = `${LINK_PATH}/${magicLinkToken}`;
  return {
    oneTimeCode: sendMode === 'link' ? null : oneTimeCode,
    link: `${origin}${embeddedLink === null ? path : embeddedPath(embeddedLink, oneTimeCode)}`,
    stopLink: `${origin}${path}/stop`,
  };
}

function embeddedPath({ path, parameters, codeName }: EmbeddedLink, oneTimeCode: string): string {
  return `${path}?${new URLSearchParams({ ...parameters, [codeName]: oneTimeCode })}`;
}
