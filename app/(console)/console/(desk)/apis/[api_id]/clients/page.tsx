// Which applications may ask for tokens of an API by themselves, and for what. Whoever grants is an owner.
import { Bot } from 'lucide-react';
import type { Metadata } from 'next';
import { TextLink } from '@/components/console/button';
import { Card } from '@/components/console/card';
import { ChoiceField } from '@/components/console/choice-field';
import { ConfirmDialog, HiddenFields } from '@/components/console/confirm-dialog';
import { DataTable } from '@/components/console/data-table';
import { Dialog } from '@/components/console/dialog';
import { EmptyState } from '@/components/console/empty-state';
import { SelectField } from '@/components/console/field';
import { Form, SubmitButton } from '@/components/console/form';
import { mayUse } from '@/lib/management/caller';
import { CLIENT_GRANTS_PATH } from '@/lib/management/client-grant-routes';
import type { ClientGrantDocument } from '@/lib/management/client-grants';
import { CLIENTS_PATH } from '@/lib/management/client-routes';
import type { ClientDocument } from '@/lib/management/client-settings';
import type { ResourceServerDocument } from '@/lib/management/resource-servers';
import { readManagement } from '@/lib/web/console/ask';
import { pageOf, pagingOf } from '@/lib/web/console/paging';
import { t } from '@/lib/web/console/words';
import { applicationPath } from '../../../applications/words';
import { changeGrant, grantPermissions, revokeGrant } from '../../actions';
import { apiPath } from '../../path';
import { ApiHeader, type ApiProps, openApi } from '../api';

export const metadata: Metadata = { title: t('apis.tabs.clients') };

const PER_PAGE = 25;

type Props = ApiProps & { searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>> };

export default async function ApiClientsPage({ params, searchParams }: Props) {
  const { api, caller, mayEdit } = await openApi(params);
  const page = pageOf(await searchParams);
  const [{ client_grants: grants, total }, clients] = await Promise.all([
    readManagement<{ client_grants: ClientGrantDocument[]; total: number }>(caller, {
      path: CLIENT_GRANTS_PATH,
      query: { audience: api.identifier, page, per_page: PER_PAGE, include_totals: true },
    }),
    readManagement<ClientDocument[]>(caller, {
      path: CLIENTS_PATH,
      query: { app_type: 'non_interactive,regular_web', per_page: 100 },
    }),
  ]);
  const nameOf = (clientId: string) => clients.find(({ client_id: id }) => id === clientId)?.name ?? clientId;
  const mayGrant = mayUse(caller, ['create:client_grants']);
  const candidates = clients.filter(
    ({ client_id: id, grant_types: types }) =>
      types.includes('client_credentials') && !grants.some((grant) => grant.client_id === id),
  );
  return (
    <>
      <ApiHeader api={api} view="clients" mayEdit={mayEdit} />
      <Card
        title={t('apis.clients.title')}
        lead={t('apis.clients.lead')}
        action={mayGrant && candidates.length > 0 && <Grant api={api} candidates={candidates} />}
      >
        {total === 0 ? (
          <EmptyState icon={<Bot aria-hidden />} title={t('apis.clients.empty')}>
            {t('apis.clients.emptyLead')}{' '}
            {mayGrant && candidates.length === 0 && t('apis.clients.noApplications')}
          </EmptyState>
        ) : (
          <DataTable
            caption={t('apis.clients.caption')}
            columns={[
              { key: 'application', label: t('apis.clients.application') },
              { key: 'scopes', label: t('apis.clients.scopes') },
              { key: 'actions', label: '' },
            ]}
            rows={grants.map((grant) => ({
              key: grant.id,
              cells: {
                application: (
                  <TextLink href={applicationPath(grant.client_id)}>
                    <bdi>{nameOf(grant.client_id)}</bdi>
                  </TextLink>
                ),
                scopes: grant.scope.length === 0 ? t('apis.clients.none') : <Scopes scopes={grant.scope} />,
                actions: mayGrant && (
                  <span className="flex flex-wrap justify-end gap-2">
                    <Change api={api} grant={grant} name={nameOf(grant.client_id)} />
                    <Revoke grant={grant} name={nameOf(grant.client_id)} />
                  </span>
                ),
              },
            }))}
            paging={pagingOf({ page, perPage: PER_PAGE, total }, apiPath(api.id, 'clients'))}
          />
        )}
      </Card>
    </>
  );
}

/** Few are read at once; many are behind a press. */
const SHOWN_SCOPES = 4;

function Scopes({ scopes }: { scopes: readonly string[] }) {
  const said = scopes.join(' ');
  if (scopes.length <= SHOWN_SCOPES) return <code className="font-mono">{said}</code>;
  return (
    <details>
      <summary>{t('apis.clients.count', { count: scopes.length })}</summary>
      <code className="font-mono">{said}</code>
    </details>
  );
}

function PermissionChoices({ api, chosen }: { api: ResourceServerDocument; chosen: readonly string[] }) {
  return (
    <div className="max-h-80 overflow-y-auto p-1">
      <ChoiceField
        isSeveral
        name="scope"
        label={t('apis.clients.permissions')}
        choices={api.scopes.map(({ value, description }) => ({ value, label: value, lead: description }))}
        chosen={chosen}
      />
    </div>
  );
}

function Grant({ api, candidates }: { api: ResourceServerDocument; candidates: readonly ClientDocument[] }) {
  return (
    <Dialog
      trigger={{ label: t('apis.clients.grant'), look: 'primary' }}
      title={t('apis.clients.grantTitle')}
      lead={t('apis.clients.grantLead')}
    >
      <Form name="grant" action={grantPermissions} clearsWhenDone>
        <HiddenFields fields={{ audience: api.identifier }} />
        <SelectField
          name="client_id"
          label={t('apis.clients.application')}
          options={candidates.map(({ client_id: value, name: label }) => ({ value, label }))}
        />
        <PermissionChoices api={api} chosen={[]} />
        <div className="flex justify-end">
          <SubmitButton>{t('apis.clients.submit')}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}

function Change({
  api,
  grant,
  name,
}: {
  api: ResourceServerDocument;
  grant: ClientGrantDocument;
  name: string;
}) {
  return (
    <Dialog
      trigger={{ label: t('apis.clients.change'), size: 'small' }}
      title={t('apis.clients.changeTitle', { name })}
      lead={t('apis.clients.changeLead')}
    >
      <Form name={`change-${grant.id}`} action={changeGrant} undoAction={changeGrant}>
        <HiddenFields fields={{ grant: grant.id, name, shown: grant.scope.join(' ') }} />
        <PermissionChoices api={api} chosen={grant.scope} />
        <div className="flex justify-end">
          <SubmitButton>{t('list.save')}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}

function Revoke({ grant, name }: { grant: ClientGrantDocument; name: string }) {
  return (
    <ConfirmDialog
      name={`revoke-${grant.id}`}
      trigger={{ label: t('apis.clients.revoke'), look: 'bare', size: 'small' }}
      action={revokeGrant}
      undoAction={grantPermissions}
      hidden={{
        grant: grant.id,
        name,
        client_id: grant.client_id,
        audience: grant.audience,
        shown: grant.scope.join(' '),
      }}
      words={{
        title: t('apis.clients.revokeTitle', { name }),
        lead: t('apis.clients.revokeLead'),
        submit: t('apis.clients.revokeSubmit'),
      }}
    />
  );
}
