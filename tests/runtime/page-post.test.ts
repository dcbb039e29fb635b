// What is posted to a page, as the front reads it: over HTTP, by whoever has no session of the console and by who has one.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PagePost, readPagePost } from '@/lib/runtime/page-post';

let mayCall = false;
let read: PagePost | null = null;
const server = createServer(async (request, response) => {
  read = await readPagePost(request, { mayCall });
  response.end();
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

type Fields = readonly (readonly [name: string, value: string])[];

async function post(fields: Fields, headers: Record<string, string> = {}, byOperator = false) {
  mayCall = byOperator;
  const body = new FormData();
  for (const [name, value] of fields) body.append(name, value);
  const { port } = server.address() as AddressInfo;
  await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers });
  return read?.kind === 'refused' ? read.status : read?.kind;
}

const ACTION = '$ACTION_ID_40a1';
const CALLED = { 'Next-Action': '40a1' };

describe('a form that anybody posts', () => {
  it('names one action, and gives it its fields', async () => {
    expect(
      await post([
        [ACTION, ''],
        ['identifier', 'ann@x.test'],
      ]),
    ).toBe('whole');
  });

  it.each<[string, Fields]>([
    ['no action', [['identifier', 'ann@x.test']]],
    ['an action that is none', [['$ACTION_ID_xyz', '']]],
    [
      'two actions',
      [
        [ACTION, ''],
        ['$ACTION_ID_40a2', ''],
      ],
    ],
    [
      'an action twice',
      [
        [ACTION, ''],
        [ACTION, ''],
      ],
    ],
    [
      'arguments behind it',
      [
        [ACTION, ''],
        ['$ACTION_REF_1', ''],
        ['$ACTION_1:0', '{"id":"40a1","bound":"$@1"}'],
      ],
    ],
    [
      'a key behind it',
      [
        [ACTION, ''],
        ['$ACTION_KEY', 'k'],
      ],
    ],
    ['what a script of the console sends', [['0', '[{"kind":"untouched"},"$K1"]']]],
    ['what a page of the console sends', stateful('{"kind":"untouched"}')],
  ])('NXT-3, NXT-4: is refused with %s', async (_, fields) => {
    expect(await post(fields)).toBe(400);
  });

  it('NXT-3: calls no action by its header, whatever is in it', async () => {
    expect(await post([[ACTION, '']], CALLED)).toBe(400);
    expect(await post([['0', '[{"kind":"untouched"},"$K1"]']], CALLED)).toBe(400);
  });
});

describe('an operator’s page', () => {
  it('calls an action with its state and its form, with script and without', async () => {
    expect(
      await post(
        [
          ['_1_name', '$5'],
          ['0', '[{"kind":"done","said":"$$5"},"$K1"]'],
        ],
        CALLED,
        true,
      ),
    ).toBe('whole');
    expect(await post([...stateful('{"kind":"untouched"}'), ['name', '$5']], {}, true)).toBe('whole');
  });

  it.each<[string, Fields]>([
    ['a state that refers to something', [['0', '[{"kind":"$1:constructor"},"$K1"]']]],
    ['a state that refers to something deep inside', [['0', '[{"a":[{"b":"$@1"}]},"$K1"]']]],
    ['another form', [['0', '[{"kind":"untouched"},"$K2"]']]],
    ['more arguments', [['0', '[{"kind":"untouched"},"$K1",1]']]],
    [
      'two calls',
      [
        ['0', '[{},"$K1"]'],
        ['0', '[{},"$K1"]'],
      ],
    ],
    [
      'pieces of its own',
      [
        ['0', '[{},"$K1"]'],
        ['1', '"x"'],
      ],
    ],
    ['no JSON', [['0', '[{},"$K1"']]],
  ])('NXT-4: is refused by its script with %s', async (_, fields) => {
    expect(await post(fields, CALLED, true)).toBe(400);
  });

  it.each<[string, Fields]>([
    ['a state that refers to something', stateful('{"kind":"$1:constructor"}')],
    ['a bound argument of another place', stateful('{}', '{"id":"40a1","bound":"$@2"}')],
    ['no action', stateful('{}', '{"id":"constructor","bound":"$@1"}')],
    ['pieces of its own', [...stateful('{}'), ['$ACTION_1:2', '"x"']]],
  ])('NXT-4: is refused without script with %s', async (_, fields) => {
    expect(await post(fields, {}, true)).toBe(400);
  });
});

/** A form whose action is bound to a state. */
function stateful(state: string, action = '{"id":"40a1","bound":"$@1"}'): Fields {
  return [
    ['$ACTION_REF_1', ''],
    ['$ACTION_1:0', action],
    ['$ACTION_1:1', state],
    ['$ACTION_KEY', 'k'],
  ];
}
