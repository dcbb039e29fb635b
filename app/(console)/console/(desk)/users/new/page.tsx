// A new user, by the hand of an operator.
import type { Metadata } from 'next';
import { Card } from '@/components/console/card';
import { HiddenFields } from '@/components/console/confirm-dialog';
import { SwitchField, TextField } from '@/components/console/field';
import { Form, SubmitButton } from '@/components/console/form';
import { PageHeader } from '@/components/console/page-header';
import { Tabs } from '@/components/console/tabs';
import { CONNECTIONS_PATH } from '@/lib/management/connection-routes';
import type { ConnectionDocument } from '@/lib/management/connections';
import { readManagement } from '@/lib/web/console/ask';
import { requireOperator } from '@/lib/web/console/operator';
import { USERS_PAGE } from '@/lib/web/console/user-words';
import { t } from '@/lib/web/console/words';
import { createUser } from '../actions';

type Props = Readonly<{ searchParams: Promise<Record<string, string | string[] | undefined>> }>;

export const metadata: Metadata = { title: t('users.create.title') };

export default async function NewUserPage({ searchParams }: Props) {
  const { caller } = await requireOperator('editor');
  const asked = (await searchParams).connection;
  const connections = await readManagement<ConnectionDocument[]>(caller, { path: CONNECTIONS_PATH });
  const chosen = connections.find(({ name }) => name === asked) ?? connections[0];
  const isPhone = chosen?.strategy === 'sms';
  return (
    <>
      <PageHeader
        trail={[{ label: t('users.page'), href: USERS_PAGE }]}
        trailLabel={t('frame.trail')}
        title={t('users.create.title')}
        lead={t('users.create.lead')}
      />
      {connections.length > 1 && (
        <Tabs
          label={t('users.create.by')}
          tabs={connections.map((connection) => ({
            label: nameOf(connection),
            href: `${USERS_PAGE}/new?${new URLSearchParams({ connection: connection.name })}`,
            isCurrent: connection === chosen,
          }))}
        />
      )}
      {chosen && (
        <div className="max-w-[36rem]">
          <Card>
            <Form key={chosen.name} name="create-user" action={createUser}>
              <HiddenFields fields={{ connection: chosen.name }} />
              {isPhone ? (
                <TextField
                  name="phone_number"
                  type="tel"
                  label={t('users.create.phone')}
                  hint={t('users.create.phoneHint')}
                  autoComplete="off"
                />
              ) : (
                <TextField
                  name="email"
                  type="email"
                  label={t('users.create.email')}
                  autoComplete="off"
                  spellCheck={false}
                />
              )}
              <TextField
                name="name"
                label={t('users.create.name')}
                hint={t('users.create.nameHint')}
                autoComplete="off"
              />
              <SwitchField
                name="verified"
                label={t('users.create.verified')}
                hint={t('users.create.verifiedHint')}
              />
              <div className="flex justify-end">
                <SubmitButton>{t('users.create.submit')}</SubmitButton>
              </div>
            </Form>
          </Card>
        </div>
      )}
    </>
  );
}

/** Of several of one kind their names tell them apart. */
function nameOf({ name, strategy }: ConnectionDocument): string {
  if (name !== strategy) return name;
  return t(`users.filters.providers.${strategy === 'sms' ? 'sms' : 'email'}`);
}
