// What an authenticator is asked to sign. It is derived from SECRET, the interaction and the time, so that showing the page writes
// nothing, and an answer is good for the browser that holds that interaction, for a few minutes, and (passkey_answers) once.
// Web Authentication Level 3 §13.4.3.
import type { Interaction } from './interaction';
import type { KeyedHash } from './keyed-hash';

/** Seconds in which an answer counts: as long as a code lives. */
export const PASSKEY_CHALLENGE_SECONDS = 600;

/** A question to sign in is no question to make one. */
export type PasskeyQuestion = Readonly<{ use: 'sign_in' | 'create'; interaction: Pick<Interaction, 'id'> }>;

export function passkeyChallenge(keyedHash: KeyedHash, question: PasskeyQuestion, now: Date): string {
  const askedAt = now.getTime().toString(36);
  return `${askedAt}.${keyedHash.hash('passkey-challenge', hashed(question, askedAt))}`;
}

/** Whether it was asked in this interaction, and not too long ago. */
export function isPasskeyChallenge(
  keyedHash: KeyedHash,
  question: PasskeyQuestion,
  { challenge, now }: { challenge: string; now: Date },
): boolean {
  const [askedAt = '', hash = ''] = challenge.split('.', 2);
  if (`${askedAt}.${hash}` !== challenge || !/^[0-9a-z]{1,12}$/.test(askedAt)) return false;
  const ageMs = now.getTime() - Number.parseInt(askedAt, 36);
  if (ageMs < -CLOCK_TOLERANCE_MS || ageMs > PASSKEY_CHALLENGE_SECONDS * 1000) return false;
  return keyedHash.hashes('passkey-challenge', hashed(question, askedAt)).includes(hash);
}

/** Processes have clocks of their own. */
const CLOCK_TOLERANCE_MS = 60_000;

/** From when on an answer is refused anyway, whatever the clocks say. */
export function passkeyChallengeOver(now: Date): Date {
  return new Date(now.getTime() + PASSKEY_CHALLENGE_SECONDS * 1000 + 2 * CLOCK_TOLERANCE_MS);
}

function hashed({ use, interaction }: PasskeyQuestion, askedAt: string): string {
  return `${use}.${interaction.id}.${askedAt}`;
}
