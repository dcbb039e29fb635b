// What a provider tells later of a message it had taken: that it was delivered, is late, came back. Told by webhooks, which
// add facts and change nothing else: whoever forged one would not sign in. Knows no provider's form of them.

export type DeliveryEvent = Readonly<{
  /** The provider's own id of the event, behind the provider's name: what is told twice is written once. */
  id: string;
  provider: 'resend' | 'twilio';
  /** As of the attempt that was accepted. */
  providerMessageId: string;
  /** 'sent': handed on to the carrier, which may never tell more. 'bounced': it will not arrive. */
  kind: 'sent' | 'delivered' | 'delayed' | 'bounced' | 'complained';
  /** The provider's code for it, never its text: texts repeat addresses. */
  reason: string | null;
  /** By the provider's clock, where it tells. */
  occurredAt: Date;
}>;

export type DeliveryEventStore = Readonly<{
  /**
   * Writes the event, once for its id. It is not held against the messages there are: a provider may be quicker than our own
   * note that it took the message. Rows are few all the same: readers pass only what carries a provider's signature and
   * concerns a message of ours, a message has a handful of events, and house-keeping removes them after a week.
   *
   * @returns false when it was told before
   */
  record(event: DeliveryEvent, receivedAt: Date): Promise<boolean>;
}>;

/** A webhook as it came over the wire. */
export type ReceivedWebhook = Readonly<{
  /** The query of the address it was sent to, with its `?`; empty without one. */
  search: string;
  headers: Headers;
  /** To the byte: signatures cover it. */
  body: string;
  receivedAt: Date;
}>;

export type WebhookReading = Readonly<
  | { kind: 'event'; event: DeliveryEvent }
  /** Genuine, and of no concern: another kind of event, or somebody else's message. */
  | { kind: 'nothing' }
  /** Without a signature, with a wrong one, or too old. */
  | { kind: 'forged' }
>;

/** Checks the signature of one provider's webhooks and reads what they tell. Never throws on what was sent. */
export type WebhookReader = (webhook: ReceivedWebhook) => Promise<WebhookReading>;
