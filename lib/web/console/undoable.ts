// A change that can be taken back: what the API said before it was made is what undoing it sends.
import 'server-only';
import type { Caller } from '@/lib/management/caller';
import { textOf } from '@/lib/web/answer';
import type { ActionState } from './action';
import { askManagement } from './ask';
import { readJson } from './fields';
import { t } from './words';

/**
 * Changes some fields of what is at `path`.
 *
 * @param named what the undoing form names the thing by; it holds the rest as `former`
 * @throws {ManagementRefusal}
 */
export async function changeFields(
  caller: Caller,
  {
    path,
    body,
    named = {},
    said = t('list.saved'),
  }: {
    path: string;
    body: Readonly<Record<string, unknown>>;
    named?: Readonly<Record<string, string>>;
    said?: string;
  },
): Promise<ActionState> {
  const before = await askManagement<Readonly<Record<string, unknown>>>(caller, { path });
  await askManagement(caller, { method: 'PATCH', path, body });
  // What was not there before is nothing to go back to but null.
  const former = Object.fromEntries(Object.keys(body).map((name) => [name, before[name] ?? null]));
  return { kind: 'done', said, undo: { ...named, former: JSON.stringify(former) } };
}

/** Gives it the fields it had. @throws {ManagementRefusal} */
export async function restoreFields(caller: Caller, path: string, form: FormData): Promise<ActionState> {
  await askManagement(caller, { method: 'PATCH', path, body: readJson(textOf(form, 'former')) });
  return { kind: 'done', said: t('list.undone') };
}
