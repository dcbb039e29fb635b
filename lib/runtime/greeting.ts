// What a start says to the person who started it: where to go next.
import type { Runtime } from './compose';

export function greeting({ environment, demo, readInbox }: Runtime): string {
  const { origin } = environment;
  const lines = [`Latchkey is ready at ${origin}`];
  if (demo !== null) lines.push(`  demo sign-in   ${origin}/demo`);
  const { inbox } = environment;
  const missing = inbox.email && inbox.sms ? 'mail or phone' : inbox.email ? 'mail' : 'phone';
  if (readInbox !== null)
    lines.push(`  inbox          ${origin}/inbox   (no ${missing} account is set up: messages land here)`);
  if (inbox.operatorsOnly) lines.push('  warning: INBOX=on shows messages to operators who are signed in.');
  return lines.join('\n');
}
