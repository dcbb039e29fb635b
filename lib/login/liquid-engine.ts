// Liquid for what operators write: messages (template.ts) and the page around a card (page-template.ts). A template is given its
// variables and nothing else: no file, no clock, no randomness, no property that is not its own, and a bound on everything it can
// spend. Values are never read as templates.
import { CaptureTag, type Context, Drop, defaultOperators, type Emitter, filters, Liquid } from 'liquidjs';
import { escapeOnce } from './html';

/** What is wrong with a template, for whoever wrote it. Line and column count from one, the column in UTF-16 units. */
export type TemplateProblem = Readonly<{ reason: string; line: number; column: number }>;

/** A problem of the whole. */
export function atStart(reason: string): TemplateProblem {
  return { reason, line: 1, column: 1 };
}

/** Key under which a template's filters find the time it is told. */
export const NOW = 'now';

/** Milliseconds a template may take while it is used, and while it is saved: what passed once is not refused later. */
export const RENDER_LIMIT_MS = { using: 250, saving: 100 } as const;

/** Characters and list entries that filters and ranges may make. */
const MEMORY_LIMIT = 500_000;
/** Characters that one `capture` may hold. */
const CAPTURE_MAX_LENGTH = 100_000;

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

/**
 * @param given.parseLimit characters a template may have
 * @param given.escapes whether values are escaped for HTML
 */
export function createLiquidEngine({
  parseLimit,
  escapes,
  operators = {},
}: {
  parseLimit: number;
  escapes: boolean;
  operators?: typeof defaultOperators;
}): Liquid {
  const engine = new Liquid({
    templates: {}, // instead of files
    ownPropertyOnly: true,
    strictFilters: true,
    parseLimit,
    memoryLimit: MEMORY_LIMIT,
    timezoneOffset: 0,
    locale: 'en',
    operators: { ...defaultOperators, ...operators },
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
export function limitedOutput(maxLength: number): Emitter {
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
    const output = limitedOutput(CAPTURE_MAX_LENGTH);
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

/** `now` is when the text was asked for: a repeated attempt says the same. */
const dateAsAsked: DateFilter = function (value, ...format) {
  const isNow = value === 'now' || value === 'today';
  return writeDate.call(this, isNow ? this.context.getRegister(NOW) : value, ...format);
};

const REASON_MAX_LENGTH = 200;

/** The library's errors name a place; what else is thrown (too deep, too long) has none. */
export function problemOf(error: unknown): TemplateProblem {
  const { message, token } = error as { message: string; token?: { getPosition(): [number, number] } };
  const [line, column] = token?.getPosition() ?? [1, 1];
  return { reason: message.replace(/, line:\d+, col:\d+$/, '').slice(0, REASON_MAX_LENGTH), line, column };
}
