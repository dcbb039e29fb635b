// "This was not me": stops a sign-in, its code and its link. Asks for a tick and a press, so that software which presses
// every button of a message's pages stops nothing.
import { PrimaryButton, TextLink } from '../button';
import { type FieldNote, Note } from '../field';
import { Frame, type PageSetting } from '../frame';
import { type FormAction, HiddenInputs, type HiddenValues } from '../hidden-inputs';

export type StopCardProps = Readonly<{
  page: PageSetting;
  /** Receives `confirm` when it is ticked, and the hidden values. */
  action: FormAction;
  hidden: HiddenValues;
  /** The form was sent without the tick. */
  isConfirmMissing: boolean;
  backHref: string;
  shownAddress: string;
}>;

export function StopCard({ page, action, hidden, isConfirmMissing, backHref, shownAddress }: StopCardProps) {
  const { t, client } = page;
  const note: FieldNote | null = isConfirmMissing ? { kind: 'error', text: t('stop.confirmMissing') } : null;
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
        <div className="grid gap-1.5">
          <label className="tick">
            <input
              type="checkbox"
              name="confirm"
              {...(isConfirmMissing && { autoFocus: true })}
              aria-invalid={isConfirmMissing || undefined}
              aria-describedby={isConfirmMissing ? 'confirm-note' : undefined}
            />
            {t('stop.confirm')}
          </label>
          <Note id="confirm-note" note={note} lines={1} />
        </div>
        <PrimaryButton>{t('stop.stop')}</PrimaryButton>
      </form>
      <TextLink href={backHref}>{t('stop.back')}</TextLink>
    </Frame>
  );
}
