// What a posted form holds, in the types that the management API takes. Whether a value will do, the API says.
import 'server-only';
import { textOf } from '@/lib/web/answer';

/** What was typed one a line, without blank lines. */
export function linesOf(form: FormData, name: string): string[] {
  return textOf(form, name)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** What was chosen of several. */
export function allOf(form: FormData, name: string): string[] {
  return form.getAll(name).filter((value) => typeof value === 'string');
}

/** What a form sends as JSON; null for what is none, for the API to refuse. */
export function readJson(sent: string): unknown {
  try {
    return JSON.parse(sent);
  } catch {
    return null;
  }
}

/** A number; null for an empty field; what is no number as it was typed, for the API to refuse. */
export function numberOf(form: FormData, name: string): number | string | null {
  const typed = textOf(form, name).trim();
  if (typed === '') return null;
  return /^\d{1,12}$/.test(typed) ? Number(typed) : typed;
}
