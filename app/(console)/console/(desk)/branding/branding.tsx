// What the views of the look have in common: their title, the way between them, what is written, and the words around the preview.
import type { ReactNode } from 'react';
import type { BrandEditorWords } from '@/components/console/brand-editor';
import { Callout } from '@/components/console/callout';
import { Card } from '@/components/console/card';
import { HiddenFields } from '@/components/console/confirm-dialog';
import { Form, type FormAction, SubmitButton } from '@/components/console/form';
import { PageHeader } from '@/components/console/page-header';
import { Tabs } from '@/components/console/tabs';
import { LANGUAGES } from '@/lib/login/languages';
import { BRANDING_PAGE } from '@/lib/management/console-path';
import type { PreviewScreen } from '@/lib/web/console/preview-screens';
import { LANGUAGE, t } from '@/lib/web/console/words';

const VIEWS = ['look', 'template', 'words'] as const;

type View = (typeof VIEWS)[number];

export function BrandingHeader({ view, action }: { view: View; action?: ReactNode }) {
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

/**
 * What is written beside the preview. Who may not change it reads it in the same place.
 *
 * @param version of what is kept: fields begin with it anew when it is another
 * @param hidden what the fields belong to
 */
export function BrandForm({
  name,
  title,
  lead,
  action,
  version,
  hidden = {},
  mayEdit,
  children,
}: {
  name: View;
  title: string;
  lead?: string;
  action: FormAction;
  version: string;
  hidden?: Readonly<Record<string, string>>;
  mayEdit: boolean;
  children: ReactNode;
}) {
  return (
    <Card title={title} lead={lead}>
      {!mayEdit && <Callout>{t('applications.application.viewOnly')}</Callout>}
      <Form name={name} action={action}>
        <HiddenFields fields={hidden} />
        <fieldset key={version} disabled={!mayEdit} className="contents">
          {children}
        </fieldset>
        {mayEdit && (
          <div className="flex justify-end">
            <SubmitButton>{t('list.save')}</SubmitButton>
          </div>
        )}
      </Form>
    </Card>
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
