// The sender of last resort: keeps the message, sealed, for the page at /inbox. Knows neither the key nor the database.
import type { Channel } from '@/lib/login/identifier';
import type { InboxStore, Sealing } from '@/lib/login/inbox';
import type { Email, Sender, Sms } from '@/lib/login/message';

type InboxSenderDeps = Readonly<{
  inbox: Pick<InboxStore, 'put'>;
  sealing: Pick<Sealing, 'seal'>;
  clock: () => Date;
}>;

/** Takes messages of either kind; the page shows each as what it is. */
export function createInboxSender(channel: 'email', deps: InboxSenderDeps): Sender<Email>;
export function createInboxSender(channel: 'sms', deps: InboxSenderDeps): Sender<Sms>;
export function createInboxSender(channel: Channel, deps: InboxSenderDeps): Sender<Email | Sms> {
  return {
    provider: 'inbox',
    async send(message) {
      const id = message.idempotencyKey;
      try {
        const sealedMessage = deps.sealing.seal(JSON.stringify(message));
        await deps.inbox.put({ id, channel, sealedMessage, createdAt: deps.clock() });
        return { kind: 'accepted', providerMessageId: id };
      } catch {
        return { kind: 'unreachable', reason: 'storage' };
      }
    },
  };
}
