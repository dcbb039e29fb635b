// What the views of one application have in common: reading it for whoever asks, its name at the top, and the way between them.
import { Badge } from '@/components/console/badge';
import { PageHeader } from '@/components/console/page-header';
import { Tabs } from '@/components/console/tabs';
import { mayUse } from '@/lib/management/caller';
import { CLIENTS_PATH } from '@/lib/management/client-routes';
import type { ClientDocument } from '@/lib/management/client-settings';
import { managementPath, readManagement } from '@/lib/web/console/ask';
import { type OperatorAtWork, requireOperator } from '@/lib/web/console/operator';
import { t } from '@/lib/web/console/words';
import { APPLICATIONS, applicationPath } from '../words';
import { TryAction } from './try-form';

export type ApplicationProps = {
  params: Promise<{ client_id: string }>;
  searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
};

/** The application of that address for the operator of this request; what is not there is a page that is not there. */
export async function openApplication(
  params: ApplicationProps['params'],
): Promise<OperatorAtWork & { application: ClientDocument; mayEdit: boolean }> {
  const operator = await requireOperator();
  const { client_id: clientId } = await params;
  const application = await readManagement<ClientDocument>(operator.caller, {
    path: managementPath(`${CLIENTS_PATH}/{client_id}`, { client_id: decodeURIComponent(clientId) }),
  });
  return { ...operator, application, mayEdit: mayUse(operator.caller, ['update:clients']) };
}

const VIEWS = ['quickstart', 'try', 'settings', 'credentials', 'danger'] as const;

/** Those that are for whoever may change it. */
const FOR_EDITORS: readonly string[] = ['try', 'danger'];

export function ApplicationHeader({
  application,
  view,
  mayEdit,
}: {
  application: ClientDocument;
  view: (typeof VIEWS)[number];
  mayEdit: boolean;
}) {
  const { name, client_id: clientId, app_type: type } = application;
  return (
    <>
      <PageHeader
        action={mayEdit && view !== 'try' && <TryAction application={application} />}
        trail={[{ label: t('applications.title'), href: APPLICATIONS }]}
        trailLabel={t('frame.trail')}
        title={name}
        badge={<Badge>{t(`applications.types.${type}`)}</Badge>}
        lead={t.rich('applications.application.lead', {
          id: () => (
            <code key="id" className="font-mono">
              {clientId}
            </code>
          ),
        })}
      />
      <Tabs
        label={t('applications.tabs.label')}
        tabs={VIEWS.filter((each) => mayEdit || !FOR_EDITORS.includes(each)).map((each) => ({
          label: t(`applications.tabs.${each}`),
          href: applicationPath(clientId, each === 'quickstart' ? undefined : each),
          isCurrent: each === view,
        }))}
      />
    </>
  );
}
