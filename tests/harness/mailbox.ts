// Where a sink puts what it received: kept in order, and handed to a test that waits for it. One mailbox a sink.

/** What arrived at a sink; every recipient finds the message. */
export type Mailbox<Message> = {
  /** Everything that arrived, oldest first. */
  messages: Message[];
  deliver: (recipients: readonly string[], message: Message) => void;
  /**
   * The oldest message to that recipient that no call has handed out before, so a second call waits for a second
   * message.
   *
   * @throws when none came in time; the message says who did get one.
   */
  waitForMessage: (recipient: string, timeoutMilliseconds?: number) => Promise<Message>;
};

/** Creates an empty {@link Mailbox}. */
export function createMailbox<Message>(): Mailbox<Message> {
  const messages: Message[] = [];
  const waiting: { recipient: string; message: Message }[] = [];
  const arrivals = new Set<() => void>();

  function take(recipient: string): Message | null {
    const index = waiting.findIndex((entry) => entry.recipient === recipient);
    return waiting.splice(index, index < 0 ? 0 : 1)[0]?.message ?? null;
  }

  return {
    messages,
    deliver(recipients, message) {
      messages.push(message);
      waiting.push(...recipients.map((recipient) => ({ recipient, message })));
      for (const notice of [...arrivals]) notice();
    },
    waitForMessage(recipient, timeoutMilliseconds = 10_000) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const message = take(recipient);
          if (message === null) return;
          settle();
          resolve(message);
        };
        const timer = setTimeout(() => {
          settle();
          const others = waiting.map((entry) => entry.recipient).join(', ') || 'nobody';
          reject(
            new Error(`No message to ${recipient} in ${timeoutMilliseconds} ms; unread mail for: ${others}.`),
          );
        }, timeoutMilliseconds);
        const settle = () => {
          clearTimeout(timer);
          arrivals.delete(look);
        };
        arrivals.add(look);
        look();
      });
    },
  };
}
