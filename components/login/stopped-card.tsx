// A sign-in that was stopped, as the two people it concerns see it: who stopped it, and who waits for it.
import { PrimaryLink } from '../button';
import { Frame, type PageSetting } from '../frame';

/** For whoever pressed the button, once. */
export function StopDoneCard({ page, shownAddress }: { page: PageSetting; shownAddress: string }) {
  const { t } = page;
  return (
    <Frame
      page={page}
      heading={t('stop.doneHeading')}
      lead={t('stop.doneLead')}
      focusHeading
      shownAddress={shownAddress}
    />
  );
}

export type StoppedCardProps = Readonly<{
  page: PageSetting;
  /** Begins a new sign-in for the same client; null in a browser that did not ask for this one. */
  startAgainHref: string | null;
  shownAddress?: string;
}>;

/** For everybody who comes later. */
export function StoppedCard({ page, startAgainHref, shownAddress }: StoppedCardProps) {
  const { t, client } = page;
  return (
    <Frame
      page={page}
      heading={t('stopped.heading')}
      lead={
        <>
          <p>{t('stopped.lead')}</p>
          {!startAgainHref && client && <p>{t('stopped.goBack', { app: client.name })}</p>}
        </>
      }
      focusHeading
      {...(shownAddress && { shownAddress })}
    >
      {startAgainHref && <PrimaryLink href={startAgainHref}>{t('stopped.startAgain')}</PrimaryLink>}
    </Frame>
  );
}
