// Styles that an operator wrote, as far as they reach their own markup alone: none of their rules holds for the card or anything in
// it, none of their layers lies above it, and nothing is loaded from elsewhere.
import postcss, { type AtRule, type Declaration, type Root, type Rule } from 'postcss';
import selectorParser, { type Selector } from 'postcss-selector-parser';
import { type FileSources, OWN, type Refused, sourceOf } from './confined-markup';

/** What they may be grouped by. Frames of an animation have no selectors. */
const AT_RULES = ['media', 'supports', 'container', 'keyframes', '-webkit-keyframes', 'font-face'];

/** Lower than the card, whatever the markup. */
const Z_INDEX_MAX = 999;

/** The card, and all that is in it: at the end of every selector. */
const OUTSIDE = ':not(:where(.page,.page *))';

/** @throws {Error} with the line of the styles that cannot be read */
export function confineStyles(
  css: string,
  { files, refused }: Readonly<{ files: FileSources; refused: Refused[] }>,
): string {
  if (css.trim() === '') return '';
  const root = postcss.parse(css);
  const leaveOut = (node: AtRule | Declaration | Rule, reason: string, found: string) => {
    refused.push({ reason, found: new RegExp(found.replaceAll(/[^\w-]/g, '\\$&'), 'i') });
    node.remove();
  };
  root.walkComments((comment) => {
    comment.remove();
  });
  // Written anew from what was read. What stood in between was read by nobody.
  root.raws = {};
  root.walk((node) => {
    node.raws = {};
  });
  root.walkAtRules((rule) => {
    if (!AT_RULES.includes(rule.name.toLowerCase()))
      leaveOut(rule, `may hold no @${rule.name.slice(0, 32)} in its styles`, `@${rule.name}`);
    else if (!namesOf(rule).every((name) => PLAIN_NAME.test(name)))
      leaveOut(rule, 'may name fonts and animations by plain letters and digits', `@${rule.name}`);
  });
  const named = ownNames(root);
  root.walkRules((rule) => {
    if (!isFrame(rule)) rule.selector = OUTSIDE_OF_CARD.processSync(rule.selector);
  });
  root.walkDecls((declaration) => {
    const problem = confineDeclaration(declaration, { files, named });
    if (problem !== null) leaveOut(declaration, problem, declaration.prop);
  });
  root.walk((node) => {
    if (node.type === 'comment' || endsWhereItIsRead(textOf(node))) return;
    leaveOut(node, 'may hold no { } ; or line end within a text or a value of its styles', textOf(node));
  });
  const confined = root.toString();
  // Nothing that ends what it stands in.
  if (/<[/!]/.test(confined)) throw new Error('may hold no </ in its styles');
  return confined;
}

/** What is written of a node besides braces, colons and semicolons. */
function textOf(node: AtRule | Declaration | Rule): string {
  if (node.type === 'rule') return node.selector;
  return node.type === 'atrule' ? node.params : `${node.prop} ${node.value}`;
}

/**
 * Whether every browser sees its end where the reader here does. They disagree on texts that go over a line, on blocks in custom
 * properties outside of a rule, and on addresses in selectors; what one takes for a value is a rule for the other.
 */
function endsWhereItIsRead(text: string): boolean {
  return !/[{}]/.test(text) && !/["';]|\/\*/.test(text.replaceAll(TEXT_ON_A_LINE, ''));
}

const TEXT_ON_A_LINE = /(["'])(?:(?!\1)[^\\\n\r\f]|\\[^\n\r\f])*\1/g;

const PLAIN_NAME = /^[\w -]+$/;

/** Animations and fonts that a rule defines. */
function namesOf(rule: AtRule): string[] {
  if (/keyframes$/i.test(rule.name)) return [bare(rule.params)];
  const names: string[] = [];
  if (rule.name.toLowerCase() === 'font-face')
    rule.walkDecls(/^font-family$/i, ({ value }) => void names.push(bare(value)));
  return names;
}

/** Gives them names of their own, none of which is one of ours; finds them where they are used. */
function ownNames(root: Root): RegExp | null {
  const names: string[] = [];
  root.walkAtRules((rule) => {
    names.push(...namesOf(rule));
    if (/keyframes$/i.test(rule.name)) rule.params = OWN + bare(rule.params);
  });
  const known = names.map((name) => name.replaceAll('-', '\\-')).join('|');
  return known === '' ? null : new RegExp(`(?<![\\w-])(["']?)(${known})\\1(?![\\w-])`, 'gi');
}

const bare = (name: string) => name.trim().replace(/^(["'])(.*)\1$/, '$2');

function isFrame({ parent }: Rule): boolean {
  return parent?.type === 'atrule' && /keyframes$/i.test((parent as AtRule).name);
}

const OUTSIDE_OF_CARD = selectorParser((selectors) => {
  selectors.walkClasses((node) => {
    node.value = OWN + node.value;
  });
  selectors.each((selector) => {
    const last = endOf(selector);
    const outside = selectorParser.pseudo({ value: OUTSIDE });
    if (last === undefined) selector.append(outside);
    else selector.insertBefore(last, outside);
  });
});

/** The pseudo-element that a selector ends with, if any: what is said of its element stands before it. */
function endOf(selector: Selector) {
  return selector.nodes.find((node) => selectorParser.isPseudoElement(node));
}

/** What is wrong with it, or null where it will do as it now is. */
function confineDeclaration(
  declaration: Declaration,
  { files, named }: { files: FileSources; named: RegExp | null },
): string | null {
  const { prop, value } = declaration;
  const isDefined = named !== null && /(?:animation(?:-name)?|font(?:-family)?)$/i.test(prop);
  if (prop.startsWith('--')) declaration.prop = `--${OWN}${prop.slice(2)}`;
  // By an escape anything can be written as something else. What a pseudo-element says is shown and no more.
  if (/\\/.test(prop) || (/\\/.test(value) && (prop.toLowerCase() !== 'content' || value.includes('('))))
    return 'may hold no \\ in its styles, but for the text of content';
  if (
    /(?:image-set|src|image|cross-fade|element|expression)\s*\(/i.test(value) ||
    /^(?:behavior|-moz-binding)$/i.test(prop)
  )
    return `may say no such ${prop.slice(0, 32)} in its styles`;
  if (
    /^z-index$/i.test(prop) &&
    !(/^-?\d+$|^auto$/.test(value) && Number(value === 'auto' ? 0 : value) <= Z_INDEX_MAX)
  )
    return `may say a z-index of ${Z_INDEX_MAX} at most`;
  let isFromElsewhere = /url\s*\(/i.test(value.replaceAll(URL_OF, ''));
  declaration.value = (isDefined ? value.replaceAll(named, ownName) : value)
    .replaceAll(/var\(\s*--/g, `var(--${OWN}`)
    .replaceAll(URL_OF, (_, _quote, url: string) => {
      const source = sourceOf(url, files);
      if (source === null) isFromElsewhere = true;
      return `url("${source}")`;
    });
  return isFromElsewhere ? 'may show pictures and fonts from https addresses alone' : null;
}

const URL_OF = /url\(\s*(["']?)(.*?)\1\s*\)/gi;

/** Names of fonts are texts; those of animations are words, whatever they were. */
const ownName = (_: string, _quote: string, name: string) =>
  name.includes(' ') ? `"${OWN}${name}"` : OWN + name;
