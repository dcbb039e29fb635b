import { expect, it } from 'vitest';
import { PROMPTS_WITH_TEXTS } from '@/lib/login/custom-texts';
import { SCREENS_OF_PROMPT } from '@/lib/web/console/preview-screens';

it('every prompt that has texts is worded in the console, beside pages where they are read', () => {
  expect(Object.keys(SCREENS_OF_PROMPT).sort()).toEqual([...PROMPTS_WITH_TEXTS].sort());
});
