// The inbox: where messages go while no sender is configured, so that a first sign-in needs no account anywhere. It exists
// on the operator's own machine, or where the operator asked for it; who may read it is decided by the page.
import type { Channel } from './identifier';
import type { Email, Sms } from './message';

/** How many the page shows. */
const INBOX_PAGE_SIZE = 200;

/** One message as the store sees it: it cannot read it. */
export type SealedInboxMessage = Readonly<{
  id: string;
  channel: Channel;
  sealedMessage: string;
  createdAt: Date;
}>;

export type InboxStore = Readonly<{
  /** Keeps the message. A second call with the same id changes nothing. */
  put(message: SealedInboxMessage): Promise<void>;
  /** The newest first. */
  list(limit: number): Promise<SealedInboxMessage[]>;
  /** Removes what was created before that instant; the count of it. */
  purge(createdBefore: Date): Promise<number>;
}>;

/** Authenticated encryption with a key derived from SECRET. */
export type Sealing = Readonly<{
  seal(plain: string): string;
  /** Null when the text was sealed with a SECRET that is no longer configured, or is damaged. */
  unseal(sealed: string): string | null;
}>;

/** What the page shows of one message. */
export type InboxEntry = Readonly<
  { id: string; createdAt: Date } & ({ channel: 'email'; message: Email } | { channel: 'sms'; message: Sms })
>;

/** The newest messages that can still be unsealed. */
export async function readInbox(deps: {
  inbox: Pick<InboxStore, 'list'>;
  sealing: Pick<Sealing, 'unseal'>;
}): Promise<InboxEntry[]> {
  const messages = await deps.inbox.list(INBOX_PAGE_SIZE);
  return messages.flatMap(({ sealedMessage, ...entry }) => {
    const plain = deps.sealing.unseal(sealedMessage);
    return plain === null ? [] : [{ ...entry, message: JSON.parse(plain) } as InboxEntry];
  });
}
