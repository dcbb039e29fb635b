// The look of the login: logo, colours, font, seen on its own pages while it is made.
import type { Metadata } from 'next';
import { BrandEditor } from '@/components/console/brand-editor';
import { ColorField } from '@/components/console/color-field';
import { ConfirmDialog } from '@/components/console/confirm-dialog';
import { TextField } from '@/components/console/field';
import { OUR_THEME } from '@/lib/login/theme';
import { BRANDING_PATH, type BrandingDocument } from '@/lib/management/branding-routes';
import { mayUse } from '@/lib/management/caller';
import { BRAND_PREVIEW_PATH } from '@/lib/management/console-path';
import { THEMES_PATH, type ThemeDocument } from '@/lib/management/theme-routes';
import { findManagement, readManagement } from '@/lib/web/console/ask';
import { requireOperator } from '@/lib/web/console/operator';
import { PREVIEW_SCREENS } from '@/lib/web/console/preview-screens';
import { t } from '@/lib/web/console/words';
import { checkLook, resetLook, saveLook } from './actions';
import { BrandForm, BrandingHeader, EDITOR_WORDS, LANGUAGE_OPTIONS, screenOptions } from './branding';
import { Corners } from './corners';

export const metadata: Metadata = { title: t('branding.page') };

export default async function BrandingPage() {
  const { caller } = await requireOperator();
  const [branding, theme] = await Promise.all([
    readManagement<BrandingDocument>(caller, { path: BRANDING_PATH }),
    findManagement<ThemeDocument>(caller, { path: `${THEMES_PATH}/default` }),
  ]);
  const mayEdit = mayUse(caller, ['update:branding']);
  const version = JSON.stringify([branding, theme]);
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
        <BrandForm
          name="look"
          title={t('branding.fields.title')}
          action={saveLook}
          version={version}
          mayEdit={mayEdit}
        >
          <Fields branding={shownLook(branding, theme)} />
          <Corners borders={theme?.borders ?? {}} />
        </BrandForm>
      </BrandEditor>
    </>
  );
}

/** The branding that pages show: what a theme says goes over it. */
function shownLook(branding: BrandingDocument, theme: ThemeDocument | null): BrandingDocument {
  if (theme === null) return branding;
  const { primary_button: primary } = theme.colors;
  const { background_color: background } = theme.page_background;
  return {
    ...branding,
    colors: {
      ...(primary !== OUR_THEME.primaryButton && { primary }),
      ...(background !== OUR_THEME.pageBackground && { page_background: background }),
    },
    ...(theme.widget.logo_url !== '' && { logo_url: theme.widget.logo_url }),
    ...(theme.fonts.font_url !== '' && { font: { url: theme.fonts.font_url } }),
  };
}

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
        fallback={OUR_THEME.primaryButton}
      />
      <ColorField
        name="colors.page_background"
        label={t('branding.fields.background')}
        hint={t('branding.fields.backgroundHint')}
        pickLabel={t('branding.fields.backgroundPick')}
        defaultValue={colors?.page_background ?? ''}
        fallback={OUR_THEME.pageBackground}
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
