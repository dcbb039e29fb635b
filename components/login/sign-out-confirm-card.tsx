// Asked to sign out without proof that the person wants it: a press decides. @see OpenID Connect RP-Initiated Logout §6
import { PrimaryButton, TextLink } from '../button';
import { Frame, type PageSetting } from '../frame';
import { type FormAction, HiddenInputs, type HiddenValues } from '../hidden-inputs';

export type SignOutConfirmCardProps = Readonly<{
  page: PageSetting;
  /** Ends the session; receives the hidden values. */
  action: FormAction;
  hidden: HiddenValues;
  /** A registered address of the client; null leaves the choice out. */
  stayHref: string | null;
}>;

export function SignOutConfirmCard({ page, action, hidden, stayHref }: SignOutConfirmCardProps) {
  const { t, client } = page;
  const heading = client ? t('signOut.headingFrom', { app: client.name }) : t('signOut.heading');
  return (
    <Frame
      page={page}
      screen={{ prompt: 'logout', screen: 'logout' }}
      heading={heading}
      lead={t('signOut.lead')}
      focusHeading
    >
      <form action={action}>
        <HiddenInputs values={hidden} />
        <PrimaryButton>{t('signOut.confirm')}</PrimaryButton>
      </form>
      {stayHref && <TextLink href={stayHref}>{t('signOut.stay')}</TextLink>}
    </Frame>
  );
}
