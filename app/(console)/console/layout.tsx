// The document around every page of the console: its stylesheet, its language, the scheme the operator chose. It shows nothing
// of anybody; who may see a page, each page asks for itself.
import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { Frame, type FrameSetting } from '@/components/console/frame';
import { consolePreferences } from '@/lib/web/console/preferences';
import { SIGN_IN_PATH } from '@/lib/web/console/sign-in';
import { LANGUAGE, t } from '@/lib/web/console/words';
import '../console.css';

export const metadata: Metadata = {
  title: { template: t('frame.title', { page: '%s' }), default: t('signIn.title') },
  robots: { index: false, follow: false },
  icons: { icon: { url: '/favicon.svg', type: 'image/svg+xml' } },
  formatDetection: { telephone: false, email: false, address: false, date: false },
};

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const { theme } = await consolePreferences();
  return (
    <html lang={LANGUAGE} dir="ltr" data-theme={theme}>
      <body>
        <Frame setting={SETTING}>{children}</Frame>
      </body>
    </html>
  );
}

const SETTING: FrameSetting = {
  proofPath: `${SIGN_IN_PATH}/begin`,
  words: {
    close: t('frame.close'),
    cancel: t('frame.cancel'),
    copy: t('frame.copy'),
    copied: t('frame.copied'),
    show: t('frame.show'),
    hide: t('frame.hide'),
    kept: t('frame.kept'),
    undo: t('frame.undo'),
    notUndone: t('frame.notUndone'),
    proven: t('frame.proven'),
    editorKeys: t('frame.editorKeys'),
    toasts: t('frame.toasts', { hotkey: '{hotkey}' }),
    failed: {
      title: t('failed.title'),
      lead: t('failed.lead'),
      reference: t('failed.reference'),
      again: t('failed.again'),
    },
  },
};
