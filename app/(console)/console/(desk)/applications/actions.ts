'use server';
// Makes, changes and ends applications, by the management API.
import { ADDRESS_FIELDS, explainAddress } from '@/lib/management/client-addresses';
import { CLIENTS_PATH } from '@/lib/management/client-routes';
import { APPLICATION_TYPES, type ClientDocument } from '@/lib/management/client-settings';
import type { CreatedClientDocument } from '@/lib/management/clients';
import { CONNECTIONS_PATH } from '@/lib/management/connection-routes';
import type { ConnectionDocument } from '@/lib/management/connections';
import { textOf } from '@/lib/web/answer';
import { type ActionState, asSentence, operatorAction, operatorQuestion } from '@/lib/web/console/action';
import { askManagement, managementPath } from '@/lib/web/console/ask';
import { allOf, linesOf, numberOf } from '@/lib/web/console/fields';
import { QUICKSTART_LISTS } from '@/lib/web/console/quickstarts';
import { changeFields, restoreFields } from '@/lib/web/console/undoable';
import { t } from '@/lib/web/console/words';
import { APPLICATIONS, applicationPath } from './words';

const CLIENT_PATH = `${CLIENTS_PATH}/{client_id}`;

export async function createApplication(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    const [name, type] = [textOf(form, 'name'), textOf(form, 'app_type')];
    // Of a program that asks by itself the form shows no callbacks, whatever was typed there.
    const callbacks = type === 'non_interactive' ? [] : linesOf(form, 'callbacks');
    const body = { name, app_type: type, callbacks };
    const made = await askManagement<CreatedClientDocument>(caller, {
      method: 'POST',
      path: CLIENTS_PATH,
      body,
    });
    const next = applicationPath(made.client_id);
    const said = t('applications.new.done', { name: made.name });
    return made.client_secret === undefined
      ? { kind: 'done', said, goTo: next }
      : { kind: 'done', said, shown: { secret: made.client_secret, next } };
  });
}

/** Says which of the lines that are being typed the API would refuse, and why. */
export async function checkAddresses(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorQuestion('editor', async () => {
    const field = ADDRESS_FIELDS.find((name) => name === textOf(form, 'field'));
    const applicationType = APPLICATION_TYPES.find((type) => type === textOf(form, 'app_type'));
    if (field === undefined || applicationType === undefined) return { kind: 'done', said: '' };
    const client = { applicationType, wildcardRedirectUris: textOf(form, 'wildcards') === 'yes' };
    const problems = linesOf(form, 'entries').flatMap((address, index) => {
      const sentence = explainAddress(field, address, client);
      return sentence === null ? [] : [[String(index), asSentence(sentence)]];
    });
    return { kind: 'done', said: '', shown: Object.fromEntries(problems) };
  });
}

export async function saveBasics(_last: ActionState, form: FormData): Promise<ActionState> {
  return change(form, () => ({
    name: textOf(form, 'name'),
    description: textOf(form, 'description').trim(),
    logo_uri: textOf(form, 'logo_uri').trim() || null,
  }));
}

export async function saveAddresses(_last: ActionState, form: FormData): Promise<ActionState> {
  return change(form, () => ({
    callbacks: linesOf(form, 'callbacks'),
    allowed_logout_urls: linesOf(form, 'allowed_logout_urls'),
    web_origins: linesOf(form, 'web_origins'),
    allowed_origins: linesOf(form, 'allowed_origins'),
    initiate_login_uri: textOf(form, 'initiate_login_uri').trim() || null,
  }));
}

