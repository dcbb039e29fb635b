// Reads the forms of a page as a browser without scripts would, and gathers what pressing a button sends. Made for the
// well-formed HTML that React writes; anything it does not understand is an error, never a guess.
// HTML Living Standard §4.10.21.4 "Constructing the entry list".

/** One named control, in document order. */
type Control =
  | { kind: 'value'; name: string; value: string }
  | { kind: 'toggle'; name: string; value: string; isChecked: boolean }
  | { kind: 'submit'; name: string; value: string; label: string; attributes: Map<string, string> };

/** A form of a page. */
export type HtmlForm = {
  /** `action` as written; empty is the page itself. */
  action: string;
  method: 'get' | 'post';
  encoding: 'application/x-www-form-urlencoded' | 'multipart/form-data';
  controls: Control[];
};

/** What a submission sends, before it has an encoding. */
export type Submission = Pick<HtmlForm, 'action' | 'method' | 'encoding'> & { entries: [string, string][] };

/** What a person does with a page. */
export type FormInput = {
  /** Values typed into fields, or `true`/`false` for a box, by field name. */
  fields?: Record<string, string | boolean>;
  /** The label of the button. May be left out when the page has one submit button. */
  press?: string | RegExp;
};

/** Finds every form of a page, in order. */
export function parseForms(html: string): HtmlForm[] {
  const visible = html.replace(/<!--.*?-->|<(script|style|template)\b.*?<\/\1>/gs, '');
  return [...visible.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, attributeText = '', inner = '']) => {
    const attributes = parseAttributes(attributeText);
    return {
      action: attributes.get('action') ?? '',
      ...sendingOf(attributes),
      controls: parseControls(inner),
    };
  });
}

/**
 * Fills in the form that has the pressed button and says what the browser would send.
 *
 * @throws when no button or more than one fits, or when a field is not in that form: a person could not do it either.
 */
export function fillIn(html: string, { fields = {}, press }: FormInput): Submission {
  const { form, button } = findButton(parseForms(html), press);
  const untouched = new Set(Object.keys(fields));
  const entries = form.controls.flatMap((control): [string, string][] => {
    if (control.kind === 'submit')
      return control === button && control.name ? [[control.name, control.value]] : [];
    const typed = fields[control.name];
    untouched.delete(control.name);
    if (control.kind === 'value')
      return [[control.name, typed === undefined ? control.value : String(typed)]];
    const isChosen = typed === undefined ? control.isChecked : typed === true || typed === control.value;
    return isChosen ? [[control.name, control.value]] : [];
  });
  if (untouched.size > 0) {
    const present = form.controls.map((control) => control.name).join(', ');
    throw new Error(`The form has no field ${[...untouched].join(', ')}; it has ${present}.`);
  }
  const { attributes } = button;
  return {
    action: attributes.get('formaction') ?? form.action,
    method: attributes.has('formmethod') ? sendingOf(attributes, 'form').method : form.method,
    encoding: attributes.has('formenctype') ? sendingOf(attributes, 'form').encoding : form.encoding,
    entries,
  };
}

/** The text of a page without its markup, white space folded: what a person reads. */
export function readText(html: string): string {
  const body = html.replace(/<!--.*?-->|<(head|script|style|template)\b.*?<\/\1>/gs, '');
  const words = body
    .replace(/<\/?(a|abbr|b|bdi|code|em|i|span|strong|time)\b[^>]*>/g, '')
    .replace(/<[^>]*>/g, ' ');
  return decodeEntities(words).replace(/\s+/g, ' ').trim();
}

type Button = Extract<Control, { kind: 'submit' }>;

function findButton(
  forms: HtmlForm[],
  press: string | RegExp | undefined,
): { form: HtmlForm; button: Button } {
  const buttons = forms.flatMap((form) =>
    form.controls.flatMap((control) => (control.kind === 'submit' ? [{ form, button: control }] : [])),
  );
  const fits = (label: string) =>
    press === undefined || (typeof press === 'string' ? label === press : press.test(label));
  const [found, another] = buttons.filter(({ button }) => fits(button.label));
  if (found && !another) return found;
  const labels = buttons.map(({ button }) => `"${button.label}"`).join(', ') || 'none';
  throw new Error(
    `${found ? 'More than one' : 'No'} button fits ${press ?? 'a bare submit'}; there are: ${labels}.`,
  );
}

function parseControls(inner: string): Control[] {
  const tags = /<(input|button|select|textarea)\b([^>]*)>(?:(.*?)<\/\1>)?/gs;
  return [...inner.matchAll(tags)].flatMap(([, tag = '', attributeText = '', content = '']): Control[] => {
    const attributes = parseAttributes(attributeText);
    const name = attributes.get('name') ?? '';
    const type = attributes.get('type')?.toLowerCase() ?? (tag === 'button' ? 'submit' : 'text');
    const value = attributes.get('value') ?? '';
    if (attributes.has('disabled') || type === 'button' || type === 'reset') return [];
    if (type === 'submit') {
      const label = attributes.get('aria-label') ?? (tag === 'button' ? readText(content) : value);
      return [{ kind: 'submit', name, value, label, attributes }];
    }
    if (name === '') return [];
    if (type === 'checkbox' || type === 'radio')
      return [{ kind: 'toggle', name, value: value || 'on', isChecked: attributes.has('checked') }];
    if (tag === 'select') return [{ kind: 'value', name, value: selectedOption(content) }];
    if (tag === 'textarea') return [{ kind: 'value', name, value: decodeEntities(content) }];
    return [{ kind: 'value', name, value }];
  });
}

function selectedOption(content: string): string {
  const options = [...content.matchAll(/<option\b([^>]*)>(.*?)<\/option>/gs)].map(
    ([, attributeText = '', text = '']) => {
      const attributes = parseAttributes(attributeText);
      return { value: attributes.get('value') ?? readText(text), isSelected: attributes.has('selected') };
    },
  );
  return (options.find((option) => option.isSelected) ?? options[0])?.value ?? '';
}

function sendingOf(attributes: Map<string, string>, prefix = ''): Pick<HtmlForm, 'method' | 'encoding'> {
  return {
    method: attributes.get(`${prefix}method`)?.toLowerCase() === 'post' ? 'post' : 'get',
    encoding:
      attributes.get(`${prefix}enctype`)?.toLowerCase() === 'multipart/form-data'
        ? 'multipart/form-data'
        : 'application/x-www-form-urlencoded',
  };
}

/** Names in lower case (React writes `encType`); an attribute without a value is the empty string. */
function parseAttributes(source: string): Map<string, string> {
  const found = source.matchAll(/([^\s"'=/>]+)(?:="([^"]*)"|='([^']*)')?/g);
  return new Map(
    [...found].map(([, name = '', double, single]) => [
      name.toLowerCase(),
      decodeEntities(double ?? single ?? ''),
    ]),
  );
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name) return ENTITIES[name] ?? whole;
      return String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal));
    },
  );
}
