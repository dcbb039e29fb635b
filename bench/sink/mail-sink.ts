// The near side of mail-sink.mjs: starts it, and hands each code to the journey that waits for it.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createMailbox } from '@/tests/harness/mailbox';

/** A running sink. */
export type MailSink = Readonly<{
  /** What a system needs to send through it. */
  environment: Readonly<{ RESEND_API_KEY: string; RESEND_BASE_URL: string }>;
  /** @throws when no message to that address came in 10 s */
  waitForCode(recipient: string): Promise<string>;
  stop(): void;
}>;

type Delivered = { recipient: string; oneTimeCode: string };

/** Starts the sink on a free loopback port. */
export async function startMailSink(): Promise<MailSink> {
  const child = fork(fileURLToPath(new URL('mail-sink.mjs', import.meta.url)), { execArgv: [] });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const mailbox = createMailbox<string>();
  child.on('message', ({ recipient, oneTimeCode }: Delivered) => mailbox.deliver([recipient], oneTimeCode));
  return {
    environment: { RESEND_API_KEY: 're_bench', RESEND_BASE_URL: `http://127.0.0.1:${port}` },
    waitForCode: (recipient) => mailbox.waitForMessage(recipient),
    stop: () => child.disconnect(),
  };
}
