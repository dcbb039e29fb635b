// The look of the login: logo, colours, font, seen on its own pages while it is made.
import type { Metadata } from 'next';
import { BrandEditor } from '@/components/console/brand-editor';
import { Callout } from '@/components/console/callout';
import { Card } from '@/components/console/card';
import { ColorField } from '@/components/console/color-field';
import { ConfirmDialog } from '@/components/console/confirm-dialog';
import { TextField } from '@/components/console/field';
import { Form, SubmitButton } from '@/components/console/form';
import { BRANDING_PATH, type BrandingDocument } from '@/lib/management/branding-routes';
import { mayUse } from '@/lib/management/caller';
import { BRAND_PREVIEW_PATH } from '@/lib/management/console-path';
import { readManagement } from '@/lib/web/console/ask';
import { requireOperator } from '@/lib/web/console/operator';
import { PREVIEW_SCREENS } from '@/lib/web/console/preview-screens';
import { t } from '@/lib/web/console/words';
import { checkLook, resetLook, saveLook } from './actions';
import { BrandingHeader, EDITOR_WORDS, LANGUAGE_OPTIONS, screenOptions } from './branding';

export const metadata: Metadata = { title: t('branding.page') };

export default async function BrandingPage() {
  const { caller } = await requireOperator();
  const branding = await readManagement<BrandingDocument>(caller, { path: BRANDING_PATH });
  const mayEdit = mayUse(caller, ['update:branding']);
  const version = JSON.stringify(branding);
  return (
    <>
      <BrandingHeader
        view="look"
        action={
          mayEdit && (
            <ConfirmDialog
              name="reset-look"
              trigger={{ label: t('branding.reset.open') }}
              action={resetLook}
              hidden={{}}
              words={{
                title: t('branding.reset.title'),
                lead: t('branding.reset.lead'),
                submit: t('branding.reset.submit'),
              }}
            />
          )
        }
      />
      <BrandEditor
        ask={checkLook}
        framePath={BRAND_PREVIEW_PATH}
        version={version}
        screens={screenOptions(PREVIEW_SCREENS)}
        languages={LANGUAGE_OPTIONS}
        words={EDITOR_WORDS}
        findingsTitle={t('branding.contrast.title')}
      >
        <Card title={t('branding.fields.title')}>
          {!mayEdit && <Callout>{t('applications.application.viewOnly')}</Callout>}
          <Form name="look" action={saveLook}>
            {/* What was kept meanwhile is what the fields begin with. */}
            <fieldset key={version} disabled={!mayEdit} className="contents">
              <Fields branding={branding} />
            </fieldset>
            {mayEdit && (
              <div className="flex justify-end">
                <SubmitButton>{t('list.save')}</SubmitButton>
              </div>
            )}
          </Form>
        </Card>
      </BrandEditor>
    </>
  );
}

/** What a page without a colour of the operator's has; the first is the button by day. */
const OURS = { primary: '#17181a', pageBackground: '#f6f6f4' };

function Fields({
  branding: { colors, logo_url: logo, favicon_url: favicon, font },
}: {
  branding: BrandingDocument;
}) {
  const file = { type: 'url', autoComplete: 'off', spellCheck: false, placeholder: 'https://' } as const;
  return (
    <>
      <TextField
        {...file}
        name="logo_url"
        label={t('branding.fields.logo')}
        hint={t('branding.fields.logoHint')}
        defaultValue={logo ?? ''}
      />
      <ColorField
        name="colors.primary"
        label={t('branding.fields.primary')}
        hint={t('branding.fields.primaryHint')}
        pickLabel={t('branding.fields.primaryPick')}
        defaultValue={colors?.primary ?? ''}
        fallback={OURS.primary}
      />
      <ColorField
        name="colors.page_background"
        label={t('branding.fields.background')}
        hint={t('branding.fields.backgroundHint')}
        pickLabel={t('branding.fields.backgroundPick')}
        defaultValue={colors?.page_background ?? ''}
        fallback={OURS.pageBackground}
      />
      <TextField
        {...file}
        name="font.url"
        label={t('branding.fields.font')}
        hint={t('branding.fields.fontHint')}
        defaultValue={font?.url ?? ''}
      />
      <TextField
        {...file}
        name="favicon_url"
        label={t('branding.fields.favicon')}
        hint={t('branding.fields.faviconHint')}
        defaultValue={favicon ?? ''}
      />
    </>
  );
}
