// How an application proves that it is itself: its secret, drawn anew and shown once, or its keys.
import type { Metadata } from 'next';
import { Callout } from '@/components/console/callout';
import { Card } from '@/components/console/card';
import { HiddenFields } from '@/components/console/confirm-dialog';
import { DataTable } from '@/components/console/data-table';
import { DescriptionList } from '@/components/console/description-list';
import { SelectField } from '@/components/console/field';
import { SubmitButton } from '@/components/console/form';
import { SecretForm } from '@/components/console/secret-form';
import { mayUse } from '@/lib/management/caller';
import type { CredentialDocument } from '@/lib/management/client-keys';
import { CLIENTS_PATH } from '@/lib/management/client-routes';
import type { TokenEndpointAuthMethod } from '@/lib/oidc/client';
import { managementPath, readManagement } from '@/lib/web/console/ask';
import { t } from '@/lib/web/console/words';
import { rotateSecret } from '../../actions';
import { ApplicationHeader, type ApplicationProps, openApplication } from '../application';

export const metadata: Metadata = { title: t('applications.tabs.credentials') };

const FORMERS = ['86400', '3600', '604800', '0'] as const;

export default async function CredentialsPage({ params }: ApplicationProps) {
  const { application, caller, mayEdit } = await openApplication(params);
  const { client_id: clientId, token_endpoint_auth_method: method } = application;
  const hasSecret = method.startsWith('client_secret');
  const keys = mayUse(caller, ['read:client_credentials'])
    ? await readManagement<CredentialDocument[]>(caller, {
        path: managementPath(`${CLIENTS_PATH}/{client_id}/credentials`, { client_id: clientId }),
      })
    : [];
  const used = application.client_authentication_methods?.private_key_jwt.credentials ?? [];
  return (
    <>
      <ApplicationHeader application={application} view="credentials" mayEdit={mayEdit} />
      <div className="grid max-w-[44rem] gap-6">
        <Card>
          <DescriptionList
            facts={[
              {
                name: t('applications.credentials.clientId'),
                value: <code className="font-mono">{clientId}</code>,
              },
              {
                name: t('applications.credentials.method'),
                value: t(`applications.credentials.methods.${method as TokenEndpointAuthMethod}`),
              },
            ]}
          />
        </Card>
        {hasSecret ? (
          <Card title={t('applications.credentials.title')} lead={t('applications.credentials.lead')}>
            {mayUse(caller, ['update:client_keys']) && (
              <SecretForm
                name="rotate-secret"
                action={rotateSecret}
                words={{
                  label: t('applications.credentials.secret'),
                  once: t('applications.credentials.once'),
                }}
              >
                <HiddenFields fields={{ client_id: clientId }} />
                <SelectField
                  name="former_secret_seconds"
                  label={t('applications.credentials.former')}
                  hint={t('applications.credentials.rotateLead')}
                  options={FORMERS.map((value) => ({
                    value,
                    label: t(`applications.credentials.formers.${value}`),
                  }))}
                  defaultValue={FORMERS[0]}
                />
                <div className="flex justify-end">
                  <SubmitButton>{t('applications.credentials.rotate')}</SubmitButton>
                </div>
              </SecretForm>
            )}
          </Card>
        ) : (
          <Callout>{t(`applications.credentials.${method === 'none' ? 'public' : 'keys'}`)}</Callout>
        )}
        {keys.length > 0 && (
          <Card title={t('applications.credentials.keysTitle')}>
            <DataTable
              caption={t('applications.credentials.keyCaption')}
              columns={[
                { key: 'name', label: t('applications.credentials.keyName') },
                { key: 'alg', label: t('applications.credentials.keyAlgorithm') },
                { key: 'used', label: t('applications.credentials.keyUsed') },
              ]}
              rows={keys.map(({ id, name, alg }) => ({
                key: id,
                cells: {
                  name: <bdi>{name ?? id}</bdi>,
                  alg,
                  used: t(`applications.credentials.${used.some((each) => each.id === id) ? 'yes' : 'no'}`),
                },
              }))}
            />
          </Card>
        )}
      </div>
    </>
  );
}
