// A limit was reached: nothing was sent and nothing was counted. Says how long; never moves on by itself (WCAG 2.2.1).
import { PrimaryLink } from '../button';
import { durationInWords } from '../duration-in-words';
import { Frame, type PageSetting } from '../frame';

export type WaitCardProps = Readonly<{
  page: PageSetting;
  /** Milliseconds since 1970. */
  until: number;
  /** The step that had to wait. */
  tryAgainHref: string;
  /** Milliseconds since 1970. */
  now: number;
}>;

export function WaitCard({ page, until, tryAgainHref, now }: WaitCardProps) {
  const { t } = page;
  const lead = until > now ? t('wait.lead', { duration: durationInWords(t, until - now) }) : t('wait.over');
  return (
    <Frame page={page} heading={t('wait.heading')} lead={lead} focusHeading>
      <PrimaryLink href={tryAgainHref}>{t('wait.tryAgain')}</PrimaryLink>
    </Frame>
  );
}
