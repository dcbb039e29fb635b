// The look of the login as it is being typed: fields by the names of the management API, as a form holds them or the address of a
// preview. What is not there is as it is kept; what will not do yet is left out of what is shown.
import { inflateRawSync } from 'node:zlib';
import { brandAssetPath } from '@/lib/endpoints/brand-asset';
import { findTextProblem } from '@/lib/login/custom-texts';
import type { Language } from '@/lib/login/languages';
import { PAGE_TEMPLATE_MAX_BYTES } from '@/lib/login/page-template';
import type { BrandAsset, Branding, CustomTexts, Settings } from '@/lib/login/settings';
import { borderRules, OUR_THEME, shownBranding, type ThemeBorders } from '@/lib/login/theme';
import { brandingBody } from '@/lib/management/branding-routes';
import { themeBody } from '@/lib/management/theme-routes';

export const LOOK_FIELDS = [
  'logo_url',
  'favicon_url',
  'font.url',
  'colors.primary',
  'colors.page_background',
] as const;

type LookField = (typeof LOOK_FIELDS)[number];

/** Fields of borders, in the order of the form. */
export const BORDER_FIELDS = Object.keys(OUR_THEME.borders) as (keyof ThemeBorders)[];

/** As a form names it. */
export function borderField(name: keyof ThemeBorders): `borders.${keyof ThemeBorders}` {
  return `borders.${name}`;
}

type Typed = Pick<FormData | URLSearchParams, 'get'>;

const typedValue = (typed: Typed, name: string): string | null => {
  const value = typed.get(name);
  return typeof value === 'string' ? value.trim() : null;
};

/** What the API is asked to keep; an empty field takes a setting back to ours. */
export function lookBody(typed: Typed) {
  const value = (field: LookField) => typedValue(typed, field) || null;
  const font = value('font.url');
  return {
    logo_url: value('logo_url'),
    favicon_url: value('favicon_url'),
    font: font === null ? null : { url: font },
    colors: { primary: value('colors.primary'), page_background: value('colors.page_background') },
  };
}

