// The session has ended.
import { PrimaryLink } from '../button';
import { Frame, type PageSetting } from '../frame';

export type SignedOutCardProps = Readonly<{
  page: PageSetting;
  /** Names of the other applications that are told. */
  alsoFrom: readonly string[];
  /** Where the client begins a sign-in; null when it has not registered one. */
  signInHref: string | null;
}>;

export function SignedOutCard({ page, alsoFrom, signInHref }: SignedOutCardProps) {
  const { t, client } = page;
  const heading = client ? t('signedOut.headingFrom', { app: client.name }) : t('signedOut.heading');
  return (
    <Frame
      page={page}
      screen={{ prompt: 'logout', screen: 'logout-complete' }}
      heading={heading}
      lead={t('signedOut.lead')}
      focusHeading
    >
      {alsoFrom.length > 0 && <AlsoFrom page={page} names={alsoFrom} />}
      {signInHref && <PrimaryLink href={signInHref}>{t('signedOut.signInAgain')}</PrimaryLink>}
    </Frame>
  );
}

function AlsoFrom({ page, names }: { page: PageSetting; names: readonly string[] }) {
  return (
    <div>
      <p>{page.t('signedOut.alsoFrom')}</p>
      <ul className="ms-5 list-disc">
        {names.map((name) => (
          <li key={name}>
            <bdi>{name}</bdi>
          </li>
        ))}
      </ul>
    </div>
  );
}
