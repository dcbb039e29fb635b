// The settings of a connection: what a sign-in is like, and for text messages who sends them and where to.
import type { Metadata } from 'next';
import { Badge } from '@/components/console/badge';
import { Callout } from '@/components/console/callout';
import { Card } from '@/components/console/card';
import { SelectField, SwitchField, TextArea, TextField } from '@/components/console/field';
import { ListField } from '@/components/console/list-field';
import { PROVIDERS_PATH } from '@/lib/management/report-routes';
import type { ProvidersDocument } from '@/lib/management/reports';
import { askManagement, ManagementRefusal, managementPath } from '@/lib/web/console/ask';
import { nameOfProvider } from '@/lib/web/console/provider-words';
import { t } from '@/lib/web/console/words';
import { SettingsPart } from '../../settings-part';
import { restoreOptions, saveDelivery, saveSignIn } from '../actions';
import { linesOfPrices } from '../prices';
import { ConnectionHeader, type ConnectionProps, openConnection } from './connection';
import { EmailProvider } from './email-provider';

export const metadata: Metadata = { title: t('connections.tabs.settings') };

export default async function ConnectionPage({ params }: ConnectionProps) {
  const opened = await openConnection(params);
  return (
    <>
      <ConnectionHeader connection={opened.connection} view="settings" />
      <div className="grid max-w-[44rem] gap-6">
        {!opened.mayEdit && <Callout>{t('applications.application.viewOnly')}</Callout>}
        <SignIn {...opened} />
        <Providers {...opened} />
        {opened.isEmail && <EmailProvider caller={opened.caller} />}
        {!opened.isEmail && <Delivery {...opened} />}
      </div>
    </>
  );
}

