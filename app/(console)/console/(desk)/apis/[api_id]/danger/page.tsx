// The end of an API: what ends with it, and its name to type before.
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { Card } from '@/components/console/card';
import { ConfirmDialog } from '@/components/console/confirm-dialog';
import { t } from '@/lib/web/console/words';
import { deleteApi } from '../../actions';
import { ApiHeader, type ApiProps, openApi } from '../api';

export const metadata: Metadata = { title: t('apis.tabs.danger') };

export default async function ApiDangerPage({ params }: ApiProps) {
  const { api, mayEdit } = await openApi(params);
  if (!mayEdit || api.is_system) notFound();
  const { id, name } = api;
  return (
    <>
      <ApiHeader api={api} view="danger" mayEdit={mayEdit} />
      <div className="grid max-w-[44rem]">
        <Card title={t('apis.danger.title')} lead={t('apis.danger.lead')}>
          <div>
            <ConfirmDialog
              name="delete"
              trigger={{ label: t('apis.danger.button'), look: 'danger' }}
              action={deleteApi}
              hidden={{ id, name }}
              wanted={name}
              words={{
                title: t('apis.danger.confirm', { name }),
                lead: t('apis.danger.confirmLead'),
                type: t('apis.danger.type', { name }),
                submit: t('apis.danger.submit'),
              }}
            />
          </div>
        </Card>
      </div>
    </>
  );
}
