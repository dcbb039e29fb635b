// The settings of an application: each part is a form of its own, so that what is wrong stands where it was typed.
import type { Metadata } from 'next';
import { Callout } from '@/components/console/callout';
import { ChoiceField } from '@/components/console/choice-field';
import { SelectField, SwitchField, TextField } from '@/components/console/field';
import { ListField } from '@/components/console/list-field';
import { type ClientDocument, GRANT_TYPES } from '@/lib/management/client-settings';
import { CONNECTIONS_PATH } from '@/lib/management/connection-routes';
import type { ConnectionDocument } from '@/lib/management/connections';
import { readManagement } from '@/lib/web/console/ask';
import { t } from '@/lib/web/console/words';
import { SettingsPart } from '../../../settings-part';
import {
  checkAddresses,
  restoreApplication,
  saveAddresses,
  saveBasics,
  saveConnections,
  saveSignOuts,
  saveTokens,
} from '../../actions';
import { grantWord } from '../../words';
import { ApplicationHeader, type ApplicationProps, openApplication } from '../application';

export const metadata: Metadata = { title: t('applications.tabs.settings') };

export default async function SettingsPage({ params }: ApplicationProps) {
  const { application, caller, mayEdit } = await openApplication(params);
  const connections = await readManagement<ConnectionDocument[]>(caller, { path: CONNECTIONS_PATH });
  const isMachine = application.app_type === 'non_interactive';
  return (
    <>
      <ApplicationHeader application={application} view="settings" mayEdit={mayEdit} />
      <div className="grid max-w-[44rem] gap-6">
        {!mayEdit && <Callout>{t('applications.application.viewOnly')}</Callout>}
        <Basics {...{ application, mayEdit }} />
        {!isMachine && <Addresses {...{ application, mayEdit }} />}
        {!isMachine && <Connections {...{ application, mayEdit, connections }} />}
        <Tokens {...{ application, mayEdit }} />
        {!isMachine && <SignOuts {...{ application, mayEdit }} />}
      </div>
    </>
  );
}

type PartProps = Readonly<{ application: ClientDocument; mayEdit: boolean }>;

const partOf = ({ application, mayEdit }: PartProps) => ({
  hidden: { client_id: application.client_id },
  mayEdit,
});

function Basics(part: PartProps) {
  const { name, description, logo_uri: logo } = part.application;
  return (
    <SettingsPart
      {...partOf(part)}
      name="basics"
      title={t('applications.settings.basics')}
      lead={t('applications.settings.basicsLead')}
      action={saveBasics}
      undoAction={restoreApplication}
    >
      <TextField name="name" label={t('applications.settings.name')} defaultValue={name} autoComplete="off" />
      <TextField
        name="description"
        label={t('applications.settings.description')}
        defaultValue={description ?? ''}
        autoComplete="off"
      />
      <TextField
        name="logo_uri"
        type="url"
        label={t('applications.settings.logo')}
        hint={t('applications.settings.logoHint')}
        defaultValue={logo ?? ''}
        autoComplete="off"
        spellCheck={false}
      />
    </SettingsPart>
  );
}

function Addresses(part: PartProps) {
  const { application } = part;
  const all = [...application.callbacks, ...application.allowed_logout_urls];
  const check = {
    ask: checkAddresses,
    sent: {
      app_type: application.app_type,
      wildcards: all.some((uri) => uri.includes('*')) ? 'yes' : 'no',
    },
  };
  const lists = [
    ['callbacks', 'callbacks'],
    ['allowed_logout_urls', 'logoutUrls'],
    ['web_origins', 'webOrigins'],
    ['allowed_origins', 'allowedOrigins'],
  ] as const;
  return (
    <SettingsPart
      {...partOf(part)}
      name="addresses"
      title={t('applications.settings.addresses')}
      lead={t('applications.settings.addressesLead')}
      action={saveAddresses}
      undoAction={restoreApplication}
    >
      {lists.map(([name, word]) => (
        <ListField
          key={name}
          name={name}
          label={t(`applications.settings.${word}`)}
          hint={t(`applications.settings.${word}Hint`)}
          entries={application[name]}
          lineWord={t.raw('list.entry')}
          {...(part.mayEdit && { check })}
        />
      ))}
      <TextField
        name="initiate_login_uri"
        type="url"
        label={t('applications.settings.initiate')}
        hint={t('applications.settings.initiateHint')}
        defaultValue={application.initiate_login_uri ?? ''}
        autoComplete="off"
        spellCheck={false}
      />
    </SettingsPart>
  );
}

