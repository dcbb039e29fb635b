// What the audit log keeps of the management API: every change, and every secret that was shown. Auth0's type codes.
import type { Caller } from './caller';

export type ManagementEvent = Readonly<{
  /** `sapi` something was changed; `mgmt_api_read` a secret was read. */
  type: 'sapi' | 'mgmt_api_read';
  clientId: string | null;
  accountId: string | null;
  ip: string | null;
  userAgent: string | null;
  /** The route's summary. */
  description: string;
  /** Who asked, and for what: names of routes and ids, never what a body held. */
  details: Readonly<{
    actor: Caller['kind'];
    request: Readonly<{ method: string; path: string; params: Readonly<Record<string, string>> }>;
  }>;
  occurredAt: Date;
}>;

export type ManagementEvents = Readonly<{
  /** Takes the event to be written, within moments and in the order of telling. Never throws. */
  record(event: ManagementEvent): void;
}>;
