// The operator's page around the cards: what it may hold, what is left of what it may not, and that it gives out.
import { describe, expect, it } from 'vitest';
import {
  checkPageTemplate,
  namedFiles,
  type PageContext,
  renderPageTemplate,
} from '@/lib/login/page-template';

const NOW = new Date('2026-11-29T10:00:00Z');
const around = (body: string, head = '') =>
  `<!DOCTYPE html>\n<html><head>{%- auth0:head -%}${head}</head>\n<body>${body}</body></html>`;
const WIDGET = '{%- auth0:widget -%}';

const CONTEXT: PageContext = {
  application: { id: 'shop', name: 'Shop & <b>Sons</b>' },
  branding: { logoSrc: `/branding/${'a'.repeat(64)}`, primary: '#0a5fd9', pageBackground: null },
  tenant: { friendlyName: 'Acme', supportEmail: null, supportUrl: null, locales: ['en', 'ar'] },
  language: 'ar',
  direction: 'rtl',
  host: 'login.acme.test',
  prompt: 'login-id',
  screen: 'login-id',
};
const PICTURE = 'https://cdn.acme.test/p.png';
const FILES = new Map([[PICTURE, `/branding/${'b'.repeat(64)}`]]);

const render = (source: string, files: ReadonlyMap<string, string> = FILES) =>
  renderPageTemplate(source, { context: CONTEXT, files, now: NOW });
function shown(source: string) {
  const rendered = render(source);
  if (rendered.kind === 'broken') throw new Error(JSON.stringify(rendered.problem));
  return rendered;
}
const problemOf = (source: string) => {
  const problem = checkPageTemplate(source, NOW);
  return problem && `${problem.line}: ${problem.reason}`;
};

