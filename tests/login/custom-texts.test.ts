import { describe, expect, it } from 'vitest';
import { asCustomText, textsOfPrompt } from '@/lib/login/custom-texts';

const written = (name: string, sentence: string) => {
  const text = textsOfPrompt('login-id').find((each) => each.name === name);
  if (text === undefined) throw new Error(`no text ${name}`);
  return asCustomText('login-id', text, sentence);
};

describe('a sentence of ours, shown to whoever writes one in its place', () => {
  it('has Auth0’s name for what a text may hold', () => {
    expect(written('title', 'Sign in to {app}')).toBe(`Sign in to $${'{clientName}'}`);
  });

  it('ends with an ellipsis and no full stop where it would say what no text is told', () => {
    expect(written('invalid-phone-format', 'Enter it like {example}.')).toBe('Enter it like …');
    expect(written('invalid-phone-format', '{example}のように入力してください。')).toBe(
      '…のように入力してください。',
    );
  });
});
