'use server';
// Makes users known, by the management API.
import type { UserDocument } from '@/lib/management/user-document';
import { USERS_PATH } from '@/lib/management/user-routes';
import { textOf } from '@/lib/web/answer';
import { type ActionState, operatorAction } from '@/lib/web/console/action';
import { askManagement } from '@/lib/web/console/ask';
import { callUser, userPage } from '@/lib/web/console/user-words';
import { t } from '@/lib/web/console/words';

export async function createUser(_last: ActionState, form: FormData): Promise<ActionState> {
  return operatorAction('editor', async ({ caller }) => {
    const isPhone = form.has('phone_number');
    const isProven = form.has('verified');
    const name = textOf(form, 'name').trim();
    const user = await askManagement<UserDocument>(caller, {
      method: 'POST',
      path: USERS_PATH,
      body: {
        connection: textOf(form, 'connection'),
        ...(isPhone
          ? { phone_number: textOf(form, 'phone_number').trim(), phone_verified: isProven }
          : { email: textOf(form, 'email').trim(), email_verified: isProven }),
        ...(name !== '' && { name }),
      },
    });
    const said = t('users.create.done', { who: callUser(user) });
    return { kind: 'done', said, goTo: userPage(user.user_id) };
  });
}
