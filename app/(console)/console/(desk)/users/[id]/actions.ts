'use server';
// Changes one user, and removes them, by the management API.
import { USER_BLOCKS_PATH } from '@/lib/management/block-routes';
import { REFRESH_TOKENS_PATH } from '@/lib/management/refresh-token-routes';
import { REVOKE_ACCESS_PATH, SESSIONS_PATH } from '@/lib/management/session-routes';
import type { UserDocument } from '@/lib/management/user-document';
import { METHODS_PATH, USERS_PATH } from '@/lib/management/user-routes';
import { runtime } from '@/lib/runtime/boot';
import { textOf } from '@/lib/web/answer';
import { type ActionState, operatorAction } from '@/lib/web/console/action';
import { askManagement, managementPath } from '@/lib/web/console/ask';
import { readMetadataChange } from '@/lib/web/console/metadata-change';
import type { OperatorAtWork } from '@/lib/web/console/operator';
import { USERS_PAGE, userPage } from '@/lib/web/console/user-words';
import { t } from '@/lib/web/console/words';

const IDENTITIES_PATH = `${USERS_PATH}/{id}/identities`;

export async function blockUser(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async (operator) => {
    await change(operator, form, { blocked: true });
    return { kind: 'done', said: t('users.block.done', { who: textOf(form, 'who') }), undo: namedIn(form) };
  });
}

export async function unblockUser(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async (operator) => {
    await change(operator, form, { blocked: false });
    return { kind: 'done', said: t('users.unblock.done', { who: textOf(form, 'who') }), undo: namedIn(form) };
  });
}

const PROFILE_FIELDS = ['name', 'nickname', 'given_name', 'family_name', 'picture'];

export async function changeProfile(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async (operator) => {
    const typed = PROFILE_FIELDS.map((field) => [field, textOf(form, field).trim()] as const);
    // What tokens say by themselves, where nothing is kept, stands in the form as well: it is not to be kept by that.
    const changed = typed.filter(([field, value]) => value !== textOf(form, `shown_${field}`));
    if (changed.length > 0)
      await change(
        operator,
        form,
        Object.fromEntries(changed.map(([field, value]) => [field, value === '' ? null : value])),
      );
    return { kind: 'done', said: t('users.profile.done') };
  });
}

/** Who says that an address or a number is somebody's. */
const HOWS = ['proof', 'vouch', 'none'] as const;

export async function changeIdentifier(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async (operator) => {
    const isPhone = form.has('phone_number');
    const [field, verified] = isPhone
      ? (['phone_number', 'phone_verified'] as const)
      : (['email', 'email_verified'] as const);
    const typed = textOf(form, field).trim();
    const how = HOWS.find((each) => each === textOf(form, 'how')) ?? 'proof';
    await change(
      operator,
      form,
      how === 'proof'
        ? { [field]: typed, [`verify_${field}`]: true }
        : { [field]: typed, [verified]: how === 'vouch' },
    );
    const url = new URL('/change', (await runtime()).environment.issuer).href;
    return {
      kind: 'done',
      said:
        how === 'proof'
          ? t('users.identities.change.asked', { address: typed, url })
          : t('users.identities.change.done', { address: typed }),
    };
  });
}

export async function vouchForIdentifier(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async (operator) => {
    const field = textOf(form, 'type') === 'phone' ? 'phone_verified' : 'email_verified';
    await change(operator, form, { [field]: true });
    return { kind: 'done', said: t('users.identities.vouch.done', { address: textOf(form, 'address') }) };
  });
}

/** Another user becomes part of this one. */
export async function linkUser(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    const id = textOf(form, 'id');
    const [provider = '', userId = ''] = textOf(form, 'other').split('|', 2);
    const path = managementPath(IDENTITIES_PATH, { id });
    await askManagement(caller, { method: 'POST', path, body: { provider, user_id: userId } });
    const said = t('users.link.done', { who: textOf(form, 'who') });
    return { kind: 'done', said, goTo: userPage(id) };
  });
}

/** One way to sign in becomes a user of its own again. */
export async function unlinkIdentity(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    const [provider = '', userId = ''] = textOf(form, 'identity').split('|', 2);
    const path = managementPath(`${IDENTITIES_PATH}/{provider}/{user_id}`, {
      id: textOf(form, 'id'),
      provider,
      user_id: userId,
    });
    await askManagement(caller, { method: 'DELETE', path });
    const address = textOf(form, 'address');
    const undo = { id: textOf(form, 'id'), other: textOf(form, 'identity'), who: address };
    return { kind: 'done', said: t('users.identities.unlink.done', { address }), undo };
  });
}

/** Gone for good: its device keeps a key that opens nothing. */
export async function removePasskey(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    const named = { id: textOf(form, 'id'), authentication_method_id: textOf(form, 'passkey') };
    const path = managementPath(`${METHODS_PATH}/{authentication_method_id}`, named);
    await askManagement(caller, { method: 'DELETE', path });
    return { kind: 'done', said: t('users.passkeys.remove.done', { name: textOf(form, 'name') }) };
  });
}

export async function changeMetadata(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async (operator) => {
    const field = textOf(form, 'field') === 'app_metadata' ? 'app_metadata' : 'user_metadata';
    const read = readMetadataChange(textOf(form, field), textOf(form, 'shown'));
    if (read.kind === 'not_json')
      return { kind: 'refused', field, sentence: t('users.metadata.notJson', { problem: read.problem }) };
    if (read.kind === 'no_object')
      return {
        kind: 'refused',
        field,
        sentence: t('users.metadata.notObject', { example: '{"plan": "pro"}' }),
      };
    if (Object.keys(read.changes).length > 0) await change(operator, form, { [field]: read.changes });
    return { kind: 'done', said: t('users.metadata.done') };
  });
}

export async function endLimits(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    const path = managementPath(`${USER_BLOCKS_PATH}/{id}`, { id: textOf(form, 'id') });
    await askManagement(caller, { method: 'DELETE', path });
    return { kind: 'done', said: t('users.limits.done', { who: textOf(form, 'who') }) };
  });
}

export async function signOutEverywhere(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    const path = managementPath(REVOKE_ACCESS_PATH, { id: textOf(form, 'id') });
    await askManagement(caller, { method: 'POST', path, body: {} });
    return { kind: 'done', said: t('users.sessions.all.done', { who: textOf(form, 'who') }) };
  });
}

export async function endSession(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    const path = managementPath(`${SESSIONS_PATH}/{id}/revoke`, { id: textOf(form, 'session') });
    await askManagement(caller, { method: 'POST', path });
    return { kind: 'done', said: t('users.sessions.end.done') };
  });
}

export async function revokeRefreshToken(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    const path = managementPath(`${REFRESH_TOKENS_PATH}/{id}`, { id: textOf(form, 'token') });
    await askManagement(caller, { method: 'DELETE', path });
    return { kind: 'done', said: t('users.sessions.revoke.done') };
  });
}

export async function deleteUser(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    await askManagement(caller, { method: 'DELETE', path: pathOf(form) });
    return {
      kind: 'done',
      said: t('users.delete.done', { who: textOf(form, 'who') }),
      goTo: USERS_PAGE,
    };
  });
}

function namedIn(form: FormData) {
  return { id: textOf(form, 'id'), who: textOf(form, 'who') };
}

function change({ caller }: OperatorAtWork, form: FormData, body: object): Promise<UserDocument> {
  return askManagement<UserDocument>(caller, { method: 'PATCH', path: pathOf(form), body });
}

function pathOf(form: FormData): string {
  return managementPath(`${USERS_PATH}/{id}`, { id: textOf(form, 'id') });
}
