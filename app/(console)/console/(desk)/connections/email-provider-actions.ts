'use server';
// Names who sends e-mail where the environment of the server names nobody, by the management API.
import { EMAIL_PROVIDER_PATH } from '@/lib/management/email-provider-routes';
import { textOf } from '@/lib/web/answer';
import { type ActionState, operatorAction } from '@/lib/web/console/action';
import { askManagement } from '@/lib/web/console/ask';
import { numberOf } from '@/lib/web/console/fields';
import { t } from '@/lib/web/console/words';

export async function saveEmailProvider(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    const body = {
      name: textOf(form, 'name'),
      enabled: form.has('enabled'),
      default_from_address: textOf(form, 'default_from_address').trim() || null,
      credentials: credentialsOf(form),
    };
    const method = form.has('is_there') ? 'PATCH' : 'POST';
    await askManagement(caller, { method, path: EMAIL_PROVIDER_PATH, body });
    return { kind: 'done', said: t('settings.done') };
  });
}

export async function removeEmailProvider(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    await askManagement(caller, { method: 'DELETE', path: EMAIL_PROVIDER_PATH });
    return { kind: 'done', said: t('connections.emailProvider.removed', { name: textOf(form, 'name') }) };
  });
}

/** What was left empty is left out: a secret that is kept stays. A name that was emptied is none. */
function credentialsOf(form: FormData): Readonly<Record<string, unknown>> {
  const typed = (name: string) => textOf(form, `credentials.${name}`).trim() || null;
  const isTyped = ([, value]: [string, unknown]) => value !== null;
  if (textOf(form, 'name') === 'resend')
    return Object.fromEntries(Object.entries({ api_key: typed('api_key') }).filter(isTyped));
  const given = {
    smtp_host: typed('smtp_host'),
    smtp_port: numberOf(form, 'credentials.smtp_port'),
    smtp_pass: typed('smtp_pass'),
  };
  return { ...Object.fromEntries(Object.entries(given).filter(isTyped)), smtp_user: typed('smtp_user') };
}
