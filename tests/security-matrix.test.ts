import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';

it('the security matrix names every test that proves a promise', () => {
  const script = path.join(import.meta.dirname, '../scripts/security-matrix.mjs');
  expect(() => execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' })).not.toThrow();
});
