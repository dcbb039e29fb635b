// The theme of the login, in the names of Auth0's: which of its fields pages go by, and what those come to. A theme goes over the
// branding, as it does there; what it leaves unsaid is the branding's, and else ours (docs/decisions/0050).
import type { BrandAsset, Branding } from './settings';

/** How a row of buttons or fields ends. */
export const BORDER_STYLES = ['pill', 'rounded', 'sharp'] as const;

export type ThemeBorders = Readonly<{
  /** Radii and weights are CSS pixels. */
  button_border_radius: number;
  button_border_weight: number;
  buttons_style: (typeof BORDER_STYLES)[number];
  input_border_radius: number;
  input_border_weight: number;
  inputs_style: (typeof BORDER_STYLES)[number];
  show_widget_shadow: boolean;
  widget_border_weight: number;
  widget_corner_radius: number;
}>;

/** What was said of a theme. Fields that are not named here are kept for the tools that sent them, and without effect. */
export type ThemeSaid = Readonly<
  Partial<{
    displayName: string;
    borders: Readonly<Partial<ThemeBorders>>;
    colors: Readonly<{ primary_button?: string; [name: string]: unknown }>;
    fonts: Readonly<Record<string, unknown>>;
    page_background: Readonly<{ background_color?: string; [name: string]: unknown }>;
    widget: Readonly<Record<string, unknown>>;
    identifiers: Readonly<Record<string, unknown>>;
  }>
>;

export type Theme = Readonly<{ said: ThemeSaid; logo?: BrandAsset; font?: BrandAsset }>;

/** Our own look, as far as a theme can say it. Of the colours: by day. */
export const OUR_THEME = {
  borders: {
    button_border_radius: 8,
    button_border_weight: 1,
    buttons_style: 'rounded',
    input_border_radius: 8,
    input_border_weight: 1,
    inputs_style: 'rounded',
    show_widget_shadow: true,
    widget_border_weight: 1,
    widget_corner_radius: 16,
  } satisfies ThemeBorders,
  primaryButton: '#17181a',
  pageBackground: '#f6f6f4',
};

/** The branding that pages show. A colour of a theme that is ours means ours, which by night is another. */
export function shownBranding({ branding, theme }: { branding: Branding; theme: Theme | null }): Branding {
  if (theme === null) return branding;
  const { said, logo, font } = theme;
  const { primaryColor, pageBackground, ...files } = branding;
  const color = (themes: string | undefined, brands: string | undefined, ours: string) => {
    const shown = themes ?? brands;
    return shown === ours ? undefined : shown;
  };
  const button = color(said.colors?.primary_button, primaryColor, OUR_THEME.primaryButton);
  const page = color(said.page_background?.background_color, pageBackground, OUR_THEME.pageBackground);
  return {
    ...files,
    ...(button !== undefined && { primaryColor: button }),
    ...(page !== undefined && { pageBackground: page }),
    ...(logo !== undefined && { logo }),
    ...(font !== undefined && { font }),
  };
}

/** Half of it is more than any button is high. */
const PILL = 999;

/**
 * Declarations of the custom properties of app/globals.css that borders are drawn by; empty where they are ours. They are made of
 * numbers alone. What tells a control from its ground is never thinner than a pixel.
 */
export function borderRules(theme: Theme | null): string {
  const said = theme?.said.borders ?? {};
  const radius = (style: ThemeBorders['buttons_style'] | undefined, rounded: number | undefined) => {
    if (style === 'pill') return PILL;
    if (style === 'sharp') return 0;
    return rounded;
  };
  const line = (weight: number | undefined) => (weight === undefined ? undefined : Math.max(1, weight));
  const sizes = {
    'radius-card': said.widget_corner_radius,
    'radius-button': radius(said.buttons_style, said.button_border_radius),
    'radius-field': radius(said.inputs_style, said.input_border_radius),
    'border-card': said.widget_border_weight,
    'border-button': line(said.button_border_weight),
    'border-field': line(said.input_border_weight),
  };
  const rules = Object.entries(sizes).flatMap(([name, pixels]) =>
    pixels === undefined ? [] : [`--${name}:${pixels}px`],
  );
  if (said.show_widget_shadow === false) rules.push('--shadow-card:none');
  return rules.join(';');
}
