// `/api/v2/branding/themes`: the one theme there is, in Auth0's names, bounds and shape. What pages do not go by is kept as it was
// sent, because tools write a theme whole and read it again; the description says which that is (docs/decisions/0050).
import { z } from 'zod';
import { brandAssetIds, type Settings } from '@/lib/login/settings';
import { BORDER_STYLES, OUR_THEME, shownBranding, type Theme, type ThemeSaid } from '@/lib/login/theme';
import { type BrandingDeps, color, fetchAsset, fileUrl } from './brand-files';
import { fieldsOf, flag, oneOf, text } from './fields';
import { ManagementProblem } from './problem';
import { routeFor } from './route';
import { changeSettings, withChanges } from './settings';

export const THEMES_PATH = '/api/v2/branding/themes';

/** The one that there is. */
export const THEME_ID = 'theme';

const route = routeFor<BrandingDeps>();

const between = (min: number, max: number) => {
  const sentence = `must be a number from ${min} to ${max}`;
  return z.number({ error: sentence }).min(min, sentence).max(max, sentence);
};

/** Of what has no effect any colour will do, with or without transparency. */
const anyColor = () =>
  text(0, 100).regex(/^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i, 'must be a colour such as #0a5fd9');

/** A part of a theme, none of which has to be there: null takes one back to the branding's, or ours. */
const partOf = <Shape extends z.ZodRawShape>(shape: Shape) =>
  fieldsOf(
    Object.fromEntries(
      Object.entries(shape).map(([name, field]) => [name, (field as z.ZodType).nullable().optional()]),
    ) as unknown as { [Name in keyof Shape]: z.ZodOptional<z.ZodNullable<Shape[Name]>> },
  )
    .nullable()
    .optional();

const letters = (leastSize: number) => fieldsOf({ bold: flag(), size: between(leastSize, 150) });

const SIDES = ['center', 'left', 'right'] as const;

export const themeBody = fieldsOf({
  displayName: text(0, 2048)
    .regex(/^[^<>]*$/, 'may not hold < or >')
    .nullable()
    .optional(),
  borders: partOf({
    button_border_radius: between(1, 10),
    button_border_weight: between(0, 10),
    buttons_style: oneOf(BORDER_STYLES),
    input_border_radius: between(0, 10),
    input_border_weight: between(0, 3),
    inputs_style: oneOf(BORDER_STYLES),
    show_widget_shadow: flag(),
    widget_border_weight: between(0, 10),
    widget_corner_radius: between(0, 50),
  }),
  colors: partOf({
    primary_button: color(),
    base_focus_color: anyColor(),
    base_hover_color: anyColor(),
    body_text: anyColor(),
    captcha_widget_theme: oneOf(['auto', 'light', 'dark']),
    error: anyColor(),
    header: anyColor(),
    icons: anyColor(),
    input_background: anyColor(),
    input_border: anyColor(),
    input_filled_text: anyColor(),
    input_labels_placeholders: anyColor(),
    links_focused_components: anyColor(),
    primary_button_label: anyColor(),
    read_only_background: anyColor(),
    secondary_button_border: anyColor(),
    secondary_button_label: anyColor(),
    success: anyColor(),
    widget_background: anyColor(),
    widget_border: anyColor(),
  }),
  fonts: partOf({
    font_url: fileUrl(),
    body_text: letters(0),
    buttons_text: letters(0),
    input_labels: letters(0),
    links: letters(0),
    links_style: oneOf(['normal', 'underlined']),
    reference_text_size: between(12, 24),
    subtitle: letters(0),
    title: letters(75),
  }),
  page_background: partOf({
    background_color: color(),
    background_image_url: fileUrl(),
    page_layout: oneOf(SIDES),
  }),
  widget: partOf({
    logo_url: fileUrl(),
    header_text_alignment: oneOf(SIDES),
    logo_height: between(1, 100),
    logo_position: oneOf([...SIDES, 'none']),
    social_buttons_layout: oneOf(['bottom', 'top']),
  }),
  identifiers: partOf({
    login_display: oneOf(['separate', 'unified']),
    otp_autocomplete: flag(),
    phone_display: fieldsOf({
      formatting: oneOf(['international', 'regional']),
      masking: oneOf(['hide_country_code', 'mask_digits', 'show_all']),
    }),
  }),
});

