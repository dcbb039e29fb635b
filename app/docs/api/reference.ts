// An OpenAPI document as a page shows it: operations by what they are about, and the fields of schemas by their names.

type Json = Readonly<Record<string, unknown>>;

export type Field = Readonly<{
  /** `options.totp.length`; `[]` stands behind a list. */
  name: string;
  /** In words: `string`, `list of string`, `"new"`. */
  type: string;
  note: string;
}>;

export type Operation = Readonly<{
  id: string;
  method: string;
  path: string;
  summary: string;
  /** Paragraphs. */
  description: readonly string[];
  parameters: readonly Field[];
  body: readonly Field[];
  status: string;
  result: readonly Field[];
}>;

/** In the order in which the document tells them. */
export function readReference(document: Json): { tag: string; operations: Operation[] }[] {
  const sections = new Map<string, Operation[]>();
  for (const [path, methods] of Object.entries(document.paths as Json)) {
    for (const [method, described] of Object.entries(methods as Json)) {
      const operation = readOperation(method, path, described as Json);
      const [tag = ''] = (described as { tags: string[] }).tags;
      sections.set(tag, [...(sections.get(tag) ?? []), operation]);
    }
  }
  return [...sections].map(([tag, operations]) => ({ tag, operations }));
}

function readOperation(method: string, path: string, described: Json): Operation {
  const { operationId, summary, description, parameters, requestBody, responses } = described as {
    operationId: string;
    summary: string;
    description: string;
    parameters: { name: string; required?: boolean; description?: string; schema: Json }[];
    requestBody?: Content;
    responses: Record<string, Content>;
  };
  const [[status, answer] = ['200', {}]] = Object.entries(responses);
  return {
    id: operationId,
    method: method.toUpperCase(),
    path,
    summary,
    description: description.split('\n\n'),
    parameters: parameters.map(({ name, required, description: note = '', schema }) => ({
      name,
      type: wordsOf(schema),
      note: [required ? 'required' : '', note].filter(Boolean).join(', '),
    })),
    body: fieldsIn(requestBody),
    status,
    result: fieldsIn(answer),
  };
}

type Content = { content?: Record<string, { schema: Json }> };

function fieldsIn({ content = {} }: Content = {}): Field[] {
  const [media] = Object.values(content);
  return media === undefined ? [] : fieldsOf(media.schema, '');
}

/** Fields within fields that are shown. */
const DEPTH_MAX = 4;

function fieldsOf(schema: Json, before: string, depth = 0): Field[] {
  const {
    properties,
    items,
    required = [],
  } = narrowed(schema) as {
    properties?: Record<string, Json>;
    items?: Json;
    required?: string[];
  };
  if (depth > DEPTH_MAX) return [];
  if (items !== undefined && !Array.isArray(items)) return fieldsOf(items, `${before}[]`, depth + 1);
  if (properties === undefined) return before === '' ? [{ name: '–', type: wordsOf(schema), note: '' }] : [];
  return Object.entries(properties).flatMap(([key, field]) => {
    const name = before === '' ? key : `${before}.${key}`;
    const note = [required.includes(key) ? 'required' : '', String(field.description ?? '')]
      .filter(Boolean)
      .join(', ');
    const below = narrowed(field);
    const inside = below.properties !== undefined || below.items !== undefined;
    return [{ name, type: wordsOf(field), note }, ...(inside ? fieldsOf(field, name, depth + 1) : [])];
  });
}

/** Of several shapes the first that says most: null, or a list in two dresses, is said in words. */
function narrowed(schema: Json): Json {
  const shapes = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  if (shapes === undefined) return schema;
  return shapes.find(({ properties, items }) => properties !== undefined || items !== undefined) ?? schema;
}

function wordsOf(schema: Json): string {
  const {
    type,
    enum: choices,
    const: value,
    format,
    items,
  } = schema as {
    type?: string | string[];
    enum?: unknown[];
    const?: unknown;
    format?: string;
    items?: Json;
  };
  const shapes = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  if (shapes !== undefined) return [...new Set(shapes.map(wordsOf))].join(' or ');
  if (value !== undefined) return JSON.stringify(value);
  if (choices !== undefined) return choices.map((choice) => JSON.stringify(choice)).join(', ');
  if (type === 'array') return `list of ${items === undefined ? 'anything' : wordsOf(items)}`;
  const bounds = boundsOf(schema);
  return [Array.isArray(type) ? type.join(' or ') : (type ?? 'anything'), format && `(${format})`, bounds]
    .filter(Boolean)
    .join(' ');
}

/** JavaScript's own limits say nothing. */
function boundsOf({ minimum, maximum, maxLength }: Json): string {
  const isSaid = (bound: unknown): bound is number =>
    typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  if (isSaid(minimum) && isSaid(maximum)) return `${minimum} to ${maximum}`;
  if (isSaid(maxLength)) return `up to ${maxLength} characters`;
  return '';
}
