// A user: how they sign in, what they are called, and what can be done with them.
import { Link2 } from 'lucide-react';
import type { Metadata } from 'next';
import { Badge } from '@/components/console/badge';
import { ButtonLink } from '@/components/console/button';
import { Callout } from '@/components/console/callout';
import { Card } from '@/components/console/card';
import { ConfirmDialog, HiddenFields } from '@/components/console/confirm-dialog';
import { CopyButton } from '@/components/console/copy-button';
import { DescriptionList } from '@/components/console/description-list';
import { Dialog } from '@/components/console/dialog';
import { SelectField, TextField } from '@/components/console/field';
import { Form, SubmitButton } from '@/components/console/form';
import { Moment } from '@/components/console/moment';
import { USER_BLOCKS_PATH } from '@/lib/management/block-routes';
import { mayUse } from '@/lib/management/caller';
import type { MethodDocument, UserDocument } from '@/lib/management/user-document';
import { METHODS_PATH } from '@/lib/management/user-routes';
import { managementPath, readManagement } from '@/lib/web/console/ask';
import { consoleFormats, type Formats } from '@/lib/web/console/formats';
import { callUser, linkPage } from '@/lib/web/console/user-words';
import { t } from '@/lib/web/console/words';
import {
  changeIdentifier,
  changeProfile,
  deleteUser,
  endLimits,
  linkUser,
  removePasskey,
  unlinkIdentity,
  vouchForIdentifier,
} from './actions';
import { requireUser, UserPage, type UserPageProps } from './user-page';

export const metadata: Metadata = { title: t('users.one.tabs.profile') };

type Blocks = { blocked_for: readonly { identifier: string }[] };

export default async function UserProfilePage({ params }: UserPageProps) {
  const { caller, user } = await requireUser(params);
  const named = { id: user.user_id };
  const [methods, { blocked_for: limits }, formats] = await Promise.all([
    readManagement<MethodDocument[]>(caller, {
      path: managementPath(METHODS_PATH, named),
      query: { per_page: 100 },
    }),
    readManagement<Blocks>(caller, { path: managementPath(`${USER_BLOCKS_PATH}/{id}`, named) }),
    consoleFormats(),
  ]);
  const isEditable = mayUse(caller, ['update:users']);
  const mayRemove = mayUse(caller, ['delete:authentication_methods']);
  const passkeys = methods.filter(({ type }) => type === 'passkey');
  return (
    <UserPage caller={caller} user={user} view="profile">
      {limits.length > 0 && <Limits {...{ user, limits, isEditable }} />}
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="grid gap-6">
          <Identities {...{ user, methods: methods.filter(isIdentity), formats, isEditable }} />
          {passkeys.length > 0 && <Passkeys {...{ user, passkeys, formats, mayRemove }} />}
          <Profile {...{ user, isEditable }} />
          {mayUse(caller, ['delete:users']) && <Delete user={user} />}
        </div>
        <Facts {...{ user, formats }} />
      </div>
    </UserPage>
  );
}

function Limits({
  user,
  limits,
  isEditable,
}: {
  user: UserDocument;
  limits: Blocks['blocked_for'];
  isEditable: boolean;
}) {
  const addresses = limits.map(({ identifier }) => identifier).join(', ');
  return (
    <Callout tone="heed" title={t('users.limits.title')}>
      <p>{t('users.limits.lead', { addresses })}</p>
      {isEditable && (
        <div className="mt-2">
          <Form name="limits" action={endLimits}>
            <HiddenFields fields={{ id: user.user_id, who: callUser(user) }} />
            <div>
              <SubmitButton look="quiet">{t('users.limits.submit')}</SubmitButton>
            </div>
          </Form>
        </div>
      )}
    </Callout>
  );
}

// ---- Ways to sign in ------------------------------------------------------------------------------------------------

type IdentityMethod = MethodDocument & Readonly<{ type: 'email' | 'phone' }>;

const isIdentity = (method: MethodDocument): method is IdentityMethod => method.type !== 'passkey';

