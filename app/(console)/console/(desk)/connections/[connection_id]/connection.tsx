// What the views of one connection have in common: reading it for whoever asks, its name at the top, and the way between them.
import { Badge } from '@/components/console/badge';
import { Callout } from '@/components/console/callout';
import { PageHeader } from '@/components/console/page-header';
import { Tabs } from '@/components/console/tabs';
import { mayUse } from '@/lib/management/caller';
import { CONNECTIONS_PATH } from '@/lib/management/connection-routes';
import type { ConnectionDocument } from '@/lib/management/connections';
import { managementPath, readManagement } from '@/lib/web/console/ask';
import { type OperatorAtWork, requireOperator } from '@/lib/web/console/operator';
import { t } from '@/lib/web/console/words';
import { CONNECTIONS, connectionPath } from '../path';
import type { PriceList } from '../prices';

export type ConnectionProps = { params: Promise<{ connection_id: string }> };

/** Options of either kind, as the API shows them: with their defaults. */
type ShownOptions = Readonly<{
  totp: { length: number; time_step: number };
  max_attempts: number;
  disable_signup: boolean;
  send: 'both' | 'code' | 'link';
  sign_in_on_other_device: boolean;
  new_device_notice: boolean;
  email: { from: string | null; subject: string | null; body: string | null };
  provider?: 'twilio' | 'sms_gateway';
  from: string | null;
  twilio_sid: string | null;
  twilio_token: string | null;
  messaging_service_sid: string | null;
  gateway_url: string | null;
  countries: readonly string[] | null;
  prices: PriceList | null;
  template: string | null;
}>;

/** The connection of that address for the operator of this request; what is not there is a page that is not there. */
export async function openConnection(params: ConnectionProps['params']): Promise<
  OperatorAtWork & {
    connection: ConnectionDocument;
    /** Where they cannot be read, any of them may be missing or of another kind. */
    options: Partial<ShownOptions>;
    isEmail: boolean;
    mayEdit: boolean;
  }
> {
  const operator = await requireOperator();
  const { connection_id: id } = await params;
  const connection = await readManagement<ConnectionDocument>(operator.caller, {
    path: managementPath(`${CONNECTIONS_PATH}/{id}`, { id: decodeURIComponent(id) }),
  });
  return {
    ...operator,
    connection,
    options: connection.options as Partial<ShownOptions>,
    isEmail: connection.strategy === 'email',
    mayEdit: mayUse(operator.caller, ['update:connections']),
  };
}

const VIEWS = ['settings', 'message'] as const;

export function ConnectionHeader({
  connection: { id, name, strategy, options_problem: problem },
  view,
}: {
  connection: ConnectionDocument;
  view: (typeof VIEWS)[number];
}) {
  const kind = strategy === 'sms' ? 'sms' : 'email';
  return (
    <>
      <PageHeader
        trail={[{ label: t('connections.title'), href: CONNECTIONS }]}
        trailLabel={t('frame.trail')}
        title={name}
        badge={<Badge>{t(`connections.kinds.${kind}`)}</Badge>}
        lead={t(`connections.leads.${kind}`)}
      />
      {problem !== undefined && (
        <Callout tone="bad" title={t('connections.states.broken')}>
          <p>{t('connections.brokenMore', { problem })}</p>
        </Callout>
      )}
      <Tabs
        label={t('connections.tabs.label')}
        tabs={VIEWS.map((each) => ({
          label: t(`connections.tabs.${each}`),
          href: connectionPath(id, each === 'settings' ? undefined : each),
          isCurrent: each === view,
        }))}
      />
    </>
  );
}
