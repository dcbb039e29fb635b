// APIs: what access tokens are for.
import { Plus } from 'lucide-react';
import type { Metadata } from 'next';
import { Badge } from '@/components/console/badge';
import { ButtonLink, TextLink } from '@/components/console/button';
import { DataTable, type Row } from '@/components/console/data-table';
import { PageHeader } from '@/components/console/page-header';
import { mayUse } from '@/lib/management/caller';
import { RESOURCE_SERVERS_PATH } from '@/lib/management/resource-server-routes';
import type { ResourceServerDocument } from '@/lib/management/resource-servers';
import { readManagement } from '@/lib/web/console/ask';
import { consoleFormats, type Formats } from '@/lib/web/console/formats';
import { requireOperator } from '@/lib/web/console/operator';
import { pageOf, pagingOf } from '@/lib/web/console/paging';
import { t } from '@/lib/web/console/words';
import { APIS, apiPath } from './path';

export const metadata: Metadata = { title: t('apis.page') };

const PER_PAGE = 25;

type Props = { searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>> };

export default async function ApisPage({ searchParams }: Props) {
  const { caller } = await requireOperator();
  const page = pageOf(await searchParams);
  const { resource_servers: apis, total } = await readManagement<{
    resource_servers: ResourceServerDocument[];
    total: number;
  }>(caller, {
    path: RESOURCE_SERVERS_PATH,
    query: { page, per_page: PER_PAGE, include_totals: true },
  });
  const formats = await consoleFormats();
  return (
    <>
      <PageHeader
        title={t('apis.title')}
        lead={t('apis.lead')}
        action={
          mayUse(caller, ['create:resource_servers']) && (
            <ButtonLink href={`${APIS}/new`} look="primary">
              <Plus aria-hidden />
              {t('apis.create')}
            </ButtonLink>
          )
        }
      />
      <DataTable
        caption={t('apis.caption')}
        columns={[
          { key: 'name', label: t('apis.columns.name') },
          { key: 'identifier', label: t('apis.columns.identifier') },
          { key: 'scopes', label: t('apis.columns.scopes'), isNumeric: true },
          { key: 'lifetime', label: t('apis.columns.lifetime'), isNumeric: true },
        ]}
        rows={apis.map((api) => rowOf(api, formats))}
        paging={pagingOf({ page, perPage: PER_PAGE, total }, APIS)}
      />
    </>
  );
}

function rowOf(api: ResourceServerDocument, formats: Formats): Row {
  return {
    key: api.id,
    cells: {
      name: (
        <span className="flex flex-wrap items-center gap-2">
          <TextLink href={apiPath(api.id)}>
            <bdi>{api.name}</bdi>
          </TextLink>
          {api.is_system && <Badge>{t('apis.system')}</Badge>}
        </span>
      ),
      identifier: <code className="font-mono break-all">{api.identifier}</code>,
      scopes: formats.number(api.scopes.length),
      lifetime: formats.seconds(api.token_lifetime),
    },
  };
}
