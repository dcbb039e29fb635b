// One-time codes: derived from SECRET and the challenge, so nothing that answers a challenge is ever stored, and the same
// code can be sent again. RFC 4226 §5.3 for the derivation, which lives in lib/keys.

/** Digits unless the connection says otherwise (4–10). */
export const CODE_LENGTH = 6;
/** Seconds a code lives unless the connection says otherwise (60–1800). */
export const CODE_LIFETIME_SECONDS = 600;
/** Guesses one interaction has, shared by all its codes. */
export const MAX_GUESSES = 5;
/** A resend repeats the code in hand while it has at least this long to live; below, a new one joins it. */
export const RESEND_SAME_CODE_SECONDS = 120;
/** Seconds before the first, second and any later resend. */
export const RESEND_WAITS_SECONDS = [30, 60, 120] as const;
/** Longer input is refused before it is looked at. */
const TYPED_CODE_MAX_LENGTH = 64;

/** What a code is derived from. */
export type CodeSeed = Readonly<{
  challengeId: string;
  generation: number;
  codeLength: number;
  /** Fingerprint of the SECRET in force when the challenge was made. */
  pepperId: string;
}>;

export type OneTimeCodes = Readonly<{
  /** Fingerprint of the SECRET that new challenges derive from. */
  pepperId: string;
  /** The code, or null when that SECRET is no longer configured. */
  derive(seed: CodeSeed): string | null;
  /** Constant-time comparison. */
  equal(a: string, b: string): boolean;
}>;

/**
 * The digits a person meant: full-width and other decimal digits, spaces, hyphens and direction marks are forgiven.
 * Null when what is left is not exactly `codeLength` digits; such input is not a guess and is not counted.
 */
export function parseTypedCode(typed: string, codeLength: number): string | null {
  if (typed.length > TYPED_CODE_MAX_LENGTH) return null;
  const digits = typed
    .normalize('NFKC')
    .replace(/[\s\p{Pd}\p{Cf}.]/gu, '')
    .replace(/\p{Nd}/gu, asciiDigit);
  return new RegExp(`^[0-9]{${codeLength}}$`).test(digits) ? digits : null;
}

/** Every script has its digits in a row of ten, zero first. @see The Unicode Standard §4.6 */
function asciiDigit(digit: string): string {
  const codePoint = digit.codePointAt(0) ?? 0;
  let zero = codePoint;
  while (/^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero--;
  return String((codePoint - zero) % 10);
}

/**
 * Which generation the typed code belongs to, or null. `newest` is what the browser knows: it may have missed the answer
 * to its wish for the next code, which then arrived all the same. Whether a generation lives, the store decides. Every
 * candidate is compared, whatever the first one says, so the time taken tells nothing.
 */
export function findGeneration(codes: OneTimeCodes, typed: string, newest: CodeSeed): number | null {
  let found: number | null = null;
  for (const generation of [newest.generation + 1, newest.generation, newest.generation - 1]) {
    if (generation < 0) continue;
    const candidate = codes.derive({ ...newest, generation });
    if (candidate !== null && codes.equal(candidate, typed)) found ??= generation;
  }
  return found;
}

/** Seconds until the next message may be asked for, after `sends` of them. */
export function resendWaitSeconds(sends: number): number {
  return RESEND_WAITS_SECONDS[Math.min(sends, RESEND_WAITS_SECONDS.length) - 1] ?? RESEND_WAITS_SECONDS[0];
}
