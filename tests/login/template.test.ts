// Templates of operators: what they may say, what they can never do, and how soon that is known.
import { describe, expect, it } from 'vitest';
import {
  checkTemplate,
  renderTemplate,
  TEMPLATE_MAX_LENGTH,
  type Template,
  type TemplateVariables,
} from '@/lib/login/template';
import { startComputing } from '@/tests/harness/computing-time';

const variables: TemplateVariables = {
  code: '482913',
  link: 'https://login.acme.test/passwordless/link/abc?a=1&b=2',
  send: 'both',
  email: "o'brien@x.test",
  phoneNumber: '+15550100200',
  applicationName: 'Acme & Sons',
  requestLanguage: 'fr-CA,fr;q=0.8',
  operation: null,
};
const now = new Date('2026-11-20T14:02:31Z');

type Changes = Partial<TemplateVariables> & Partial<Pick<Template, 'context' | 'syntax'>>;

function fill(source: string, { context = 'html', syntax = 'liquid', ...changes }: Changes = {}) {
  return renderTemplate({ source, context, syntax }, { variables: { ...variables, ...changes }, now });
}

/** The text of a template that is expected to work. */
function textOf(source: string, changes: Changes = {}): string {
  const rendered = fill(source, changes);
  if (rendered.kind === 'broken') throw new Error(rendered.problem.reason);
  return rendered.text;
}

describe('a template in Liquid', () => {
  it('is given what Auth0 documents', () => {
    const source = [
      '{{ code }} {{ password }} {{ link }} {{ application.name }} {{ request_language }} {{ email }}',
      '{{ phone_number }} {{ send }} {% if operation == null %}none{% endif %}{{ organization.name }}',
    ].join(' ');
    expect(textOf(source, { context: 'text' })).toBe(
      `482913 482913 ${variables.link} Acme & Sons fr-CA,fr;q=0.8 o'brien@x.test +15550100200 both none`,
    );
  });

  it('chooses by language, operation and what is sent, as migrated templates do', () => {
    const source = `
      {%- if operation == 'change_email' -%} changed
      {%- elsif request_language contains 'fr' -%} {% if link %}Ouvrir{% else %}Taper{% endif %}
      {%- else -%} {% case send %}{% when 'code' %}Type{% else %}Open{% endcase %}
      {%- endif -%}`;
    expect(textOf(source)).toBe('Ouvrir');
    expect(textOf(source, { link: null, send: 'code' })).toBe('Taper');
    expect(textOf(source, { requestLanguage: 'en', send: 'code' })).toBe('Type');
    expect(textOf(source, { operation: 'change_email' })).toBe('changed');
  });

  it('compares a name as it was registered, although it is shown so that nothing links it', () => {
    const source =
      '{% if application.name == "Acme.io" %}yes{% endif %} {% if application.name contains "e.i" %}yes{% endif %} {{ application.name }}';
    for (const context of ['html', 'text'] as const) {
      const text = textOf(source, { applicationName: 'Acme.io', context });
      expect(text).toMatch(/^yes yes /);
      expect(text).not.toContain('Acme.io');
    }
  });

  it('is told the time the message was asked for, so the same message has the same words', () => {
    expect(textOf("{{ 'now' | date: '%Y-%m-%d %H:%M:%S' }} {{ 'today' | date: '%Y' }}")).toBe(
      '2026-11-20 14:02:31 2026',
    );
  });

  it('leaves no trace in the next one', () => {
    const source = '{% increment n %}{% assign code = "x" %}{{ code }}{% cycle "a", "b" %}';
    expect([textOf(source), textOf(source)]).toEqual(['0xa', '0xa']);
    expect(textOf('{{ n }}{{ code }}')).toBe('482913');
  });
});

