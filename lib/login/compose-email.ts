// Puts a login message into words of our own: subject, HTML and plain text, the code first where there is one. The same
// message always gives the same words, to the letter, so that a repeated attempt is recognised as one (idempotency keys
// compare bodies). What was not written by us is made harmless: text for HTML by the layout, names by `plainName`.
import { CHANGE_PATH } from './change-path';
import { type EmailPart, type Letter, layOutEmail, layOutText } from './email-layout';
import { emailRecipient } from './identifier';
import type { Email, LoginMessage, Unsendable } from './message';
import { findWords, type MessageWords } from './message-words';
import { plainName } from './plain-name';
import { describeBrowser } from './requesting-browser';

/** What is the same on every message of this server. */
export type Letterhead = Readonly<{
  /** The operator's sender address, with a display name or without. */
  from: string;
  /** The host that people type a code at, as their address bar shows it. */
  issuerHost: string;
}>;

/**
 * The e-mail for a message, to exactly one address and in the language that serves it. Its only links are the message's own
 * and the one that stops the sign-in; of what strangers can choose it holds only names that were registered.
 */
export function composeEmail(message: LoginMessage, letterhead: Letterhead): Email | Unsendable {
  const recipient = emailRecipient(message.recipient);
  if (recipient === null) return { unsendable: 'no e-mail address' };
  const phrases = phrasesOf(message, letterhead);
  const letter = write(message, phrases);
  if (letter === null) return { unsendable: 'e-mail without code and link' };
  const { language, direction } = phrases.words;
  return {
    idempotencyKey: `login-message-${message.messageId}`,
    from: letterhead.from,
    to: recipient,
    subject: letter.subject,
    language,
    html: layOutEmail(letter, { language, direction }),
    text: layOutText(letter),
  };
}

/** Null where there is nothing to sign in with: a change of address is confirmed by a code only. */
function write(message: LoginMessage, phrases: Phrases): Letter | null {
  const { kind, oneTimeCode: code, link } = message;
  if (kind === 'new_device') return writeNewDevice(message, phrases);
  if (kind === 'email_changed') return writeEmailChanged(message, phrases);
  if (kind === 'identity_added' || kind === 'identity_removed')
    return writeIdentities(message, kind, phrases);
  if (kind === 'change_email') return code === null ? null : writeChange(code, phrases);
  if (code === null) return link === null ? null : writeLink(link, phrases);
  return link === null ? writeCode(code, phrases) : writeBoth(code, link, phrases);
}

// ---- The letters ----------------------------------------------------------------------------------------------------

function writeCode(code: string, { words, values, expiry, origin }: Phrases): Letter {
  const { translate } = words;
  return {
    subject: translate('subject', { ...values, code: inLine(code, words) }),
    preview: translate('preview', { ...values, code: inLine(code, words) }),
    heading: translate('heading', values),
    parts: [text(translate('instruction', values)), digits(code), text(expiry('expiry'))],
    notes: [origin, sentences(translate('ignore'), translate('keepToYourself', values))],
    stop: null,
  };
}

function writeBoth(code: string, link: string, phrases: Phrases): Letter {
  const { words, values, expiry } = phrases;
  const { translate } = words;
  return {
    ...writeCode(code, phrases),
    heading: translate('headingLink', values),
    parts: [
      text(translate('instructionLink')),
      button(link, phrases),
      text(translate('instructionCode', values)),
      digits(code),
      text(expiry('expiryBoth')),
    ],
    stop: phrases.stop,
  };
}

function writeLink(link: string, phrases: Phrases): Letter {
  const { words, values, expiry, origin } = phrases;
  const { translate } = words;
  return {
    subject: translate('subjectLink', values),
    preview: translate('previewLink', values),
    heading: translate('headingLink', values),
    parts: [text(translate('instructionLink')), button(link, phrases), text(expiry('expiry'))],
    notes: [origin, translate('ignore')],
    stop: phrases.stop,
  };
}

function writeChange(code: string, phrases: Phrases): Letter {
  const { words } = phrases;
  const { translate } = words;
  const letter = writeCode(code, phrases);
  const values = { ...phrases.values, host: phrases.changePage };
  return {
    ...letter,
    subject: translate('changeSubject', { code: inLine(code, words) }),
    heading: translate('changeHeading'),
    parts: [text(translate('changeInstruction', values)), ...letter.parts.slice(1)],
    notes: [phrases.origin, sentences(translate('changeIgnore'), translate('keepToYourself', values))],
  };
}

/** A notice: nothing in it to press or to type, so that nobody learns to press in one. */
function writeNewDevice(message: LoginMessage, phrases: Phrases): Letter {
  const { words, values } = phrases;
  const { translate } = words;
  return {
    subject: translate('newDeviceSubject', values),
    preview: translate('newDeviceLead', values),
    heading: translate('newDeviceHeading', values),
    parts: [text(translate('newDeviceLead', values)), text(momentOf(message, phrases))],
    notes: [translate('newDeviceYou'), translate('newDeviceNotYou', values)],
    stop: null,
  };
}

