'use server';
// Makes, changes and ends APIs, and what applications may ask of them, by the management API.
import { CLIENT_GRANTS_PATH } from '@/lib/management/client-grant-routes';
import { CLIENTS_PATH } from '@/lib/management/client-routes';
import type { ClientDocument } from '@/lib/management/client-settings';
import { RESOURCE_SERVERS_PATH } from '@/lib/management/resource-server-routes';
import type { ResourceServerDocument } from '@/lib/management/resource-servers';
import { textOf } from '@/lib/web/answer';
import { type ActionState, operatorAction } from '@/lib/web/console/action';
import { askManagement, managementPath } from '@/lib/web/console/ask';
import { allOf, linesOf, numberOf } from '@/lib/web/console/fields';
import { changeFields, restoreFields } from '@/lib/web/console/undoable';
import { t } from '@/lib/web/console/words';
import { APIS, apiPath } from './path';

export async function createApi(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    const name = textOf(form, 'name').trim();
    const body = {
      identifier: textOf(form, 'identifier').trim(),
      scopes: scopesOf(form),
      ...(name !== '' && { name }),
    };
    const api = await askManagement<ResourceServerDocument>(caller, {
      method: 'POST',
      path: RESOURCE_SERVERS_PATH,
      body,
    });
    return { kind: 'done', said: t('apis.new.done', { name: api.name }), goTo: apiPath(api.id) };
  });
}

export async function savePermissions(_last: ActionState, form: FormData): Promise<ActionState> {
  return change(form, () => ({ scopes: scopesOf(form) }));
}

export async function saveTokenSettings(_last: ActionState, form: FormData): Promise<ActionState> {
  return change(form, () => ({
    token_lifetime: numberOf(form, 'token_lifetime'),
    token_lifetime_for_web: numberOf(form, 'token_lifetime_for_web'),
    signing_alg: textOf(form, 'signing_alg'),
    // Of the server's own API nothing else changes.
    ...(textOf(form, 'is_system') !== 'yes' && {
      name: textOf(form, 'name'),
      token_dialect: textOf(form, 'token_dialect'),
      allow_offline_access: form.has('allow_offline_access'),
      skip_consent_for_verifiable_first_party_clients: form.has(
        'skip_consent_for_verifiable_first_party_clients',
      ),
    }),
  }));
}

/** Gives the fields of an API that were changed what they were before. */
export async function restoreApi(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', ({ caller }) => restoreFields(caller, pathOf(form), form));
}

export async function deleteApi(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    await askManagement(caller, { method: 'DELETE', path: pathOf(form) });
    return { kind: 'done', said: t('apis.danger.done', { name: textOf(form, 'name') }), goTo: APIS };
  });
}

export async function grantPermissions(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', async ({ caller }) => {
    const body = {
      client_id: textOf(form, 'client_id'),
      audience: textOf(form, 'audience'),
      scope: scopeOf(form),
    };
    await askManagement(caller, { method: 'POST', path: CLIENT_GRANTS_PATH, body });
    const path = managementPath(`${CLIENTS_PATH}/{client_id}`, { client_id: body.client_id });
    const { name } = await askManagement<ClientDocument>(caller, { path });
    return { kind: 'done', said: t('apis.clients.done', { name }) };
  });
}

export async function changeGrant(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', async ({ caller }) => {
    const path = grantPathOf(form);
    await askManagement(caller, { method: 'PATCH', path, body: { scope: scopeOf(form) } });
    const [grant, name, scope] = [textOf(form, 'grant'), textOf(form, 'name'), textOf(form, 'shown')];
    return { kind: 'done', said: t('apis.clients.done', { name }), undo: { grant, name, scope } };
  });
}

export async function revokeGrant(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', async ({ caller }) => {
    await askManagement(caller, { method: 'DELETE', path: grantPathOf(form) });
    const undo = {
      client_id: textOf(form, 'client_id'),
      audience: textOf(form, 'audience'),
      scope: textOf(form, 'shown'),
    };
    return { kind: 'done', said: t('apis.clients.revoked', { name: textOf(form, 'name') }), undo };
  });
}

/** @param bodyOf is asked once it is known that an operator sent the form: whatever else may have been sent */
async function change(form: FormData, bodyOf: () => Readonly<Record<string, unknown>>): Promise<ActionState> {
  return operatorAction('editor', ({ caller }) =>
    changeFields(caller, { path: pathOf(form), body: bodyOf(), named: { id: textOf(form, 'id') } }),
  );
}

/** One field each from the page, all in one where it is undone. */
function scopeOf(form: FormData): string[] {
  return allOf(form, 'scope').flatMap((scopes) => scopes.split(' ').filter((scope) => scope !== ''));
}

/** A line is a permission, a blank, and what it allows. */
function scopesOf(form: FormData): { value: string; description?: string }[] {
  return linesOf(form, 'scopes').map((line) => {
    const [, value = '', description = ''] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
    return { value, ...(description !== '' && { description }) };
  });
}

function pathOf(form: FormData): string {
  return managementPath(`${RESOURCE_SERVERS_PATH}/{id}`, { id: textOf(form, 'id') });
}

function grantPathOf(form: FormData): string {
  return managementPath(`${CLIENT_GRANTS_PATH}/{id}`, { id: textOf(form, 'grant') });
}
