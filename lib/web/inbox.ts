// Who may read the inbox. On a developer's machine without a sender it is anybody's; anywhere else its messages are other
// people's codes, so it takes an owner of the console, who could let themselves in anyway.
import 'server-only';
import { notFound, redirect } from 'next/navigation';
import type { InboxEntry } from '@/lib/login/inbox';
import { CONSOLE_PATH } from '@/lib/management/console-path';
import { runtime } from '@/lib/runtime/boot';
import { findOperator } from './console/operator';
import { signInPath } from './console/sign-in';

const INBOX_PATH = '/inbox';

/** The messages, for a page: whoever may not read them is sent to where they could. */
export async function openInbox(): Promise<InboxEntry[]> {
  const { readInbox, environment } = await runtime();
  if (readInbox === null) notFound();
  if (environment.inbox.operatorsOnly) {
    const operator = await findOperator();
    if (operator === null) redirect(signInPath({ to: INBOX_PATH }));
    if (operator.visit.role !== 'owner') redirect(CONSOLE_PATH);
  }
  return readInbox();
}

/** The same for one message: null where it is not there, or not for whoever asks. */
export async function findInboxEntry(id: string): Promise<InboxEntry | null> {
  const { readInbox, environment } = await runtime();
  const isOpen = !environment.inbox.operatorsOnly || (await findOperator())?.visit.role === 'owner';
  const entries = readInbox !== null && isOpen ? await readInbox() : [];
  return entries.find((entry) => entry.id === id) ?? null;
}
