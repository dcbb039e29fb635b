import { expect, it } from 'vitest';
import { PROMPTS_WITH_TEXTS, textsOfPrompt } from '@/lib/login/custom-texts';
import { SCREENS_OF_PROMPT } from '@/lib/web/console/preview-screens';
import words from '@/messages/en/console.json';

it('every prompt that has texts is worded in the console, beside pages where they are read', () => {
  expect(Object.keys(SCREENS_OF_PROMPT).sort()).toEqual([...PROMPTS_WITH_TEXTS].sort());
});

it('every text has a name that people read', () => {
  const labels: Readonly<Record<string, string>> = words.branding.words.texts;
  const texts = PROMPTS_WITH_TEXTS.flatMap(textsOfPrompt);
  expect(texts.length).toBeGreaterThan(20);
  for (const { screen, name } of texts)
    expect(labels[`${screen}_${name}`] ?? labels[name], `${screen} ${name}`).toBeDefined();
});
