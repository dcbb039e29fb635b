// Another address or number: typed together with the code that went there. Whoever opens this page has a message in front of
// them and no sign-in under way, so it asks for both, and says the same whatever does not fit.
import type { ChangeProblem } from '@/lib/login/change-identifier';
import { PrimaryButton } from '../button';
import { Field, type FieldNote } from '../field';
import { Frame, LEAD_ID, type PageSetting } from '../frame';
import type { FormAction } from '../hidden-inputs';
import { type Asking, identifierNote, waitNote } from '../problem-note';
import type { Words } from '../words';

export type ChangeCardProps = Readonly<{
  page: PageSetting;
  /** Receives `identifier` and `code`. */
  action: FormAction;
  asking: Asking;
  /** What was typed before; empty at first. */
  value: string;
  problem: ChangeProblem | null;
  /** Milliseconds since 1970. */
  now: number;
}>;

export function ChangeCard(props: ChangeCardProps) {
  const { page, action, value, problem } = props;
  const { t } = page;
  const isOfCode = problem !== null && !IDENTIFIER_PROBLEMS.has(problem.kind);
  const note = noteOf(t, props);
  return (
    <Frame page={page} heading={t('change.heading')} lead={t('change.lead')} focusHeading={false}>
      <form action={action} className="form" noValidate>
        <Field
          name="identifier"
          label={t('identifier.either')}
          note={isOfCode ? null : note}
          noteLines={2}
          describedBy={LEAD_ID}
          input={{
            type: 'text',
            inputMode: 'email',
            autoComplete: 'email',
            maxLength: 254,
            defaultValue: value,
            autoFocus: !isOfCode,
            dir: 'ltr',
          }}
        />
        <Field
          name="code"
          label={t('change.code')}
          note={isOfCode ? note : null}
          noteLines={2}
          input={{
            type: 'text',
            inputMode: 'numeric',
            autoComplete: 'one-time-code',
            autoFocus: isOfCode,
            className: 'control code',
            dir: 'ltr',
            enterKeyHint: 'go',
          }}
        />
        <PrimaryButton>{t('change.confirm')}</PrimaryButton>
      </form>
    </Frame>
  );
}

/** Problems that stand under the first field. */
const IDENTIFIER_PROBLEMS: ReadonlySet<ChangeProblem['kind']> = new Set([
  'missing',
  'malformed',
  'country_missing',
]);

function noteOf(t: Words, { problem, asking, now }: ChangeCardProps): FieldNote | null {
  switch (problem?.kind) {
    case undefined:
      return null;
    case 'missing':
      return identifierNote(t, { kind: 'identifier_missing' }, { asking, now });
    case 'malformed':
      return identifierNote(t, { kind: 'identifier_malformed' }, { asking, now });
    case 'country_missing':
      return identifierNote(t, { kind: 'country_missing' }, { asking, now });
    case 'code_missing':
      return { kind: 'error', text: t('change.codeMissing') };
    case 'wrong':
      return { kind: 'error', text: t('change.wrong') };
    case 'refused':
      return { kind: 'trouble', text: t('change.refused') };
    case 'wait':
      return waitNote(t, problem.until - now);
  }
}
