// The inbox of a Latchkey without a mail account: every message it would have sent, newest first. Only where the
// environment allows it, never by default on an address that others can reach.
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { runtime } from '@/lib/runtime/boot';

export const metadata: Metadata = { title: 'Inbox' };

export default async function InboxPage() {
  const { readInbox } = await runtime();
  if (readInbox === null) notFound();
  const entries = await readInbox();
  return (
    <div className="page">
      {/* Without a script: the page asks again by itself while someone waits for a code. */}
      <meta httpEquiv="refresh" content="3" />
      <main className="card">
        <div className="grid gap-2">
          <h1 className="heading">Inbox</h1>
          <p className="text-muted">
            {entries.length === 0
              ? 'Nothing here yet. Ask for a code and its message appears by itself.'
              : 'No mail account is set up, so messages land here. They go after a day.'}
          </p>
        </div>
        {entries.map(({ id, createdAt, email }) => (
          <article key={id} className="grid gap-2">
            <h2 className="font-semibold">{email.subject}</h2>
            <p className="text-muted">
              To {email.to} at{' '}
              <time dateTime={createdAt.toISOString()}>{createdAt.toISOString().slice(11, 16)} UTC</time>
            </p>
            <p>
              <a className="link" href={`/inbox/${encodeURIComponent(id)}`}>
                Read it
              </a>
            </p>
          </article>
        ))}
      </main>
    </div>
  );
}