describe('a template in HTML', () => {
  const hostile = `<a href=//evil>"x"</a>'&`;

  it.each([
    '{{ application.name }}',
    '{% echo application.name %}',
    '{% cycle application.name %}',
    '{% liquid echo application.name %}',
    '{% assign a = application.name %}{{ a }}',
    '{% capture a %}{{ application.name }}{% endcapture %}{{ a }}',
    '{% capture a %}{{ application.name }}{% endcapture %}{{ a | append: "" }}',
    '{{ application.name | escape }}',
    '{{ application.name | append: application.name }}',
    '{{ application.name | split: "" | join: "" }}',
    '{{ application.name | split: "" }}',
    '{{ application.name | replace: "x", "<" }}',
    '{{ nothing | default: application.name }}',
    '{% for letter in application.name %}{{ letter }}{% endfor %}',
    '{% for letter in (1..1) %}{{ application.name | slice: 0, 99 }}{% endfor %}',
    '{% tablerow i in (1..1) %}{{ application.name }}{% endtablerow %}',
  ])('MSG-3: %s is text, whatever was registered', (source) => {
    const html = textOf(source, { applicationName: hostile });
    expect(html.replace(/<\/?t[rd][^>]*>/g, '')).not.toMatch(/[<>"']/);
    expect(html).toContain('&lt;');
  });

  it('MSG-3: escapes once, also where the author escapes too', () => {
    expect(textOf('<a href="{{ link }}">{{ application.name | escape }}</a>')).toBe(
      '<a href="https://login.acme.test/passwordless/link/abc?a=1&amp;b=2">Acme &amp; Sons</a>',
    );
    expect(textOf('{% assign word = "V&eacute;rifier" %}{{ word }}')).toBe('V&eacute;rifier');
  });

  it('keeps the markup that its author captured', () => {
    const source = '{% capture button %}<b>{{ application.name }}</b>{% endcapture %}[{{ button }}]';
    expect(textOf(source)).toBe('[<b>Acme &amp; Sons</b>]');
  });

  it('MSG-5: a value is never read as a template', () => {
    const name = '{{ code }}{% if true %}{{ link }}{% endif %}@@code@@';
    expect(textOf('{{ application.name }}', { applicationName: name })).toContain('{{ code }}');
    expect(textOf('{{ application.name }}', { applicationName: name })).not.toMatch(/482913|https/);
  });
});

describe('a template on one line', () => {
  it('MSG-2: gives a line, whatever is written or filled in', () => {
    const source = 'Code\r\nBcc: evil@y.test\u2028{{ "a\\nb" }} {{ application.name }}{{ "\\u0000" }}';
    const line = textOf(source, { context: 'subject', applicationName: 'A\r\nBcc: c@d.test' });
    expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    expect(line).toMatch(/^Code Bcc: evil@y\.test a b A Bcc/);
  });

  it('shows an ampersand as one, also where the author escapes', () => {
    expect(textOf('{{ application.name | escape }}', { context: 'subject' })).toBe('Acme & Sons');
  });

  it.each([
    ['login@acme.test', 'login@acme.test'],
    ['{{ application.name }} <login@acme.test>', 'Acme & Sons <login@acme.test>'],
    ['"Acme, Inc." <login@acme.test>', '"Acme, Inc." <login@acme.test>'],
  ])('as a sender, %j gives %j', (source, text) => {
    expect(textOf(source, { context: 'sender' })).toBe(text);
    expect(checkTemplate(source, { context: 'sender' })).toBeNull();
  });

  it.each([
    'Acme',
    'a@x.test, b@y.test',
    'a@x.test\r\nBcc: b@y.test',
    'Acme <a@x.test> <b@y.test>',
    '{{ application.name }}',
  ])('MSG-1, MSG-2: as a sender, %j is refused', (source) => {
    expect(checkTemplate(source, { context: 'sender' })).toMatchObject({ line: 1, column: 1 });
    expect(fill(source, { context: 'sender' }).kind).toBe('broken');
  });
});

describe('a template with macros', () => {
  const macros = { context: 'text', syntax: 'md_with_macros' } as const;

  it('is filled in by the documented names', () => {
    expect(
      textOf(
        '@@password@@ @@code@@ @@application.name@@ @@phone_number@@ @@request_language@@ @@link@@',
        macros,
      ),
    ).toBe(`482913 482913 Acme & Sons +15550100200 fr-CA,fr;q=0.8 ${variables.link}`);
  });

  it('MSG-5: a value is never read as a macro, and Liquid is text', () => {
    const values = { email: '@@code@@', applicationName: '$& $1' };
    expect(textOf('@@email@@ @@application.name@@ {{ code }}', { ...macros, ...values })).toBe(
      '@@code@@ $& $1 {{ code }}',
    );
  });

  it('MSG-5: names of objects are no names, and a wrong one is told with its place', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'organization', 'user.email']) {
      expect(textOf(`a@@${name}@@b`, macros)).toBe('ab');
      const source = `Hello\n  @@${name}@@`;
      expect(checkTemplate(source, { context: 'text', syntax: 'md_with_macros' })).toMatchObject({
        reason: expect.stringContaining(`there is no @@${name}@@`),
        line: 2,
        column: 3,
      });
    }
    expect(checkTemplate('a@@b.test, @@code@@', { context: 'text', syntax: 'md_with_macros' })).toBeNull();
  });
});

