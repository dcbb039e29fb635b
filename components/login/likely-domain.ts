// A slip of the finger in a common e-mail domain, noticed but never corrected: the hint blocks nobody.

/** Domains many people have. Real ones that look alike are listed too, so that neither is taken for the other. */
const COMMON_DOMAINS = [
  ...[
    'gmail.com',
    'googlemail.com',
    'yahoo.com',
    'yahoo.co.uk',
    'yahoo.fr',
    'ymail.com',
    'mail.com',
    'email.com',
  ],
  ...[
    'hotmail.com',
    'hotmail.co.uk',
    'hotmail.fr',
    'outlook.com',
    'outlook.de',
    'live.com',
    'msn.com',
    'aol.com',
  ],
  ...['icloud.com', 'proton.me', 'protonmail.com', 'fastmail.com', 'gmx.com', 'gmx.net', 'gmx.de', 'gmx.at'],
  ...[
    'web.de',
    't-online.de',
    'orange.fr',
    'free.fr',
    'laposte.net',
    'libero.it',
    'qq.com',
    '163.com',
    '126.com',
  ],
];

/** Shorter names are one letter away from too many honest ones. */
const SHORTEST_HINT = 7;

/**
 * The domain that was probably meant, or null.
 *
 * @param address as typed; without an `@` there is nothing to say
 */
export function likelyDomain(address: string): string | null {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  if (!address.includes('@') || COMMON_DOMAINS.includes(domain)) return null;
  return (
    COMMON_DOMAINS.find((common) => common.length >= SHORTEST_HINT && isOneSlipAway(domain, common)) ?? null
  );
}

/** One letter too many, too few, wrong, or two changed places. */
function isOneSlipAway(typed: string, meant: string): boolean {
  if (Math.abs(typed.length - meant.length) > 1) return false;
  let start = 0;
  while (start < meant.length && typed[start] === meant[start]) start++;
  const rest = (text: string, from: number) => text.slice(start + from);
  return (
    rest(typed, 1) === rest(meant, 0) ||
    rest(typed, 0) === rest(meant, 1) ||
    rest(typed, 1) === rest(meant, 1) ||
    (typed[start] === meant[start + 1] &&
      typed[start + 1] === meant[start] &&
      rest(typed, 2) === rest(meant, 2))
  );
}
