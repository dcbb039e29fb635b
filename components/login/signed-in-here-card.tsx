// Signed in on the device that opened the link, because its reader wanted that. The window that asked gets nothing of it;
// the application begins anew on this device, and finds the session.
import { addressOf } from '../address';
import { PrimaryLink } from '../button';
import { Frame, type PageSetting } from '../frame';

export type SignedInHereCardProps = Readonly<{
  page: PageSetting;
  /** Who: `m***@example.com`. */
  maskedIdentifier: string;
  /** An address of the client; null when none is registered. */
  continueHref: string | null;
  shownAddress: string;
}>;

export function SignedInHereCard({
  page,
  maskedIdentifier: address,
  continueHref,
  shownAddress,
}: SignedInHereCardProps) {
  const { t, client } = page;
  return (
    <Frame
      page={page}
      heading={t('done.heading')}
      lead={
        <>
          <p>{t.rich('elsewhere.signedInAs', { address, recipient: addressOf })}</p>
          {!continueHref && <p>{t('done.close')}</p>}
        </>
      }
      focusHeading
      shownAddress={shownAddress}
    >
      {continueHref && client && (
        <PrimaryLink href={continueHref}>{t('deadLink.continue', { app: client.name })}</PrimaryLink>
      )}
    </Frame>
  );
}
