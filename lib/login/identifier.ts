// Identifiers: what a person types to say who they are, and the one canonical form it is compared in.

export type Channel = 'email' | 'sms';

export type Identifier = Readonly<{
  channel: Channel;
  /** The form uniqueness is decided in. */
  canonical: string;
  /** As typed, trimmed: what a first message is addressed to. */
  typedForm: string;
}>;
