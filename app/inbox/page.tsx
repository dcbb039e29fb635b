// The inbox of a Latchkey without a mail account: every message it would have sent, newest first. Only where the
// environment allows it, never by default on an address that others can reach, and there to owners of the console alone.
import type { Metadata } from 'next';
import { Document } from '@/components/document';
import { openInbox } from '@/lib/web/inbox';
import '../globals.css';

export const metadata: Metadata = { title: 'Inbox' };

export default async function InboxPage() {
  const entries = await openInbox();
  return (
    <Document language="en" direction="ltr">
      <div className="page">
        {/* Without a script: the page asks again by itself while someone waits for a code. */}
        <meta httpEquiv="refresh" content="3" />
        <main className="card">
          <div className="grid gap-2">
            <h1 className="heading">Inbox</h1>
            <p className="text-muted">
              {entries.length === 0
                ? 'Nothing here yet. Ask for a code and its message appears by itself.'
                : 'Messages without a mail or phone account to send them land here. They go after a day.'}
            </p>
          </div>
          {entries.map((entry) => (
            <article key={entry.id} className="grid gap-2">
              {entry.channel === 'email' ? (
                <h2 className="font-semibold">{entry.message.subject}</h2>
              ) : (
                <p className="whitespace-pre-line font-semibold">{entry.message.body}</p>
              )}
              <p className="text-muted">
                To <bdi dir="ltr">{entry.message.to}</bdi> at <InboxTime at={entry.createdAt} />
              </p>
              {entry.channel === 'email' && (
                <p>
                  <a className="link" href={`/inbox/${encodeURIComponent(entry.id)}`}>
                    Read it
                  </a>
                </p>
              )}
            </article>
          ))}
        </main>
      </div>
    </Document>
  );
}

function InboxTime({ at }: { at: Date }) {
  return <time dateTime={at.toISOString()}>{at.toISOString().slice(11, 16)} UTC</time>;
}
