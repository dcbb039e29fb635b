// The settings of a connection: what a sign-in is like, and for text messages who sends them and where to.
import type { Metadata } from 'next';
import { Callout } from '@/components/console/callout';
import { SelectField, SwitchField, TextField } from '@/components/console/field';
import { ListField } from '@/components/console/list-field';
import { t } from '@/lib/web/console/words';
import { SettingsPart } from '../../settings-part';
import { saveDelivery, saveSignIn } from '../actions';
import { ConnectionHeader, type ConnectionProps, openConnection } from './connection';

export const metadata: Metadata = { title: t('connections.tabs.settings') };

export default async function ConnectionPage({ params }: ConnectionProps) {
  const opened = await openConnection(params);
  return (
    <>
      <ConnectionHeader connection={opened.connection} view="settings" />
      <div className="grid max-w-[44rem] gap-6">
        {!opened.mayEdit && <Callout>{t('applications.application.viewOnly')}</Callout>}
        <SignIn {...opened} />
        {!opened.isEmail && <Delivery {...opened} />}
      </div>
    </>
  );
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
          label={t(`${words}.timeStep`)}
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
    </SettingsPart>
  );
}
