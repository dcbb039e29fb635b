// Another address or number for somebody who is signed in: which one it is. The code that goes there is typed on the next page.
import type { LinkProblem } from '@/lib/login/link-identity';
import { addressOf } from '../address';
import { PrimaryButton } from '../button';
import { Field, type FieldNote } from '../field';
import { Frame, LEAD_ID, type PageSetting } from '../frame';
import { type FormAction, HiddenInputs, type HiddenValues } from '../hidden-inputs';
import { type Asking, identifierNote } from '../problem-note';

export type LinkCardProps = Readonly<{
  page: PageSetting;
  /** Receives `identifier` and the hidden values. */
  action: FormAction;
  hidden: HiddenValues;
  /** By what the person knows the account they are signed in to. */
  account: string;
  asking: Asking;
  /** What was typed before; empty at first. */
  value: string;
  problem: LinkProblem | null;
  /** Milliseconds since 1970. */
  now: number;
}>;

export function LinkCard(props: LinkCardProps) {
  const { page, action, hidden, account, asking, value } = props;
  const { t } = page;
  const [only, ...others] = asking.channels;
  const kind = others.length > 0 ? 'either' : only === 'sms' ? 'phone' : 'email';
  return (
    <Frame
      page={page}
      heading={t('linking.heading')}
      lead={<p>{t.rich('linking.lead', { address: account, recipient: addressOf })}</p>}
      focusHeading={false}
    >
      <form action={action} className="form" noValidate>
        <HiddenInputs values={hidden} />
        <Field
          name="identifier"
          label={t(`identifier.${kind}`)}
          note={noteOf(props)}
          noteLines={2}
          describedBy={LEAD_ID}
          input={{
            type: kind === 'phone' ? 'tel' : 'text',
            inputMode: kind === 'phone' ? 'tel' : 'email',
            autoComplete: kind === 'phone' ? 'tel' : 'email',
            maxLength: 254,
            defaultValue: value,
            autoFocus: true,
            dir: 'ltr',
          }}
        />
        <PrimaryButton>{t('linking.send')}</PrimaryButton>
      </form>
    </Frame>
  );
}

function noteOf({ page: { t }, problem, asking, now }: LinkCardProps): FieldNote | null {
  if (problem === null) return null;
  switch (problem.kind) {
    case 'own':
      return { kind: 'error', text: t('linking.own') };
    case 'refused':
      return { kind: 'trouble', text: t('linking.refused') };
    case 'over':
      return { kind: 'trouble', text: t('problem.tooManyTries') };
    default:
      return identifierNote(t, problem, { asking, now });
  }
}
