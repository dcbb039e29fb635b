// Second step: the one-time code. One field, filled by hand, paste or the browser; asking again never breaks the code in
// hand; going back is a link and sends nothing. The same page whether or not the address has an account.
import type { AskedChallenge, Interaction } from '@/lib/login/interaction';
import { type Countdown, PrimaryButton, TextButton } from '../button';
import { durationInWords } from '../duration-in-words';
import { Field, type FieldNote } from '../field';
import { Frame, LEAD_ID, type PageSetting } from '../frame';
import { type FormAction, HiddenInputs, type HiddenValues } from '../hidden-inputs';
import { Moment } from '../moment';
import { problemNote } from '../problem-note';
import { likelyDomain } from './likely-domain';

export type CodeCardProps = Readonly<{
  page: PageSetting;
  /** Receives `code` and the hidden values. */
  action: FormAction;
  /** Receives the hidden values; answers `wait` when it is too early. */
  resendAction: FormAction;
  hidden: HiddenValues;
  asked: Pick<
    AskedChallenge,
    'typedForm' | 'maskedRecipient' | 'reference' | 'codeLength' | 'sentAt' | 'resendAllowedAt'
  >;
  outcome: Interaction['outcome'];
  codeLifetimeSeconds: number;
  /** The identifier step, with the address kept. */
  changeHref: string;
  /** Tells the script, as JSON `{ state }`, whether the message is still under way. */
  deliveryHref: string;
  /** Milliseconds since 1970. */
  now: number;
}>;

export function CodeCard(props: CodeCardProps) {
  const { page, action, resendAction, hidden, asked, deliveryHref } = props;
  const { t } = page;
  return (
    <Frame page={page} heading={t('code.heading')} lead={<Sent {...props} />} focusHeading={false}>
      <form action={action} className="form" noValidate>
        <HiddenInputs values={hidden} />
        <Field
          name="code"
          label={t('code.label', { digits: asked.codeLength })}
          note={note(props)}
          noteLines={2}
          describedBy={LEAD_ID}
          input={{
            type: 'text',
            inputMode: 'numeric',
            autoComplete: 'one-time-code',
            autoFocus: true,
            className: 'control code',
            dir: 'ltr',
            enterKeyHint: 'go',
            'data-digits': asked.codeLength,
            'data-delivery': deliveryHref,
          }}
        />
        <PrimaryButton>{t('code.continue')}</PrimaryButton>
      </form>
      <form action={resendAction}>
        <HiddenInputs values={hidden} />
        <TextButton countdown={countdown(props)}>{t('code.resend')}</TextButton>
      </form>
    </Frame>
  );
}

/** Where the message went, when, and how to tell it from an older one. */
function Sent({ page: { t }, asked, changeHref }: CodeCardProps) {
  const domain = likelyDomain(asked.typedForm);
  return (
    <>
      <p>
        {t.rich('code.lead', {
          address: asked.maskedRecipient,
          recipient: (address) => (
            <bdi className="address" dir="ltr">
              {address}
            </bdi>
          ),
        })}{' '}
        <a className="link" href={changeHref} aria-label={t('code.changeAddress')}>
          {t('code.change')}
        </a>
      </p>
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

function note({ page: { t }, outcome, codeLifetimeSeconds, now }: CodeCardProps): FieldNote {
  if (outcome?.kind === 'sent_again') {
    return { kind: 'notice', text: t(outcome.newCode ? 'code.newCodeSent' : 'code.sentAgain') };
  }
  const trouble = outcome && problemNote(t, outcome, now);
  if (trouble) return trouble;
  return { kind: 'hint', text: t('code.hint', { lifetime: durationInWords(t, codeLifetimeSeconds * 1000) }) };
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
