// What fast-check makes of a target: any bend of any parameter, by values from the corpus and by chance, and anything done to
// the whole of it.
import fc from 'fast-check';
import { type Bend, type Case, type NastyValue, readCorpus, type Target, type Wrapping } from './case';

/** Any case of a target. */
export function drawCase(target: Target): fc.Arbitrary<Case> {
  return fc.record({
    target: fc.constant(target.name),
    encoding: fc.constantFrom(...target.encodings),
    bends: fc.array(drawBend(target), { maxLength: 3 }),
    wrappings: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.tuple(drawWrapping) },
    ),
  });
}

/** Every one that was ever thought of, to be tried everywhere. */
export const NASTY_VALUES = readCorpus<readonly NastyValue[]>('values');

const drawValue: fc.Arbitrary<NastyValue> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...NASTY_VALUES) },
  { weight: 1, arbitrary: fc.record({ text: fc.string({ unit: 'binary', maxLength: 40 }) }) },
  { weight: 1, arbitrary: fc.record({ json: fc.json({ maxDepth: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ bytes: drawBytes(30) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      text: fc.string({ minLength: 1, maxLength: 3 }),
      times: fc.integer({ min: 0, max: 9_000 }),
    }),
  },
);

const SUFFIXES = ['[]', '[not]', '[$ne]', '[0]', '.x', ' ', '\0', '%00', '\ufeff', 'S', '\u0130'];
const STRANGE_NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  ' ',
  '$where',
  '\0',
  '\ud800',
];

function drawBend({ parameters }: Target): fc.Arbitrary<Bend> {
  const add = fc.record({
    do: fc.constant('add' as const),
    name: fc.oneof(fc.constantFrom(...STRANGE_NAMES), fc.string({ maxLength: 12 })),
    value: drawValue,
  });
  const flood = fc.record({ do: fc.constant('flood' as const), count: fc.constantFrom(99, 101, 3_000) });
  if (parameters.length === 0) return fc.oneof(add, flood);
  const name = fc.constantFrom(...parameters);
  return fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constant('replace' as const), name, value: drawValue }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), name }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('repeat' as const),
        name,
        value: fc.option(drawValue, { nil: null }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('rename' as const),
        name,
        suffix: fc.constantFrom(...SUFFIXES),
      }),
    },
    { weight: 2, arbitrary: add },
    { weight: 1, arbitrary: flood },
  );
}

const { types: TYPES, headers: HEADERS } = readCorpus<{
  types: readonly string[];
  headers: Readonly<Record<string, readonly string[]>>;
}>('headers');

const drawWrapping: fc.Arbitrary<Wrapping> = fc.oneof(
  fc.record({
    do: fc.constantFrom('prepend' as const, 'append' as const),
    bytes: fc.oneof(
      fc.constantFrom(
        '\xef\xbb\xbf',
        '\0',
        '\xff',
        '&',
        '&&&=&',
        '[',
        ']',
        '}',
        '//',
        '\r\n\r\n',
        '{}',
        ',"a":1}',
      ),
      drawBytes(12),
    ),
  }),
  fc.record({ do: fc.constant('truncate' as const), keep: fc.integer({ min: 0, max: 120 }) }),
  fc.record({
    do: fc.constant('swap' as const),
    bytes: fc.constantFrom(
      '',
      '[',
      '{"a":',
      'null',
      '[]',
      '0',
      '""',
      '{}',
      '"\\ud800"',
      'a=',
      '&',
      '%',
      '=',
      '\xff\xfe',
    ),
    times: fc.constantFrom(1, 60, 10_000, 70_000),
  }),
  fc.record({ do: fc.constant('type' as const), type: fc.constantFrom(...TYPES) }),
  fc.constantFrom(...Object.entries(HEADERS)).chain(([name, values]) =>
    fc.record({
      do: fc.constant('header' as const),
      name: fc.constant(name),
      value: fc.constantFrom(...values),
    }),
  ),
);

function drawBytes(maxLength: number): fc.Arbitrary<string> {
  return fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes).toString('latin1'));
}
