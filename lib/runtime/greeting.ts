// What a start says to the person who started it: where to go next.
import type { Runtime } from './compose';

/** @param setupUrl the link that makes the first owner of the console; null where there is one */
export function greeting({ environment, demo, readInbox }: Runtime, setupUrl: string | null): string {
  const { origin } = environment;
  const lines = [`Latchkey is ready at ${origin}`];
  if (demo !== null) lines.push(`  demo sign-in   ${origin}/demo`);
  const { inbox } = environment;
  const missing = inbox.email && inbox.sms ? 'mail or phone' : inbox.email ? 'mail' : 'phone';
  if (readInbox !== null && !inbox.operatorsOnly)
    lines.push(`  inbox          ${origin}/inbox   (no ${missing} account is set up: messages land here)`);
  lines.push(
    setupUrl === null
      ? `  console        ${origin}/console`
      : `  console        ${setupUrl}   (sign in there first, within a day, and the console is yours)`,
  );
  if (inbox.operatorsOnly)
    lines.push(
      `  warning: INBOX=on shows every message, codes included, to owners of the console: ${origin}/inbox`,
    );
  return lines.join('\n');
}
