// Tells a secret that was drawn from one that was typed or copied out of a document. Length is checked elsewhere.
// OWASP ASVS 13.3.1: weak and placeholder secrets are refused at boot.

/** What people leave in a configuration to be replaced later. Long enough never to appear in random text by chance. */
const PLACEHOLDERS =
  /changeme|changethis|changeit|replaceme|replacethis|replacewith|placeholder|yoursecret|yourkey|mysecretkey|insertyour|example|notasecret|insecure|donotuse|keyboardcat/;

/** Random text of 32 characters, even in hex, has fewer less than once in a hundred million times. */
const MIN_DISTINCT_CHARACTERS = 8;

/** What gives the secret away, as the end of a sentence that begins with its name, or null. */
export function findSecretWeakness(secret: string): string | null {
  if (PLACEHOLDERS.test(secret.toLowerCase().replace(/[^a-z]/g, ''))) {
    return 'is a placeholder from an example';
  }
  if (new Set(secret).size < MIN_DISTINCT_CHARACTERS || isRepetition(secret) || isSequence(secret)) {
    return 'repeats a pattern instead of being random';
  }
  return null;
}

/** Some unit, twice or more (the last time perhaps cut short). */
function isRepetition(text: string): boolean {
  for (let unit = 1; unit <= text.length / 2; unit++) {
    if (text.startsWith(text.slice(unit))) return true;
  }
  return false;
}

/** Most characters follow their neighbour: abcdef…, 012345…. */
function isSequence(text: string): boolean {
  let steps = 0;
  for (let at = 1; at < text.length; at++) {
    if (Math.abs(text.charCodeAt(at) - text.charCodeAt(at - 1)) === 1) steps++;
  }
  return steps > text.length / 2;
}
