// Signed in, and on a device that can keep a passkey: whether one is wanted for the next time. Whatever is pressed, the client is next.
import { PrimaryButton, QuietButton, TextButton } from '../button';
import { Frame, type PageSetting } from '../frame';
import { type FormAction, HiddenInputs, type HiddenValues } from '../hidden-inputs';

export type PasskeyOfferCardProps = Readonly<{
  page: PageSetting;
  /** Receives `passkey`, which is JSON of what the browser made or empty, `choice`, and the hidden values. */
  action: FormAction;
  hidden: HiddenValues;
  /** JSON of what the browser is asked (PublicKeyCredentialCreationOptionsJSON). */
  options: string;
  /** The last one could not be made. */
  hasFailed: boolean;
}>;

export function PasskeyOfferCard({ page, action, hidden, options, hasFailed }: PasskeyOfferCardProps) {
  const { t } = page;
  return (
    <Frame
      page={page}
      screen={{ prompt: 'passkeys', screen: 'passkey-enrollment' }}
      heading={t('passkey.heading')}
      lead={
        <>
          <p>{t('passkey.lead')}</p>
          {hasFailed && <p role="alert">{t('passkey.failed')}</p>}
        </>
      }
      focusHeading
    >
      <form action={action} className="grid gap-3" data-passkey={options}>
        <HiddenInputs values={{ ...hidden, passkey: '' }} />
        <PrimaryButton pressed={{ name: 'choice', value: 'create' }}>{t('passkey.create')}</PrimaryButton>
        <QuietButton pressed={{ name: 'choice', value: 'later' }}>{t('passkey.later')}</QuietButton>
        <TextButton pressed={{ name: 'choice', value: 'never' }}>{t('passkey.never')}</TextButton>
      </form>
    </Frame>
  );
}