export async function saveTokens(_last: ActionState, form: FormData): Promise<ActionState> {
  return change(form, () => {
    const lifetime = numberOf(form, 'refresh_token.token_lifetime');
    const idle = numberOf(form, 'refresh_token.idle_token_lifetime');
    return {
      grant_types: allOf(form, 'grant_types'),
      jwt_configuration: { lifetime_in_seconds: numberOf(form, 'jwt_configuration.lifetime_in_seconds') },
      refresh_token: {
        rotation_type: textOf(form, 'refresh_token.rotation_type'),
        expiration_type: lifetime === null && idle === null ? 'non-expiring' : 'expiring',
        leeway: numberOf(form, 'refresh_token.leeway'),
        ...(lifetime === null ? { infinite_token_lifetime: true } : { token_lifetime: lifetime }),
        ...(idle === null ? { infinite_idle_token_lifetime: true } : { idle_token_lifetime: idle }),
      },
    };
  });
}

export async function saveSignOuts(_last: ActionState, form: FormData): Promise<ActionState> {
  return change(form, () => ({
    backchannel_logout_uri: textOf(form, 'backchannel_logout_uri').trim() || null,
    backchannel_logout_session_required: form.has('backchannel_logout_session_required'),
  }));
}

/** Gives the settings of an application that were changed what they were before. */
export async function restoreApplication(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', ({ caller }) => restoreFields(caller, pathOf(form), form));
}

/** Which connections the login page of the application offers. */
export async function saveConnections(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    const clientId = textOf(form, 'client_id');
    // One field each from the page, all in one where it is undone.
    const chosen = allOf(form, 'connections').flatMap((ids) => ids.split(' '));
    const connections = await askManagement<ConnectionDocument[]>(caller, { path: CONNECTIONS_PATH });
    const former = connections.filter(({ enabled_clients: enabled }) => enabled.includes(clientId));
    for (const { id, enabled_clients: enabled } of connections) {
      const status = chosen.includes(id);
      if (enabled.includes(clientId) === status) continue;
      await askManagement(caller, {
        method: 'PATCH',
        path: managementPath(`${CONNECTIONS_PATH}/{id}/clients`, { id }),
        body: [{ client_id: clientId, status }],
      });
    }
    const undo = { client_id: clientId, connections: former.map(({ id }) => id).join(' ') };
    return { kind: 'done', said: t('list.saved'), undo };
  });
}

/** Puts addresses beside those that are allowed: each field of the form is a list that takes what is in it. */
export async function allowAddresses(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    const path = pathOf(form);
    const client = await askManagement<ClientDocument>(caller, { path });
    const asked = QUICKSTART_LISTS.map((list) => ({ list, addresses: linesOf(form, list) })).filter(
      ({ addresses }) => addresses.length > 0,
    );
    await askManagement(caller, {
      method: 'PATCH',
      path,
      body: Object.fromEntries(
        asked.map(({ list, addresses }) => [list, [...new Set([...client[list], ...addresses])]]),
      ),
    });
    const all = asked.flatMap(({ addresses }) => addresses);
    return {
      kind: 'done',
      said: t('applications.quickstart.allowed', { count: all.length, address: all[0] ?? '' }),
    };
  });
}

export async function rotateSecret(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    const { client_secret: secret = '' } = await askManagement<CreatedClientDocument>(caller, {
      method: 'POST',
      path: managementPath(`${CLIENT_PATH}/rotate-secret`, { client_id: textOf(form, 'client_id') }),
      query: { former_secret_seconds: textOf(form, 'former_secret_seconds') },
    });
    return { kind: 'done', said: t('applications.credentials.done'), shown: { secret } };
  });
}

export async function deleteApplication(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    await askManagement(caller, { method: 'DELETE', path: pathOf(form) });
    const said = t('applications.danger.done', { name: textOf(form, 'name') });
    return { kind: 'done', said, goTo: APPLICATIONS };
  });
}

/** @param bodyOf is asked once it is known that an operator sent the form: whatever else may have been sent */
async function change(form: FormData, bodyOf: () => Readonly<Record<string, unknown>>): Promise<ActionState> {
  return operatorAction('editor', ({ caller }) => {
    const named = { client_id: textOf(form, 'client_id') };
    return changeFields(caller, { path: pathOf(form), body: bodyOf(), named });
  });
}

function pathOf(form: FormData): string {
  return managementPath(CLIENT_PATH, { client_id: textOf(form, 'client_id') });
}
