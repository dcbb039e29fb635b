// The front door for people who type the address: where sign-ins begin, and on a developer's machine what to try first.
import type { Metadata } from 'next';
import { PrimaryLink, TextLink } from '@/components/button';
import { Document } from '@/components/document';
import { Mark } from '@/components/mark';
import { runtime } from '@/lib/runtime/boot';
import './globals.css';

export const metadata: Metadata = { title: 'Latchkey' };

export default async function HomePage() {
  const { demo, readInbox, environment } = await runtime();
  return (
    <Document language="en" direction="ltr">
      <div className="page">
        <main className="card">
          <Mark />
          <div className="grid gap-2">
            <h1 className="heading">Latchkey</h1>
            <p className="text-muted">
              {demo
                ? 'The login is running. Try it with the demo application.'
                : 'Sign-ins begin at the app you want to use.'}
            </p>
          </div>
          {demo && <PrimaryLink href="/demo">Open the demo</PrimaryLink>}
          {readInbox && !environment.inbox.operatorsOnly && <TextLink href="/inbox">Inbox</TextLink>}
          {demo && <TextLink href="/console">Console</TextLink>}
        </main>
      </div>
    </Document>
  );
}
