import { describe, expect, it } from 'vitest';
import { brandColors, judgeContrast } from '@/lib/login/brand';
import { brandFileType } from '@/lib/login/brand-file';

describe('colours of an operator (WCAG 1.4.3, 1.4.11)', () => {
  it.each([
    ['#ffe14d', '#000000', { light: true, dark: false }],
    ['#0a5fd9', '#ffffff', { light: false, dark: false }],
    ['#000000', '#ffffff', { light: false, dark: true }],
    ['#ffffff', '#000000', { light: true, dark: false }],
    ['#777777', '#000000', { light: false, dark: false }],
  ])('%s has %s on it, and a border where its card is too like it', (color, textColor, needsBorder) => {
    expect(brandColors({ primaryColor: color })).toEqual({
      primary: { color, textColor, needsBorder },
      page: null,
    });
    expect(brandColors({ pageBackground: color }).page).toEqual({ color, textColor });
  });
});

describe('how colours stand out', () => {
  it.each(['#ffffff', '#000000', '#ffe14d', '#101820', '#f0f0f0'])(
    'beside %s, which hardly does on one of the cards, is one that does on both',
    (color) => {
      const [nearby] = judgeContrast({ primaryColor: color }).flatMap(({ nearby }) => nearby ?? []);
      const judged = judgeContrast({ primaryColor: nearby ?? color });
      expect(judged.map(({ kind }) => kind)).toEqual(['button_text', 'button_by_day', 'button_by_night']);
      for (const { ratio, least } of judged) expect(ratio).toBeGreaterThanOrEqual(least);
    },
  );

  it('is said of what is chosen, and offers nothing in the place of what is enough', () => {
    expect(judgeContrast({})).toEqual([]);
    expect(judgeContrast({ primaryColor: '#0a5fd9' }).map(({ nearby }) => nearby)).toEqual([
      null,
      null,
      null,
    ]);
    expect(judgeContrast({ pageBackground: '#102030' })).toMatchObject([
      { kind: 'page_text', textColor: '#ffffff', least: 4.5, nearby: null },
    ]);
  });
});

describe('files of a brand are told by their first bytes', () => {
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

  it.each([
    ['picture', '\x89PNG\r\n\x1a\n…', 'image/png'],
    ['picture', 'RIFF\0\0\0\0WEBPVP8 ', 'image/webp'],
    ['picture', '<?xml version="1.0"?>\n<!-- ours -->\n<svg xmlns="…">', 'image/svg+xml'],
    ['picture', '<html><svg>', null],
    ['picture', 'wOF2', null],
    ['picture', '', null],
    ['font', 'wOF2…', 'font/woff2'],
    ['font', '\x89PNG\r\n\x1a\n', null],
  ] as const)('a %s that begins with %j is %s', (use, text, type) => {
    expect(brandFileType(use, bytes(text))).toBe(type);
  });
});
