// Second step: the message was sent. One field for its code, filled by hand, paste or the browser; its link, where it has
// one, finishes this page too. Asking again never breaks what is in hand; going back is a link and sends nothing. The same
// page whether or not the address has an account.
import type { AskedChallenge, Interaction } from '@/lib/login/interaction';
import { addressOf } from '../address';
import { type Countdown, PrimaryButton, PrimaryLink, QuietButton, TextButton, TextLink } from '../button';
import { durationInWords } from '../duration-in-words';
import { Field, type FieldNote } from '../field';
import { Frame, LEAD_ID, type PageSetting } from '../frame';
import { type FormAction, HiddenInputs, type HiddenValues } from '../hidden-inputs';
import { Moment } from '../moment';
import { codeNote } from '../problem-note';
import { FinishForm } from './finish-form';
import { likelyDomain } from './likely-domain';
import { mailProviderOf } from './mail-provider';
import { type OtherWay, OtherWayForm } from './other-way';

export type CodeCardProps = Readonly<{
  page: PageSetting;
  /** Receives `code` and the hidden values. */
  action: FormAction;
  /** Receives the hidden values; answers `wait` when it is too early. */
  resendAction: FormAction;
  /** Goes on to the client once the link was opened in this browser; receives the hidden values. */
  finishAction: FormAction;
  /** Holds `interaction`, by which the tabs of one sign-in know each other. */
  hidden: HiddenValues;
  asked: Pick<
    AskedChallenge,
    | 'typedForm'
    | 'channel'
    | 'sendMode'
    | 'maskedRecipient'
    | 'reference'
    | 'codeLength'
    | 'codeLifetimeSeconds'
    | 'sentAt'
    | 'resendAllowedAt'
  >;
  outcome: Interaction['outcome'];
  /** The identifier step, with the address kept. */
  changeHref: string;
  /** Tells the script, as JSON `{ state }`, what became of the message. */
  deliveryHref: string;
  /** Null until the message was asked for twice, and where there is no other channel. */
  otherWay: OtherWay | null;
  /** Milliseconds since 1970. */
  now: number;
}>;

export function CodeCard(props: CodeCardProps) {
  const { page, action, resendAction, finishAction, hidden, asked, deliveryHref, otherWay } = props;
  const { t } = page;
  const isLink = asked.sendMode === 'link';
  const mail = asked.channel === 'email' ? mailProviderOf(asked.typedForm) : null;
  const opensMail = mail && { href: mail.href, words: t('code.openMail', { provider: mail.name }) };
  // Who has only a link goes to the mailbox; the code is for those who opened it somewhere else.
  const Continue = isLink && opensMail ? QuietButton : PrimaryButton;
  return (
    <Frame
      page={page}
      screen={{ prompt: 'login-passwordless', screen: `login-passwordless-${wayOf(asked)}` }}
      heading={t(isLink ? 'link.heading' : 'code.heading')}
      lead={<Sent {...props} />}
      focusHeading={isLink}
    >
      {isLink && opensMail && (
        <PrimaryLink href={opensMail.href} isAside>
          {opensMail.words}
        </PrimaryLink>
      )}
      <form action={action} className="form" noValidate>
        <HiddenInputs values={hidden} />
        <Field
          name="code"
          label={isLink ? t('link.label') : t('code.label', { digits: asked.codeLength })}
          note={note(props)}
          noteLines={2}
          describedBy={LEAD_ID}
          input={{
            type: 'text',
            inputMode: 'numeric',
            autoComplete: 'one-time-code',
            autoFocus: !isLink,
            className: 'control code',
            dir: 'ltr',
            enterKeyHint: 'go',
            'data-digits': asked.codeLength,
            'data-delivery': deliveryHref,
          }}
        />
        <Continue>{t('code.continue')}</Continue>
      </form>
      <div className="choices">
        {!isLink && opensMail && (
          <TextLink href={opensMail.href} isAside>
            {opensMail.words}
          </TextLink>
        )}
        <form action={resendAction}>
          <HiddenInputs values={hidden} />
          <TextButton countdown={countdown(props)}>{t('code.resend')}</TextButton>
        </form>
        {otherWay && <OtherWayForm t={t} way={otherWay} />}
      </div>
      {asked.sendMode !== 'code' && <FinishForm action={finishAction} hidden={hidden} tab="waits" />}
    </Frame>
  );
}

/** As Auth0's screens name it. */
function wayOf({ channel, sendMode }: CodeCardProps['asked']): string {
  if (channel === 'sms') return 'sms-otp';
  return sendMode === 'link' ? 'email-link' : 'email-code';
}

/** Where the message went, when, and how to tell it from an older one. */
function Sent({ page: { t }, asked, changeHref }: CodeCardProps) {
  const domain = asked.channel === 'email' ? likelyDomain(asked.typedForm) : null;
  return (
    <>
      <p>
        {t.rich(leadOf(asked), {
          address: asked.maskedRecipient,
          recipient: addressOf,
        })}{' '}
        <a
          className="link"
          href={changeHref}
          aria-label={t(asked.channel === 'sms' ? 'code.changeNumber' : 'code.changeAddress')}
        >
          {t('code.change')}
        </a>
      </p>
      {asked.sendMode === 'both' && <p>{t('code.linkOrCode')}</p>}
      {domain && <p className="text-ink">{t('identifier.didYouMean', { domain })}</p>}
      <p className="text-hint">
        {t.rich('code.sent', {
          reference: asked.reference,
          time: () => <Moment at={asked.sentAt} />,
        })}
      </p>
    </>
  );
}

function leadOf({ channel, sendMode }: CodeCardProps['asked']) {
  if (channel === 'sms') return 'code.leadText';
  return sendMode === 'link' ? 'link.lead' : 'code.lead';
}

function note({ page: { t }, asked, outcome, now }: CodeCardProps): FieldNote {
  const isLink = asked.sendMode === 'link';
  if (outcome?.kind === 'sent_again') {
    const again = isLink
      ? ({ same: 'link.sentAgain', other: 'link.newLinkSent' } as const)
      : ({ same: 'code.sentAgain', other: 'code.newCodeSent' } as const);
    return { kind: 'notice', text: t(outcome.newCode ? again.other : again.same) };
  }
  const trouble = outcome && codeNote(t, outcome, now);
  if (trouble) return trouble;
  if (isLink) return { kind: 'hint', text: t('link.hint') };
  const lifetime = durationInWords(t, asked.codeLifetimeSeconds * 1000);
  return { kind: 'hint', text: t(asked.channel === 'sms' ? 'code.hintText' : 'code.hint', { lifetime }) };
}

function countdown({ page: { t }, asked, now }: CodeCardProps): Countdown | null {
  const milliseconds = asked.resendAllowedAt - now;
  if (milliseconds <= 0) return null;
  return {
    seconds: Math.ceil(milliseconds / 1000),
    label: t('code.resendIn', { time: '{time}' }),
    waits: t('code.resendWaits', { duration: durationInWords(t, milliseconds) }),
    ready: t('code.resendReady'),
  };
}
