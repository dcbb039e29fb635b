import { describe, expect, it } from 'vitest';
import { formatCard, formatTable } from '@/lib/cli/layout';

describe('a table', () => {
  it('aligns its columns, wide and combining characters included', () => {
    const rows = [
      ['a', 'Kasse', 'x'],
      ['long', '漢字', 'y'],
      ['b', 'e\u0301🐟', ''],
    ];
    expect(formatTable(['ID', 'NAME', 'TYPE'], rows)).toBe(
      ['ID    NAME   TYPE', 'a     Kasse  x', 'long  漢字   y', 'b     e\u0301🐟'].join('\n'),
    );
  });

  it('lets no name steer the terminal (ADM-4)', () => {
    const text = formatTable(['NAME'], [['\u001b[31mred\u001b]0;title\u0007\r\nnext\u202eback\u2028line']]);
    expect(text).toBe('NAME\n[31mred]0;titlenextbackline');
  });
});

it('a card shows a list as lines, and says where there is nothing', () => {
  const card = formatCard([
    ['Name', 'App'],
    ['Callbacks', ['https://a.example', 'https://b.example']],
    ['Origins', []],
  ]);
  expect(card).toBe(
    [
      'Name       App',
      'Callbacks  https://a.example',
      '           https://b.example',
      'Origins    none',
    ].join('\n'),
  );
});
