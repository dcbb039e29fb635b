// The two characters that tell one message from another, on the page that waits and in the message itself. They prove
// nothing: they help a person with three messages in front of them choose the newest.

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** Two characters, never 0/O or 1/I: the same for a code sent twice, another for the next code. */
export function messageReference(challengeId: string, generation: number): string {
  const at = (index: number) => ALPHABET[index % ALPHABET.length];
  return `${at(challengeId.charCodeAt(0))}${at(challengeId.charCodeAt(1) + generation)}`;
}
