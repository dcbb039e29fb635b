// "This was not me": stops a sign-in, its code and its link. Asks for a tick and a press, so that software which presses
// every button of a message's pages stops nothing.
import { PrimaryButton, TextLink } from '../button';
import { Frame, type PageSetting } from '../frame';
import { type FormAction, HiddenInputs, type HiddenValues } from '../hidden-inputs';
import { Tick } from '../tick';

export type StopCardProps = Readonly<{
  page: PageSetting;
  /** Receives `confirm` when it is ticked, and the hidden values. */
  action: FormAction;
  hidden: HiddenValues;
  /** The form was sent without the tick. */
  isConfirmMissing: boolean;
  /** Null where the link leads to nothing but this page. */
  backHref: string | null;
  shownAddress: string;
}>;

export function StopCard({ page, action, hidden, isConfirmMissing, backHref, shownAddress }: StopCardProps) {
  const { t, client } = page;
  return (
    <Frame
      page={page}
      heading={t('stop.heading')}
      lead={t('stop.lead', { app: client?.name ?? '' })}
      focusHeading={!isConfirmMissing}
      shownAddress={shownAddress}
    >
      <form action={action} className="form" noValidate>
        <HiddenInputs values={hidden} />
        <Tick name="confirm" missing={isConfirmMissing ? t('stop.confirmMissing') : null}>
          {t('stop.confirm')}
        </Tick>
        <PrimaryButton>{t('stop.stop')}</PrimaryButton>
      </form>
      {backHref !== null && <TextLink href={backHref}>{t('stop.back')}</TextLink>}
    </Frame>
  );
}
