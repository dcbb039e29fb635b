// An address that is no page of ours, on hosts without our server, which has a page of its own for it (lib/runtime/plain-page.ts).
// Made once at build, so it knows no client, no language and no brand, and carries no script.
import type { Metadata } from 'next';
import { ErrorCard } from '@/components/login/error-card';
import { wordsOf } from '@/lib/runtime/words';
import './globals.css';

const t = wordsOf('en');

export const metadata: Metadata = { title: t('errorNotFound.heading') };

export default function NotFound() {
  return (
    <ErrorCard
      page={{
        t,
        language: 'en',
        direction: 'ltr',
        client: null,
        tenantName: null,
        brand: null,
        surroundings: null,
        footer: null,
        nonce: null,
        script: null,
        passkeyScript: null,
      }}
      error="not_found"
      reference={null}
      at={null}
      tryAgainHref={null}
      backHref={null}
      detail={null}
    />
  );
}
