// What Next needs to know of every page. The document itself is the page's own (components/document.tsx): the language it is in
// depends on the sign-in, which this file is not told of. So is its stylesheet: the console has another.
import type { Metadata } from 'next';
import type { ReactNode } from 'react';

// Nothing of ours may be cached, or read the database while it is built.
export const dynamic = 'force-dynamic';

export const metadata: Metadata = { title: 'Latchkey' };

export default function RootLayout({ children }: { children: ReactNode }) {
  return children;
}
