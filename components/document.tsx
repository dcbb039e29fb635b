// The document around a page: its language and the way that is written, which the stylesheet, screen readers and hyphenation
// go by, and what every page asks of browsers and search engines. Only the page knows its language, so app/layout.tsx leaves
// the document to it.
import type { ReactNode } from 'react';

export function Document({
  language,
  direction,
  faviconSrc = null,
  bodyClass,
  children,
}: {
  /** BCP 47. */
  language: string;
  direction: 'ltr' | 'rtl';
  /** The operator's own; a path of ours. */
  faviconSrc?: string | null;
  bodyClass?: string | undefined;
  children: ReactNode;
}) {
  return (
    <>
      {/* React moves these into the head. */}
      <meta name="color-scheme" content="light dark" />
      <meta name="robots" content="noindex, nofollow" />
      {/* Safari would make a telephone link of a one-time code. */}
      <meta name="format-detection" content="telephone=no, date=no, address=no, email=no" />
      {faviconSrc === null ? (
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
      ) : (
        <link rel="icon" href={faviconSrc} />
      )}
      <html lang={language} dir={direction}>
        <body className={bodyClass}>{children}</body>
      </html>
    </>
  );
}