/** To the old address. Names neither of the two: whoever reads it now may be somebody else. */
function writeEmailChanged(message: LoginMessage, phrases: Phrases): Letter {
  const { words, values } = phrases;
  const { translate } = words;
  const lead = translate('changedLead', values);
  return {
    subject: translate('changedSubject', values),
    preview: lead,
    heading: translate('changedHeading'),
    parts: [text(lead), text(momentOf(message, phrases))],
    notes: [translate('newDeviceYou'), translate('changedNotYou', values)],
    stop: null,
  };
}

/** To whoever holds another address of the account. Names no address, as above. */
function writeIdentities(
  message: LoginMessage,
  kind: 'identity_added' | 'identity_removed',
  phrases: Phrases,
): Letter {
  const { words, values } = phrases;
  const { translate } = words;
  const [subject, lead] =
    kind === 'identity_added'
      ? [translate('addedSubject', values), translate('addedLead', values)]
      : [translate('removedSubject', values), translate('removedLead', values)];
  return {
    subject,
    preview: lead,
    heading: subject,
    parts: [text(lead), text(momentOf(message, phrases))],
    notes: [translate('newDeviceYou'), translate('changedNotYou', values)],
    stop: null,
  };
}

/** When it was, and from where as far as that is known. */
function momentOf({ askedAt }: LoginMessage, { words, values, device }: Phrases): string {
  const { translate } = words;
  const when = { time: values.time, date: formatsOf(words).date.format(askedAt) };
  return device ? translate('newDeviceWhenFrom', { ...when, device }) : translate('newDeviceWhen', when);
}

const text = (words: string): EmailPart => ({ kind: 'text', words });

const digits = (code: string): EmailPart => ({ kind: 'code', groups: groupDigits(code) });

function button(address: string, { words, values }: Phrases): EmailPart {
  return { kind: 'button', label: words.translate('button', values), address };
}

// ---- What several of them say ---------------------------------------------------------------------------------------

function phrasesOf(message: LoginMessage, { issuerHost }: Letterhead) {
  const words = findWords(message.language);
  const { translate } = words;
  const { time } = formatsOf(words);
  const { browser, system } = describeBrowser(message.userAgent);
  const device = browser && system ? translate('browserOnSystem', { browser, system }) : (browser ?? system);
  const values = {
    application: isolate(plainName(message.applicationName), words),
    host: isolate(issuerHost, words),
    until: time.format(message.expiresAt),
    time: time.format(message.askedAt),
  };
  return {
    words,
    values,
    device,
    /** Where the code of a change is typed. */
    changePage: isolate(`${issuerHost}${CHANGE_PATH}`, words),
    /** How long, and until when. */
    expiry: (key: 'expiry' | 'expiryBoth') =>
      translate(key, { minutes: lifetimeMinutes(message), until: values.until }),
    stop: message.stopLink === null ? null : { label: translate('stop'), address: message.stopLink },
    origin: sentences(
      device ? translate('askedFrom', { ...values, device }) : translate('asked', values),
      translate('reference', { reference: message.reference }),
    ),
  };
}

type Phrases = ReturnType<typeof phrasesOf>;

/** How long the code worked at the time it was asked for: a repeated attempt must say the same. */
function lifetimeMinutes({ askedAt, expiresAt }: LoginMessage): number {
  return Math.max(1, Math.floor((expiresAt.getTime() - askedAt.getTime()) / 60_000));
}

/** One after another; Chinese and Japanese have no space there. */
function sentences(...said: string[]): string {
  return said.join(' ').replaceAll('。 ', '。');
}

/** Made once a language. UTC, because the server cannot know the reader's clock; the words name it. */
function formatsOf({ language }: MessageWords) {
  const made = formats.get(language) ?? {
    time: new Intl.DateTimeFormat(language, { ...UTC, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    date: new Intl.DateTimeFormat(language, { ...UTC, dateStyle: 'long' }),
  };
  formats.set(language, made);
  return made;
}

const UTC = { timeZone: 'UTC', numberingSystem: 'latn' } as const;
const formats = new Map<string, { time: Intl.DateTimeFormat; date: Intl.DateTimeFormat }>();

// ---- Digits and directions ------------------------------------------------------------------------------------------

/** 482 913, 4821 9137, 482 913 560; up to five digits stay together. */
function groupDigits(code: string): string[] {
  const size = code.length < 6 ? code.length : code.length % 3 === 0 ? 3 : Math.ceil(code.length / 2);
  return code.match(new RegExp(`.{1,${size}}`, 'g')) ?? [];
}

/**
 * A code within a sentence. Between two groups, a space lets right-to-left text turn them around (913 482); a no-break
 * space makes them one number. @see UAX 9, W4
 */
function inLine(code: string, { direction }: MessageWords): string {
  return groupDigits(code).join(direction === 'rtl' ? '\u00a0' : ' ');
}

/** Names and hosts keep their own direction, and leave the sentence its own. @see UAX 9, 2.4 */
function isolate(name: string, { direction }: MessageWords): string {
  return direction === 'rtl' || RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name;
}

const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
