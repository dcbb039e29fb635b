// The look of the login: logo, colours, font, seen on its own pages while it is made.
import type { Metadata } from 'next';
import { BrandEditor } from '@/components/console/brand-editor';
import { Callout } from '@/components/console/callout';
import { Card } from '@/components/console/card';
import { ColorField } from '@/components/console/color-field';
import { ConfirmDialog } from '@/components/console/confirm-dialog';
import { CornerFields } from '@/components/console/corner-fields';
import { TextField } from '@/components/console/field';
import { Form, SubmitButton } from '@/components/console/form';
import { BORDER_STYLES, OUR_THEME, type ThemeBorders } from '@/lib/login/theme';
import { BRANDING_PATH, type BrandingDocument } from '@/lib/management/branding-routes';
import { mayUse } from '@/lib/management/caller';
import { BRAND_PREVIEW_PATH } from '@/lib/management/console-path';
import { THEMES_PATH, type ThemeDocument } from '@/lib/management/theme-routes';
import { findManagement, readManagement } from '@/lib/web/console/ask';
import { borderField } from '@/lib/web/console/brand-draft';
import { requireOperator } from '@/lib/web/console/operator';
import { PREVIEW_SCREENS } from '@/lib/web/console/preview-screens';
import { t } from '@/lib/web/console/words';
import { checkLook, resetLook, saveLook } from './actions';
import { BrandingHeader, EDITOR_WORDS, LANGUAGE_OPTIONS, screenOptions } from './branding';

export const metadata: Metadata = { title: t('branding.page') };

export default async function BrandingPage() {
  const { caller } = await requireOperator();
  const branding = await readManagement<BrandingDocument>(caller, { path: BRANDING_PATH });
  const theme = await findManagement<ThemeDocument>(caller, { path: `${THEMES_PATH}/default` });
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
        <Card title={t('branding.fields.title')}>
          {!mayEdit && <Callout>{t('applications.application.viewOnly')}</Callout>}
          <Form name="look" action={saveLook}>
            {/* What was kept meanwhile is what the fields begin with. */}
            <fieldset key={version} disabled={!mayEdit} className="contents">
              <Fields branding={shownLook(branding, theme)} />
              <Corners borders={theme?.borders ?? {}} />
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

type Shape = Readonly<Partial<Record<keyof ThemeBorders, string | number | boolean>>>;

function Corners({ borders }: { borders: Shape }) {
  const value = (name: keyof ThemeBorders) => {
    const said = borders[name];
    return said === undefined || said === OUR_THEME.borders[name] ? '' : String(said);
  };
  const size = (name: keyof ThemeBorders, label: string) => ({
    name: borderField(name),
    label,
    value: value(name),
    placeholder: String(OUR_THEME.borders[name]),
  });
  const ends = (name: keyof ThemeBorders) => ({
    name: borderField(name),
    label: t('branding.fields.ends'),
    value: value(name) || String(OUR_THEME.borders[name]),
    options: BORDER_STYLES.map((style) => ({ value: style, label: t(`branding.fields.${style}`) })),
  });
  const [radius, weight] = [t('branding.fields.radius'), t('branding.fields.weight')];
  return (
    <CornerFields
      legend={t('branding.fields.corners')}
      hint={t('branding.fields.cornersHint')}
      presets={(Object.keys(PRESETS) as (keyof typeof PRESETS)[]).map((name) => ({
        label: t(`branding.corners.${name}`),
        values: Object.fromEntries(
          Object.entries(PRESETS[name]).map(([field, said]) => [
            borderField(field as keyof ThemeBorders),
            String(said),
          ]),
        ),
      }))}
      rows={[
        {
          legend: t('branding.fields.buttons'),
          fields: [
            ends('buttons_style'),
            size('button_border_radius', radius),
            size('button_border_weight', weight),
          ],
        },
        {
          legend: t('branding.fields.inputs'),
          fields: [
            ends('inputs_style'),
            size('input_border_radius', radius),
            size('input_border_weight', weight),
          ],
        },
        {
          legend: t('branding.fields.card'),
          fields: [
            {
              name: borderField('show_widget_shadow'),
              label: t('branding.fields.shadow'),
              value: value('show_widget_shadow') || 'true',
              options: [
                { value: 'true', label: t('branding.fields.yes') },
                { value: 'false', label: t('branding.fields.no') },
              ],
            },
            size('widget_corner_radius', radius),
            size('widget_border_weight', weight),
          ],
        },
      ]}
    />
  );
}

const corners = (
  style: ThemeBorders['buttons_style'],
  [buttons, inputs, card]: readonly [number | '', number | '', number | ''],
) => ({
  buttons_style: style,
  inputs_style: style,
  button_border_radius: buttons,
  input_border_radius: inputs,
  widget_corner_radius: card,
});

/** Radii only: lines stay as they are. */
const PRESETS = {
  ours: corners('rounded', ['', '', '']),
  sharp: corners('sharp', ['', '', 0]),
  soft: corners('rounded', [4, 4, 8]),
  round: corners('rounded', [10, 10, 28]),
  pill: corners('pill', ['', '', 32]),
};
