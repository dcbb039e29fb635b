// The sender of last resort: keeps the message, sealed, for the page at /inbox. Knows neither the key nor the database.
import type { InboxStore, Sealing } from '@/lib/login/inbox';
import type { EmailSender } from '@/lib/login/message';

export function createInboxSender(deps: {
  inbox: Pick<InboxStore, 'put'>;
  sealing: Pick<Sealing, 'seal'>;
  clock: () => Date;
}): EmailSender {
  return {
    provider: 'inbox',
    async send(email) {
      const id = email.idempotencyKey;
      try {
        const sealedMessage = deps.sealing.seal(JSON.stringify(email));
        await deps.inbox.put({ id, channel: 'email', sealedMessage, createdAt: deps.clock() });
        return { kind: 'accepted', providerMessageId: id };
      } catch {
        return { kind: 'unreachable', reason: 'storage' };
      }
    },
  };
}
