// What holds for every action of the console, read from its source.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const CONSOLE = path.resolve(import.meta.dirname, '../../../app/(console)');

const sources = readdirSync(CONSOLE, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(path.join(CONSOLE, file), 'utf8'))
  .filter((source) => source.startsWith("'use server'"));

it('NXT-3: every action takes its state and its form: of one that takes less Next sends less, which the front lets in no more', () => {
  const actions = sources.flatMap((source) => [...source.matchAll(/^export .*?(\w+)\((.*?)\)/gms)]);
  expect(actions.length).toBeGreaterThan(50);
  for (const [, name, parameters = ''] of actions)
    expect(parameters.replace(/,?\s*$/, ''), name).toMatch(/^\s*_\w+: ActionState,\s*_?form: FormData$/);
});
