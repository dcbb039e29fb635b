// The message that carries a one-time code or a link, before it has words. Words and HTML are made from it at the moment of
// sending (prepare-message.ts); it is never stored. A crash between asking and sending loses nothing: the outbox row
// and SECRET make the same message again.
import type { Channel } from './identifier';

/** Which words a message has. */
export type MessageKind =
  | 'login'
  /** To the address that was signed in with. */
  | 'new_device'
  /** To the address, or number, that is to be that of an account. */
  | 'change_email'
  | 'change_phone_number'
  /** To the address that was that of an account. */
  | 'email_changed'
  /** To the addresses of an account that another way to sign in came to, or that one was taken from. */
  | 'identity_added'
  | 'identity_removed';

/** Kinds that tell something, and carry nothing to answer with. */
export const NOTICE_KINDS = [
  'new_device',
  'email_changed',
  'identity_added',
  'identity_removed',
] as const satisfies readonly MessageKind[];

export function isNotice(kind: MessageKind): boolean {
  return (NOTICE_KINDS as readonly MessageKind[]).includes(kind);
}

export type LoginMessage = Readonly<{
  messageId: string;
  kind: MessageKind;
  channel: Channel;
  /** Name of the connection, whose senders and templates are used. */
  connection: string;
  recipient: string;
  /** Null where the message carries only a link, or is a notice. */
  oneTimeCode: string | null;
  /** Whole address of the landing page; null where the message carries only a code, or is a notice. */
  link: string | null;
  /** Whole address of the page that stops the sign-in; null where the message has no link. */
  stopLink: string | null;
  /** BCP 47 tag. */
  language: string;
  applicationName: string;
  /** Two characters, also shown on the page that waits. */
  reference: string;
  askedAt: Date;
  /** Code and link are dead from then on: never sent later. */
  expiresAt: Date;
  /** The browser that asked, for the person to recognise. */
  userAgent: string | null;
  /** Where it asked from; for gateways that want to know (`forward_req_info`). Null once the message was taken over. */
  ip: string | null;
}>;

/** What a provider said of one attempt. `reason` is a status or reply code, never the reply's text. */
export type SendOutcome = Readonly<
  | { kind: 'accepted'; providerMessageId: string | null }
  | { kind: 'refused'; reason: string; permanent: boolean }
  | { kind: 'timed_out' }
  | { kind: 'unreachable'; reason: string }
>;

/** An e-mail ready for a provider: exactly one recipient. */
export type Email = Readonly<{
  /** Stable over retries: providers that know idempotency keys send it once. */
  idempotencyKey: string;
  from: string;
  to: string;
  subject: string;
  html: string;
  text: string;
  language: string;
}>;

/** A text message ready for a provider: exactly one number. */
export type Sms = Readonly<{
  idempotencyKey: string;
  /** E.164. */
  to: string;
  body: string;
  language: string;
  /** The browser that asked, for a gateway that wants to know. */
  request: Readonly<{ ip: string | null; userAgent: string | null }>;
}>;

export type Sender<Message> = Readonly<{
  /** 'resend' | 'smtp' | 'twilio' | 'gateway' | 'inbox'. */
  provider: string;
  /** Never throws; gives up when the signal aborts. */
  send(message: Message, signal: AbortSignal): Promise<SendOutcome>;
}>;

export type EmailSender = Sender<Email>;
export type SmsSender = Sender<Sms>;

/** A message with words, and who would carry it. */
export type PreparedMessage = Readonly<{
  /** Tried in this order. */
  ways: readonly Readonly<{ provider: string; send(signal: AbortSignal): Promise<SendOutcome> }>[];
  /** What the ledger is told once a provider accepted it; null for anything but a text message. */
  charge: SmsCharge | null;
}>;

/** Why a message has no words or no way: a short phrase for the audit log, without address or code. */
export type Unsendable = Readonly<{ unsendable: string }>;

/** What one text message costs, as far as we know. */
export type SmsCharge = Readonly<{
  /** ISO 3166-1 alpha-2 of the number. */
  country: string;
  segments: number;
  /** Millionths of the currency; null without a price for the country. */
  estimatedPriceMicros: number | null;
  /** ISO 4217. */
  currency: string | null;
}>;
