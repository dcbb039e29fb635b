// The link proved who it is, in this browser. The window that waited goes on to the client; where there is none any more,
// this one does.
import { PrimaryButton } from '../button';
import { Frame, type PageSetting } from '../frame';
import type { FormAction, HiddenValues } from '../hidden-inputs';
import { FinishForm } from './finish-form';

export type LinkOpenedCardProps = Readonly<{
  page: PageSetting;
  /** Goes on to the client; receives the hidden values. */
  finishAction: FormAction;
  /** Holds `interaction`, by which the tabs of one sign-in know each other. */
  hidden: HiddenValues;
}>;

export function LinkOpenedCard({ page, finishAction, hidden }: LinkOpenedCardProps) {
  const { t } = page;
  return (
    <Frame
      page={page}
      heading={t('done.heading')}
      lead={
        <div data-taken="" hidden>
          <p>{t('done.lead')}</p>
          <p>{t('done.close')}</p>
        </div>
      }
      focusHeading
    >
      <FinishForm action={finishAction} hidden={hidden} tab="opened">
        <PrimaryButton>{t('done.continueHere')}</PrimaryButton>
      </FinishForm>
    </Frame>
  );
}