describe('whoever saves a template is told', () => {
  it.each([
    ['{{ code', 'not closed', 1, 1],
    ['Hello\n  {% if code %}', 'not closed', 2, 3],
    ['Hello\n{{ code | frobnicate }}', 'undefined filter: frobnicate', 2, 1],
    ['{{ code | raw }}', 'undefined filter: raw', 1, 1],
    ['a\nb {% auth0 %}', 'tag "auth0" not found', 2, 3],
    ['a\nb {{ user.email }}', 'there is no user.email', 2, 6],
    ['{% if operation == "x" %}\n{{ cod }}{% endif %}', 'there is no cod;', 2, 4],
    ['{{ application }}', 'there is no application;', 1, 4],
    ['{{ application.clientID }}', 'there is no application.clientID', 1, 4],
    ['{{ application[code] }}', 'there is no application', 1, 4],
  ])('%j: %s, at %i:%i', (source, reason, line, column) => {
    expect(checkTemplate(source, { context: 'html' })).toEqual({
      reason: expect.stringContaining(reason),
      line,
      column,
    });
  });

  it('MSG-5: that it is too long, before it is looked at', () => {
    for (const context of ['html', 'text', 'subject'] as const) {
      const max = TEMPLATE_MAX_LENGTH[context];
      expect(checkTemplate('x'.repeat(max), { context })).toBeNull();
      const problem = { reason: `may hold ${max} characters at most`, line: 1, column: 1 };
      expect(checkTemplate('{'.repeat(max + 1), { context })).toEqual(problem);
      expect(fill('{'.repeat(max + 1), { context })).toEqual({ kind: 'broken', problem });
    }
  });

  it('nothing, where all is well', () => {
    const source = `{% assign n = 3 %}{% for i in (1..n) %}{{ forloop.index }}{{ i }}{% endfor %}
      {% if organization.display_name %}{{ organization.display_name }}{% endif %}{{ code }}`;
    expect(checkTemplate(source, { context: 'html' })).toBeNull();
  });
});

/** Milliseconds: the limit of one rendering, four of them where a template is saved, and a busy machine. */
const SOON_MS = 2_000;
const DOUBLINGS = 45;

