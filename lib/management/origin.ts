// From where an operator asked, for the audit log of what they end.
import type { Caller } from './caller';

/** What the whereabouts of a caller are told by. */
export type OriginDeps = Readonly<{ clientAddress(headers: Headers): string | null; clock: () => Date }>;

/** The caller of a request, as the audit log keeps them. */
export function originOf({ clientAddress, clock }: OriginDeps, caller: Caller, { headers }: Request) {
  return {
    clientId: caller.clientId,
    ip: clientAddress(headers),
    userAgent: headers.get('user-agent'),
    now: clock(),
  };
}
