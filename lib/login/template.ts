// What an operator writes for messages: Liquid with the variables that Auth0 documents, or `@@macros@@`. A template is
// given its variables and nothing else: no file, no clock, no randomness, no property that is not its own, and a bound on
// everything it can spend (MSG-5). Values are never read as templates, and are escaped by where they stand (MSG-3).
import {
  CaptureTag,
  Context,
  Drop,
  defaultOperators,
  type Emitter,
  filters,
  Liquid,
  toValueSync,
} from 'liquidjs';
import { escapeOnce } from './html';
import { parseMailbox } from './mailbox';
import { plainName } from './plain-name';

/** Where the text goes: a body of HTML, the body of a text message, a subject line, or the mailbox it is from. */
export type TemplateContext = 'html' | 'text' | 'subject' | 'sender';

export type Template = Readonly<{
  source: string;
  context: TemplateContext;
  syntax: 'liquid' | 'md_with_macros';
}>;

/** What a message tells its template. @see auth0-contract §1.1, §1.2 */
export type TemplateVariables = Readonly<{
  /** Null where the message carries only a link. Also called `password`. */
  code: string | null;
  /** Null where the message carries only a code. */
  link: string | null;
  send: 'both' | 'code' | 'link';
  email: string | null;
  phoneNumber: string | null;
  /** As it was registered. */
  applicationName: string;
  requestLanguage: string;
  operation: 'change_email' | null;
}>;

/** What is wrong with a template, for whoever wrote it. Line and column count from one, the column in UTF-16 units. */
export type TemplateProblem = Readonly<{ reason: string; line: number; column: number }>;

export type Rendered =
  | Readonly<{ kind: 'rendered'; text: string }>
  | Readonly<{ kind: 'broken'; problem: TemplateProblem }>;

/** Characters a template may have. @see auth0-contract §1.1, §1.2 */
export const TEMPLATE_MAX_LENGTH: Readonly<Record<TemplateContext, number>> = {
  html: 20_480,
  text: 5_120,
  subject: 1_024,
  sender: 1_024,
};

/** Characters that may come of it; mail programs clip HTML at 100 kB. */
const OUTPUT_MAX_LENGTH: Readonly<Record<TemplateContext, number>> = {
  html: 100_000,
  text: 5_120,
  subject: 1_024,
  sender: 512,
};

/** Milliseconds a template may take while it is sent, and while it is saved: what passed once is not refused later. */
const RENDER_LIMIT_MS = { sending: 250, saving: 100 } as const;
/** Characters and list entries that filters and ranges may make. */
const MEMORY_LIMIT = 500_000;

/**
 * The text of a template. Never throws.
 *
 * @param given.now the time it is told, so that the same message always has the same words
 */
export function renderTemplate(
  template: Template,
  given: { variables: TemplateVariables; now: Date },
): Rendered {
  return render(template, { ...given, limitMs: RENDER_LIMIT_MS.sending });
}

/**
 * What is wrong with a template before anybody is sent anything of it, or null: size, syntax, names nobody fills in, and
 * what happens when it is filled in for each kind of message.
 */
export function checkTemplate(
  source: string,
  { context, syntax = 'liquid' }: { context: TemplateContext; syntax?: Template['syntax'] },
): TemplateProblem | null {
  const template = { source, context, syntax };
  const problem = findSizeProblem(template) ?? findUnknownName(template);
  if (problem !== null) return problem;
  for (const variables of SAMPLES) {
    const rendered = render(template, { variables, now: SAMPLE_TIME, limitMs: RENDER_LIMIT_MS.saving });
    if (rendered.kind === 'broken') return rendered.problem;
  }
  return null;
}

type Given = Readonly<{ variables: TemplateVariables; now: Date; limitMs: number }>;

function render(template: Template, given: Given): Rendered {
  const { source, context, syntax } = template;
  const problem = findSizeProblem(template);
  if (problem !== null) return { kind: 'broken', problem };
  try {
    const text =
      syntax === 'liquid'
        ? renderLiquid(template, given)
        : fillMacros(source, scopeOf(context, given.variables));
    return finish(context, text);
  } catch (error) {
    return { kind: 'broken', problem: problemOf(error) };
  }
}

function finish(context: TemplateContext, text: string): Rendered {
  if (context === 'html' || context === 'text') return { kind: 'rendered', text };
  const line = text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  if (context === 'sender' && parseMailbox(line) === null) {
    return {
      kind: 'broken',
      problem: atStart('must give one address, alone or as "Name <login@example.com>"'),
    };
  }
  return { kind: 'rendered', text: line };
}