describe('MSG-5: a hostile template', () => {
  it.each([
    ['counts for ever', '{% for i in (1..999999999) %}{% endfor %}'],
    ['counts for ever in words', '{% assign n = "999999999" %}{% for i in (1..n) %}{{ i }}{% endfor %}'],
    ['counts in loops of loops', `${'{% for i in (1..9) %}'.repeat(20)}${'{% endfor %}'.repeat(20)}`],
    [
      'walks a list in loops of loops',
      `{% assign list = "a,a,a,a,a,a,a,a,a" | split: "," %}${'{% for i in list %}'.repeat(20)}${'{% endfor %}'.repeat(20)}`,
    ],
    ['makes a table for ever', '{% tablerow i in (1..400000) %}{{ i }}{% endtablerow %}'],
    [
      'fills the memory by doubling',
      `{% assign x = "xxxxxxxx" %}${'{% assign x = x | append: x %}'.repeat(DOUBLINGS)}`,
    ],
    [
      'fills the memory by replacing',
      `{% assign x = "xxxxxxxx" %}${'{% assign x = x | replace: "x", x %}'.repeat(9)}`,
    ],
    [
      'fills the memory by joining',
      `{% assign x = "xxxxxxxx" %}${'{% assign x = x | split: "" | join: x %}'.repeat(9)}`,
    ],
    [
      'fills the memory by capturing',
      `{% for i in (1..900) %}{% capture x %}${'y'.repeat(19_000)}{% endcapture %}{% endfor %}`,
    ],
    [
      'captures itself',
      `{% assign x = "xx" %}${'{% capture x %}{{ x }}{{ x }}{{ x }}{% endcapture %}'.repeat(60)}`,
    ],
    ['prints for ever', `{% for i in (1..900) %}${'y'.repeat(19_000)}{% endfor %}`],
    [
      'prints for ever into a variable',
      `{% capture x %}{% for i in (1..900) %}${'y'.repeat(19_000)}{% endfor %}{% endcapture %}`,
    ],
    ['pads a date', "{{ 'now' | date: '%999999999d' }}"],
    ['pads a fraction of a date', "{{ 'now' | date: '%999999999N' }}"],
    ['includes a file', "{% include '/etc/passwd' %}"],
    ['renders a file', "{% render '/etc/passwd' %}"],
    ['lays itself out', "{% layout 'self' %}{% block a %}{% endblock %}"],
    ['nests deeper than the stack', `{{ ${'code['.repeat(6_000)}code${']'.repeat(6_000)} }}`],
    ['asks for a prototype', '{{ constructor.constructor }}{{ __proto__ }}'],
    ['decodes', '{{ "PHNjcmlwdD4=" | base64_decode }}'],
    ['decodes an address', '{{ "%3Cscript%3E" | url_decode }}'],
    ['draws lots', '{{ "a,b" | split: "," | sample }}'],
    ['evaluates text', '{{ "a,b" | split: "," | where_exp: "x", "x == code" }}'],
  ])('that %s is refused at once, and gives nothing', (_, source) => {
    const computedMs = startComputing();
    const problem = checkTemplate(source, { context: 'html' });
    const rendered = fill(source);
    expect(computedMs()).toBeLessThan(SOON_MS);
    expect(problem).toMatchObject({
      line: 1,
      column: expect.any(Number),
      reason: expect.stringMatching(/./),
    });
    // What nobody fills in is empty once it is sent; everything else stops.
    expect(rendered).toEqual(
      source.includes('__proto__')
        ? { kind: 'rendered', text: '' }
        : { kind: 'broken', problem: expect.anything() },
    );
  });

  const filler = (piece: string, ends = '') =>
    piece.repeat(Math.floor((20_480 - ends.length) / piece.length)) + ends;
  it.each([
    ['openings', filler('{{')],
    ['tag openings', filler('{%')],
    ['brackets', filler('(', '}}')],
    ['conditions', filler('{%if code%}')],
    ['closed conditions', '{%if code%}'.repeat(1_000) + '{%endif%}'.repeat(1_000)],
    ['comments', filler('{% comment %}')],
    ['raw text', filler('{% raw %}')],
    ['filters', `{{ code${filler('|upcase').slice(0, 20_000)} }}`],
    ['operators', `{{ code ${'or code '.repeat(2_500)}}}`],
    ['dots', `{{ code${'.size'.repeat(4_000)} }}`],
    ['escapes', `{{ "${'\\u0041'.repeat(3_400)}" }}`],
    ['white space', `${' '.repeat(20_400)}{{- code -}}`],
    [
      'white space to strip',
      `{% assign s = "${' '.repeat(9_000)}" %}{% assign s = s | append: s | append: "x" %}{{ s | rstrip | squish | truncatewords: 2 | size }}`,
    ],
    ['tags to strip', `{% assign s = "${'<'.repeat(9_000)}" %}{{ s | escape | escape_once | size }}`],
    ['line breaks', filler('\n', '{{ cod }}')],
  ])('of nothing but %s is read or refused at once', (_, source) => {
    expect(source.length).toBeLessThanOrEqual(20_480);
    const computedMs = startComputing();
    checkTemplate(source, { context: 'html' });
    fill(source);
    expect(computedMs()).toBeLessThan(SOON_MS);
  });

  it.each([
    '{{ constructor }}',
    '{{ __proto__ }}',
    '{{ application.constructor }}',
    '{{ application.__proto__.constructor }}',
    '{{ application["constructor"]["constructor"] }}',
    '{{ code.constructor }}',
    '{{ code.__proto__ }}',
    '{{ toString }}',
    '{{ hasOwnProperty }}',
    '{{ code.split }}',
    '{% for i in (1..1) %}{{ forloop.__proto__.__proto__.__proto__.toLocaleString }}{% endfor %}',
    '{% assign p = "__proto__" %}{{ application[p] }}{% assign __proto__ = application %}{{ polluted }}',
  ])('gets nothing out of %s', (source) => {
    const rendered = fill(source);
    if (rendered.kind === 'rendered') expect(rendered.text.replace('[object Object]', '')).toBe('');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('writes to nothing that another template sees', () => {
    fill('{% assign application = "x" %}{% increment constructor %}{% assign toString = "evil" %}');
    expect(textOf('{{ application.name }}{{ toString }}')).toBe('Acme &amp; Sons');
    expect(`${{}}`).toBe('[object Object]');
  });
});
