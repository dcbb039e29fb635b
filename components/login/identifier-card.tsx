// First step: who is signing in. One field; the same page whoever it is.
import type { LoginProblem } from '@/lib/login/problems';
import { PrimaryButton } from '../button';
import { Field, type FieldNote } from '../field';
import { Frame, LEAD_ID, type PageSetting } from '../frame';
import { type FormAction, HiddenInputs, type HiddenValues } from '../hidden-inputs';
import { problemNote } from '../problem-note';
import { likelyDomain } from './likely-domain';

export type IdentifierCardProps = Readonly<{
  page: PageSetting;
  /** Receives `identifier` and the hidden values. */
  action: FormAction;
  hidden: HiddenValues;
  /** What was typed before, or the client's login_hint; empty when there is neither. */
  value: string;
  problem: LoginProblem | null;
  /** Strangers may open an account here. */
  signUpOpen: boolean;
  /** Milliseconds since 1970. */
  now: number;
}>;

export function IdentifierCard({
  page,
  action,
  hidden,
  value,
  problem,
  signUpOpen,
  now,
}: IdentifierCardProps) {
  const { t, client } = page;
  return (
    <Frame
      page={page}
      heading={t('identifier.heading', { app: client?.name ?? '' })}
      lead={t('identifier.lead')}
      focusHeading={false}
    >
      <form action={action} className="form" noValidate>
        <HiddenInputs values={hidden} />
        <Field
          name="identifier"
          label={t('identifier.email')}
          note={note({ page, value, problem, signUpOpen, now })}
          noteLines={1}
          describedBy={LEAD_ID}
          input={{
            type: 'email',
            autoComplete: 'username webauthn',
            autoFocus: true,
            defaultValue: value,
            dir: 'ltr',
            maxLength: 254,
          }}
        />
        <PrimaryButton>{t('identifier.continue')}</PrimaryButton>
      </form>
    </Frame>
  );
}

function note({
  page: { t },
  value,
  problem,
  signUpOpen,
  now,
}: Pick<IdentifierCardProps, 'page' | 'value' | 'problem' | 'signUpOpen' | 'now'>): FieldNote | null {
  const trouble = problem && problemNote(t, problem, now);
  if (trouble) return trouble;
  const domain = likelyDomain(value);
  if (domain) return { kind: 'hint', text: t('identifier.didYouMean', { domain }) };
  return signUpOpen ? { kind: 'hint', text: t('identifier.signUp') } : null;
}
