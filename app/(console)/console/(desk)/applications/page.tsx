// Applications: a list to look into, and the way to a new one.
import { AppWindow, Plus } from 'lucide-react';
import type { Metadata } from 'next';
import { Badge } from '@/components/console/badge';
import { ButtonLink, TextLink } from '@/components/console/button';
import { Card } from '@/components/console/card';
import { DataTable, type Row } from '@/components/console/data-table';
import { EmptyState } from '@/components/console/empty-state';
import { FilterBar } from '@/components/console/filter-bar';
import { PageHeader } from '@/components/console/page-header';
import { mayUse } from '@/lib/management/caller';
import { CLIENTS_PATH } from '@/lib/management/client-routes';
import type { ClientDocument } from '@/lib/management/client-settings';
import { readManagement } from '@/lib/web/console/ask';
import { requireOperator } from '@/lib/web/console/operator';
import { pageOf, pagingOf, pathWith } from '@/lib/web/console/paging';
import { t } from '@/lib/web/console/words';
import { APPLICATIONS, applicationPath } from './words';

export const metadata: Metadata = { title: t('applications.page') };

const PER_PAGE = 25;

type Props = { searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>> };

export default async function ApplicationsPage({ searchParams }: Props) {
  const { caller } = await requireOperator();
  const asked = await searchParams;
  const page = pageOf(asked);
  const query = typeof asked.q === 'string' ? asked.q.trim().slice(0, 100) : '';
  const { clients, total } = await readManagement<{ clients: ClientDocument[]; total: number }>(caller, {
    path: CLIENTS_PATH,
    query: { page, per_page: PER_PAGE, include_totals: true, name: query === '' ? undefined : query },
  });
  const create = mayUse(caller, ['create:clients']) && (
    <ButtonLink href={`${APPLICATIONS}/new`} look="primary">
      <Plus aria-hidden />
      {t('applications.create')}
    </ButtonLink>
  );
  const address = pathWith(APPLICATIONS, query === '' ? {} : { q: query });
  return (
    <>
      <PageHeader title={t('applications.title')} lead={t('applications.lead')} action={create} />
      {(total > 0 || query !== '') && (
        <FilterBar
          path={APPLICATIONS}
          search={{ name: 'q', label: t('applications.search'), value: query, problem: null, hint: null }}
        />
      )}
      {total === 0 ? (
        <Card>
          {query === '' ? (
            <EmptyState
              icon={<AppWindow aria-hidden />}
              title={t('applications.empty.title')}
              action={create}
            >
              {t('applications.empty.lead')}
            </EmptyState>
          ) : (
            <EmptyState
              icon={<AppWindow aria-hidden />}
              title={t('applications.none.title')}
              action={<TextLink href={APPLICATIONS}>{t('applications.none.all')}</TextLink>}
            >
              {t('applications.none.lead', { query })}
            </EmptyState>
          )}
        </Card>
      ) : (
        <DataTable
          caption={t('applications.caption')}
          columns={[
            { key: 'name', label: t('applications.columns.name') },
            { key: 'type', label: t('applications.columns.type') },
            { key: 'clientId', label: t('applications.columns.clientId') },
            { key: 'callbacks', label: t('applications.columns.callbacks'), isNumeric: true },
          ]}
          rows={clients.map(rowOf)}
          paging={pagingOf({ page, perPage: PER_PAGE, total }, address)}
        />
      )}
    </>
  );
}

function rowOf({ client_id: clientId, name, app_type: type, callbacks }: ClientDocument): Row {
  return {
    key: clientId,
    cells: {
      name: (
        <TextLink href={applicationPath(clientId)}>
          <bdi>{name}</bdi>
        </TextLink>
      ),
      type: <Badge>{t(`applications.types.${type}`)}</Badge>,
      clientId: <code className="font-mono">{clientId}</code>,
      callbacks: type === 'non_interactive' ? '–' : callbacks.length,
    },
  };
}
