// The message that carries a one-time code, before it has words. Words and HTML are made from it at the moment of
// sending (compose-message.ts); it is never stored. A crash between asking and sending loses nothing: the outbox row
// and SECRET make the same message again.
import type { Channel } from './identifier';

export type LoginMessage = Readonly<{
  messageId: string;
  channel: Channel;
  recipient: string;
  oneTimeCode: string;
  /** BCP 47 tag. */
  language: string;
  applicationName: string;
  /** Two characters, also shown on the page that waits. */
  reference: string;
  askedAt: Date;
  /** The code is dead from then on: never sent later. */
  expiresAt: Date;
  /** The browser that asked, for the person to recognise. */
  userAgent: string | null;
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

export type EmailSender = Readonly<{
  /** 'resend' | 'smtp' | 'inbox'. */
  provider: string;
  /** Never throws; gives up when the signal aborts. */
  send(email: Email, signal: AbortSignal): Promise<SendOutcome>;
}>;
