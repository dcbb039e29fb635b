import { describe, expect, it } from 'vitest';
import type { SentRow } from '@/lib/login/job';
import { ROW_MAX_LENGTH, readJsonRows, UnreadableFile } from '@/lib/management/json-rows';

/** A file in pieces of that many bytes. */
async function* inPieces(file: string | Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file;
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const rowsOf = (file: string | Uint8Array, size = 1_000) => collect(inPieces(file, size));

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<SentRow[]> {
  const rows: SentRow[] = [];
  for await (const row of readJsonRows(chunks)) rows.push(row);
  return rows;
}

async function problemOf(file: string | Uint8Array): Promise<string> {
  const problem = await rowsOf(file).catch((error) => error);
  expect(problem).toBeInstanceOf(UnreadableFile);
  return problem.message;
}

describe('a file of users', () => {
  const ann = '{"email":"ann@x.test"}';
  const ada = '{"a":{"b":[{"c":"}{]["}]},"d":"\\"}\\\\"}';

  it.each<[string, string, [number, string][]]>([
    ['one object', ann, [[1, ann]]],
    [
      'one after the other',
      `${ann}\n${ada}\n`,
      [
        [1, ann],
        [2, ada],
      ],
    ],
    [
      'a list',
      `[${ann},${ada}]`,
      [
        [1, ann],
        [1, ada],
      ],
    ],
    [
      'a list in lines',
      `\ufeff [\n  ${ann},\r\n\n  ${ada}\n]\n`,
      [
        [2, ann],
        [4, ada],
      ],
    ],
    [
      'objects in lines',
      `[{\n"a": 1\n},\n{\n"b": "\n"}]`,
      [
        [1, '{\n"a": 1\n}'],
        [4, '{\n"b": "\n"}'],
      ],
    ],
    [
      'commas between lines',
      `${ann},\n${ada},\n`,
      [
        [1, ann],
        [2, ada],
      ],
    ],
    [
      'what is no good JSON',
      '{a:1}\n{"b":}',
      [
        [1, '{a:1}'],
        [2, '{"b":}'],
      ],
    ],
    ['more than ASCII', '{"name":"Åsa 🦉"}', [[1, '{"name":"Åsa 🦉"}']]],
    ['nothing', '', []],
    ['an empty list', ' [ ] ', []],
  ])('of %s is cut into them, however it comes', async (_, file, expected) => {
    const numbered = expected.map((row, index) => [index + 1, ...row]);
    for (const size of [1, 2, 3, 7, 1_000]) expect(await rowsOf(file, size)).toEqual(numbered);
  });

  it.each<[string, string | Uint8Array, string]>([
    ['text', 'email,name\nann@x.test,Ann', 'line 1 is no list of JSON objects'],
    ['a word among objects', `${ann}\nnull\n`, 'line 2 is no list of JSON objects'],
    ['lists of lists', `[[${ann}]]`, 'line 1 is no list of JSON objects'],
    ['two lists', `[${ann}]\n[${ada}]`, 'line 2 is no list of JSON objects'],
    ['an object behind a list', `[${ann}]\n${ada}`, 'line 2 goes on after the end of the list'],
    ['a list that is not closed', `[\n${ann}\n`, 'line 3 ends a list that is not closed'],
    ['an object that breaks off', `${ann}\n{"email":"ad`, 'line 2 begins a user that does not end'],
    ['a closing bracket', ']', 'line 1 is no list of JSON objects'],
    ['a comma at first', `,${ann}`, 'line 1 is no list of JSON objects'],
    ['bytes that are no UTF-8', Uint8Array.of(123, 0xff, 125), 'line 1 is not UTF-8'],
    ['a character that breaks off', Uint8Array.of(123, 125, 0xc3), 'line 1 is not UTF-8'],
  ])('of %s is refused, by its line', async (_, file, sentence) => {
    expect(await problemOf(file)).toBe(sentence);
  });

  it('with a user without end is refused before all of it is there (INP-1)', async () => {
    let pieces = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (yield new TextEncoder().encode('{"a":"'); ; pieces++) yield new Uint8Array(65_536).fill(97);
    }
    await expect(collect(endless())).rejects.toThrow('line 1 begins a user that is too long');
    expect(pieces * 65_536).toBeLessThan(ROW_MAX_LENGTH * 2);
  });
});
