'use server';
// Changes the settings of the installation, by the management API.
import { BRUTE_FORCE_PATH, NETWORK_STAGES, THROTTLING_PATH } from '@/lib/management/attack-protection-routes';
import { TENANT_SETTINGS_PATH } from '@/lib/management/tenant-routes';
import { textOf } from '@/lib/web/answer';
import { type ActionState, operatorAction } from '@/lib/web/console/action';
import { linesOf, numberOf } from '@/lib/web/console/fields';
import { changeFields, restoreFields } from '@/lib/web/console/undoable';
import { t } from '@/lib/web/console/words';

const TEXTS = [
  'friendly_name',
  'picture_url',
  'support_email',
  'support_url',
  'default_redirection_uri',
  'default_audience',
];
const HOURS = ['session_lifetime', 'idle_session_lifetime'];

/** Each form has some of the fields; what it has not stays as it is. */
export async function changeSettings(_last: ActionState, form: FormData): Promise<ActionState> {
  const state = await operatorAction('owner', ({ caller }) => {
    const sent = (names: readonly string[]) => names.filter((name) => form.has(name));
    const body = {
      ...Object.fromEntries(sent(TEXTS).map((name) => [name, textOf(form, name).trim()])),
      ...Object.fromEntries(sent(HOURS).map((name) => [name, hoursOf(textOf(form, name))])),
      ...(form.has('passkey_offer') && { passkey_offer: textOf(form, 'passkey_offer') === 'on' }),
      ...(form.has('allowed_logout_urls') && { allowed_logout_urls: linesOf(form, 'allowed_logout_urls') }),
      ...(form.has('languages') && {
        enabled_locales: form.getAll('enabled_locales').filter((value) => typeof value === 'string'),
      }),
    };
    return changeFields(caller, { path: TENANT_SETTINGS_PATH, body, said: t('settings.done') });
  });
  // The API's sentence names the other field as the API does.
  return state.kind === 'refused' && state.sentence.includes('session_lifetime')
    ? { ...state, sentence: t('settings.sessions.longer') }
    : state;
}

/** Of wrong codes of one person. */
export async function changePersonLimit(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', ({ caller }) => {
    const body = { max_attempts: numberOf(form, 'max_attempts') };
    return changeFields(caller, { path: BRUTE_FORCE_PATH, body, said: t('settings.done') });
  });
}

/** Of wrong codes of one network, and of what it asks for. */
export async function changeNetworkLimits(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', ({ caller }) => {
    const stage = Object.fromEntries(
      NETWORK_STAGES.map((name) => [name, { max_attempts: numberOf(form, `stage.${name}.max_attempts`) }]),
    );
    return changeFields(caller, { path: THROTTLING_PATH, body: { stage }, said: t('settings.done') });
  });
}

/** Gives the settings that were changed what they were before. */
export async function restoreSettings(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', ({ caller }) => restoreFields(caller, TENANT_SETTINGS_PATH, form));
}

export async function restorePersonLimit(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', ({ caller }) => restoreFields(caller, BRUTE_FORCE_PATH, form));
}

export async function restoreNetworkLimits(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', ({ caller }) => restoreFields(caller, THROTTLING_PATH, form));
}

/** What is no number is for the API to refuse. */
function hoursOf(typed: string): number | string {
  const hours = Number(typed.replace(',', '.'));
  return typed.trim() === '' || Number.isNaN(hours) ? typed : hours;
}
