// The session has ended.
import { PrimaryLink } from '../button';
import { Frame, type PageSetting } from '../frame';

export type SignedOutCardProps = Readonly<{
  page: PageSetting;
  /** Where the client begins a sign-in; null when it has not registered one. */
  signInHref: string | null;
}>;

export function SignedOutCard({ page, signInHref }: SignedOutCardProps) {
  const { t, client } = page;
  const heading = client ? t('signedOut.headingFrom', { app: client.name }) : t('signedOut.heading');
  return (
    <Frame page={page} heading={heading} lead={t('signedOut.lead')} focusHeading>
      {signInHref && <PrimaryLink href={signInHref}>{t('signedOut.signInAgain')}</PrimaryLink>}
    </Frame>
  );
}
