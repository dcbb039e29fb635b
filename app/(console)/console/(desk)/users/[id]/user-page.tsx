// What every view of a user begins with: who it is, how they stand, and what most operators came to do. The views are pages of
// their own, and each asks for itself who is there.
import type { ReactNode } from 'react';
import { Badge } from '@/components/console/badge';
import { Callout } from '@/components/console/callout';
import { ConfirmDialog, HiddenFields } from '@/components/console/confirm-dialog';
import { Form, SubmitButton } from '@/components/console/form';
import { PageHeader } from '@/components/console/page-header';
import { RememberVisit } from '@/components/console/recent-visits';
import { Tabs } from '@/components/console/tabs';
import { type Caller, mayUse } from '@/lib/management/caller';
import type { UserDocument } from '@/lib/management/user-document';
import { USERS_PATH } from '@/lib/management/user-routes';
import { managementPath, readManagement } from '@/lib/web/console/ask';
import { requireOperator } from '@/lib/web/console/operator';
import {
  callUser,
  idOfSegment,
  USER_VIEWS,
  USERS_PAGE,
  type UserView,
  userPage,
} from '@/lib/web/console/user-words';
import { t } from '@/lib/web/console/words';
import { blockUser, unblockUser } from './actions';

/** What a page below a user's is given. */
export type UserPageProps = Readonly<{
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}>;

/** The operator of this request, and the user that the address names; for anybody else there is nothing there. */
export async function requireUser(params: UserPageProps['params']): Promise<{
  caller: Caller;
  user: UserDocument;
}> {
  const { caller } = await requireOperator();
  const id = idOfSegment((await params).id);
  const user = await readManagement<UserDocument>(caller, {
    path: managementPath(`${USERS_PATH}/{id}`, { id }),
  });
  return { caller, user };
}

/** @param action stands beside blocking */
export function UserPage({
  caller,
  user,
  view,
  action,
  children,
}: {
  caller: Caller;
  user: UserDocument;
  view: UserView;
  action?: ReactNode;
  children: ReactNode;
}) {
  const called = callUser(user);
  const { name } = user;
  return (
    <>
      <RememberVisit label={called} href={userPage(user.user_id)} />
      <PageHeader
        trail={[{ label: t('users.page'), href: USERS_PAGE }]}
        trailLabel={t('frame.trail')}
        title={called}
        badge={user.blocked && <Badge tone="bad">{t('users.states.blocked')}</Badge>}
        lead={name !== undefined && name !== called ? <bdi>{name}</bdi> : t('users.one.unnamed')}
        action={
          mayUse(caller, ['update:users']) && (
            <>
              {action}
              {user.blocked ? <Unblock user={user} /> : <Block user={user} />}
            </>
          )
        }
      />
      {user.blocked && (
        <Callout tone="bad" title={t('users.block.callout')}>
          <p>{t('users.block.calloutLead')}</p>
        </Callout>
      )}
      <Tabs
        label={t('users.one.tabs.label')}
        tabs={USER_VIEWS.map((each) => ({
          label: t(`users.one.tabs.${each}`),
          href: userPage(user.user_id, each),
          isCurrent: each === view,
        }))}
      />
      {children}
    </>
  );
}

function Block({ user }: { user: UserDocument }) {
  const who = callUser(user);
  return (
    <ConfirmDialog
      name="block"
      trigger={{ label: t('users.block.button') }}
      action={blockUser}
      undoAction={unblockUser}
      hidden={{ id: user.user_id, who }}
      words={{
        title: t('users.block.title', { who }),
        lead: t('users.block.lead'),
        submit: t('users.block.submit'),
      }}
    />
  );
}

function Unblock({ user }: { user: UserDocument }) {
  return (
    <Form name="unblock" action={unblockUser} undoAction={blockUser}>
      <HiddenFields fields={{ id: user.user_id, who: callUser(user) }} />
      <SubmitButton look="quiet">{t('users.unblock.button')}</SubmitButton>
    </Form>
  );
}