/** Borders as they are typed, but for those that are ours, or empty, or not there. */
export function bordersBody(typed: Typed) {
  const entries = BORDER_FIELDS.flatMap((name) => {
    const text = typedValue(typed, borderField(name)) ?? '';
    const value = asBorder(name, text);
    return text === '' || value === OUR_THEME.borders[name] ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

function asBorder(name: keyof ThemeBorders, value: string): string | number | boolean {
  if (name === 'buttons_style' || name === 'inputs_style') return value;
  return name === 'show_widget_shadow' ? value === 'true' : Number(value);
}

/** What the API would refuse of it, by field: all of it, where the API says the first alone. */
export function lookProblems(typed: Typed): Readonly<Record<string, string>> {
  const issues = [
    ...(brandingBody.safeParse(lookBody(typed)).error?.issues ?? []),
    ...(themeBody.safeParse({ borders: bordersBody(typed) }).error?.issues ?? []),
  ];
  return Object.fromEntries(issues.map(({ path, message }) => [path.join('.'), message]));
}

/** The look of a preview: colours, and where its files are taken from. */
export type LookDraft = Readonly<{
  colors: Pick<Branding, 'primaryColor' | 'pageBackground'>;
  logoSrc: string | null;
  faviconSrc: string | null;
  fontSrc: string | null;
  borders: string;
}>;

export function draftLook(settings: Pick<Settings, 'branding' | 'theme'>, typed: Typed): LookDraft {
  const kept = shownBranding(settings);
  const problems = lookProblems(typed);
  const given = brandingBody.safeParse(lookBody(only(typed, problems))).data;
  const color = (field: 'primary' | 'page_background', now: string | undefined) =>
    typedValue(typed, `colors.${field}`) === null || problems[`colors.${field}`] !== undefined
      ? now
      : (given?.colors?.[field] ?? undefined);
  const source = (field: LookField, asset: BrandAsset | undefined) => {
    const url = typedValue(typed, field);
    const isKept = url === null || url === asset?.url || problems[field] !== undefined;
    if (isKept) return asset === undefined ? null : brandAssetPath(asset.id);
    return url === '' ? null : cssSafe(url);
  };
  const primaryColor = color('primary', kept.primaryColor);
  const pageBackground = color('page_background', kept.pageBackground);
  return {
    colors: {
      ...(primaryColor !== undefined && { primaryColor }),
      ...(pageBackground !== undefined && { pageBackground }),
    },
    logoSrc: source('logo_url', kept.logo),
    faviconSrc: source('favicon_url', kept.favicon),
    fontSrc: source('font.url', kept.font),
    borders: borderRules(draftTheme(settings, only(typed, problems))),
  };
}

function draftTheme({ theme }: Pick<Settings, 'theme'>, typed: Typed): Settings['theme'] {
  const kept = Object.entries(theme?.said.borders ?? {}).filter(
    ([name]) => typed.get(borderField(name as keyof ThemeBorders)) === null,
  );
  return { said: { borders: { ...Object.fromEntries(kept), ...bordersBody(typed) } } };
}

/** What was typed without what will not do. */
function only(typed: Typed, problems: Readonly<Partial<Record<string, string>>>): Typed {
  return { get: (name: string) => (problems[name] === undefined ? typed.get(name) : null) };
}

/** An address in a style sheet: nothing in it ends what it stands in. */
function cssSafe(url: string): string {
  return new URL(url).href.replace(
    /[()'"\\;{}<>]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** Texts of one prompt as a form holds them: `screen/name`. Empty ones are ours. */
export function typedTexts(typed: Iterable<readonly [string, FormDataEntryValue]>) {
  const screens: Record<string, Record<string, string>> = {};
  for (const [field, value] of typed) {
    const [, screen, name] = TEXT_FIELD.exec(field) ?? [];
    if (screen === undefined || name === undefined || typeof value !== 'string') continue;
    if (value.trim() !== '') screens[screen] = { ...screens[screen], [name]: value.trim() };
  }
  return screens;
}

/** The name of a text's field. */
export function textField(screen: string, name: string): string {
  return `${screen}/${name}`;
}

const TEXT_FIELD = /^([a-z-]+)\/([\w-]+)$/i;

/** What the API would refuse of them, by field. */
export function textProblems(
  prompt: string,
  screens: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Readonly<Record<string, string>> {
  const problems = Object.entries(screens).flatMap(([screen, texts]) =>
    Object.entries(texts).flatMap(([name, text]) => {
      const problem = findTextProblem(prompt, { [screen]: { [name]: text } });
      return problem === null ? [] : [[textField(screen, name), problem.sentence]];
    }),
  );
  return Object.fromEntries(problems);
}

/** The words of a preview: those that are kept, with those of one prompt and language as they are typed. */
export function draftTexts(
  { customTexts }: Pick<Settings, 'customTexts'>,
  { language, query }: { language: Language; query: URLSearchParams },
): CustomTexts {
  const prompt = query.get('prompt');
  if (prompt === null) return customTexts;
  const kept = customTexts[language]?.[prompt] ?? {};
  const screens: Record<string, Record<string, string>> = structuredClone(kept);
  for (const [field, text] of query) {
    const [, screen, name] = TEXT_FIELD.exec(field) ?? [];
    if (screen === undefined || name === undefined) continue;
    const { [name]: _, ...others } = screens[screen] ?? {};
    const fits =
      text.trim() !== '' && findTextProblem(prompt, { [screen]: { [name]: text.trim() } }) === null;
    screens[screen] = fits ? { ...others, [name]: text.trim() } : others;
  }
  return { ...customTexts, [language]: { ...customTexts[language], [prompt]: screens } };
}

/** The page template of a preview: as it is typed, where that came along, else as it is kept; null for none. */
export function draftTemplate(
  { pageTemplate }: Pick<Settings, 'pageTemplate'>,
  query: URLSearchParams,
): Settings['pageTemplate'] {
  const packed = query.get('template');
  if (packed === null) return pageTemplate;
  const source = unpack(packed);
  return source === null || source.trim() === '' ? null : { source, files: pageTemplate?.files ?? [] };
}

/** Text that a script of the console packed: deflated, in base64url. */
function unpack(packed: string): string | null {
  try {
    const bytes = inflateRawSync(Buffer.from(packed, 'base64url'), {
      maxOutputLength: PAGE_TEMPLATE_MAX_BYTES,
    });
    return bytes.toString('utf8');
  } catch {
    return null;
  }
}
