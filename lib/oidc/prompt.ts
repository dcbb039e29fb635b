// The `prompt` parameter. OpenID Connect Core §3.1.2.1.
import { OAuthError } from './errors';
import { PROMPTS } from './vocabulary';

export type Prompt = (typeof PROMPTS)[number];

/**
 * The distinct values of `prompt`; empty when it was left out.
 * @throws OAuthError `invalid_request` for a value that is not advertised, and for `none` beside another.
 */
export function parsePrompt(prompt: string | null): readonly Prompt[] {
  if (prompt === null) return [];
  const values = [...new Set(prompt.split(' '))];
  if (!values.every(isPrompt))
    throw new OAuthError('invalid_request', 'The prompt is not one of those supported.');
  if (values.includes('none') && values.length > 1) {
    throw new OAuthError('invalid_request', 'prompt=none cannot be combined with another prompt.');
  }
  return values;
}

function isPrompt(value: string): value is Prompt {
  return (PROMPTS as readonly string[]).includes(value);
}