function findSizeProblem({ source, context }: Template): TemplateProblem | null {
  const max = TEMPLATE_MAX_LENGTH[context];
  return source.length > max ? atStart(`may hold ${max} characters at most`) : null;
}

function atStart(reason: string): TemplateProblem {
  return { reason, line: 1, column: 1 };
}

// ---- Names ----------------------------------------------------------------------------------------------------------

/** What a template sees: fresh each time, because tags such as `increment` write to it. */
function scopeOf(context: TemplateContext, variables: TemplateVariables) {
  const { code, link, send, email, phoneNumber, applicationName, requestLanguage, operation } = variables;
  return {
    code,
    password: code,
    link,
    send,
    email,
    phone_number: phoneNumber,
    application: { name: plainName(applicationName, context === 'text' ? ' ' : '\u200b') },
    request_language: requestLanguage,
    operation,
    organization: null,
  };
}

const NAMES = ['code', 'password', 'link', 'send', 'email', 'phone_number', 'request_language', 'operation'];
const NAME_LIST = [...NAMES, 'application.name'].join(', ');

/** @param path such as `['application', 'name']` */
function isKnown([root, property]: readonly unknown[]): boolean {
  // Auth0 fills it in for organisations, which are not known here: it is there and empty.
  if (root === 'organization') return true;
  return root === 'application' ? property === 'name' : NAMES.includes(String(root));
}

function unknownName(name: string, [line, column]: readonly [number, number]): TemplateProblem {
  return { reason: `there is no ${name.slice(0, 64)}; there are ${NAME_LIST}`, line, column };
}

/** Looks at all branches, also those that no message takes. */
function findUnknownName(template: Template): TemplateProblem | null {
  if (template.syntax === 'md_with_macros') return findUnknownMacro(template.source);
  const engine = ENGINES[template.context];
  try {
    const { globals } = engine.analyzeSync(engine.parse(template.source), { partials: false });
    const unknown = Object.values(globals)
      .flat()
      .find(({ segments }) => !isKnown(segments));
    return unknown ? unknownName(`${unknown}`, [unknown.location.row, unknown.location.col]) : null;
  } catch (error) {
    return problemOf(error);
  }
}

// ---- Macros ---------------------------------------------------------------------------------------------------------

const MACRO = /@@([\w.]{1,64})@@/g;

/** One pass: what is filled in is not looked at again. */
function fillMacros(source: string, { application, ...scope }: ReturnType<typeof scopeOf>): string {
  const values = new Map<string, string | null>(
    Object.entries({ ...scope, 'application.name': application.name }),
  );
  return source.replace(MACRO, (_, name: string) => values.get(name) ?? '');
}

function findUnknownMacro(source: string): TemplateProblem | null {
  for (const { 1: name = '', index } of source.matchAll(MACRO)) {
    if (name === 'application.name' || NAMES.includes(name)) continue;
    const before = source.slice(0, index).split('\n');
    return unknownName(`@@${name}@@`, [before.length, (before.at(-1) ?? '').length + 1]);
  }
  return null;
}

// ---- Liquid ---------------------------------------------------------------------------------------------------------

function renderLiquid({ source, context }: Template, { variables, now, limitMs }: Given): string {
  const engine = ENGINES[context];
  const templates = engine.parse(source);
  const scope = scopeOf(context, variables);
  const state = new Context(scope, engine.options, { sync: true, renderLimit: limitMs }, { liquid: engine });
  state.setRegister(NOW, now);
  state.setRegister(NAME, { shown: scope.application.name, registered: variables.applicationName });
  const output = limitedOutput(OUTPUT_MAX_LENGTH[context]);
  toValueSync(engine.renderer.renderTemplates(templates, state, output));
  return output.buffer;
}

/** Keys under which a template's filters and operators find what its variables do not show. */
const NOW = 'now';
const NAME = 'application name';

const TAGS = new Set(
  'assign capture case comment cycle decrement echo for if increment liquid raw tablerow unless break continue #'.split(
    ' ',
  ),
);

/** In time and space no more than what they are given. Missing are those that decode, draw lots, or evaluate text. */
const FILTERS = new Set(
  [
    'append prepend capitalize downcase upcase lstrip rstrip strip squish strip_newlines remove remove_first remove_last',
    'replace replace_first replace_last slice truncate truncatewords split join first last size reverse sort uniq concat',
    'compact escape escape_once url_encode default date abs at_least at_most ceil divided_by floor minus modulo plus',
    'round times',
  ].flatMap((line) => line.split(' ')),
);

