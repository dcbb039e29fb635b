// The port through which the audit log is told of tokens that no statement of their own is written for. Nobody waits for it.
import type { Whereabouts } from './whereabouts';

/** What happened, with Auth0's type codes: `seccft` a client got an access token for itself, `feccft` it was refused one. */
export type TokenEvent = Readonly<{
  type: 'seccft' | 'feccft';
  clientId: string;
  /** A sentence of ours, with nothing in it that the request carried. */
  description: string;
  occurredAt: Date;
}> &
  Whereabouts;

export type TokenEvents = Readonly<{
  /** Takes the event to be written, within moments and in the order of telling. Never throws. */
  record(event: TokenEvent): void;
}>;
