// A request that is right but for how it is bent, as plain data: fast-check draws it (draw.ts), a corpus keeps it, and it is
// written to bytes only when what it bends is known. Knows nothing of any endpoint; a target says what there is to bend.
import { readFileSync } from 'node:fs';

/** Where parameters travel. */
export type Encoding = 'query' | 'form' | 'json' | 'multipart';

/** What can be asked of a server, and what of it can be bent. */
export type Target = Readonly<{
  /** Of cases in a corpus; unique. */
  name: string;
  method: string;
  path: string;
  encodings: readonly Encoding[];
  /** Names of the parameters there are; a right request need not have all of them. */
  parameters: readonly string[];
}>;

/** The members and headers of a request that is right. */
export type RightRequest = Readonly<{
  /** In place of the target's, where each request has its own. */
  path?: string;
  parameters: Readonly<Record<string, unknown>>;
  headers?: Readonly<Record<string, string>>;
}>;

/**
 * In place of a value: text, which every encoding can carry in its own way; JSON as it stands; bytes (as Latin-1) that no
 * encoding would write; or a text repeated.
 */
export type NastyValue = Readonly<
  { text: string } | { json: string } | { bytes: string } | { text: string; times: number }
>;

export type Bend = Readonly<
  | { do: 'replace'; name: string; value: NastyValue }
  | { do: 'remove'; name: string }
  | { do: 'repeat'; name: string; value: NastyValue | null }
  /** The name goes on with this: `[]`, `[not]`, a blank. */
  | { do: 'rename'; name: string; suffix: string }
  | { do: 'add'; name: string; value: NastyValue }
  | { do: 'flood'; count: number }
>;

/** What is done to the whole of it, once it is written. */
export type Wrapping = Readonly<
  | { do: 'prepend' | 'append'; bytes: string }
  | { do: 'truncate'; keep: number }
  | { do: 'swap'; bytes: string; times: number }
  | { do: 'type'; type: string }
  | { do: 'header'; name: string; value: string }
>;

export type Case = Readonly<{
  target: string;
  encoding: Encoding;
  bends: readonly Bend[];
  wrappings: readonly Wrapping[];
}>;

/** A case as bytes (Latin-1). */
export type WrittenRequest = Readonly<{
  method: string;
  /** Path and query. */
  address: string;
  headers: readonly (readonly [string, string])[];
  body: string | null;
}>;

/** What was found and thought of, kept. It holds halves of surrogate pairs, which bundlers refuse. */
export function readCorpus<Content>(name: 'values' | 'headers' | 'cases' | 'raw'): Content {
  return JSON.parse(readFileSync(new URL(`corpus/${name}.json`, import.meta.url), 'utf8'));
}

/** Names of the parameters and headers that are not as they are in the right request. */
export function touchedBy({ bends, wrappings }: Case, right: RightRequest): string[] {
  const [before, after] = [membersOf(right), bendAll(right, bends)];
  const valuesOf = (members: readonly Member[], name: string) =>
    JSON.stringify(members.flatMap((member) => (member[0] === name ? [meaningOf(member[1])] : [])));
  const names = new Set([...before, ...after].map(([name]) => name));
  const touched = [...names].filter((name) => valuesOf(before, name) !== valuesOf(after, name));
  return [...touched, ...wrappings.flatMap((wrapping) => (wrapping.do === 'header' ? [wrapping.name] : []))];
}

/** The same for every way to write one text. */
function meaningOf(value: NastyValue): unknown {
  if ('bytes' in value) return value;
  return 'json' in value ? JSON.parse(value.json) : textOf(value);
}

/** Bends a right request of the target, and writes it down. */
export function write({ method, path: usual }: Target, bent: Case, right: RightRequest): WrittenRequest {
  const { encoding } = bent;
  const { path = usual } = right;
  const headers = new Map(Object.entries(right.headers ?? {}));
  const type = CONTENT_TYPES[encoding];
  if (type !== null) headers.set('Content-Type', type);
  let text = WRITERS[encoding](bendAll(right, bent.bends));
  for (const wrapping of bent.wrappings) text = wrap(text, wrapping, headers);

  if (encoding !== 'query') return { method, address: path, headers: [...headers], body: text };
  return { method, address: text === '' ? path : `${path}?${text}`, headers: [...headers], body: null };
}

