// Before and after two ways to sign in are linked: whoever is not signed in, or not lately, proves who they are first.
import { PrimaryLink } from '../button';
import { Frame, type PageSetting } from '../frame';

type Props = Readonly<{
  page: PageSetting;
  /** Where the client begins a sign-in; null where it named no such place. */
  clientHref: string | null;
}>;

export function SignInFirstCard({ page, clientHref }: Props) {
  const { t, client } = page;
  return (
    <Frame
      page={page}
      heading={t('linking.firstHeading')}
      lead={t('linking.firstLead', { app: client?.name ?? '' })}
      focusHeading
    >
      {clientHref && <PrimaryLink href={clientHref}>{t('signedOut.signInAgain')}</PrimaryLink>}
    </Frame>
  );
}

export function LinkedCard({ page, clientHref }: Props) {
  const { t, client } = page;
  return (
    <Frame page={page} heading={t('linking.doneHeading')} lead={t('linking.doneLead')} focusHeading>
      {clientHref && (
        <PrimaryLink href={clientHref}>{t('error.back', { app: client?.name ?? '' })}</PrimaryLink>
      )}
    </Frame>
  );
}
