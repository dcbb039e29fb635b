// The interaction has expired or its cookie is gone: a bookmark, a long lunch, another browser.
import { PrimaryLink } from '../button';
import { Frame, type PageSetting } from '../frame';

export type StaleCardProps = Readonly<{
  page: PageSetting;
  /** Begins a new sign-in for the same client; null when the client is not known any more. */
  startAgainHref: string | null;
}>;

export function StaleCard({ page, startAgainHref }: StaleCardProps) {
  const { t } = page;
  return (
    <Frame
      page={page}
      heading={t('stale.heading')}
      lead={t(startAgainHref ? 'stale.lead' : 'stale.goBack')}
      focusHeading
    >
      {startAgainHref && <PrimaryLink href={startAgainHref}>{t('stale.startAgain')}</PrimaryLink>}
    </Frame>
  );
}
