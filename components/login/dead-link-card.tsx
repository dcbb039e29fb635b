// A link that leads nowhere any more, and why. One way on: a new one, from the browser that can ask for it. Only who holds
// a genuine link is told more than that it does not work.
import { PrimaryButton, PrimaryLink } from '../button';
import { Frame, type PageSetting } from '../frame';
import { type FormAction, HiddenInputs, type HiddenValues } from '../hidden-inputs';

export type DeadLinkCardProps = Readonly<{
  page: PageSetting;
  why: 'used' | 'expired' | 'replaced' | 'broken';
  /** In the browser that asked: the message once more, or the whole sign-in. Null in any other. */
  sendNew:
    | Readonly<{ kind: 'post'; action: FormAction; hidden: HiddenValues }>
    | Readonly<{ kind: 'go'; href: string }>
    | null;
  shownAddress: string;
}>;

export function DeadLinkCard({ page, why, sendNew, shownAddress }: DeadLinkCardProps) {
  const { t } = page;
  return (
    <Frame
      page={page}
      heading={t(`deadLink.${why}Heading`)}
      lead={
        <>
          <p>{t(`deadLink.${why}Lead`)}</p>
          {!sendNew && <p>{t('deadLink.goBack')}</p>}
        </>
      }
      focusHeading
      shownAddress={shownAddress}
    >
      {sendNew?.kind === 'post' && (
        <form action={sendNew.action}>
          <HiddenInputs values={sendNew.hidden} />
          <PrimaryButton>{t('deadLink.sendNew')}</PrimaryButton>
        </form>
      )}
      {sendNew?.kind === 'go' && <PrimaryLink href={sendNew.href}>{t('deadLink.sendNew')}</PrimaryLink>}
    </Frame>
  );
}

export type AlreadySignedInCardProps = Readonly<{
  page: PageSetting;
  /** An address of the client; null when none is registered. */
  continueHref: string | null;
  shownAddress: string;
}>;

/** A used link in a browser that is signed in. */
export function AlreadySignedInCard({ page, continueHref, shownAddress }: AlreadySignedInCardProps) {
  const { t, client } = page;
  return (
    <Frame
      page={page}
      heading={t('deadLink.signedInHeading')}
      lead={t('deadLink.signedInLead')}
      focusHeading
      shownAddress={shownAddress}
    >
      {continueHref && client && (
        <PrimaryLink href={continueHref}>{t('deadLink.continue', { app: client.name })}</PrimaryLink>
      )}
    </Frame>
  );
}
