// Writes docs/security-matrix.md: which test proves which promise, read from the ids in the titles of the tests.
// `--check` only tells whether the file is up to date.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = join(root, 'docs/security-matrix.md');
// Any text of a line: titles, and the rows of tables that titles are filled with.
const TEXT = /^\s*\/\/.*$|(['"`])((?:\\.|(?!\1).)*)\1/gm;
const ID = /\b(?!GSM|UCS|UTF)[A-Z]{3}-\d{1,2}\b/g;

/** Ids of a group in order: RED-2 before RED-10. */
const byNumber = (a, b) => a.localeCompare(b, 'en', { numeric: true });

function readProofs() {
  const proofs = new Map();
  // A file of tests, or a part of one that others share: what says `it(`.
  const tests = readdirSync(join(root, 'tests'), { recursive: true }).filter(
    (name) =>
      name.endsWith('.ts') && /^\s*(?:it|test)\b/m.test(readFileSync(join(root, 'tests', name), 'utf8')),
  );
  for (const name of tests.map((test) => test.replaceAll('\\', '/')).sort()) {
    for (const [, , text = ''] of readFileSync(join(root, 'tests', name), 'utf8').matchAll(TEXT)) {
      for (const id of new Set(text.match(ID) ?? [])) {
        const known = proofs.get(id) ?? new Map();
        known.set(name, (known.get(name) ?? 0) + 1);
        proofs.set(id, known);
      }
    }
  }
  return [...proofs].sort(([a], [b]) => byNumber(a, b));
}

const rows = readProofs().map(([id, files]) => {
  const where = [...files].map(
    ([name, count]) => `[${name}](../tests/${name})${count > 1 ? ` ×${count}` : ''}`,
  );
  return `| ${id} | ${where.join(' · ')} |`;
});
const text = `# Which test proves which promise

Made by \`npm run matrix\` from the ids in the titles of the tests.

| id | proven in |
|---|---|
${rows.join('\n')}
`;

if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== text) {
    console.error('docs/security-matrix.md is out of date: run `npm run matrix`.');
    process.exit(1);
  }
} else {
  writeFileSync(file, text);
  console.log(`${rows.length} promises in docs/security-matrix.md`);
}
