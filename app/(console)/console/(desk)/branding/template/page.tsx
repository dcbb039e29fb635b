// The operator's page around the cards of the login: a Liquid document, seen on the pages while it is written.
import type { Metadata } from 'next';
import { BrandEditor } from '@/components/console/brand-editor';
import { Callout } from '@/components/console/callout';
import { ConfirmDialog } from '@/components/console/confirm-dialog';
import { ExampleCode } from '@/components/console/example-code';
import { mayUse } from '@/lib/management/caller';
import { BRAND_PREVIEW_PATH } from '@/lib/management/console-path';
import { PAGE_TEMPLATE_PATH } from '@/lib/management/page-template-routes';
import { findManagement } from '@/lib/web/console/ask';
import { requireOperator } from '@/lib/web/console/operator';
import { PAGE_EXAMPLES } from '@/lib/web/console/page-examples';
import { PREVIEW_SCREENS } from '@/lib/web/console/preview-screens';
import { t } from '@/lib/web/console/words';
import { checkTemplate, resetTemplate, saveTemplate } from '../actions';
import { BrandForm, BrandingHeader, EDITOR_WORDS, LANGUAGE_OPTIONS, screenOptions } from '../branding';

export const metadata: Metadata = { title: t('branding.tabs.template') };

const EXAMPLES = (Object.keys(PAGE_EXAMPLES) as (keyof typeof PAGE_EXAMPLES)[]).map((name) => ({
  label: t(`branding.template.examples.${name}`),
  source: PAGE_EXAMPLES[name],
}));

export default async function TemplatePage() {
  const { caller } = await requireOperator();
  const template = await findManagement<{ body: string }>(caller, { path: PAGE_TEMPLATE_PATH });
  const mayEdit = mayUse(caller, ['update:branding']);
  const source = template?.body ?? '';
  return (
    <>
      <BrandingHeader
        view="template"
        action={
          mayEdit &&
          template !== null && (
            <ConfirmDialog
              name="reset-template"
              trigger={{ label: t('branding.template.reset.open') }}
              action={resetTemplate}
              hidden={{}}
              words={{
                title: t('branding.template.reset.title'),
                lead: t('branding.template.reset.lead'),
                submit: t('branding.template.reset.submit'),
              }}
            />
          )
        }
      />
      <BrandEditor
        ask={checkTemplate}
        framePath={BRAND_PREVIEW_PATH}
        version={source}
        isWide
        screens={screenOptions(PREVIEW_SCREENS)}
        languages={LANGUAGE_OPTIONS}
        words={EDITOR_WORDS}
        findingsTitle={t('branding.template.findings')}
      >
        <BrandForm
          name="template"
          title={t('branding.template.title')}
          lead={t('branding.template.lead')}
          action={saveTemplate}
          version={source}
          mayEdit={mayEdit}
        >
          {mayEdit && template === null && <Callout>{t('branding.template.none')}</Callout>}
          <ExampleCode
            language="liquid"
            rows={26}
            isPacked
            name="template"
            label={t('branding.template.code')}
            hint={t('branding.template.hint')}
            examplesLabel={t('branding.template.examples.label')}
            examples={EXAMPLES}
            defaultValue={source}
          />
        </BrandForm>
      </BrandEditor>
    </>
  );
}
