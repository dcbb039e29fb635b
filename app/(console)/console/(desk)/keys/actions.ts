'use server';
// Replaces and ends signing keys, by the management API, which wants a recent proof for it.
import { SIGNING_KEYS_PATH } from '@/lib/management/signing-key-routes';
import { textOf } from '@/lib/web/answer';
import { type ActionState, operatorAction } from '@/lib/web/console/action';
import { askManagement, managementPath } from '@/lib/web/console/ask';
import { t } from '@/lib/web/console/words';

export async function rotateKeys(_last: ActionState, _form: FormData): Promise<ActionState> {
  return operatorAction('owner', async ({ caller }) => {
    await askManagement(caller, { method: 'POST', path: `${SIGNING_KEYS_PATH}/rotate` });
    return { kind: 'done', said: t('keys.rotate.done') };
  });
}

export async function revokeKey(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', async ({ caller }) => {
    const path = managementPath(`${SIGNING_KEYS_PATH}/{kid}/revoke`, { kid: textOf(form, 'kid') });
    await askManagement(caller, { method: 'PUT', path });
    return { kind: 'done', said: t('keys.revoke.done') };
  });
}