function Identities({
  user,
  methods,
  formats,
  isEditable,
}: {
  user: UserDocument;
  methods: readonly IdentityMethod[];
  formats: Formats;
  isEditable: boolean;
}) {
  return (
    <Card
      title={t('users.identities.title')}
      lead={t('users.identities.lead')}
      action={
        isEditable && (
          <ButtonLink size="small" href={linkPage(user.user_id)}>
            <Link2 aria-hidden />
            {t('users.link.open')}
          </ButtonLink>
        )
      }
    >
      <ul className="grid divide-y divide-line">
        {methods.map((method) => (
          <li
            key={method.id}
            className="flex flex-wrap items-center justify-between gap-3 py-3 first:pt-0 last:pb-0"
          >
            <span className="grid min-w-0 gap-1">
              <span className="flex flex-wrap items-center gap-2 font-medium">
                <bdi>{addressOf(method)}</bdi>
                {method.confirmed ? (
                  <Badge tone="good">{t('users.identities.proven')}</Badge>
                ) : (
                  <Badge tone="heed">{t('users.identities.unproven')}</Badge>
                )}
                {methods.length > 1 && method.id === user.user_id && (
                  <Badge>{t('users.identities.main')}</Badge>
                )}
              </span>
              <span className="text-table text-muted">
                {t(`users.identities.kinds.${method.type}`)},{' '}
                {t.rich('users.identities.since', {
                  at: () => <Moment key="at" moment={formats.moment(method.created_at)} />,
                })}
              </span>
            </span>
            {isEditable && (
              <span className="flex flex-wrap gap-2">
                {isSpokenOf(user, method) && (
                  <>
                    {!method.confirmed && <Vouch user={user} method={method} />}
                    <ChangeIdentifier user={user} method={method} />
                  </>
                )}
                {method.id !== user.user_id && <Unlink user={user} method={method} />}
              </span>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

const addressOf = ({ email, phone_number, id }: IdentityMethod) => email ?? phone_number ?? id;

/** The API changes the one that tokens speak of. */
function isSpokenOf(user: UserDocument, method: IdentityMethod): boolean {
  return addressOf(method) === (method.type === 'phone' ? user.phone_number : user.email);
}

function Vouch({ user, method }: { user: UserDocument; method: IdentityMethod }) {
  const address = addressOf(method);
  return (
    <Form name={`vouch-${method.type}`} action={vouchForIdentifier}>
      <HiddenFields fields={{ id: user.user_id, type: method.type, address }} />
      <SubmitButton look="quiet">{t('users.identities.vouch.button')}</SubmitButton>
    </Form>
  );
}

function ChangeIdentifier({ user, method }: { user: UserDocument; method: IdentityMethod }) {
  const { type } = method;
  return (
    <Dialog
      trigger={{ label: t('users.identities.change.button') }}
      title={t(`users.identities.change.titles.${type}`)}
      lead={t('users.identities.change.lead', { address: addressOf(method) })}
    >
      <Form name={`change-${type}`} action={changeIdentifier} clearsWhenDone>
        <HiddenFields fields={{ id: user.user_id }} />
        <TextField
          name={type === 'phone' ? 'phone_number' : 'email'}
          type={type === 'phone' ? 'tel' : 'email'}
          label={t(`users.identities.change.labels.${type}`)}
          autoComplete="off"
          spellCheck={false}
        />
        <SelectField
          name="how"
          label={t('users.identities.change.how')}
          hint={t('users.identities.change.howHint')}
          options={(['proof', 'vouch', 'none'] as const).map((value) => ({
            value,
            label: t(`users.identities.change.hows.${value}`),
          }))}
        />
        <div className="flex justify-end">
          <SubmitButton>{t('users.identities.change.submit')}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}

function Unlink({ user, method }: { user: UserDocument; method: IdentityMethod }) {
  const address = addressOf(method);
  return (
    <ConfirmDialog
      name={`unlink-${method.id}`}
      trigger={{ label: t('users.identities.unlink.button') }}
      action={unlinkIdentity}
      undoAction={linkUser}
      hidden={{ id: user.user_id, identity: method.id, address }}
      words={{
        title: t('users.identities.unlink.title', { address }),
        lead: t('users.identities.unlink.lead'),
        submit: t('users.identities.unlink.submit'),
      }}
    />
  );
}

function Passkeys({
  user,
  passkeys,
  formats,
  mayRemove,
}: {
  user: UserDocument;
  passkeys: readonly MethodDocument[];
  formats: Formats;
  mayRemove: boolean;
}) {
  const at = (iso: string) => () => <Moment key="at" moment={formats.moment(iso)} />;
  return (
    <Card title={t('users.passkeys.title')} lead={t('users.passkeys.lead')}>
      <ul className="grid divide-y divide-line">
        {passkeys.map(({ id, name = id, created_at: madeAt, last_auth_at: usedAt, credential_backed_up }) => (
          <li
            key={id}
            className="flex flex-wrap items-center justify-between gap-3 py-3 first:pt-0 last:pb-0"
          >
            <span className="grid min-w-0 gap-1">
              <span className="flex flex-wrap items-center gap-2 font-medium">
                <bdi>{name}</bdi>
                {credential_backed_up && <Badge>{t('users.passkeys.synced')}</Badge>}
              </span>
              <span className="text-table text-muted">
                {t.rich('users.passkeys.made', { at: at(madeAt) })},{' '}
                {usedAt === undefined
                  ? t('users.passkeys.unused')
                  : t.rich('users.passkeys.used', { at: at(usedAt) })}
              </span>
            </span>
            {mayRemove && (
              <ConfirmDialog
                name={`passkey-${id}`}
                trigger={{ label: t('users.passkeys.remove.button'), size: 'small' }}
                action={removePasskey}
                hidden={{ id: user.user_id, passkey: id, name }}
                words={{
                  title: t('users.passkeys.remove.title', { name }),
                  lead: t('users.passkeys.remove.lead'),
                  submit: t('users.passkeys.remove.submit'),
                }}
              />
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

// ---- The rest -------------------------------------------------------------------------------------------------------

const PROFILE = {
  name: t('users.profile.name'),
  nickname: t('users.profile.nickname'),
  given_name: t('users.profile.given'),
  family_name: t('users.profile.family'),
  picture: t('users.profile.picture'),
} as const;

const PROFILE_FIELDS = Object.keys(PROFILE) as (keyof typeof PROFILE)[];

function Profile({ user, isEditable }: { user: UserDocument; isEditable: boolean }) {
  return (
    <Card title={t('users.profile.title')} lead={t('users.profile.lead')}>
      {isEditable ? (
        <Form name="profile" action={changeProfile}>
          <HiddenFields
            fields={{
              id: user.user_id,
              ...Object.fromEntries(PROFILE_FIELDS.map((field) => [`shown_${field}`, user[field] ?? ''])),
            }}
          />
          <div className="grid gap-5 sm:grid-cols-2">
            {PROFILE_FIELDS.map((field) => (
              <div key={field} className="last:sm:col-span-2">
                <TextField
                  name={field}
                  label={PROFILE[field]}
                  defaultValue={user[field] ?? ''}
                  autoComplete="off"
                  type={field === 'picture' ? 'url' : 'text'}
                />
              </div>
            ))}
          </div>
          <div className="flex justify-end">
            <SubmitButton>{t('users.profile.submit')}</SubmitButton>
          </div>
        </Form>
      ) : (
        <DescriptionList
          facts={PROFILE_FIELDS.map((field) => ({ name: PROFILE[field], value: user[field] }))}
        />
      )}
    </Card>
  );
}

function Facts({ user, formats }: { user: UserDocument; formats: Formats }) {
  const at = (iso: string) => <Moment moment={formats.moment(iso)} />;
  return (
    <Card title={t('users.facts.title')}>
      <DescriptionList
        facts={[
          {
            name: t('users.facts.id'),
            value: (
              <span className="flex items-center gap-1">
                <code className="min-w-0 font-mono text-table break-all">{user.user_id}</code>
                <CopyButton value={user.user_id} />
              </span>
            ),
          },
          { name: t('users.facts.logins'), value: formats.number(user.logins_count) },
          {
            name: t('users.facts.lastLogin'),
            value: user.last_login === undefined ? t('users.never') : at(user.last_login),
          },
          { name: t('users.facts.lastIp'), value: user.last_ip },
          { name: t('users.facts.created'), value: at(user.created_at) },
          { name: t('users.facts.updated'), value: at(user.updated_at) },
        ]}
      />
    </Card>
  );
}

function Delete({ user }: { user: UserDocument }) {
  const who = callUser(user);
  return (
    <Card
      title={t('users.delete.title')}
      lead={t('users.delete.lead')}
      action={
        <ConfirmDialog
          name="delete"
          trigger={{ label: t('users.delete.button') }}
          action={deleteUser}
          hidden={{ id: user.user_id, who }}
          wanted={who}
          words={{
            title: t('users.delete.ask', { who }),
            lead: t('users.delete.lead'),
            type: t('users.delete.type', { who }),
            submit: t('users.delete.submit'),
          }}
        />
      }
    />
  );
}
