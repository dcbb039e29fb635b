// The document around a page: its language and the way that is written, which the stylesheet, screen readers and hyphenation
// go by. Only the page knows its language, so app/layout.tsx leaves the document to it.
import type { ReactNode } from 'react';

export function Document({
  language,
  direction,
  children,
}: {
  /** BCP 47. */
  language: string;
  direction: 'ltr' | 'rtl';
  children: ReactNode;
}) {
  return (
    <html lang={language} dir={direction}>
      <body>{children}</body>
    </html>
  );
}
