'use server';
// Changes the settings of the installation, by the management API.
import { TENANT_SETTINGS_PATH } from '@/lib/management/tenant-routes';
import { textOf } from '@/lib/web/answer';
import { type ActionState, operatorAction } from '@/lib/web/console/action';
import { changeFields, restoreFields } from '@/lib/web/console/undoable';
import { t } from '@/lib/web/console/words';

const TEXTS = ['friendly_name', 'picture_url', 'support_email', 'support_url', 'default_redirection_uri'];
const HOURS = ['session_lifetime', 'idle_session_lifetime'];

/** Each form has some of the fields; what it has not stays as it is. */
export async function changeSettings(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', ({ caller }) => {
    const sent = (names: readonly string[]) => names.filter((name) => form.has(name));
    const body = {
      ...Object.fromEntries(sent(TEXTS).map((name) => [name, textOf(form, name).trim()])),
      ...Object.fromEntries(sent(HOURS).map((name) => [name, hoursOf(textOf(form, name))])),
      ...(form.has('passkey_offer') && { passkey_offer: textOf(form, 'passkey_offer') === 'on' }),
      ...(form.has('languages') && {
        enabled_locales: form.getAll('enabled_locales').filter((value) => typeof value === 'string'),
      }),
    };
    return changeFields(caller, { path: TENANT_SETTINGS_PATH, body, said: t('settings.done') });
  });
}

/** Gives the settings that were changed what they were before. */
export async function restoreSettings(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', ({ caller }) => restoreFields(caller, TENANT_SETTINGS_PATH, form));
}

/** What is no number is for the API to refuse. */
function hoursOf(typed: string): number | string {
  const hours = Number(typed.replace(',', '.'));
  return typed.trim() === '' || Number.isNaN(hours) ? typed : hours;
}
