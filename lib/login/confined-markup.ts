// Markup that an operator wrote, as far as it only looks like something: elements and attributes in a list, and nothing that runs,
// sends, loads from elsewhere, or takes what a person types. What is not in the list is left out, and told.
import sanitizeHtml from 'sanitize-html';

/** Paths of ours, by the addresses under which files are named. */
export type FileSources = ReadonlyMap<string, string>;

/** Something that was left out, and how to find it in a source. */
export type Refused = Readonly<{ reason: string; found: RegExp }>;

export type ConfinedMarkup = Readonly<{
  markup: string;
  /** What stood in style elements. */
  styles: string;
  /** Of the body element. */
  bodyClass: string;
}>;

/** The element that stands for the card. */
export const WIDGET = 'auth0-widget';

/** Before every class and custom property of an operator's, so that none is one of ours. */
export const OWN = 'own-';

const ELEMENTS =
  'a abbr address article aside b bdi bdo blockquote br caption cite code col colgroup data dd del details dfn div dl dt em figcaption figure footer h2 h3 h4 h5 h6 header hr i img ins kbd li mark nav ol p pre q s samp section small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr'.split(
    ' ',
  );

/** What there is of a document, which the page writes by itself. Their attributes say nothing here, but for the body's class. */
const DOCUMENT = ['html', 'head', 'body', 'meta', 'title', 'style'];

const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  '*': ['class', 'title', 'lang', 'dir', 'role', 'hidden'],
  a: ['href', 'target', 'rel'],
  img: ['src', 'alt', 'width', 'height', 'loading', 'decoding'],
  td: ['colspan', 'rowspan'],
  th: ['colspan', 'rowspan', 'scope'],
  ol: ['start', 'reversed', 'type'],
  details: ['open'],
  time: ['datetime'],
};

/**
 * @param given.refused is told what was left out
 * @throws {Error} where the card stands within a link, which browsers take apart
 */
export function confineMarkup(
  html: string,
  given: Readonly<{ files: FileSources; refused: Refused[] }>,
): ConfinedMarkup {
  const { files, refused } = given;
  const styles: string[] = [];
  let bodyClass = '';
  let openLinks = 0;
  const markup = sanitizeHtml(html, {
    allowedTags: [...ELEMENTS, WIDGET, 'style'],
    allowVulnerableTags: true,
    // Their content is not shown either. Style sheets are taken out below.
    nonTextTags: [
      'script',
      'style',
      'title',
      'textarea',
      'option',
      'xmp',
      'noscript',
      'template',
      'noembed',
      'noframes',
      'plaintext',
      'svg',
      'math',
      'object',
      'select',
      'iframe',
    ],
    allowedAttributes: { ...withLists(ATTRIBUTES), '*': [...(ATTRIBUTES['*'] ?? []), 'aria-*'] },
    allowedSchemes: ['https', 'mailto', 'tel', 'data'],
    allowedSchemesByTag: { a: ['https', 'mailto', 'tel'] },
    allowProtocolRelative: false,
    nestingLimit: NESTING_MAX,
    onOpenTag(name: string, attributes: Readonly<Record<string, string>>) {
      if (name === 'body') bodyClass = confineClasses(attributes.class ?? '');
      if (name === 'a') openLinks++;
      if (name === WIDGET && openLinks > 0) throw new Error('may not have the card within a link');
      refused.push(...whatIsRefused(name, attributes, files));
    },
    onCloseTag(name: string) {
      if (name === 'a') openLinks--;
    },
    transformTags: {
      '*': (name, attributes) => ({ tagName: name, attribs: confineAttributes(name, attributes, files) }),
    },
    exclusiveFilter(frame) {
      if (frame.tag !== 'style') return false;
      styles.push(frame.text);
      return true;
    },
  });
  return { markup, styles: styles.join('\n'), bodyClass };
}

/** Elements within each other. */
const NESTING_MAX = 64;

function withLists(lists: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, [...list]]));
}

