// Registered names inside messages to strangers: text and nothing else, whoever registered them (MSG-2, MSG-4).

const NAME_MAX_LENGTH = 80;

/**
 * A registered name on one line, without control characters and direction overrides, so that it can neither end a header
 * nor turn a sentence around. Something stands after each character that makes an address (`evil.test`, `https://…`,
 * `a@b`): it keeps mail programs from making it a link, and breaks encoded words (RFC 2047: `=?utf-8?…`) apart.
 *
 * @param separator what stands there: a zero-width space, or a character that GSM-7 has
 */
export function plainName(name: string, separator: '\u200b' | ' ' = '\u200b'): string {
  const text = name
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu, '')
    .trim();
  return [...text]
    .slice(0, NAME_MAX_LENGTH)
    .join('')
    .replace(/[.:/@=](?=\S)/g, `$&${separator}`);
}