/** As long as browsers make them; shorter ones are refused. */
const BOUNDARY = `${'-'.repeat(30)}fuzz`;
const CONTENT_TYPES: Readonly<Record<Encoding, string | null>> = {
  query: null,
  form: 'application/x-www-form-urlencoded',
  json: 'application/json',
  multipart: `multipart/form-data; boundary=${BOUNDARY}`,
};

const writeForm = (members: readonly Member[]) => members.map(writePair).join('&');

const WRITERS: Readonly<Record<Encoding, (members: readonly Member[]) => string>> = {
  query: writeForm,
  form: writeForm,
  json: (members) => `{${members.map(writeJsonMember).join(',')}}`,
  multipart: (members) => `${members.map(writePart).join('')}--${BOUNDARY}--\r\n`,
};

/** The texts of a case that a page could take for markup, or an error could repeat. */
export function textsOf({ bends }: Case): string[] {
  return bends.flatMap((bend) => {
    const value = 'value' in bend ? bend.value : null;
    return value !== null && 'text' in value && !('times' in value) ? [value.text] : [];
  });
}

type Member = readonly [name: string, value: NastyValue];

function membersOf({ parameters }: RightRequest): Member[] {
  return Object.entries(parameters).map(([name, value]) => [name, { json: JSON.stringify(value) }]);
}

function bendAll(right: RightRequest, bends: readonly Bend[]): Member[] {
  return bends.reduce<Member[]>(applyBend, membersOf(right));
}

function applyBend(members: readonly Member[], bend: Bend): Member[] {
  switch (bend.do) {
    case 'replace':
      return [...members.filter(([name]) => name !== bend.name), [bend.name, bend.value]];
    case 'remove':
      return members.filter(([name]) => name !== bend.name);
    case 'repeat':
      return members.flatMap(([name, value]): Member[] =>
        name === bend.name
          ? [
              [name, value],
              [name, bend.value ?? value],
            ]
          : [[name, value]],
      );
    case 'rename':
      return members.map(([name, value]) => [name === bend.name ? name + bend.suffix : name, value]);
    case 'add':
      return [...members, [bend.name, bend.value]];
    case 'flood':
      return [
        ...members,
        ...Array.from({ length: bend.count }, (_, index): Member => [`f${index}`, { text: '1' }]),
      ];
  }
}

function writeJsonMember([name, value]: Member): string {
  return `${utf8(JSON.stringify(name))}:${writeJson(value)}`;
}

function writeJson(value: NastyValue): string {
  if ('json' in value) return utf8(value.json);
  if ('bytes' in value) return `"${value.bytes}"`;
  return utf8(JSON.stringify(textOf(value)));
}

function writePair([name, value]: Member): string {
  return `${percent(name)}=${'bytes' in value ? value.bytes : percent(plainOf(value))}`;
}

/** @see RFC 7578 §4.2 */
function writePart([name, value]: Member): string {
  const quoted = utf8(name).replace(/["\r\n]/g, encodeURIComponent);
  const content = 'bytes' in value ? value.bytes : utf8(plainOf(value));
  return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${quoted}"\r\n\r\n${content}\r\n`;
}

/** A value where everything is text. */
function plainOf(value: Exclude<NastyValue, { bytes: string }>): string {
  if (!('json' in value)) return textOf(value);
  const plain: unknown = JSON.parse(value.json);
  return typeof plain === 'string' ? plain : value.json;
}

function textOf(value: Exclude<NastyValue, { json: string } | { bytes: string }>): string {
  return 'times' in value ? value.text.repeat(value.times) : value.text;
}

/** Percent-encodes, halves of surrogate pairs too, which makes them bytes that are not UTF-8. */
function percent(text: string): string {
  return [...text]
    .map((character) => (/\p{Cs}/u.test(character) ? '%ED%A0%80' : encodeURIComponent(character)))
    .join('');
}

/** Bytes of UTF-8, as Latin-1. */
function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function wrap(text: string, wrapping: Wrapping, headers: Map<string, string>): string {
  switch (wrapping.do) {
    case 'prepend':
      return wrapping.bytes + text;
    case 'append':
      return text + wrapping.bytes;
    case 'truncate':
      return text.slice(0, wrapping.keep);
    case 'swap':
      return wrapping.bytes.repeat(wrapping.times).slice(0, 80_000);
    case 'type':
      headers.set('Content-Type', wrapping.type);
      return text;
    case 'header':
      headers.set(wrapping.name, wrapping.value);
      return text;
  }
}
