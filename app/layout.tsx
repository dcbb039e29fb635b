// What every page asks of browsers and search engines. The document itself is the page's own (components/document.tsx): the
// language it is in depends on the sign-in, which this file is not told of. So is its stylesheet: the console has another.
import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';

// Every page is made for one request: nothing of ours may be cached, or read the database while it is built.
export const dynamic = 'force-dynamic';

export const metadata: Metadata = {
  title: 'Latchkey',
  robots: { index: false, follow: false },
  icons: { icon: { url: '/favicon.svg', type: 'image/svg+xml' } },
  // Safari would make a telephone link of a one-time code.
  formatDetection: { telephone: false, email: false, address: false, date: false },
};

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  colorScheme: 'light dark',
};

export default function RootLayout({ children }: { children: ReactNode }) {
  return children;
}