describe('a page template', () => {
  it('is told whose sign-in it is, in which language, on which screen, and nothing is markup', () => {
    const { markup, bodyClass } = shown(
      `<html><head>{%- auth0:head -%}<title>Hi</title></head><body class="_widget-auto-layout {{ dir }}">
{{ application.name }}|{{ branding.colors.primary }}|{{ tenant.enabled_locales | join: '+' }}|{{ locale }}|{{ prompt.screen.name }}|{{ custom_domain.domain }}|{{ user.email }}|{{ 'now' | date: '%Y' }}
<img src="{{ branding.logo_url }}">${WIDGET}</body></html>`,
    );
    expect(markup).toContain(
      'Shop &amp; &lt;b&gt;Sons&lt;/b&gt;|#0a5fd9|en+ar|ar|login-id|login.acme.test||2026',
    );
    expect(markup).toContain(`<img src="/branding/${'a'.repeat(64)}" alt="" />`);
    expect(markup).not.toContain('Hi');
    expect(bodyClass).toBe('own-_widget-auto-layout own-rtl');
  });

  it.each([
    ['no widget', '<html>{%- auth0:head -%}</html>', '1: must hold {%- auth0:widget -%}'],
    ['no head', `<p>\n${WIDGET}`, '1: must hold {%- auth0:head -%}'],
    ['two widgets', around(`${WIDGET}\n${WIDGET}`), '4: may hold {%- auth0:widget -%} once only'],
    ['a widget in a comment', around(`<!-- ${WIDGET} -->`), /must show .* once, where text may stand/],
    ['a widget in an attribute', around(`<p title="${WIDGET}">`), /must show .* once/],
    [
      'a widget that comes and goes',
      around(`{% if locale == 'ar' %}${WIDGET}{% endif %}`),
      /must show .* once/,
    ],
    ['a widget of its own', around(`<auth0-widget class="x"></auth0-widget>${WIDGET}`), /must show .* once/],
    ['a widget in a link', around(`<a href="https://evil.test">${WIDGET}</a>`), /within a link/],
    ['a tag without an end', around(`${WIDGET}\n{% if locale %}`), /^4: tag .*if locale.* not closed/],
    [
      'a variable nobody fills in',
      around(`${WIDGET}\n\n{{ password }}`),
      /^5: there is no password; there are app/,
    ],
    ['a file', around(`{% include '/etc/passwd' %}${WIDGET}`), /tag "include" not found/],
    ['too much', around(WIDGET + 'a'.repeat(102_400)), '1: may hold 102400 bytes at most'],
    ['styles that cannot be read', around(WIDGET, '<style>a { color: red</style>'), /Unclosed block/],
  ])('is refused with its line where it has %s', (_, source, sentence) => {
    expect(problemOf(source)).toMatch(sentence);
  });

  const HOSTILE: [string, string, RegExp][] = [
    ['script', '<script>alert(1)</script>', /may hold no <script>: nothing here runs/],
    ['handlers', '<p onclick="alert(1)">x</p>', /may hold no onclick on <p>: nothing here runs/],
    [
      'forms',
      '<form action="https://evil.test"><input name="code"></form>',
      /no <form>: the card alone asks/,
    ],
    ['fields', '<input autofocus>', /no <input>/],
    ['buttons', '<button formaction="https://evil.test">x</button>', /no <button>/],
    ['text that is typed', '<p contenteditable>x</p>', /no contenteditable on <p>/],
    ['frames', '<iframe src="https://evil.test"></iframe>', /no <iframe>/],
    ['objects', '<object data="x"></object><embed src="x">', /no <object>/],
    ['drawings', '<svg onload="alert(1)"><script>1</script></svg>', /no <svg>/],
    ['style sheets of others', '<link rel="stylesheet" href="https://evil.test/a.css">', /no <link>/],
    ['other bases', '<base href="https://evil.test/">', /no <base>/],
    ['refreshes', '<meta http-equiv="refresh" content="0;url=https://evil.test">', /no <meta>/],
    ['addresses that run', '<a href="java\tscript:alert(1)">x</a>', /link to https, mailto and tel/],
    ['pictures of others', '<img src="http://evil.test/x.png">', /pictures from https addresses alone/],
    ['endpoints as pictures', '<img src="/v2/logout">', /pictures from https addresses alone/],
    ['styles that have no nonce', '<p style="color:red">x</p>', /no style on <p>: put it into a <style>/],
    ['names of ours', '<p id="lead">x</p>', /no id on <p>/],
    ['layers above all others', '<p popover>x</p><dialog open>x</dialog>', /no popover on <p>/],
  ];
  it.each(HOSTILE)('ADM-4, HDR-1: may hold no %s', (_, markup, sentence) => {
    expect(problemOf(around(`${WIDGET}${markup}`))).toMatch(sentence);
  });

  it('ADM-4: what Liquid puts together is left out all the same', () => {
    const hostile = HOSTILE.map(([, markup]) => markup.replace('<', '{% assign o = "<" %}{{ o }}')).join('');
    // Values are escaped; what is captured is not, and what is written is not.
    const { markup } = shown(
      around(
        `{% capture a %}${HOSTILE.map(([, each]) => each).join('')}{% endcapture %}{{ a }}${hostile}${WIDGET}`,
      ),
    );
    expect(markup.replaceAll(/&lt;.*?&gt;/gs, '')).not.toMatch(
      /<(?:script|form|input|button|iframe|object|embed|svg|link|base|meta|dialog)|\son\w+=|style=|href="java|src="[^"]*(?:evil|logout)| id=|contenteditable|popover/i,
    );
  });

  it.each([
    ['<noscript><p title="</noscript><img src=x onerror=alert(1)>">', 'noscript'],
    [
      '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
      'math',
    ],
    ['<title><a title="</title><img src=x onerror=alert(1)>">', 'title'],
    ['<xmp><p title="</xmp><script>alert(1)</script>">', 'xmp'],
    ['<svg></p><style><a title="</style><img src=1 onerror=alert(1)>">', 'svg'],
  ])('ADM-4: markup that is read in two ways is harmless in either: %s', (markup) => {
    const { markup: left, styles } = shown(around(`${WIDGET}${markup}`));
    expect(left.replaceAll(/"[^"]*"|&lt;.*?&gt;/g, '')).not.toMatch(/onerror|<script|<style/);
    expect(styles).not.toContain('</');
  });

  it.each([
    ['{% for i in (1..99999999) %}x{% endfor %}', 'a loop without end'],
    ['{% for i in (1..9999) %}{% for j in (1..9999) %}{% endfor %}{% endfor %}', 'loops within each other'],
    [
      '{% assign a = "aaaaaaaaaa" %}{% for i in (1..30) %}{% assign a = a | append: a %}{% endfor %}',
      'words that double',
    ],
    [`{% for i in (1..3000) %}${'a'.repeat(100)}{% endfor %}`, 'a page that is too long'],
    [`${'<div>'.repeat(5000)}`, 'markup within markup'],
  ])('MSG-5: gives out soon, and takes nothing down: %s', (body) => {
    const began = performance.now();
    const rendered = render(around(body + WIDGET));
    expect(performance.now() - began).toBeLessThan(2000);
    expect(rendered.kind).toBe('broken');
  });

  it('MSG-5: has its variables and nothing else', () => {
    const { markup } = shown(
      around(`[{{ application.constructor }}{{ prompt.__proto__ }}{{ this }}{{ process }}]${WIDGET}`),
    );
    expect(markup).toContain('[]');
  });
});

describe('styles of a page template', () => {
  const stylesOf = (css: string) =>
    shown(around(WIDGET, `<style>${css}</style>`)).styles.replaceAll(/\s+/g, ' ');
  const refusalOf = (css: string) => problemOf(around(WIDGET, `<style>${css}</style>`));

  it('hold for their own markup, and for nothing of the card', () => {
    const css = stylesOf(
      '.card, a:hover > .x::before { color: red } @media (width < 30rem) { * { top: 0 } }',
    );
    expect(css).toContain(
      '.own-card:not(:where(.page,.page *)), a:hover > .own-x:not(:where(.page,.page *))::before { color: red }',
    );
    expect(css).toContain('*:not(:where(.page,.page *)) { top: 0 }');
    expect(stylesOf(':root { --brand: red; color: var(--brand) }')).toContain(
      '{ --own-brand: red; color: var(--own-brand) }',
    );
    expect(stylesOf('@keyframes k { from { top: 0 } 50% { top: 1px } }')).toContain('from { top: 0 }');
    expect(
      stylesOf(
        '@keyframes turn { to { top: 0 } } @font-face { font-family: "Segoe UI"; src: local(x) } a { animation: turn 1s; font: 1rem Segoe UI, Arial }',
      ),
    ).toMatch(
      /@keyframes own-turn .*font-family: "own-Segoe UI".*animation: own-turn 1s; font: 1rem "own-Segoe UI", Arial/,
    );
    const { markup } = shown(around(`<p class="card page">x</p>${WIDGET}`));
    expect(markup).toContain('class="own-card own-page"');
  });

  it.each([
    ['a { background: url(http://evil.test/x) }', /pictures and fonts from https addresses alone/],
    ['a { background: url(//evil.test/x) }', /https addresses alone/],
    ['a { background: url("https://evil.test/x" x) }', /https addresses alone/],
    ['a { background: url(/v2/logout) }', /https addresses alone/],
    ['a { background: u\\72l(https://evil.test/x) }', /may hold no \\ in its styles/],
    ['a { background: image-set("https://evil.test/x" 1x) }', /may say no such background/],
    ['@import "https://evil.test/x.css";', /may hold no @import/],
    ['@layer base { a { color: red } }', /may hold no @layer/],
    ['@font-face { font-family: "A\u2028"; src: local(x) }', /by plain letters and digits/],
    ['a { z-index: 9/**/999 }', /z-index of 999 at most/],
    ['a { z-index: 2147483647 }', /z-index of 999 at most/],
    ['a { z-index: calc(9999) }', /z-index of 999 at most/],
  ])('ADM-4, HDR-1: load nothing from elsewhere and lie above nothing: %s', (css, sentence) => {
    expect(refusalOf(css)).toMatch(sentence);
    expect(stylesOf(`${css} b { color: red }`)).not.toMatch(/evil|logout|@import|@layer|9999|2147483647/);
  });

  it.each([
    ['a { content: "\n} .card { display: none } b { x: " }'],
    ["a { content: '\f} .card { display: none } b { x: ' }"],
    ['--x: {} .card { display: none }'],
    ['@media all { --x: {} .card { display: none } }'],
    ['@supports "\n;.card, [x=\'"{ color: red }'],
    ['a:is(\\75rl(a"b) {} .card { display: none } x")) { color: red }'],
    ['@media \\75rl(a"b) {} .card { display: none } x" { a { color: red } }'],
  ])('ADM-4: end where every browser sees their end: %j', (css) => {
    expect(refusalOf(css)).toMatch(/may hold no \{ \} ; or line end within/);
    expect(stylesOf(`${css} b { color: red }`)).not.toContain('.card');
  });

  it('ADM-4: are written anew, without what nobody read', () => {
    expect(stylesOf('a { x "\n} .card { display: none } b { y " : z }')).toBe(
      'a:not(:where(.page,.page *)) { x: z }',
    );
  });

  it('show what is served from here in the place of what they name', () => {
    expect(
      namedFiles(around(`<img src='${PICTURE}'>${WIDGET}`, `<style>a{b:url("${PICTURE}")}</style>`)),
    ).toEqual([PICTURE]);
    expect(stylesOf(`a { background: url("${PICTURE}") }`)).toContain(`url("/branding/${'b'.repeat(64)}")`);
    expect(shown(around(`<img src="${PICTURE}" alt="Us">${WIDGET}`)).markup).toContain(
      `<img alt="Us" src="/branding/${'b'.repeat(64)}" />`,
    );
  });
});
