// What tokens of an API can be good for.
import { KeyRound } from 'lucide-react';
import type { Metadata } from 'next';
import { Callout } from '@/components/console/callout';
import { Card } from '@/components/console/card';
import { HiddenFields } from '@/components/console/confirm-dialog';
import { DataTable } from '@/components/console/data-table';
import { Dialog } from '@/components/console/dialog';
import { EmptyState } from '@/components/console/empty-state';
import { Form, SubmitButton } from '@/components/console/form';
import { ListField } from '@/components/console/list-field';
import type { ResourceServerDocument } from '@/lib/management/resource-servers';
import { t } from '@/lib/web/console/words';
import { restoreApi, savePermissions } from '../actions';
import { ApiHeader, type ApiProps, openApi } from './api';

export const metadata: Metadata = { title: t('apis.tabs.permissions') };

export default async function PermissionsPage({ params }: ApiProps) {
  const { api, mayEdit } = await openApi(params);
  const edit = mayEdit && !api.is_system && <EditPermissions api={api} />;
  return (
    <>
      <ApiHeader api={api} view="permissions" mayEdit={mayEdit} />
      {api.is_system && <Callout>{t('apis.systemMore')}</Callout>}
      <Card title={t('apis.permissions.title')} lead={t('apis.permissions.lead')} action={edit}>
        {api.scopes.length === 0 ? (
          <EmptyState icon={<KeyRound aria-hidden />} title={t('apis.permissions.empty')}>
            {t('apis.permissions.emptyLead')}
          </EmptyState>
        ) : (
          <DataTable
            caption={t('apis.permissions.caption')}
            columns={[
              { key: 'value', label: t('apis.permissions.value') },
              { key: 'description', label: t('apis.permissions.description') },
            ]}
            rows={api.scopes.map(({ value, description }) => ({
              key: value,
              cells: {
                value: <code className="font-mono">{value}</code>,
                description: <bdi>{description ?? '–'}</bdi>,
              },
            }))}
          />
        )}
      </Card>
    </>
  );
}

function EditPermissions({ api }: { api: ResourceServerDocument }) {
  return (
    <Dialog trigger={{ label: t('apis.permissions.edit') }} title={t('apis.permissions.edit')}>
      <Form name="permissions" action={savePermissions} undoAction={restoreApi}>
        <HiddenFields fields={{ id: api.id }} />
        <ListField
          name="scopes"
          label={t('apis.permissions.title')}
          hint={t('apis.scopesHint')}
          entries={api.scopes.map(({ value, description = '' }) => `${value} ${description}`.trim())}
          rows={8}
          lineWord={t.raw('list.entry')}
        />
        <div className="flex justify-end">
          <SubmitButton>{t('list.save')}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}
