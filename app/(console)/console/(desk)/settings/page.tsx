// Settings of the installation: its name, its languages, how long people stay signed in.
import type { Metadata } from 'next';
import { ChoiceField } from '@/components/console/choice-field';
import { HiddenFields } from '@/components/console/confirm-dialog';
import { SelectField, TextField } from '@/components/console/field';
import { ListField } from '@/components/console/list-field';
import { PageHeader } from '@/components/console/page-header';
import { LANGUAGES } from '@/lib/login/languages';
import {
  BRUTE_FORCE_PATH,
  type BruteForceDocument,
  NETWORK_STAGES,
  THROTTLING_PATH,
  type ThrottlingDocument,
} from '@/lib/management/attack-protection-routes';
import { mayUse } from '@/lib/management/caller';
import { RESOURCE_SERVERS_PATH } from '@/lib/management/resource-server-routes';
import type { ResourceServerDocument } from '@/lib/management/resource-servers';
import { localeOf, type SettingsDocument, TENANT_SETTINGS_PATH } from '@/lib/management/tenant-routes';
import { readManagement } from '@/lib/web/console/ask';
import { requireOperator } from '@/lib/web/console/operator';
import { LANGUAGE, t } from '@/lib/web/console/words';
import { SettingsPart } from '../settings-part';
import {
  changeNetworkLimits,
  changePersonLimit,
  changeSettings,
  restoreNetworkLimits,
  restorePersonLimit,
  restoreSettings,
} from './actions';

export const metadata: Metadata = { title: t('settings.page') };

const TEXTS = [
  'friendly_name',
  'picture_url',
  'support_email',
  'support_url',
  'default_redirection_uri',
] as const;

const NUMBER = { inputMode: 'numeric', autoComplete: 'off' } as const;

const HOURS = ['session_lifetime', 'idle_session_lifetime'] as const;

export default async function SettingsPage() {
  const { caller } = await requireOperator();
  const [settings, apis, person, network] = await Promise.all([
    readManagement<SettingsDocument>(caller, { path: TENANT_SETTINGS_PATH }),
    readManagement<readonly ResourceServerDocument[]>(caller, {
      path: RESOURCE_SERVERS_PATH,
      query: { per_page: 100 },
    }),
    readManagement<BruteForceDocument>(caller, { path: BRUTE_FORCE_PATH }),
    readManagement<ThrottlingDocument>(caller, { path: THROTTLING_PATH }),
  ]);
  const part = {
    action: changeSettings,
    undoAction: restoreSettings,
    mayEdit: mayUse(caller, ['update:tenant_settings']),
  };
  const mayLimit = mayUse(caller, ['update:attack_protection']);
  return (
    <>
      <PageHeader title={t('settings.title')} lead={t('settings.lead')} />
      <div className="grid max-w-[44rem] gap-6">
        <SettingsPart
          name="called"
          title={t('settings.called.title')}
          lead={t('settings.called.lead')}
          {...part}
        >
          {TEXTS.map((name) => (
            <TextField
              key={name}
              name={name}
              label={t(`settings.fields.${name}`)}
              defaultValue={settings[name] ?? ''}
              autoComplete="off"
            />
          ))}
        </SettingsPart>
        <SettingsPart
          name="sessions"
          title={t('settings.sessions.title')}
          lead={t('settings.sessions.lead')}
          {...part}
        >
          <div className="grid gap-5 sm:grid-cols-2">
            {HOURS.map((name) => (
              <TextField
                key={name}
                name={name}
                label={t(`settings.sessions.${name}`)}
                defaultValue={String(settings[name])}
                inputMode="decimal"
                autoComplete="off"
              />
            ))}
          </div>
        </SettingsPart>
        <SettingsPart
          name="passkeys"
          title={t('settings.passkeys.title')}
          lead={t('settings.passkeys.lead')}
          {...part}
        >
          <ChoiceField
            name="passkey_offer"
            label={t('settings.passkeys.title')}
            choices={(['on', 'off'] as const).map((value) => ({
              value,
              label: t(`settings.passkeys.choices.${value}`),
            }))}
            chosen={[settings.passkey_offer ? 'on' : 'off']}
            isTitled
          />
        </SettingsPart>
        <SettingsPart
          name="languages"
          title={t('settings.languages.title')}
          lead={t('settings.languages.lead')}
          {...part}
        >
          <HiddenFields fields={{ languages: 'chosen' }} />
          <ChoiceField
            name="enabled_locales"
            label={t('settings.languages.title')}
            choices={LANGUAGES.map((language) => ({
              value: localeOf(language),
              label: languages.of(language) ?? language,
            }))}
            chosen={settings.enabled_locales}
            isSeveral
            isTitled
          />
        </SettingsPart>
        <SettingsPart
          name="unnamed"
          title={t('settings.unnamed.title')}
          lead={t('settings.unnamed.lead')}
          {...part}
        >
          <SelectField
            name="default_audience"
            label={t('settings.unnamed.audience')}
            hint={t('settings.unnamed.audienceHint')}
            options={[
              { value: '', label: t('settings.unnamed.none') },
              ...apis
                .filter(({ is_system }) => !is_system)
                .map(({ identifier, name }) => ({ value: identifier, label: `${name} (${identifier})` })),
            ]}
            defaultValue={settings.default_audience ?? ''}
          />
          <ListField
            name="allowed_logout_urls"
            label={t('settings.unnamed.logoutUrls')}
            hint={t('settings.unnamed.logoutUrlsHint')}
            entries={settings.allowed_logout_urls}
            lineWord={t.raw('list.entry')}
          />
        </SettingsPart>
        <SettingsPart
          name="person-limit"
          title={t('settings.limits.person')}
          lead={t('settings.limits.lead')}
          action={changePersonLimit}
          undoAction={restorePersonLimit}
          mayEdit={mayLimit}
        >
          <TextField
            {...NUMBER}
            name="max_attempts"
            label={t('settings.limits.codes')}
            hint={t('settings.limits.codesHint')}
            defaultValue={person.max_attempts}
          />
        </SettingsPart>
        <SettingsPart
          name="network-limits"
          title={t('settings.limits.network')}
          lead={t('settings.limits.networkLead')}
          action={changeNetworkLimits}
          undoAction={restoreNetworkLimits}
          mayEdit={mayLimit}
        >
          {NETWORK_STAGES.map((name) => (
            <TextField
              {...NUMBER}
              key={name}
              name={`stage.${name}.max_attempts`}
              label={t(`settings.limits.${name}`)}
              defaultValue={network.stage[name].max_attempts}
            />
          ))}
        </SettingsPart>
      </div>
    </>
  );
}

const languages = new Intl.DisplayNames(LANGUAGE, { type: 'language' });
