// The guard of the operator's purse: text messages cost money, and people earn by making others send them. Whoever asks
// sees nothing of it; the operator's log says it loudly. OWASP ASVS 6.6.1, security SMS-1.
import type { CountedLimit } from './limits';
import type { RequestContext } from './request-context';

/** Why a message that was asked for is not sent. */
export type WithheldReason =
  /** A fixed code is known to the reviewer: nothing has to be sent. */
  | 'test_identity'
  /** Messages to the number or its prefix, from the network, by the connection, or altogether are used up for now. */
  | 'sms_per_number'
  | 'sms_per_prefix'
  | 'sms_per_ip'
  | 'sms_countries_per_ip'
  | 'sms_per_connection'
  | 'sms_per_day'
  /** Of the messages to that country too few were ever answered. */
  | 'sms_unanswered';

/** One text message that somebody asks for. */
export type SmsRequest = Readonly<{
  /** E.164. */
  number: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  connection: string;
  /** False: only numbers that have an account are sent anything, so that of the others none is left unanswered. */
  signUpOpen: boolean;
  clientId: string;
  /** What the challenge itself counts against: where one has no room nothing will be sent. Looked at, not counted. */
  startLimits: readonly CountedLimit[];
  context: RequestContext;
}>;

export type SmsSpendGuard = Readonly<{
  /**
   * Counts the message against every budget and says whether it may be sent; null: it may, or the challenge's own limits
   * will refuse it, and nothing was counted. One statement.
   */
  admit(request: SmsRequest): Promise<WithheldReason | null>;
  /** Counts a message of that country as answered. Once for each proven challenge. */
  answered(proof: { country: string; connection: string; now: Date }): Promise<void>;
}>;
