// Puts a login message into words: subject, HTML and plain text, the code first in each. The same message always gives
// the same words, to the letter, so that a repeated attempt is recognised as one (idempotency keys compare bodies).
// Whatever was not written by us is made harmless here: text for HTML by the `html` template, names by `plainName`.
import { createTranslator } from 'use-intl/core';
import english from '@/messages/en/message.json';
import { layOutEmail } from './email-layout';
import type { Email, LoginMessage } from './message';
import { describeBrowser } from './requesting-browser';

/** What is the same on every message of this server. */
export type Letterhead = Readonly<{
  /** The operator's sender address, with a display name or without. */
  from: string;
  /** The host that people type a code at, as their address bar shows it. */
  issuerHost: string;
}>;

/**
 * The e-mail for a login message. It holds no link, and of what strangers can choose only names that were registered.
 *
 * @param recipient exactly one address, as emailRecipient gives it
 */
export function composeEmail(message: LoginMessage, recipient: string, letterhead: Letterhead): Email {
  const catalogue = findCatalogue(message.language);
  const { language, translate } = catalogue;
  const application = plainName(message.applicationName);
  const codeGroups = groupDigits(message.oneTimeCode);
  const code = codeGroups.join(' ');
  const until = catalogue.timeOfDay.format(message.expiresAt);

  const subject = translate('subject', { code, application });
  const heading = translate('heading', { application });
  const instruction = translate('instruction', { host: letterhead.issuerHost });
  const expiry = translate('expiry', { minutes: lifetimeMinutes(message), until });
  const origin = [
    describeOrigin(message, catalogue),
    translate('reference', { reference: message.reference }),
  ].join(' ');
  const warning = `${translate('ignore')} ${translate('keepToYourself', { application })}`;

  return {
    idempotencyKey: `login-message-${message.messageId}`,
    from: letterhead.from,
    to: recipient,
    subject,
    language,
    html: layOutEmail(
      {
        subject,
        preview: translate('preview', { code, application, until }),
        heading,
        instruction,
        codeGroups,
        expiry,
        notes: [origin, warning],
      },
      { language, direction: textDirection(language) },
    ),
    text: `${[heading, message.oneTimeCode, instruction, expiry, origin, warning].join('\n\n')}\n`,
  };
}

function createCatalogue(language: string, message: typeof english) {
  return {
    language,
    translate: createTranslator({ locale: language, messages: { message }, namespace: 'message' }),
    /** Hours and minutes, UTC: the server cannot know the reader's clock, and the words name the zone. */
    timeOfDay: new Intl.DateTimeFormat(language, {
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      timeZone: 'UTC',
    }),
  };
}

type Catalogue = ReturnType<typeof createCatalogue>;

const ENGLISH = createCatalogue('en', english);
const CATALOGUES = new Map<string, Catalogue>([['en', ENGLISH]]);

/** The catalogue of a BCP 47 tag, of its language without region, or English. */
function findCatalogue(tag: string): Catalogue {
  return CATALOGUES.get(tag) ?? CATALOGUES.get(tag.split('-')[0] ?? '') ?? ENGLISH;
}

/** Languages written from right to left. @see CLDR, layout/orientation */
const RIGHT_TO_LEFT = new Set(['ar', 'ckb', 'dv', 'fa', 'he', 'ps', 'sd', 'ug', 'ur', 'yi']);

const textDirection = (language: string) => (RIGHT_TO_LEFT.has(language.split('-')[0] ?? '') ? 'rtl' : 'ltr');

const NAME_MAX_LENGTH = 80;

/**
 * A registered name as text and nothing else. Control characters and direction overrides go, so that it can neither end a
 * header nor turn a sentence around. A zero-width space after each character that makes an address (`evil.test`,
 * `https://…`, `a@b`) keeps mail programs from making it a link, and breaks encoded words (RFC 2047: `=?utf-8?…`) apart.
 */
function plainName(name: string): string {
  const text = name
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu, '')
    .trim();
  return [...text]
    .slice(0, NAME_MAX_LENGTH)
    .join('')
    .replace(/[.:/@=](?=\S)/g, '$&\u200b');
}

/** 482 913, 4821 9137, 482 913 560; up to five digits stay together. */
function groupDigits(code: string): string[] {
  const size = code.length < 6 ? code.length : code.length % 3 === 0 ? 3 : Math.ceil(code.length / 2);
  return code.match(new RegExp(`.{1,${size}}`, 'g')) ?? [];
}

/** How long the code worked at the time it was asked for: a repeated attempt must say the same. */
function lifetimeMinutes({ askedAt, expiresAt }: LoginMessage): number {
  return Math.max(1, Math.floor((expiresAt.getTime() - askedAt.getTime()) / 60_000));
}

function describeOrigin({ askedAt, userAgent }: LoginMessage, { translate, timeOfDay }: Catalogue): string {
  const { browser, system } = describeBrowser(userAgent);
  const device = browser && system ? translate('browserOnSystem', { browser, system }) : (browser ?? system);
  const time = timeOfDay.format(askedAt);
  return device ? translate('askedFrom', { time, device }) : translate('asked', { time });
}
