// The operator's page around the card of every login page: a Liquid document with the two tags that Auth0 has, `auth0:head` and
// `auth0:widget`. It gives markup and styles that can do nothing but look like something; who signs in does so in the card, which
// it neither sees nor reaches (docs/decisions/0051). auth0-contract §6.1.
import { Context, type Liquid, Tag, type TagToken, type TopLevelToken, toValueSync } from 'liquidjs';
import { confineMarkup, type FileSources, type Refused, WIDGET } from './confined-markup';
import { confineStyles } from './confined-styles';
import type { Language } from './languages';
import {
  atStart,
  createLiquidEngine,
  limitedOutput,
  NOW,
  problemOf,
  RENDER_LIMIT_MS,
  type TemplateProblem,
} from './liquid-engine';

/** Bytes of UTF-8 that a template may have. @see auth0-contract §5.5 */
export const PAGE_TEMPLATE_MAX_BYTES = 102_400;
/** Characters that may come of it. */
const OUTPUT_MAX_LENGTH = 204_800;

/** A screen, by Auth0's names of prompt and screen. */
export type PageScreen = Readonly<{ prompt: string; screen: string }>;

/** What a page tells its template. @see auth0-contract §6.1 */
export type PageContext = Readonly<{
  /** Null on a page that belongs to no application. */
  application: Readonly<{ id: string; name: string }> | null;
  /** Paths and colours as they are served; null where nothing was set. */
  branding: Readonly<{ logoSrc: string | null; primary: string | null; pageBackground: string | null }>;
  tenant: Readonly<{
    friendlyName: string | null;
    supportEmail: string | null;
    supportUrl: string | null;
    locales: readonly string[];
  }>;
  language: Language;
  direction: 'ltr' | 'rtl';
  /** Of the issuer, with its port where it has one. */
  host: string;
}> &
  PageScreen;

/** A page around a card: markup in which {@link WIDGET} stands for the card, and the styles that belong to it. */
export type RenderedPage = Readonly<{ markup: string; styles: string; bodyClass: string }>;

export type RenderedTemplate =
  | (RenderedPage & { readonly kind: 'rendered' })
  | Readonly<{ kind: 'broken'; problem: TemplateProblem }>;

/** The class of a body whose card has the page's own place, in the middle of the window. As Auth0 writes it. */
export const AUTO_LAYOUT = '_widget-auto-layout';

/**
 * What a template comes to. Never throws.
 *
 * @param given.files paths of ours, by the addresses that the template names them with
 * @param given.now the time it is told
 */
export function renderPageTemplate(
  source: string,
  given: { context: PageContext; files: FileSources; now: Date; limitMs?: number },
): RenderedTemplate {
  const refused: Refused[] = [];
  return render(source, { limitMs: RENDER_LIMIT_MS.using, ...given, refused });
}

/** What is wrong with a template before anybody sees anything of it, or null. */
export function checkPageTemplate(source: string, now: Date): TemplateProblem | null {
  const problem = findSizeProblem(source) ?? findUnknownName(source) ?? findMissingTag(source);
  if (problem !== null) return problem;
  // What is named is fetched later: here any address is as good as one that was.
  const files = new Map(namedFiles(source).map((url) => [url, '/']));
  for (const context of SAMPLES) {
    const refused: Refused[] = [];
    const rendered = render(source, { context, files, now, limitMs: RENDER_LIMIT_MS.saving, refused });
    // An element that is left out may have taken the card with it.
    const [first] = refused;
    if (first !== undefined) return { reason: first.reason, line: lineOf(source, first.found), column: 1 };
    if (rendered.kind === 'broken') return rendered.problem;
  }
  return null;
}

/** Addresses of pictures and fonts that a template names, each once. */
export function namedFiles(source: string): string[] {
  const named = source.matchAll(/(?:\bsrc\s*=\s*["']?|\burl\(\s*["']?)(https:\/\/[^\s"'()<>{}\\]+)/gi);
  return [...new Set([...named].map(([, url = '']) => url))];
}

type Given = Readonly<{
  context: PageContext;
  files: FileSources;
  now: Date;
  limitMs: number;
  refused: Refused[];
}>;

function render(source: string, given: Given): RenderedTemplate {
  try {
    const { markup, bodyClass, styles } = confineMarkup(renderLiquid(source, given), given);
    const widgets = markup.split(`<${WIDGET}>`).length - 1;
    if (widgets !== 1) {
      return {
        kind: 'broken',
        problem: atStart('must show {%- auth0:widget -%} once, where text may stand'),
      };
    }
    return { kind: 'rendered', markup, bodyClass, styles: confineStyles(styles, given) };
  } catch (error) {
    return { kind: 'broken', problem: problemOf(error) };
  }
}

function findSizeProblem(source: string): TemplateProblem | null {
  if (Buffer.byteLength(source) > PAGE_TEMPLATE_MAX_BYTES)
    return atStart(`may hold ${PAGE_TEMPLATE_MAX_BYTES} bytes at most`);
  return /[\0\p{Cs}]/u.test(source) ? atStart('must be whole characters other than NUL') : null;
}

/** The line on which something first stands; the first where a template puts it together by itself. */
function lineOf(source: string, found: RegExp): number {
  const at = source.search(found);
  return at === -1 ? 1 : source.slice(0, at).split('\n').length;
}

// ---- Names ----------------------------------------------------------------------------------------------------------