function createEngine({ escapes }: { escapes: boolean }): Liquid {
  const engine = new Liquid({
    templates: {}, // instead of files
    ownPropertyOnly: true,
    strictFilters: true,
    parseLimit: Math.max(...Object.values(TEMPLATE_MAX_LENGTH)),
    memoryLimit: MEMORY_LIMIT,
    timezoneOffset: 0,
    locale: 'en',
    operators: { ...defaultOperators, ...OPERATORS },
    ...(escapes ? { outputEscape: escapeOutput } : {}),
  });
  for (const tag of Object.keys(engine.tags)) if (!TAGS.has(tag)) delete engine.tags[tag];
  for (const filter of Object.keys(engine.filters)) if (!FILTERS.has(filter)) engine.unregisterFilter(filter);
  engine.registerTag('capture', Capture);
  engine.registerFilter('date', dateAsAsked);
  // Where nothing is HTML, `&amp;` would be shown as it stands.
  if (!escapes) for (const filter of ['escape', 'escape_once']) engine.registerFilter(filter, asItIs);
  return engine;
}

/** Gives up as soon as there is more than anybody would read. */
function limitedOutput(maxLength: number): Emitter {
  return {
    buffer: '',
    write(piece) {
      this.buffer += textOf(piece);
      if (this.buffer.length > maxLength) throw new Error(`gives more than ${maxLength} characters`);
    },
  };
}

/** What was captured is finished output, escaped where it had to be. A class, because the library knows values by it. */
class Captured extends Drop {
  constructor(readonly output: string) {
    super();
  }
  override valueOf(): string {
    return this.output;
  }
}

class Capture extends CaptureTag {
  override *render(context: Context): Generator<unknown, void, string> {
    const output = limitedOutput(OUTPUT_MAX_LENGTH.html);
    yield this.liquid.renderer.renderTemplates(this.templates, context, output);
    context.memoryLimit.use(output.buffer.length);
    context.bottom()[this.variable] = new Captured(output.buffer);
  }
}

function escapeOutput(value: unknown): string {
  return value instanceof Captured ? value.output : escapeOnce(textOf(value));
}

/** As Liquid writes values: nothing for what is not there, lists without separators. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.map(textOf).join('') : String(value);
}

const asItIs = (value: unknown) => value;

type DateFilter = (this: { context: Context }, value: unknown, ...format: unknown[]) => unknown;
const writeDate = filters.date as DateFilter;

/** `now` is when the message was asked for: a repeated attempt says the same. */
const dateAsAsked: DateFilter = function (value, ...format) {
  const isNow = value === 'now' || value === 'today';
  return writeDate.call(this, isNow ? this.context.getRegister(NOW) : value, ...format);
};

/** Names are compared as they were registered, not as they are shown. */
const OPERATORS = Object.fromEntries(
  ['==', '!=', 'contains'].map((operator) => [
    operator,
    (left: unknown, right: unknown, context: Context) => {
      const { shown, registered } = context.getRegister<{ shown: string; registered: string }>(NAME);
      const bare = (value: unknown) => (value === shown ? registered : value);
      return defaultOperators[operator]?.(bare(left), bare(right), context) ?? false;
    },
  ]),
);

const PLAIN = createEngine({ escapes: false });
const ENGINES = { html: createEngine({ escapes: true }), text: PLAIN, subject: PLAIN, sender: PLAIN };

const REASON_MAX_LENGTH = 200;

/** The library's errors name a place; what else is thrown (too deep, too long) has none. */
function problemOf(error: unknown): TemplateProblem {
  const { message, token } = error as { message: string; token?: { getPosition(): [number, number] } };
  const [line, column] = token?.getPosition() ?? [1, 1];
  return { reason: message.replace(/, line:\d+, col:\d+$/, '').slice(0, REASON_MAX_LENGTH), line, column };
}

// ---- Samples --------------------------------------------------------------------------------------------------------

const SAMPLE_TIME = new Date('2026-01-31T14:02:00Z');

const SAMPLE: TemplateVariables = {
  code: '482913',
  link: 'https://login.example.com/passwordless/link/sample',
  send: 'both',
  email: 'ann@example.com',
  phoneNumber: '+15550100200',
  applicationName: 'Example',
  requestLanguage: 'en',
  operation: null,
};

const SAMPLES: readonly TemplateVariables[] = [
  SAMPLE,
  { ...SAMPLE, send: 'code', link: null },
  { ...SAMPLE, send: 'link', code: null },
  { ...SAMPLE, send: 'code', link: null, operation: 'change_email' },
];
