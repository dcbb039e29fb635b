'use server';
// Changes connections and the words of their messages, and shows what is being written, by the management API.
import type { MessagePreview } from '@/lib/login/preview-message';
import { CONNECTIONS_PATH } from '@/lib/management/connection-routes';
import type { ConnectionDocument } from '@/lib/management/connections';
import { PREVIEW_PATH } from '@/lib/management/report-routes';
import { textOf } from '@/lib/web/answer';
import { type ActionState, operatorAction, operatorQuestion } from '@/lib/web/console/action';
import { askManagement, managementPath } from '@/lib/web/console/ask';
import { linesOf, numberOf } from '@/lib/web/console/fields';
import { restoreFields } from '@/lib/web/console/undoable';
import { t } from '@/lib/web/console/words';
import { pricesOf } from './prices';
import { describePreview, previewBodyOf, withWords } from './words';

export async function saveSignIn(_last: ActionState, form: FormData): Promise<ActionState> {
  return change(form, ({ strategy }) => ({
    totp: {
      length: numberOf(form, 'options.totp.length'),
      time_step: numberOf(form, 'options.totp.time_step'),
    },
    max_attempts: numberOf(form, 'options.max_attempts'),
    disable_signup: form.has('options.disable_signup'),
    ...(strategy === 'email' && {
      send: textOf(form, 'options.send'),
      sign_in_on_other_device: form.has('options.sign_in_on_other_device'),
      new_device_notice: form.has('options.new_device_notice'),
    }),
  }));
}

/** Of text messages: who sends them, and where to. */
export async function saveDelivery(_last: ActionState, form: FormData): Promise<ActionState> {
  return change(form, ({ options }) => {
    const countries = linesOf(form, 'options.countries').map((code) => code.toUpperCase());
    const accountSid = filled(form, 'options.twilio_sid');
    return {
      provider: filled(form, 'options.provider') ?? undefined,
      from: filled(form, 'options.from'),
      twilio_sid: accountSid,
      // A field for a secret is empty when it is shown: that leaves the one that is kept, unless its account goes.
      twilio_token:
        filled(form, 'options.twilio_token') ?? (accountSid === null ? null : options.twilio_token),
      messaging_service_sid: filled(form, 'options.messaging_service_sid'),
      gateway_url: filled(form, 'options.gateway_url'),
      countries: countries.length === 0 ? null : countries,
      prices: pricesOf(form, { currency: 'options.prices.currency', list: 'options.prices.by_country' }),
    };
  });
}

export async function saveWords(_last: ActionState, form: FormData): Promise<ActionState> {
  return change(form, (connection) => withWords(connection, form));
}

/** Gives a connection the options it had. A secret among them is a mask, which leaves the one that is kept. */
export async function restoreOptions(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', ({ caller }) => restoreFields(caller, pathOf(form), form));
}

/** What people would get of the words that are being written. */
export async function previewWords(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorQuestion('editor', async ({ caller }) => {
    const path = managementPath(PREVIEW_PATH, { id: textOf(form, 'connection') });
    const connection = await load(form, caller);
    const body = previewBodyOf(form, connection);
    const preview = await askManagement<MessagePreview>(caller, { method: 'POST', path, body });
    return { kind: 'done', said: '', shown: await describePreview(preview, connection) };
  });
}

/**
 * PATCH replaces all options: what the form does not hold is sent as it is.
 * @param decide is asked once it is known that an operator sent the form: whatever else may have been sent
 */
async function change(
  form: FormData,
  decide: (connection: ConnectionDocument) => Readonly<Record<string, unknown>>,
): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    const connection = await load(form, caller);
    const options = { ...connection.options, ...decide(connection) };
    await askManagement(caller, { method: 'PATCH', path: pathOf(form), body: { options } });
    const former = JSON.stringify({ options: connection.options });
    const undo = { connection: connection.id, former };
    return { kind: 'done', said: t('list.saved'), undo };
  });
}

function load(form: FormData, caller: Parameters<typeof askManagement>[0]): Promise<ConnectionDocument> {
  return askManagement<ConnectionDocument>(caller, { path: pathOf(form) });
}

function pathOf(form: FormData): string {
  return managementPath(`${CONNECTIONS_PATH}/{id}`, { id: textOf(form, 'connection') });
}

function filled(form: FormData, name: string): string | null {
  return textOf(form, name).trim() || null;
}
