'use server';
// Changes the settings of the installation, by the management API.
import {
  BRUTE_FORCE_PATH,
  type BruteForceDocument,
  THROTTLING_PATH,
  type ThrottlingDocument,
} from '@/lib/management/attack-protection-routes';
import { TENANT_SETTINGS_PATH } from '@/lib/management/tenant-routes';
import { textOf } from '@/lib/web/answer';
import { type ActionState, operatorAction } from '@/lib/web/console/action';
import { askManagement } from '@/lib/web/console/ask';
import { numberOf } from '@/lib/web/console/fields';
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

/** The three limits that Auth0 has names for. */
export async function changeLimits(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', async ({ caller }) => {
    const path = { codes: BRUTE_FORCE_PATH, network: THROTTLING_PATH };
    const codes = await askManagement<BruteForceDocument>(caller, { path: path.codes });
    const { stage } = await askManagement<ThrottlingDocument>(caller, { path: path.network });
    const most = (name: string) => ({ max_attempts: numberOf(form, `${name}max_attempts`) });
    const body = {
      stage: {
        'pre-login': most('stage.pre-login.'),
        'pre-user-registration': most('stage.pre-user-registration.'),
      },
    };
    await askManagement(caller, { method: 'PATCH', path: path.network, body });
    await askManagement(caller, { method: 'PATCH', path: path.codes, body: most('') });
    const undo = {
      max_attempts: String(codes.max_attempts),
      'stage.pre-login.max_attempts': String(stage['pre-login'].max_attempts),
      'stage.pre-user-registration.max_attempts': String(stage['pre-user-registration'].max_attempts),
    };
    return { kind: 'done', said: t('settings.done'), undo };
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
