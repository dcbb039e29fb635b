// The demo application: signs in through Latchkey as any client would, shows what it was told, signs out.
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getServerSession } from 'next-auth';
import { PrimaryButton, TextButton } from '@/components/button';
import { Document } from '@/components/document';
import { runtime } from '@/lib/runtime/boot';
import { demoAuthOptions } from '@/lib/web/demo-auth';
import '../globals.css';

export const metadata: Metadata = { title: 'Demo application' };

export default async function DemoPage() {
  const latchkey = await runtime();
  const options = demoAuthOptions(latchkey);
  if (options === null) notFound();
  const session = (await getServerSession(options)) as { claims?: Record<string, unknown> } | null;
  return (
    <Document language="en" direction="ltr">
      <div className="page">
        <main className="card">
          {session?.claims ? (
            <SignedIn claims={session.claims} />
          ) : (
            <SignedOut showsInbox={latchkey.environment.inbox.email} />
          )}
        </main>
      </div>
    </Document>
  );
}

function SignedOut({ showsInbox }: { showsInbox: boolean }) {
  return (
    <>
      <div className="grid gap-2">
        <h1 className="heading">Demo application</h1>
        <p className="text-muted">
          An ordinary client of this Latchkey, built with next-auth. Any e-mail address will do.
        </p>
      </div>
      <form method="post" action="/demo/sign-in">
        <PrimaryButton>Sign in</PrimaryButton>
      </form>
      <form method="post" action="/demo/sign-in?prompt=consent">
        <TextButton>Sign in, and be asked for consent</TextButton>
      </form>
      {showsInbox && (
        <p className="text-muted">
          No mail account is set up, so the message lands in the{' '}
          <a className="link" href="/inbox" target="_blank" rel="noopener">
            inbox
          </a>
          .
        </p>
      )}
    </>
  );
}

function SignedIn({ claims }: { claims: Record<string, unknown> }) {
  return (
    <>
      <div className="grid gap-2">
        <h1 className="heading">You are signed in</h1>
        <p className="text-muted">This is what the ID token told the application.</p>
      </div>
      <dl className="facts">
        {Object.entries(claims).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
      <form method="post" action="/demo/sign-out">
        <PrimaryButton>Sign out</PrimaryButton>
      </form>
    </>
  );
}