type SentTheme = z.output<typeof themeBody>;

/** By which pages go. */
const HONOURED: Readonly<Record<string, readonly string[]>> = {
  colors: ['primary_button'],
  fonts: ['font_url'],
  page_background: ['background_color'],
  widget: ['logo_url'],
  identifiers: [],
};

/** Fields of a theme that are kept and have no effect, such as `colors.error`. */
export function fieldsWithoutEffect(theme: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(HONOURED).flatMap(([part, honoured]) =>
    Object.entries((theme[part] ?? {}) as object).flatMap(([name, value]) =>
      honoured.includes(name) || isOurs(part, name, value) ? [] : [`${part}.${name}`],
    ),
  );
}

/** What the parts of our look are called there. Text on buttons and fields is whatever reads best, whatever is said here. */
const OURS = {
  colors: {
    body_text: '#17181a',
    error: '#b3261e',
    header: '#17181a',
    icons: '#5d6068',
    input_background: '#ffffff',
    input_border: '#868a93',
    input_filled_text: '#17181a',
    input_labels_placeholders: '#5d6068',
    links_focused_components: '#17181a',
    primary_button: OUR_THEME.primaryButton,
    primary_button_label: '#ffffff',
    secondary_button_border: '#868a93',
    secondary_button_label: '#17181a',
    success: '#116b41',
    widget_background: '#ffffff',
    widget_border: '#e4e4e1',
  },
  fonts: {
    font_url: '',
    reference_text_size: 16,
    title: { bold: true, size: 150 },
    subtitle: { bold: false, size: 100 },
    body_text: { bold: false, size: 100 },
    buttons_text: { bold: true, size: 100 },
    input_labels: { bold: true, size: 100 },
    links: { bold: true, size: 100 },
    links_style: 'underlined',
  },
  page_background: {
    background_color: OUR_THEME.pageBackground,
    background_image_url: '',
    page_layout: 'center',
  },
  widget: {
    logo_url: '',
    logo_height: 40,
    logo_position: 'left',
    header_text_alignment: 'left',
    social_buttons_layout: 'bottom',
  },
};

function isOurs(part: string, name: string, value: unknown): boolean {
  const ours = (OURS as Readonly<Record<string, Readonly<Record<string, unknown>>>>)[part]?.[name];
  return JSON.stringify(ours) === JSON.stringify(value);
}

const themeDocument = z.looseObject({
  themeId: z.string(),
  displayName: z.string(),
  borders: z.strictObject({
    button_border_radius: z.number(),
    button_border_weight: z.number(),
    buttons_style: z.enum(BORDER_STYLES),
    input_border_radius: z.number(),
    input_border_weight: z.number(),
    inputs_style: z.enum(BORDER_STYLES),
    show_widget_shadow: z.boolean(),
    widget_border_weight: z.number(),
    widget_corner_radius: z.number(),
  }),
  colors: z.looseObject({ primary_button: z.string() }),
  fonts: z.looseObject({ font_url: z.string() }),
  page_background: z.looseObject({ background_color: z.string() }),
  widget: z.looseObject({ logo_url: z.string() }),
});

/** A theme on the wire. */
export type ThemeDocument = Readonly<z.output<typeof themeDocument>>;

/** The document, with everything in it that Auth0 always answers. */
function describe(settings: Pick<Settings, 'branding' | 'theme'>): z.output<typeof themeDocument> {
  const said: ThemeSaid = settings.theme?.said ?? {};
  const { primaryColor, pageBackground, logo, font } = shownBranding(settings);
  return {
    themeId: THEME_ID,
    displayName: said.displayName ?? '',
    borders: { ...OUR_THEME.borders, ...said.borders },
    colors: {
      ...OURS.colors,
      ...said.colors,
      primary_button: primaryColor ?? OURS.colors.primary_button,
    },
    fonts: { ...OURS.fonts, ...said.fonts, font_url: font?.url ?? '' },
    page_background: {
      ...OURS.page_background,
      ...said.page_background,
      background_color: pageBackground ?? OURS.page_background.background_color,
    },
    widget: { ...OURS.widget, ...said.widget, logo_url: logo?.url ?? '' },
    ...(said.identifiers !== undefined && { identifiers: said.identifiers }),
  };
}

