// How access tokens of an API are made.
import type { Metadata } from 'next';
import { Callout } from '@/components/console/callout';
import { SelectField, SwitchField, TextField } from '@/components/console/field';
import { SIGNING_ALGORITHMS } from '@/lib/management/resource-servers';
import { t } from '@/lib/web/console/words';
import { SettingsPart } from '../../../settings-part';
import { restoreApi, saveTokenSettings } from '../../actions';
import { ApiHeader, type ApiProps, openApi } from '../api';

export const metadata: Metadata = { title: t('apis.tabs.settings') };

export default async function ApiSettingsPage({ params }: ApiProps) {
  const { api, mayEdit } = await openApi(params);
  const { is_system: isSystem } = api;
  return (
    <>
      <ApiHeader api={api} view="settings" mayEdit={mayEdit} />
      <div className="grid max-w-[44rem] gap-6">
        {isSystem && <Callout>{t('apis.systemMore')}</Callout>}
        <SettingsPart
          name="tokens"
          title={t('apis.settings.title')}
          lead={t('apis.settings.lead')}
          action={saveTokenSettings}
          undoAction={restoreApi}
          hidden={{ id: api.id, is_system: isSystem ? 'yes' : 'no' }}
          mayEdit={mayEdit}
        >
          {!isSystem && (
            <TextField
              name="name"
              label={t('apis.settings.name')}
              defaultValue={api.name}
              autoComplete="off"
            />
          )}
          <div className="grid items-start gap-5 sm:grid-cols-2">
            {(['token_lifetime', 'token_lifetime_for_web'] as const).map((name) => (
              <TextField
                key={name}
                name={name}
                label={t(`apis.settings.${name === 'token_lifetime' ? 'lifetime' : 'lifetimeForWeb'}`)}
                hint={t('apis.settings.seconds')}
                inputMode="numeric"
                defaultValue={api[name]}
                autoComplete="off"
              />
            ))}
            <SelectField
              name="signing_alg"
              label={t('apis.settings.algorithm')}
              options={SIGNING_ALGORITHMS.map((value) => ({ value, label: value }))}
              defaultValue={api.signing_alg}
            />
            {!isSystem && (
              <SelectField
                name="token_dialect"
                label={t('apis.settings.dialect')}
                options={(['rfc9068_profile', 'access_token'] as const).map((value) => ({
                  value,
                  label: t(`apis.settings.dialects.${value}`),
                }))}
                defaultValue={api.token_dialect}
              />
            )}
          </div>
          {!isSystem && (
            <>
              <SwitchField
                name="allow_offline_access"
                label={t('apis.settings.offline')}
                hint={t('apis.settings.offlineHint')}
                defaultChecked={api.allow_offline_access}
              />
              <SwitchField
                name="skip_consent_for_verifiable_first_party_clients"
                label={t('apis.settings.consent')}
                hint={t('apis.settings.consentHint')}
                defaultChecked={api.skip_consent_for_verifiable_first_party_clients}
              />
            </>
          )}
        </SettingsPart>
      </div>
    </>
  );
}
