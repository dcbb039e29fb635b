// The end of an application: what ends with it, and its name to type before.
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { Card } from '@/components/console/card';
import { ConfirmDialog } from '@/components/console/confirm-dialog';
import { t } from '@/lib/web/console/words';
import { deleteApplication } from '../../actions';
import { ApplicationHeader, type ApplicationProps, openApplication } from '../application';

export const metadata: Metadata = { title: t('applications.tabs.danger') };

export default async function DangerPage({ params }: ApplicationProps) {
  const { application, mayEdit } = await openApplication(params);
  if (!mayEdit) notFound();
  const { name, client_id: clientId } = application;
  return (
    <>
      <ApplicationHeader application={application} view="danger" mayEdit={mayEdit} />
      <div className="grid max-w-[44rem]">
        <Card title={t('applications.danger.title')} lead={t('applications.danger.lead')}>
          <div>
            <ConfirmDialog
              name="delete"
              trigger={{ label: t('applications.danger.button'), look: 'danger' }}
              action={deleteApplication}
              hidden={{ client_id: clientId, name }}
              wanted={name}
              words={{
                title: t('applications.danger.confirm', { name }),
                lead: t('applications.danger.confirmLead'),
                type: t('applications.danger.type', { name }),
                submit: t('applications.danger.submit'),
              }}
            />
          </div>
        </Card>
      </div>
    </>
  );
}
