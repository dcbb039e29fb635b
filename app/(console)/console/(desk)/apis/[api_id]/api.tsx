// What the views of one API have in common: reading it for whoever asks, its name at the top, and the way between them.
import { Badge } from '@/components/console/badge';
import { PageHeader } from '@/components/console/page-header';
import { Tabs } from '@/components/console/tabs';
import { mayUse } from '@/lib/management/caller';
import { RESOURCE_SERVERS_PATH } from '@/lib/management/resource-server-routes';
import type { ResourceServerDocument } from '@/lib/management/resource-servers';
import { managementPath, readManagement } from '@/lib/web/console/ask';
import { type OperatorAtWork, requireOperator } from '@/lib/web/console/operator';
import { t } from '@/lib/web/console/words';
import { APIS, apiPath } from '../path';

export type ApiProps = { params: Promise<{ api_id: string }> };

/** The API of that address for the operator of this request; what is not there is a page that is not there. */
export async function openApi(
  params: ApiProps['params'],
): Promise<OperatorAtWork & { api: ResourceServerDocument; mayEdit: boolean }> {
  const operator = await requireOperator();
  const { api_id: id } = await params;
  const api = await readManagement<ResourceServerDocument>(operator.caller, {
    path: managementPath(`${RESOURCE_SERVERS_PATH}/{id}`, { id: decodeURIComponent(id) }),
  });
  return { ...operator, api, mayEdit: mayUse(operator.caller, ['update:resource_servers']) };
}

const VIEWS = ['permissions', 'settings', 'clients', 'danger'] as const;

export function ApiHeader({
  api: { id, name, identifier, is_system: isSystem },
  view,
  mayEdit,
}: {
  api: ResourceServerDocument;
  view: (typeof VIEWS)[number];
  mayEdit: boolean;
}) {
  return (
    <>
      <PageHeader
        trail={[{ label: t('apis.title'), href: APIS }]}
        trailLabel={t('frame.trail')}
        title={name}
        badge={isSystem && <Badge>{t('apis.system')}</Badge>}
        lead={t.rich('apis.api.lead', {
          id: () => (
            <code key="id" className="font-mono">
              {identifier}
            </code>
          ),
        })}
      />
      <Tabs
        label={t('apis.tabs.label')}
        tabs={VIEWS.filter((each) => each !== 'danger' || (mayEdit && !isSystem)).map((each) => ({
          label: t(`apis.tabs.${each}`),
          href: apiPath(id, each === 'permissions' ? undefined : each),
          isCurrent: each === view,
        }))}
      />
    </>
  );
}
