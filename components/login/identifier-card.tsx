// First step: who is signing in. One field; the same page whoever it is. It takes what the client's connections take: an
// address, a number, or either, and asks for the country of a number only where that cannot be known otherwise.
import type { LoginProblem } from '@/lib/login/problems';
import { PrimaryButton } from '../button';
import { Field, type FieldNote, type FieldProps } from '../field';
import { Frame, LEAD_ID, type PageSetting } from '../frame';
import { type FormAction, HiddenInputs, type HiddenValues } from '../hidden-inputs';
import { type Asking, identifierNote } from '../problem-note';
import { Select } from '../select';
import type { Words } from '../words';
import { likelyDomain } from './likely-domain';
import { type OtherWay, OtherWayForm } from './other-way';
import { PasskeyForm, type PasskeyQuestion } from './passkey-form';

/** Countries in the order they are shown; their names are in the language of the page. */
export type CountryChoice = Readonly<{
  /** `country` is ISO 3166-1 alpha-2. */
  offered: readonly Readonly<{ country: string; label: string }>[];
  /** Null where nobody can tell: then the person has to. */
  chosen: string | null;
}>;

export type IdentifierCardProps = Readonly<{
  page: PageSetting;
  /** Receives `identifier`, `country` where there is a choice, and the hidden values. */
  action: FormAction;
  hidden: HiddenValues;
  asking: Asking;
  /** What is sent is a link and no code. */
  sendsLink: boolean;
  /** Null where the country of a number is known, or need not be yet. */
  countries: CountryChoice | null;
  /** What was typed before, or the client's login_hint; empty when there is neither. */
  value: string;
  problem: LoginProblem | null;
  /** Strangers may open an account here. */
  signUpOpen: boolean;
  /** They are who is expected: the client sends people to sign up. The page does the same either way. */
  isSignUp: boolean;
  otherWay: OtherWay | null;
  /** Null while nobody has a passkey. */
  passkey: PasskeyQuestion | null;
  /** Milliseconds since 1970. */
  now: number;
}>;

export function IdentifierCard(props: IdentifierCardProps) {
  const { page, action, hidden, countries, otherWay, passkey, problem } = props;
  const { t, client } = page;
  const kind = kindOf(props);
  const asksCountry = countries !== null && problem?.kind === 'country_missing';
  const country = countries && <CountrySelect t={t} countries={countries} isMissing={asksCountry} />;
  return (
    <Frame
      page={page}
      screen={props.isSignUp ? SIGN_UP : SIGN_IN}
      heading={t(props.isSignUp ? 'identifier.signUpHeading' : 'identifier.heading', {
        app: client?.name ?? '',
      })}
      lead={t(leadOf(props))}
      focusHeading={false}
    >
      <form action={action} className="form" noValidate>
        <HiddenInputs values={hidden} />
        {kind === 'phone' && country}
        <Field
          name="identifier"
          label={t(`identifier.${kind}`)}
          note={note(props)}
          noteLines={kind === 'email' ? 1 : 2}
          describedBy={LEAD_ID}
          input={{ ...INPUTS[kind], autoFocus: !asksCountry, defaultValue: props.value, dir: 'ltr' }}
        />
        {kind === 'either' && country}
        <PrimaryButton>{t('identifier.continue')}</PrimaryButton>
      </form>
      {passkey && <PasskeyForm t={t} question={passkey} />}
      {otherWay && <OtherWayForm t={t} way={otherWay} />}
    </Frame>
  );
}

const SIGN_IN = { prompt: 'login-id', screen: 'login-id' };
const SIGN_UP = { prompt: 'signup-id', screen: 'signup-id' };

type Kind = 'email' | 'phone' | 'either';

function kindOf({ asking: { channels } }: IdentifierCardProps): Kind {
  if (channels.length > 1) return 'either';
  return channels[0] === 'sms' ? 'phone' : 'email';
}

const INPUTS = {
  email: { type: 'email', autoComplete: 'username webauthn', maxLength: 254 },
  phone: { type: 'tel', autoComplete: 'tel webauthn', maxLength: 64 },
  // The keyboard with the at sign has the digits too.
  either: { type: 'text', inputMode: 'email', autoComplete: 'username webauthn', maxLength: 254 },
} satisfies Record<Kind, FieldProps['input']>;

function leadOf(props: IdentifierCardProps) {
  if (props.sendsLink) return 'identifier.leadLink';
  return (
    { email: 'identifier.leadEmail', phone: 'identifier.leadPhone', either: 'identifier.leadEither' } as const
  )[kindOf(props)];
}

function CountrySelect({
  t,
  countries: { offered, chosen },
  isMissing,
}: {
  t: Words;
  countries: CountryChoice;
  isMissing: boolean;
}) {
  const options = offered.map(({ country, label }) => ({ value: country, label }));
  return (
    <div className="grid gap-1.5">
      <label htmlFor="country" className="font-medium">
        {t('identifier.country')}
      </label>
      <Select
        id="country"
        name="country"
        className="control"
        autoComplete="country"
        autoFocus={isMissing}
        aria-invalid={isMissing || undefined}
        aria-describedby={isMissing ? 'identifier-note' : undefined}
        defaultValue={chosen ?? ''}
        options={chosen === null ? [{ value: '', label: '–' }, ...options] : options}
      />
    </div>
  );
}

function note({
  page: { t },
  asking,
  value,
  problem,
  signUpOpen,
  isSignUp,
  now,
}: IdentifierCardProps): FieldNote | null {
  const trouble = problem && identifierNote(t, problem, { asking, now });
  if (trouble) return trouble;
  const domain = likelyDomain(value);
  if (domain) return { kind: 'hint', text: t('identifier.didYouMean', { domain }) };
  return signUpOpen ? { kind: 'hint', text: t(isSignUp ? 'identifier.signsIn' : 'identifier.signUp') } : null;
}