const DESCRIPTION =
  'What is left out, or null, is as the branding says, and else ours. Pages go by all of `borders`, by `colors.primary_button`, `page_background.background_color`, `fonts.font_url` and `widget.logo_url`; a line that tells a control from its ground is one pixel at least. Everything else is kept for the tools that wrote it, and has no effect: text is black or white as reads best, and pages are as light or dark as the person’s system.';

export const THEME_ROUTES = [
  route({
    method: 'POST',
    path: THEMES_PATH,
    summary: 'Create the theme',
    description: `There is one, which goes over the branding. ${DESCRIPTION}`,
    scope: ['create:branding', 'update:branding'],
    body: themeBody,
    result: themeDocument,
    answer: (deps, { body }) =>
      write(deps, body, (before) => {
        if (before !== null) throw new ManagementProblem(409, 'theme_conflict', 'There is a theme already');
        return null;
      }),
  }),
  route({
    method: 'GET',
    path: `${THEMES_PATH}/default`,
    summary: 'Get the default theme',
    scope: 'read:branding',
    result: themeDocument,
    answer: async ({ settings }) => describe(await readTheme(settings)),
  }),
  route({
    method: 'GET',
    path: `${THEMES_PATH}/{themeId}`,
    summary: 'Get a theme',
    scope: 'read:branding',
    result: themeDocument,
    async answer({ settings }, { params }) {
      checkId(params);
      return describe(await readTheme(settings));
    },
  }),
  route({
    method: 'PATCH',
    path: `${THEMES_PATH}/{themeId}`,
    summary: 'Update a theme',
    description: `Changes what is sent of it. ${DESCRIPTION}`,
    scope: 'update:branding',
    body: themeBody,
    result: themeDocument,
    answer(deps, { params, body }) {
      checkId(params);
      return write(deps, body, (before) => before ?? notFound());
    },
  }),
  route({
    method: 'DELETE',
    path: `${THEMES_PATH}/{themeId}`,
    summary: 'Delete a theme',
    description: 'Pages are as the branding says again, and else ours.',
    scope: 'delete:branding',
    async answer(deps, { params }) {
      checkId(params);
      const settings = await changeSettings(deps, 'theme', (before) => {
        if (before === null) notFound();
        return null;
      });
      await deps.brandAssets.keepOnly(brandAssetIds(settings));
    },
  }),
];

/** @throws {ManagementProblem} 404 */
async function readTheme(register: BrandingDeps['settings']): Promise<Settings> {
  const settings = await register.read();
  return settings.theme === null ? notFound() : settings;
}

/** @throws {ManagementProblem} 404 */
function checkId({ themeId }: Readonly<{ themeId: string }>): void {
  if (themeId !== THEME_ID) notFound();
}

function notFound(): never {
  throw new ManagementProblem(404, 'inexistent_theme', 'There is no theme');
}

/** @param begin gives what the change is made to, or refuses. @throws {ManagementProblem} 400, 404, 409 */
async function write(
  deps: BrandingDeps,
  sent: SentTheme,
  begin: (before: Theme | null) => Theme | null,
): Promise<z.output<typeof themeDocument>> {
  const kept = begin((await deps.settings.read()).theme);
  const files = {
    logo: await fetchAsset(deps, 'widget.logo_url', {
      url: sent.widget === null ? null : sent.widget?.logo_url,
      kept: kept?.logo,
      use: 'picture',
    }),
    font: await fetchAsset(deps, 'fonts.font_url', {
      url: sent.fonts === null ? null : sent.fonts?.font_url,
      kept: kept?.font,
      use: 'font',
    }),
  };
  const settings = await changeSettings(deps, 'theme', (before) => {
    const theme = begin(before) ?? { said: {} };
    return withChanges<Theme>(theme, { said: merge(theme.said, sent), ...files });
  });
  await deps.brandAssets.keepOnly(brandAssetIds(settings));
  return describe(settings);
}

/** Part by part; addresses of files are with the files. */
function merge(said: ThemeSaid, sent: SentTheme): ThemeSaid {
  const parts = Object.entries(sent).map(([part, given]) => {
    if (given === null || typeof given === 'string') return [part, given];
    const { font_url: _font, logo_url: _logo, ...fields } = given as Record<string, unknown>;
    return [part, withChanges((said as Record<string, object>)[part] ?? {}, fields)];
  });
  return withChanges(said, Object.fromEntries(parts));
}
