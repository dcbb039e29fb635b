// The guesses of this sign-in are used up. It alone has ended: the account is untouched and another sign-in may begin.
import { PrimaryLink } from '../button';
import { durationInWords } from '../duration-in-words';
import { Frame, type PageSetting } from '../frame';
import { PasskeyForm, type PasskeyQuestion } from './passkey-form';

export type TooManyTriesCardProps = Readonly<{
  page: PageSetting;
  /** Begins a new sign-in for the same client; null when it is not known how. */
  startAgainHref: string | null;
  /** Milliseconds since 1970 from when starting again is answered; null for at once. */
  waitUntil: number | null;
  /** Milliseconds since 1970. */
  now: number;
  /** Null where nobody has a passkey. */
  passkey: PasskeyQuestion | null;
}>;

export function TooManyTriesCard(props: TooManyTriesCardProps) {
  const { page, startAgainHref, waitUntil, now, passkey } = props;
  const { t, client } = page;
  const milliseconds = (waitUntil ?? now) - now;
  return (
    <Frame
      page={page}
      heading={t('tooManyTries.heading')}
      lead={
        <>
          <p>{t('tooManyTries.lead')}</p>
          {milliseconds > 0 && (
            <p>{t('tooManyTries.wait', { duration: durationInWords(t, milliseconds) })}</p>
          )}
          {passkey?.refused && <p role="alert">{t('problem.passkeyRefused')}</p>}
          {!startAgainHref && client && <p>{t('tooManyTries.goBack', { app: client.name })}</p>}
        </>
      }
      focusHeading
    >
      {startAgainHref && <PrimaryLink href={startAgainHref}>{t('tooManyTries.startAgain')}</PrimaryLink>}
      {passkey && <PasskeyForm t={t} question={passkey} />}
    </Frame>
  );
}
