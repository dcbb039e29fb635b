// What the views of the look have in common: their title, the way between them, and the words around the preview.
import type { BrandEditorWords } from '@/components/console/brand-editor';
import { PageHeader } from '@/components/console/page-header';
import { Tabs } from '@/components/console/tabs';
import { LANGUAGES } from '@/lib/login/languages';
import { BRANDING_PAGE } from '@/lib/management/console-path';
import type { PreviewScreen } from '@/lib/web/console/preview-screens';
import { LANGUAGE, t } from '@/lib/web/console/words';

const VIEWS = ['look', 'template', 'words'] as const;

type View = (typeof VIEWS)[number];

export function BrandingHeader({ view, action }: { view: View; action?: React.ReactNode }) {
  return (
    <>
      <PageHeader title={t('branding.title')} lead={t('branding.lead')} action={action} />
      <Tabs
        label={t('branding.tabs.label')}
        tabs={VIEWS.map((each) => ({
          label: t(`branding.tabs.${each}`),
          href: each === 'look' ? BRANDING_PAGE : `${BRANDING_PAGE}/${each}`,
          isCurrent: each === view,
        }))}
      />
    </>
  );
}

export const EDITOR_WORDS: BrandEditorWords = {
  title: t('branding.preview.title'),
  screen: t('branding.preview.screen'),
  language: t('branding.preview.language'),
  scheme: t('branding.preview.scheme'),
  light: t('branding.preview.light'),
  dark: t('branding.preview.dark'),
  device: t('branding.preview.device'),
  desktop: t('branding.preview.desktop'),
  phone: t('branding.preview.phone'),
};

export function screenOptions(screens: readonly PreviewScreen[]) {
  return screens.map((value) => ({ value, label: t(`branding.screens.${value}`) }));
}

const RIGHT_TO_LEFT: readonly string[] = ['ar', 'he'];
const names = new Intl.DisplayNames(LANGUAGE, { type: 'language' });

/** Languages of the pages, those that are written from the right said so. */
export const LANGUAGE_OPTIONS = LANGUAGES.map((value) => {
  const name = names.of(value) ?? value;
  return { value, label: RIGHT_TO_LEFT.includes(value) ? t('branding.preview.rightToLeft', { name }) : name };
});
