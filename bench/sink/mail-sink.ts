// The near side of mail-sink.mjs: starts it, and hands each code to the journey that waits for it.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createMailbox } from '@/tests/harness/mailbox';

/** How a sink treats what is sent to it. */
export type SinkBehaviour = Readonly<
  | { kind: 'fast' }
  /** Answers after that long. */
  | { kind: 'slow'; milliseconds: number }
  /** Nobody listens. */
  | { kind: 'dead' }
  /** Fails one request in so many: by 503, and by a hang-up after it took the message, in turn. Knows idempotency keys. */
  | { kind: 'failing'; oneIn: number }
>;

/** What a sink took; of a failing one with how many requests came so far, and how many of them it failed. */
export type Delivered = Readonly<{
  recipient: string;
  oneTimeCode: string;
  requests: number;
  failed: number;
}>;

/** A running sink. */
export type MailSink = Readonly<{
  /** What a system needs to send through it. */
  environment: Readonly<{ RESEND_API_KEY: string; RESEND_BASE_URL: string }>;
  /** Everything it took, in order. */
  delivered: readonly Delivered[];
  /** @throws when no message to that address came in 10 s */
  waitForCode(recipient: string): Promise<string>;
  stop(): void;
}>;

/** Starts the sink on a free loopback port. */
export async function startMailSink(behaviour: SinkBehaviour = { kind: 'fast' }): Promise<MailSink> {
  const program = fileURLToPath(new URL('mail-sink.mjs', import.meta.url));
  const child = fork(program, [JSON.stringify(behaviour)], { execArgv: [] });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const mailbox = createMailbox<Delivered>();
  child.on('message', (message: Delivered) => mailbox.deliver([message.recipient], message));
  return {
    environment: { RESEND_API_KEY: 're_bench', RESEND_BASE_URL: `http://127.0.0.1:${port}` },
    delivered: mailbox.messages,
    waitForCode: async (recipient) => (await mailbox.waitForMessage(recipient)).oneTimeCode,
    stop: () => child.disconnect(),
  };
}
