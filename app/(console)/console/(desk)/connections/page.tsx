// Ways to prove who one is.
import type { Metadata } from 'next';
import { Badge } from '@/components/console/badge';
import { TextLink } from '@/components/console/button';
import { DataTable, type Row } from '@/components/console/data-table';
import { PageHeader } from '@/components/console/page-header';
import { CONNECTIONS_PATH } from '@/lib/management/connection-routes';
import type { ConnectionDocument } from '@/lib/management/connections';
import { readManagement } from '@/lib/web/console/ask';
import { requireOperator } from '@/lib/web/console/operator';
import { pageOf, pagingOf } from '@/lib/web/console/paging';
import { t } from '@/lib/web/console/words';
import { CONNECTIONS, connectionPath } from './path';

export const metadata: Metadata = { title: t('connections.page') };

const PER_PAGE = 50;

type Props = { searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>> };

export default async function ConnectionsPage({ searchParams }: Props) {
  const { caller } = await requireOperator();
  const page = pageOf(await searchParams);
  const { connections, total } = await readManagement<{ connections: ConnectionDocument[]; total: number }>(
    caller,
    { path: CONNECTIONS_PATH, query: { page, per_page: PER_PAGE, include_totals: true } },
  );
  return (
    <>
      <PageHeader title={t('connections.title')} lead={t('connections.lead')} />
      <DataTable
        caption={t('connections.caption')}
        columns={[
          { key: 'name', label: t('connections.columns.name') },
          { key: 'kind', label: t('connections.columns.kind') },
          { key: 'state', label: t('connections.columns.state') },
          { key: 'applications', label: t('connections.columns.applications'), isNumeric: true },
        ]}
        rows={connections.map(rowOf)}
        paging={pagingOf({ page, perPage: PER_PAGE, total }, CONNECTIONS)}
      />
    </>
  );
}

function rowOf(connection: ConnectionDocument): Row {
  const isBroken = connection.options_problem !== undefined;
  return {
    key: connection.id,
    cells: {
      name: (
        <TextLink href={connectionPath(connection.id)}>
          <bdi>{connection.name}</bdi>
        </TextLink>
      ),
      kind: t(`connections.kinds.${connection.strategy === 'sms' ? 'sms' : 'email'}`),
      state: (
        <Badge tone={isBroken ? 'bad' : 'good'}>
          {t(`connections.states.${isBroken ? 'broken' : 'ready'}`)}
        </Badge>
      ),
      applications: connection.enabled_clients.length,
    },
  };
}
