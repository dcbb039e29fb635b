// Who sends e-mail where the environment of the server names nobody: set here, for all of the installation.
import { Callout } from '@/components/console/callout';
import { ChoiceField } from '@/components/console/choice-field';
import { ConfirmDialog } from '@/components/console/confirm-dialog';
import { SwitchField, TextField } from '@/components/console/field';
import { type Caller, mayUse } from '@/lib/management/caller';
import {
  EMAIL_PROVIDER_PATH,
  EMAIL_PROVIDERS,
  type ProviderDocument,
} from '@/lib/management/email-provider-routes';
import { findManagement } from '@/lib/web/console/ask';
import { nameOfProvider } from '@/lib/web/console/provider-words';
import { t } from '@/lib/web/console/words';
import { SettingsPart } from '../../settings-part';
import { removeEmailProvider, saveEmailProvider } from '../email-provider-actions';

const LINE = { autoComplete: 'off', spellCheck: false } as const;
const SECRET = { ...LINE, type: 'password', autoComplete: 'new-password' } as const;

export async function EmailProvider({ caller }: { caller: Caller }) {
  const provider = await findManagement<ProviderDocument>(caller, { path: EMAIL_PROVIDER_PATH });
  const mayEdit = mayUse(caller, ['update:email_provider']);
  const { smtp_host: host, smtp_port: port, smtp_user: user } = provider?.credentials ?? {};
  const secretHint = t(`connections.emailProvider.${provider === null ? 'secretHint' : 'secretKept'}`);
  const kept = provider === null ? {} : { placeholder: '••••••••' };
  return (
    <SettingsPart
      // Of one that was removed nothing stays in the fields.
      key={provider === null ? 'new' : 'kept'}
      name="email-provider"
      title={t('connections.emailProvider.title')}
      lead={t('connections.emailProvider.lead')}
      action={saveEmailProvider}
      hidden={provider === null ? {} : { is_there: 'yes' }}
      mayEdit={mayEdit}
      beside={mayEdit && provider !== null && <Remove name={provider.name} />}
    >
      {provider?.overridden_by_environment && <Callout>{t('connections.emailProvider.overridden')}</Callout>}
      <ChoiceField
        name="name"
        label={t('connections.emailProvider.by')}
        choices={EMAIL_PROVIDERS.map((value) => ({
          value,
          label: nameOfProvider(value),
          lead: t(`connections.emailProvider.leads.${value}`),
        }))}
        chosen={[provider?.name ?? 'smtp']}
      />
      <div className="grid gap-5 [form:has([value=resend]:checked)_&]:hidden">
        <div className="grid items-start gap-5 sm:grid-cols-[1fr_8rem]">
          <TextField
            {...LINE}
            name="credentials.smtp_host"
            label={t('connections.emailProvider.host')}
            placeholder="smtp.example.com"
            defaultValue={host}
          />
          <TextField
            {...LINE}
            name="credentials.smtp_port"
            label={t('connections.emailProvider.port')}
            inputMode="numeric"
            defaultValue={port ?? 587}
          />
        </div>
        <div className="grid items-start gap-5 sm:grid-cols-2">
          <TextField
            {...LINE}
            name="credentials.smtp_user"
            label={t('connections.emailProvider.user')}
            defaultValue={user}
          />
          <TextField
            {...SECRET}
            {...kept}
            name="credentials.smtp_pass"
            label={t('connections.emailProvider.password')}
            hint={secretHint}
          />
        </div>
      </div>
      <div className="grid [form:has([value=smtp]:checked)_&]:hidden">
        <TextField
          {...SECRET}
          {...kept}
          name="credentials.api_key"
          label={t('connections.emailProvider.apiKey')}
          hint={secretHint}
        />
      </div>
      <TextField
        {...LINE}
        name="default_from_address"
        label={t('connections.message.from')}
        hint={t('connections.message.fromHint')}
        defaultValue={provider?.default_from_address}
      />
      <SwitchField
        name="enabled"
        label={t('connections.emailProvider.enabled')}
        defaultChecked={provider?.enabled ?? true}
      />
    </SettingsPart>
  );
}

function Remove({ name }: Pick<ProviderDocument, 'name'>) {
  return (
    <ConfirmDialog
      name="remove-email-provider"
      trigger={{ label: t('connections.emailProvider.remove') }}
      action={removeEmailProvider}
      hidden={{ name: nameOfProvider(name) }}
      words={{
        title: t('connections.emailProvider.removeTitle'),
        lead: t('connections.emailProvider.removeLead'),
        submit: t('connections.emailProvider.remove'),
      }}
    />
  );
}
