// A link, opened in a browser that did not ask for it: on the phone, for a sign-in on the desk, or by somebody's scanner.
// Signs nobody in. Shows what to type into the window that asked, who asked, and the way to stop it.
import type { RequestingBrowser } from '@/lib/login/requesting-browser';
import { addressOf } from '../address';
import { QuietButton, TextLink } from '../button';
import { durationInWords } from '../duration-in-words';
import { Frame, type PageSetting } from '../frame';
import { type FormAction, HiddenInputs, type HiddenValues } from '../hidden-inputs';
import { Moment } from '../moment';
import { Tick } from '../tick';
import type { Words } from '../words';

export type ElsewhereCardProps = Readonly<{
  page: PageSetting;
  /** Digits. */
  relayCode: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
  askedAt: number;
  askedFrom: RequestingBrowser;
  /** Signs in on this device, never the window that asked; null where the operator does not allow it. */
  signInHere: SignInHere | null;
  stopHref: string;
  shownAddress: string;
  /** Milliseconds since 1970. */
  now: number;
}>;

export type SignInHere = Readonly<{
  /** Receives the hidden values and, where it is ticked, `confirm`. */
  action: FormAction;
  hidden: HiddenValues;
  /** As whom: `m***@example.com`. */
  maskedIdentifier: string;
  /** Somebody else is signed in here: asks for a tick first. */
  endsOther: boolean;
  /** The form was sent without it. */
  isConfirmMissing: boolean;
}>;

export function ElsewhereCard(props: ElsewhereCardProps) {
  const { page, relayCode, expiresAt, askedAt, signInHere, stopHref, shownAddress, now } = props;
  const { t, client } = page;
  const device = deviceOf(t, props.askedFrom);
  const time = () => <Moment at={askedAt} />;
  return (
    <Frame
      page={page}
      heading={t('elsewhere.heading')}
      lead={t('elsewhere.lead', { app: client?.name ?? '' })}
      focusHeading={!(signInHere?.endsOther && signInHere.isConfirmMissing)}
      shownAddress={shownAddress}
    >
      <div className="grid gap-2">
        <p className="relay-code" dir="ltr">
          <span className="sr-only">{t('elsewhere.code')} </span>
          <output>{relayCode}</output>
        </p>
        <p className="note">{t('elsewhere.expiry', { lifetime: durationInWords(t, expiresAt - now) })}</p>
      </div>
      <div className="lead text-hint">
        <p>
          {device ? t.rich('elsewhere.askedFrom', { time, device }) : t.rich('elsewhere.asked', { time })}
        </p>
        <p>{t('elsewhere.keepToYourself')}</p>
      </div>
      {signInHere && <SignInHereForm t={t} {...signInHere} />}
      <TextLink href={stopHref}>{t('elsewhere.notMe')}</TextLink>
    </Frame>
  );
}

/** Says as whom before it is pressed: a link that an attacker sent leads into the attacker's account. */
function SignInHereForm({ t, ...props }: SignInHere & { t: Words }) {
  const { action, hidden, maskedIdentifier: address, endsOther, isConfirmMissing } = props;
  return (
    <form action={action} className="form" noValidate>
      <HiddenInputs values={hidden} />
      <div className="lead">
        <p>{t.rich('elsewhere.signsInAs', { address, recipient: addressOf })}</p>
      </div>
      {endsOther && (
        <Tick name="confirm" missing={isConfirmMissing ? t('elsewhere.confirmMissing') : null}>
          {t('elsewhere.confirm')}
        </Tick>
      )}
      <QuietButton>{t('elsewhere.signInHere')}</QuietButton>
    </form>
  );
}

/** "Chrome on Windows", as far as it is known; null where nothing is. */
function deviceOf(t: Words, { browser, system }: RequestingBrowser): string | null {
  return browser && system ? t('elsewhere.browserOnSystem', { browser, system }) : (browser ?? system);
}
