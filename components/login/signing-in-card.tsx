// A link, opened in the browser that asked for it. The page that a GET shows has spent nothing; its form does, sent by the
// script once somebody looks at the page, or by a press. Only this browser holds what the form is answered with, so a
// scanner that runs scripts gets no such form.
import { PrimaryButton } from '../button';
import { Frame, type PageSetting } from '../frame';
import { type FormAction, HiddenInputs, type HiddenValues } from '../hidden-inputs';

export type SigningInCardProps = Readonly<{
  page: PageSetting;
  /** Receives the hidden values, and `finish` when the button was pressed: then there is no script to hand over to. */
  action: FormAction;
  hidden: HiddenValues;
  shownAddress: string;
}>;

export function SigningInCard({ page, action, hidden, shownAddress }: SigningInCardProps) {
  const { t, client } = page;
  return (
    <Frame
      page={page}
      heading={t('landing.heading', { app: client?.name ?? '' })}
      lead={t('landing.lead')}
      focusHeading
      shownAddress={shownAddress}
    >
      <form action={action} data-sends-itself="">
        <HiddenInputs values={hidden} />
        <PrimaryButton pressed={{ name: 'finish', value: 'here' }}>{t('landing.continue')}</PrimaryButton>
      </form>
    </Frame>
  );
}
