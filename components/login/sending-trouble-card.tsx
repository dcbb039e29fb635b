// No provider took the message. Says so without saying whether the address has an account.
import { PrimaryButton, TextLink } from '../button';
import { Frame, type PageSetting } from '../frame';
import { type FormAction, HiddenInputs, type HiddenValues } from '../hidden-inputs';

export type SendingTroubleCardProps = Readonly<{
  page: PageSetting;
  /** Sends once more; receives the hidden values. */
  retryAction: FormAction;
  hidden: HiddenValues;
  /** The identifier step, with the address kept. */
  changeHref: string;
}>;

export function SendingTroubleCard({ page, retryAction, hidden, changeHref }: SendingTroubleCardProps) {
  const { t } = page;
  return (
    <Frame page={page} heading={t('sendingTrouble.heading')} lead={t('sendingTrouble.lead')} focusHeading>
      <form action={retryAction}>
        <HiddenInputs values={hidden} />
        <PrimaryButton>{t('sendingTrouble.tryAgain')}</PrimaryButton>
      </form>
      <TextLink href={changeHref}>{t('sendingTrouble.change')}</TextLink>
    </Frame>
  );
}