/** Who sends, in their order. What names them is not here, so there is nothing to change, and where to change it is said. */
async function Providers({ caller, connection, isEmail }: Opened) {
  const providers = await readProviders(caller, connection.id);
  const channel = isEmail ? 'email' : 'sms';
  if (providers === null) return null;
  return (
    <Card title={t('connections.providers.title')} lead={t(`connections.providers.leads.${channel}`)}>
      {providers.length === 0 ? (
        <Callout tone="heed" title={t('connections.providers.none')}>
          <p>{t(`connections.providers.noneMore.${channel}`)}</p>
        </Callout>
      ) : (
        <ol className="grid divide-y divide-line">
          {providers.map(({ provider, named_by: namedBy }, index) => (
            <li key={provider} className="flex gap-3 py-3 first:pt-0 last:pb-0">
              <span
                className="grid size-6 shrink-0 place-items-center rounded-full bg-hover text-xs font-medium tabular-nums"
                aria-hidden
              >
                {index + 1}
              </span>
              <span className="grid gap-0.5">
                <span className="flex flex-wrap items-center gap-2 font-medium">
                  {nameOfProvider(provider)}
                  {index === 0 && providers.length > 1 && <Badge>{t('connections.providers.first')}</Badge>}
                </span>
                <span className="text-muted">{t(`connections.providers.namedBy.${namedBy}`)}</span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

/** Null for a connection that is out of use. */
async function readProviders(caller: Opened['caller'], id: string): Promise<ProvidersDocument | null> {
  try {
    return await askManagement<ProvidersDocument>(caller, { path: managementPath(PROVIDERS_PATH, { id }) });
  } catch (problem) {
    if (problem instanceof ManagementRefusal) return null;
    throw problem;
  }
}

type Opened = Awaited<ReturnType<typeof openConnection>>;

const partOf = ({ connection, mayEdit }: Pick<Opened, 'connection' | 'mayEdit'>) => ({
  hidden: { connection: connection.id },
  mayEdit,
});

function SignIn({ options, isEmail, ...part }: Opened) {
  const words = 'connections.settings';
  return (
    <SettingsPart
      {...partOf(part)}
      name="sign-in"
      title={t(`${words}.signIn`)}
      lead={t(`${words}.signInLead`)}
      action={saveSignIn}
      undoAction={restoreOptions}
    >
      <div className="grid items-start gap-5 sm:grid-cols-2">
        {isEmail && (
          <SelectField
            name="options.send"
            label={t(`${words}.send`)}
            options={(['both', 'code', 'link'] as const).map((value) => ({
              value,
              label: t(`${words}.sends.${value}`),
            }))}
            defaultValue={options.send}
          />
        )}
        <TextField
          name="options.totp.length"
          label={t(`${words}.length`)}
          hint={t(`${words}.lengthHint`)}
          inputMode="numeric"
          defaultValue={options.totp?.length}
        />
        <TextField
          name="options.totp.time_step"
          label={t(`${words}.timeStep`, { kind: isEmail ? 'email' : 'sms' })}
          hint={t(`${words}.timeStepHint`)}
          inputMode="numeric"
          defaultValue={options.totp?.time_step}
        />
        <TextField
          name="options.max_attempts"
          label={t(`${words}.attempts`)}
          hint={t(`${words}.attemptsHint`)}
          inputMode="numeric"
          defaultValue={options.max_attempts}
        />
      </div>
      <SwitchField
        name="options.disable_signup"
        label={t(`${words}.signup`)}
        hint={t(`${words}.signupHint`)}
        defaultChecked={options.disable_signup}
      />
      {isEmail && (
        <>
          <SwitchField
            name="options.sign_in_on_other_device"
            label={t(`${words}.otherDevice`)}
            hint={t(`${words}.otherDeviceHint`)}
            defaultChecked={options.sign_in_on_other_device}
          />
          <SwitchField
            name="options.new_device_notice"
            label={t(`${words}.notice`)}
            hint={t(`${words}.noticeHint`)}
            defaultChecked={options.new_device_notice}
          />
        </>
      )}
    </SettingsPart>
  );
}

function Delivery({ options, isEmail: _, ...part }: Opened) {
  const words = 'connections.settings';
  const line = { autoComplete: 'off', spellCheck: false } as const;
  return (
    <SettingsPart
      {...partOf(part)}
      name="delivery"
      title={t(`${words}.delivery`)}
      lead={t(`${words}.deliveryLead`)}
      action={saveDelivery}
    >
      <SelectField
        name="options.provider"
        label={t(`${words}.provider`)}
        options={(['any', 'twilio', 'sms_gateway'] as const).map((value) => ({
          value: value === 'any' ? '' : value,
          label: t(`${words}.providers.${value}`),
        }))}
        defaultValue={options.provider ?? ''}
      />
      <TextField
        {...line}
        name="options.from"
        label={t(`${words}.from`)}
        hint={t(`${words}.fromHint`)}
        defaultValue={options.from ?? ''}
      />
      <TextField
        {...line}
        name="options.twilio_sid"
        label={t(`${words}.twilioSid`)}
        defaultValue={options.twilio_sid ?? ''}
      />
      <TextField
        {...line}
        autoComplete="new-password"
        type="password"
        name="options.twilio_token"
        label={t(`${words}.twilioToken`)}
        hint={t(`${words}.twilioTokenHint`)}
        placeholder={options.twilio_token ?? ''}
      />
      <TextField
        {...line}
        name="options.messaging_service_sid"
        label={t(`${words}.messagingService`)}
        defaultValue={options.messaging_service_sid ?? ''}
      />
      <TextField
        {...line}
        type="url"
        name="options.gateway_url"
        label={t(`${words}.gateway`)}
        hint={t(`${words}.gatewayHint`)}
        defaultValue={options.gateway_url ?? ''}
      />
      <ListField
        name="options.countries"
        label={t(`${words}.countries`)}
        hint={t(`${words}.countriesHint`)}
        entries={options.countries ?? []}
        lineWord={t.raw('list.entry')}
      />
      <TextField
        {...line}
        name="options.prices.currency"
        label={t(`${words}.currency`)}
        hint={t(`${words}.currencyHint`)}
        defaultValue={options.prices?.currency ?? ''}
      />
      <TextArea
        {...line}
        name="options.prices.by_country"
        label={t(`${words}.prices`)}
        hint={t(`${words}.pricesHint`)}
        defaultValue={linesOfPrices(options.prices ?? null)}
      />
    </SettingsPart>
  );
}
