// A passkey in the place of whatever else a page asks for. Only the script can ask for one: it shows the form where its browser
// knows passkeys, and sends it with the answer.
import { QuietButton } from '../button';
import { type FormAction, HiddenInputs, type HiddenValues } from '../hidden-inputs';
import type { Words } from '../words';

export type PasskeyQuestion = Readonly<{
  /** Receives `passkey`, the answer as JSON, and the hidden values. */
  action: FormAction;
  hidden: HiddenValues;
  /** JSON of what the browser is asked (PublicKeyCredentialRequestOptionsJSON). */
  options: string;
  /** The last answer signed nobody in, maybe because the passkey is not known here; null where there was none. */
  refused: Readonly<{ unknown: string | null }> | null;
}>;

export function PasskeyForm({
  t,
  question: { action, hidden, options, refused },
}: {
  t: Words;
  question: PasskeyQuestion;
}) {
  return (
    <form
      action={action}
      data-passkey={options}
      data-refused={refused ? (refused.unknown ?? '') : undefined}
      hidden
    >
      <HiddenInputs values={{ ...hidden, passkey: '' }} />
      <QuietButton>{t('passkey.signIn')}</QuietButton>
    </form>
  );
}
