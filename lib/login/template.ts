// What an operator writes for messages: Liquid with the variables that Auth0 documents, or `@@macros@@`. A template is
// given its variables and nothing else: no file, no clock, no randomness, no property that is not its own, and a bound on
// everything it can spend (MSG-5). Values are never read as templates, and are escaped by where they stand (MSG-3).
import { Context, defaultOperators, toValueSync } from 'liquidjs';
import {
  atStart,
  createLiquidEngine,
  limitedOutput,
  NOW,
  problemOf,
  RENDER_LIMIT_MS,
  type TemplateProblem,
} from './liquid-engine';
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

/**
 * The text of a template. Never throws.
 *
 * @param given.now the time it is told, so that the same message always has the same words
 */
export function renderTemplate(
  template: Template,
  given: { variables: TemplateVariables; now: Date },
): Rendered {
  return render(template, { ...given, limitMs: RENDER_LIMIT_MS.using });
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

/** Key under which operators find what its variables do not show. */
const NAME = 'application name';

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

const createEngine = (escapes: boolean) =>
  createLiquidEngine({
    parseLimit: Math.max(...Object.values(TEMPLATE_MAX_LENGTH)),
    operators: OPERATORS,
    escapes,
  });

const PLAIN = createEngine(false);
const ENGINES = { html: createEngine(true), text: PLAIN, subject: PLAIN, sender: PLAIN };

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
