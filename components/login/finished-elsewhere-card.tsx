// This sign-in was finished in another tab. It cannot be finished twice; this tab says so.
import { PrimaryLink } from '../button';
import { Frame, type PageSetting } from '../frame';

export type FinishedElsewhereCardProps = Readonly<{
  page: PageSetting;
  /** Where the person goes on, an address of the client; null when none is registered. */
  continueHref: string | null;
}>;

export function FinishedElsewhereCard({ page, continueHref }: FinishedElsewhereCardProps) {
  const { t, client } = page;
  return (
    <Frame
      page={page}
      heading={t('finishedElsewhere.heading')}
      lead={t('finishedElsewhere.lead')}
      focusHeading
    >
      {continueHref && client && (
        <PrimaryLink href={continueHref}>{t('finishedElsewhere.continue', { app: client.name })}</PrimaryLink>
      )}
    </Frame>
  );
}
