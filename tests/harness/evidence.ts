// The log oracle: what a test file saw of codes, tokens, secrets and addresses must be nowhere in what the servers printed.
// Filled by the parts of the harness that see such things; asked once, when the file is done. security.md §0.1, LOG-1.

const secrets = new Set<string>();

/** Notes something that no log may hold, and hands it back. */
export function witness(secret: string): string {
  if (secret !== '') secrets.add(secret);
  return secret;
}

/** What no log of ours has a reason to hold, seen by the harness or not. */
const NEVER = [
  /\beyJ[\w-]+\.[\w-]+/g,
  /[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/gi,
  /[?&](?:code|state|nonce)=/g,
];

/** Every secret that was spilled, once each. Tests expect an empty list. */
export function findSpills(printed: string): string[] {
  const seen = [...secrets].filter((secret) => isIn(printed, secret));
  return [...new Set([...seen, ...NEVER.flatMap((pattern) => printed.match(pattern) ?? [])])];
}

/** Six digits also turn up inside longer numbers. */
function isIn(printed: string, secret: string): boolean {
  return /^\d+$/.test(secret)
    ? new RegExp(`(?<!\\d)${secret}(?!\\d)`).test(printed)
    : printed.includes(secret);
}