/** Classes under names that none of ours has. */
function confineClasses(classes: string): string {
  return classes
    .split(/\s+/)
    .filter(Boolean)
    .map((name) => OWN + name)
    .join(' ');
}

function confineAttributes(
  name: string,
  attributes: Readonly<Record<string, string>>,
  files: FileSources,
): Record<string, string> {
  if (name === WIDGET) return {};
  const { class: classes, src, href, target, ...others } = attributes;
  return {
    ...others,
    ...(classes !== undefined && { class: confineClasses(classes) }),
    ...(name === 'img' && { src: sourceOf(src, files) ?? '', alt: others.alt ?? '' }),
    ...(href !== undefined && { href }),
    // What is opened is given no hold on this page, and not told of it.
    ...(name === 'a' && { rel: 'noopener noreferrer', ...(target === '_blank' && { target }) }),
  };
}

/** Where a picture is served from: here, or it is in its address. Null: nowhere. */
export function sourceOf(url: string | undefined, files: FileSources): string | null {
  if (url === undefined) return null;
  if (/^\/(?:branding\/[0-9a-f]{64}|favicon\.svg)$/.test(url)) return url;
  if (/^data:image\/(?:png|jpeg|gif|webp|svg\+xml)[;,][\w+/=;,%:.~!*-]*$/i.test(url)) return url;
  return files.get(url) ?? null;
}

function whatIsRefused(
  name: string,
  attributes: Readonly<Record<string, string>>,
  files: FileSources,
): Refused[] {
  if (DOCUMENT.includes(name) && !('http-equiv' in attributes)) return [];
  const element = new RegExp(`<${escaped(name)}\\b`, 'i');
  if (name === WIDGET) return [];
  if (!ELEMENTS.includes(name))
    return [
      {
        reason: `may hold no <${name.slice(0, 32)}>: ${WHY[name] ?? 'a page around a login holds text and pictures'}`,
        found: element,
      },
    ];
  return Object.entries(attributes).flatMap(([attribute, value]) => {
    const found = new RegExp(`${escaped(attribute)}\\s*=`, 'i');
    const isKnown =
      [...(ATTRIBUTES['*'] ?? []), ...(ATTRIBUTES[name] ?? [])].includes(attribute) ||
      attribute.startsWith('aria-');
    if (!isKnown)
      return [{ reason: `may hold no ${attribute.slice(0, 32)} on <${name}>${reasonOf(attribute)}`, found }];
    if (name === 'img' && attribute === 'src' && value !== '' && sourceOf(value, files) === null)
      return [{ reason: 'may show pictures from https addresses alone', found: element }];
    if (attribute === 'href' && value !== '' && !/^(?:https:|mailto:|tel:|#|\/(?!\/))/i.test(value))
      return [{ reason: 'may link to https, mailto and tel addresses alone', found: element }];
    return [];
  });
}

const escaped = (text: string) => text.replaceAll(/[^\w-]/g, '\\$&');

function reasonOf(attribute: string): string {
  if (attribute === 'style') return ': put it into a <style>, with a class';
  if (attribute === 'id') return ': names belong to the login; use a class';
  return attribute.startsWith('on') ? ': nothing here runs' : '';
}

const RUNS = 'nothing here runs';
const ASKS = 'the card alone asks people for something';
const LOADS = 'nothing is loaded from elsewhere';
const WHY: Readonly<Record<string, string>> = {
  script: RUNS,
  noscript: RUNS,
  template: RUNS,
  object: RUNS,
  embed: RUNS,
  iframe: LOADS,
  frame: LOADS,
  link: `${LOADS}; put styles into a <style>`,
  base: 'addresses are of this page',
  form: ASKS,
  input: ASKS,
  button: ASKS,
  select: ASKS,
  textarea: ASKS,
  h1: 'the card has the heading of the page; use <h2>',
  main: 'the card is the main part of the page; use <div>',
  svg: 'show it as a picture, by its https address',
  meta: 'the page says so by itself',
};