/** What a template sees: fresh each time, because tags such as `increment` write to it. */
function scopeOf({ application, branding, tenant, language, direction, host, prompt, screen }: PageContext) {
  return {
    application: {
      id: application?.id ?? null,
      name: application?.name ?? null,
      // Of another host, which would be told of every visit.
      logo_url: null,
    },
    branding: {
      logo_url: branding.logoSrc,
      colors: { primary: branding.primary, page_background: branding.pageBackground },
    },
    tenant: {
      friendly_name: tenant.friendlyName,
      support_email: tenant.supportEmail,
      support_url: tenant.supportUrl,
      enabled_locales: [...tenant.locales],
    },
    locale: language,
    dir: direction,
    prompt: { name: prompt, screen: { name: screen } },
    custom_domain: { domain: host },
  };
}

/** There and empty: nobody is known before they have signed in, and organisations not at all. */
const EMPTY = ['user', 'organization'];

const NAMES = [
  'application.id',
  'application.name',
  'application.logo_url',
  'branding.logo_url',
  'branding.colors.primary',
  'branding.colors.page_background',
  'tenant.friendly_name',
  'tenant.support_email',
  'tenant.support_url',
  'tenant.enabled_locales',
  'locale',
  'dir',
  'prompt.name',
  'prompt.screen.name',
  'prompt.screen.texts',
  'custom_domain.domain',
];

/** Some hold more, whatever it is called. */
const OPEN = ['tenant.enabled_locales', 'prompt.screen.texts'];

/** Looks at all branches, also those that no page takes. */
function findUnknownName(source: string): TemplateProblem | null {
  try {
    const { globals } = ENGINE.analyzeSync(ENGINE.parse(source), { partials: false });
    for (const variable of Object.values(globals).flat()) {
      const path = variable.segments.map(String).join('.');
      const isKnown =
        EMPTY.includes(String(variable.segments[0])) ||
        NAMES.some((name) => name === path || name.startsWith(`${path}.`)) ||
        OPEN.some((name) => path.startsWith(`${name}.`));
      if (isKnown) continue;
      const { row, col } = variable.location;
      return {
        reason: `there is no ${`${variable}`.slice(0, 64)}; there are ${NAMES.join(', ')}`,
        line: row,
        column: col,
      };
    }
    return null;
  } catch (error) {
    return problemOf(error);
  }
}

// ---- Liquid ---------------------------------------------------------------------------------------------------------

const TAG = /\{%-?\s*auth0:(head|widget)\s*-?%\}/g;

/** Each has to be there once. */
function findMissingTag(source: string): TemplateProblem | null {
  const found = [...source.matchAll(TAG)];
  for (const name of ['head', 'widget']) {
    const [first, second] = found.filter(([, each]) => each === name);
    if (first === undefined) return atStart(`must hold {%- auth0:${name} -%}`);
    if (second === undefined) continue;
    const line = source.slice(0, second.index).split('\n').length;
    return { reason: `may hold {%- auth0:${name} -%} once only`, line, column: 1 };
  }
  return null;
}

/** Both of Auth0's tags. Our own part of the head is written by the page itself. */
class Auth0Tag extends Tag {
  readonly part: string;
  constructor(token: TagToken, rest: TopLevelToken[], liquid: Liquid) {
    super(token, rest, liquid);
    this.part = token.args.trim();
    if (this.part !== ':head' && this.part !== ':widget')
      throw new Error('there are {%- auth0:head -%} and {%- auth0:widget -%}');
  }
  render(): string {
    return this.part === ':widget' ? `<${WIDGET}></${WIDGET}>` : '';
  }
}

const ENGINE = createLiquidEngine({ parseLimit: PAGE_TEMPLATE_MAX_BYTES, escapes: true });
ENGINE.registerTag('auth0', Auth0Tag);

/** The last template that was parsed, which is the next one too. */
let parsed: { source: string; templates: ReturnType<typeof ENGINE.parse> } | null = null;

function renderLiquid(source: string, { context, now, limitMs }: Given): string {
  if (parsed?.source !== source) parsed = { source, templates: ENGINE.parse(source) };
  const state = new Context(
    scopeOf(context),
    ENGINE.options,
    { sync: true, renderLimit: limitMs },
    { liquid: ENGINE },
  );
  state.setRegister(NOW, now);
  const output = limitedOutput(OUTPUT_MAX_LENGTH);
  toValueSync(ENGINE.renderer.renderTemplates(parsed.templates, state, output));
  return output.buffer;
}

// ---- Samples --------------------------------------------------------------------------------------------------------

const SAMPLE: PageContext = {
  application: { id: 'q83vASNFZ4mrze8BI0VniQ', name: 'Example' },
  branding: { logoSrc: '/favicon.svg', primary: '#0a5fd9', pageBackground: '#f6f6f4' },
  tenant: {
    friendlyName: 'Acme',
    supportEmail: 'help@example.com',
    supportUrl: 'https://example.com/help',
    locales: ['en', 'ar'],
  },
  language: 'en',
  direction: 'ltr',
  host: 'login.example.com',
  prompt: 'login-id',
  screen: 'login-id',
};

const SAMPLES: readonly PageContext[] = [
  SAMPLE,
  {
    ...SAMPLE,
    application: null,
    branding: { logoSrc: null, primary: null, pageBackground: null },
    tenant: { friendlyName: null, supportEmail: null, supportUrl: null, locales: ['ar'] },
    language: 'ar',
    direction: 'rtl',
    prompt: 'login-passwordless',
    screen: 'login-passwordless-email-code',
  },
];
