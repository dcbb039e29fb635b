'use server';
// Invites, changes and removes operators, by the management API.
import type { InvitedDocument } from '@/lib/management/team';
import { OPERATORS_PATH } from '@/lib/management/team-routes';
import { textOf } from '@/lib/web/answer';
import { type ActionState, operatorAction } from '@/lib/web/console/action';
import { askManagement, managementPath } from '@/lib/web/console/ask';
import { t } from '@/lib/web/console/words';

export async function inviteOperator(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', async ({ caller }) => {
    const email = textOf(form, 'email').trim();
    const body = { email, role: textOf(form, 'role') };
    const { message, url } = await askManagement<InvitedDocument>(caller, {
      method: 'POST',
      path: OPERATORS_PATH,
      body,
    });
    return {
      kind: 'done',
      said: message.accepted ? t('team.invite.sent', { email }) : t('team.invite.notSent', { email, url }),
    };
  });
}

export async function changeRole(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', async ({ caller, visit }) => {
    const [id, who, role] = [textOf(form, 'id'), textOf(form, 'who'), textOf(form, 'role')];
    await askManagement(caller, { method: 'PATCH', path: pathOf(form), body: { role } });
    const said = t('team.change.done', { who, role: role.toLowerCase() });
    // Who gave up a role of their own cannot take it back.
    if (id === visit.operatorId) return { kind: 'done', said };
    return { kind: 'done', said, undo: { id, who, role: textOf(form, 'shown'), shown: role } };
  });
}

export async function removeOperator(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('owner', async ({ caller }) => {
    await askManagement(caller, { method: 'DELETE', path: pathOf(form) });
    return { kind: 'done', said: t('team.remove.done', { who: textOf(form, 'who') }) };
  });
}

function pathOf(form: FormData): string {
  return managementPath(`${OPERATORS_PATH}/{id}`, { id: textOf(form, 'id') });
}
