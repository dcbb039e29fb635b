// The code that went to another address or number of somebody who is signed in. The button is their word that both are theirs, so
// what comes of it stands above it. The same page whether or not the other one has an account.
import type { AskedChallenge } from '@/lib/login/interaction';
import type { LinkProblem } from '@/lib/login/link-identity';
import { addressOf } from '../address';
import { PrimaryButton } from '../button';
import { Field, type FieldNote } from '../field';
import { Frame, LEAD_ID, type PageSetting } from '../frame';
import type { FormAction } from '../hidden-inputs';
import { Moment } from '../moment';
import { codeNote } from '../problem-note';

export type LinkCodeCardProps = Readonly<{
  page: PageSetting;
  /** Receives `code`. */
  action: FormAction;
  /** By what the person knows the account they are signed in to. */
  account: string;
  asked: Pick<AskedChallenge, 'channel' | 'maskedRecipient' | 'reference' | 'codeLength' | 'sentAt'>;
  problem: LinkProblem | null;
  /** The page before, with the address kept. */
  changeHref: string;
  /** Milliseconds since 1970. */
  now: number;
}>;

export function LinkCodeCard(props: LinkCodeCardProps) {
  const { page, action, account, asked } = props;
  const { t } = page;
  return (
    <Frame page={page} heading={t('code.heading')} lead={<Sent {...props} />} focusHeading={false}>
      <form action={action} className="form" noValidate>
        <Field
          name="code"
          label={t('code.label', { digits: asked.codeLength })}
          note={noteOf(props)}
          noteLines={2}
          describedBy={`${LEAD_ID} ${EFFECT_ID}`}
          input={{
            type: 'text',
            inputMode: 'numeric',
            autoComplete: 'one-time-code',
            autoFocus: true,
            className: 'control code',
            dir: 'ltr',
            enterKeyHint: 'go',
          }}
        />
        <p id={EFFECT_ID}>{t.rich('linking.effect', { address: account, recipient: addressOf })}</p>
        <PrimaryButton>{t('linking.confirm')}</PrimaryButton>
      </form>
    </Frame>
  );
}

const EFFECT_ID = 'effect';

function Sent({ page: { t }, asked, changeHref }: LinkCodeCardProps) {
  const isText = asked.channel === 'sms';
  return (
    <>
      <p>
        {t.rich(isText ? 'code.leadText' : 'code.lead', {
          address: asked.maskedRecipient,
          recipient: addressOf,
        })}{' '}
        <a
          className="link"
          href={changeHref}
          aria-label={t(isText ? 'code.changeNumber' : 'code.changeAddress')}
        >
          {t('code.change')}
        </a>
      </p>
      <p className="text-hint">
        {t.rich('code.sent', { reference: asked.reference, time: () => <Moment at={asked.sentAt} /> })}
      </p>
    </>
  );
}

function noteOf({ page: { t }, problem, now }: LinkCodeCardProps): FieldNote | null {
  if (problem === null) return null;
  switch (problem.kind) {
    case 'own':
    case 'refused':
      return null;
    case 'over':
      return { kind: 'trouble', text: t('problem.tooManyTries') };
    default:
      return codeNote(t, problem, now);
  }
}
