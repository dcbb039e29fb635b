// Rows and cards in plain text, aligned. Names come from people, so whatever could steer a terminal is taken out.

/** Columns under their titles, two blanks apart, as wide as they need to be. */
export function formatTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [titles, ...rows].map((row) => row.map(printable));
  const widths = titles.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ''))));
  return lines
    .map((line) =>
      line
        .map((cell, column) => pad(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** One thing: a label and its value a line; a list takes a line for each entry. */
export function formatCard(
  entries: readonly (readonly [label: string, value: string | readonly string[]])[],
): string {
  const width = Math.max(...entries.map(([label]) => widthOf(label)));
  return entries
    .flatMap(([label, value]) => {
      const lines = typeof value === 'string' ? [value] : value.length === 0 ? ['none'] : value;
      return lines.map((line, index) =>
        `${pad(index === 0 ? label : '', width)}  ${printable(line)}`.trimEnd(),
      );
    })
    .join('\n');
}

/** Without control and formatting characters. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '');
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** Columns a terminal gives a text: none to combining marks, two to wide characters. @see Unicode Standard Annex 11 */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/^\p{M}$/u.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}])$/u;
