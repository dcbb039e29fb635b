// The login of an application, tried: how to begin, what is in the way, and what its tokens said the last time.
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { TextLink } from '@/components/console/button';
import { Callout } from '@/components/console/callout';
import { Card } from '@/components/console/card';
import { HiddenFields } from '@/components/console/confirm-dialog';
import { Form, SubmitButton } from '@/components/console/form';
import { tryOutCallback } from '@/lib/endpoints/try-out';
import type { ClientDocument } from '@/lib/management/client-settings';
import { runtime } from '@/lib/runtime/boot';
import { t } from '@/lib/web/console/words';
import { currentBrowser } from '@/lib/web/next-door';
import { allowAddresses } from '../../actions';
import { applicationPath } from '../../words';
import { ApplicationHeader, type ApplicationProps, openApplication } from '../application';
import { TryForm, type TryReadiness, tryReadiness } from '../try-form';
import { Tried } from './tried';

export const metadata: Metadata = { title: t('applications.tabs.try') };

export default async function TryPage({ params }: ApplicationProps) {
  const { application, mayEdit, visit } = await openApplication(params);
  if (!mayEdit) notFound();
  const { cookies } = await runtime();
  const tried = await cookies.readTry((await currentBrowser()).cookies);
  const outcome =
    tried !== null &&
    tried.kind !== 'begun' &&
    tried.operatorId === visit.operatorId &&
    tried.clientId === application.client_id
      ? tried
      : null;
  const readiness = await tryReadiness(application);
  return (
    <>
      <ApplicationHeader application={application} view="try" mayEdit={mayEdit} />
      {outcome === null ? (
        <Beginning application={application} readiness={readiness} />
      ) : (
        <Tried outcome={outcome} again={readiness === 'ready'} />
      )}
    </>
  );
}

function Beginning({ application, readiness }: { application: ClientDocument; readiness: TryReadiness }) {
  const { client_id: clientId, name } = application;
  return (
    <div className="grid max-w-[44rem] gap-6">
      <Card title={t('applications.try.title', { name })} lead={t('applications.try.lead')}>
        {readiness === 'machine' && (
          <Callout title={t('applications.try.machine')}>
            <p>{t('applications.try.machineMore')}</p>
          </Callout>
        )}
        {readiness === 'no_codes' && (
          <Callout tone="heed" title={t('applications.try.noCodes')}>
            <p>
              {t.rich('applications.try.noCodesMore', {
                settings: (words) => (
                  <TextLink key="settings" href={applicationPath(clientId, 'settings')}>
                    {words}
                  </TextLink>
                ),
              })}
            </p>
          </Callout>
        )}
        {readiness === 'callback_missing' && <CallbackMissing clientId={clientId} />}
        {readiness === 'ready' && (
          <>
            <ul className="grid list-disc gap-2 ps-5 text-pretty text-muted">
              <li>{t('applications.try.how')}</li>
              <li>{t('applications.try.noSecret')}</li>
            </ul>
            <div>
              <TryForm clientId={clientId} isNewTab look="primary" />
            </div>
          </>
        )}
      </Card>
    </div>
  );
}

async function CallbackMissing({ clientId }: { clientId: string }) {
  const { issuer } = (await runtime()).environment;
  const callback = tryOutCallback(issuer);
  return (
    <Callout tone="heed" title={t('applications.try.allowTitle')}>
      <p className="text-pretty">{t('applications.try.allowMore', { callback })}</p>
      <Form name="allow-callback" action={allowAddresses}>
        <HiddenFields fields={{ client_id: clientId, callbacks: callback }} />
        <div>
          <SubmitButton look="primary">{t('applications.try.allow')}</SubmitButton>
        </div>
      </Form>
    </Callout>
  );
}
