'use client';
// The page when even the layout has failed.
import { ErrorCard } from '@/components/login/error-card';
import { wordsOf } from '@/lib/runtime/words';
import './globals.css';

const t = wordsOf('en');

export default function GlobalError() {
  return (
    <html lang="en">
      <body>
        <ErrorCard
          page={{ t, client: null, brand: null, footer: null, nonce: null }}
          error="server_error"
          reference={null}
          at={null}
          tryAgainHref={null}
          backHref={null}
          detail={null}
        />
      </body>
    </html>
  );
}