function Connections({ connections, ...part }: PartProps & { connections: readonly ConnectionDocument[] }) {
  return (
    <SettingsPart
      {...partOf(part)}
      name="connections"
      title={t('applications.settings.connections')}
      lead={t('applications.settings.connectionsLead')}
      action={saveConnections}
      undoAction={saveConnections}
    >
      <ChoiceField
        isSeveral
        isTitled
        name="connections"
        label={t('applications.settings.connections')}
        choices={connections.map(({ id, name, strategy }) => ({
          value: id,
          label: <bdi>{name}</bdi>,
          lead: t(`applications.settings.connectionNames.${strategy === 'sms' ? 'sms' : 'email'}`),
        }))}
        chosen={connections
          .filter(({ enabled_clients: clients }) => clients.includes(part.application.client_id))
          .map(({ id }) => id)}
      />
    </SettingsPart>
  );
}

function Tokens(part: PartProps) {
  const { grant_types: grants, jwt_configuration: jwt, refresh_token: refresh } = part.application;
  return (
    <SettingsPart
      {...partOf(part)}
      name="tokens"
      title={t('applications.settings.tokens')}
      lead={t('applications.settings.tokensLead')}
      action={saveTokens}
      undoAction={restoreApplication}
    >
      <ChoiceField
        isSeveral
        name="grant_types"
        label={t('applications.settings.grants')}
        choices={GRANT_TYPES.map((grant) => ({
          value: grant,
          label: t(`applications.settings.grantNames.${grantWord(grant)}`),
          lead: t(`applications.settings.grantLeads.${grantWord(grant)}`),
        }))}
        chosen={grants}
      />
      <div className="grid items-start gap-5 sm:grid-cols-2">
        <Seconds
          name="jwt_configuration.lifetime_in_seconds"
          label={t('applications.settings.idToken')}
          hint={t('applications.settings.seconds')}
          value={jwt.lifetime_in_seconds}
        />
        <SelectField
          name="refresh_token.rotation_type"
          label={t('applications.settings.rotation')}
          options={(['rotating', 'non-rotating'] as const).map((value) => ({
            value,
            label: t(`applications.settings.rotations.${value}`),
          }))}
          defaultValue={refresh.rotation_type}
        />
        <Seconds
          name="refresh_token.token_lifetime"
          label={t('applications.settings.refreshLifetime')}
          hint={`${t('applications.settings.seconds')}. ${t('applications.settings.never')}`}
          value={refresh.infinite_token_lifetime ? null : refresh.token_lifetime}
        />
        <Seconds
          name="refresh_token.idle_token_lifetime"
          label={t('applications.settings.refreshIdle')}
          hint={`${t('applications.settings.seconds')}. ${t('applications.settings.never')}`}
          value={refresh.infinite_idle_token_lifetime ? null : refresh.idle_token_lifetime}
        />
        <Seconds
          name="refresh_token.leeway"
          label={t('applications.settings.leeway')}
          hint={t('applications.settings.leewayHint')}
          value={refresh.leeway}
        />
      </div>
    </SettingsPart>
  );
}

function Seconds({ value, ...field }: { name: string; label: string; hint: string; value: number | null }) {
  return <TextField {...field} inputMode="numeric" defaultValue={value ?? ''} autoComplete="off" />;
}

function SignOuts(part: PartProps) {
  const { backchannel_logout_uri: uri, backchannel_logout_session_required: needsSid } = part.application;
  return (
    <SettingsPart
      {...partOf(part)}
      name="sign-outs"
      title={t('applications.settings.backchannel')}
      lead={t('applications.settings.backchannelLead')}
      action={saveSignOuts}
      undoAction={restoreApplication}
    >
      <TextField
        name="backchannel_logout_uri"
        type="url"
        label={t('applications.settings.backchannelUri')}
        hint={t('applications.settings.backchannelUriHint')}
        defaultValue={uri ?? ''}
        autoComplete="off"
        spellCheck={false}
      />
      <SwitchField
        name="backchannel_logout_session_required"
        label={t('applications.settings.sid')}
        hint={t('applications.settings.sidHint')}
        defaultChecked={needsSid}
      />
    </SettingsPart>
  );
}
