// Puts a one-time code into a text message: the code first, then a blank line and the line that ties it to our host, so that
// browsers fill it in there and nowhere else. Every character costs the operator money, so it says nothing more.
// WICG, Origin-bound one-time codes delivered via SMS; 3GPP TS 23.038 and 23.040 for what a segment holds.
import { SegmentedMessage } from 'sms-segments-calculator';
import { CHANGE_PATH } from './change-path';
import type { LoginMessage, Sms, Unsendable } from './message';
import { findWords } from './message-words';
import { readPhoneNumber } from './phone-number';

/**
 * The text message for a login message: always the same words for the same message, and one recipient.
 *
 * @param settings.issuerHost host that the code may be filled in at, as in ISSUER; a port is left out
 * @param settings.text an operator's own wording, rendered; null is ours. What is too long of it is cut
 */
export function composeSms(
  message: LoginMessage,
  settings: { issuerHost: string; text: string | null },
): Sms | Unsendable {
  const { oneTimeCode: code, recipient } = message;
  if (code === null) return { unsendable: 'text message without code' };
  const number = readPhoneNumber(recipient, null);
  if (typeof number === 'string' || number.e164 !== recipient) return { unsendable: 'no telephone number' };

  const { language, translate } = findWords(message.language);
  const { issuerHost } = settings;
  const boundCode = `@${issuerHost.replace(/:\d+$/, '')} #${code}`;
  const theirs = plainText((settings.text ?? '').slice(0, BODY_MAX_LENGTH - boundCode.length - 2));
  const values = { code, application: shortName(message.applicationName) };
  const ours =
    message.kind === 'change_phone_number'
      ? translate('changeText', { ...values, page: `${issuerHost}${CHANGE_PATH}` })
      : translate('text', values);
  return {
    idempotencyKey: `login-message-${message.messageId}`,
    to: recipient,
    body: withLastLine(theirs || ours, boundCode),
    language,
    request: { ip: message.ip, userAgent: message.userAgent },
  };
}

/** What a text costs to send: one unit of price is a segment. */
export type SmsSegments = Readonly<{
  /** One character that GSM-7 lacks makes all of them UCS-2. */
  encoding: 'GSM-7' | 'UCS-2';
  /** As the limits of a segment count: 160 and 70, of several segments 153 and 67. `€` is two, and so is an emoji. */
  characters: number;
  segments: number;
}>;

/** Counts the segments of a text as carriers do. @see 3GPP TS 23.038 §6.2 */
export function countSegments(body: string): SmsSegments {
  const { encodingName: encoding, messageSize: bits, segmentsCount: segments } = new SegmentedMessage(body);
  return { encoding, characters: bits / (encoding === 'GSM-7' ? 7 : 16), segments };
}

/** What Twilio takes in one message; others take less, and then say so. */
const BODY_MAX_LENGTH = 1_600;
const NAME_MAX_LENGTH = 30;

/** Left as it is where an operator's wording ends with that line already. */
function withLastLine(text: string, line: string): string {
  return text.endsWith(`\n${line}`) ? text : `${text}\n\n${line}`;
}

/** Lines of readable characters: no control characters, nothing that turns the order of digits around. */
function plainText(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(/[^\P{Cc}\n]|[\p{Cs}\u202a-\u202e\u2066-\u2069\ufeff]/gu, '')
    .trim();
}

/** A registered name on one line. A space after what makes an address (`evil.test`) keeps telephones from linking it. */
function shortName(name: string): string {
  const text = plainText(name)
    .replace(/\s+/g, ' ')
    .replace(/[.:/@=](?=\S)/g, '$& ');
  return [...text].slice(0, NAME_MAX_LENGTH).join('').trim();
}
