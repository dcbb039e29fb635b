// Which words of the pages an operator may put others in the place of, by Auth0's names of prompt, screen and text, and how such
// a text becomes a sentence of our catalogues: what it says is text, never markup, and it is told only what is listed here.
// auth0-contract §6.1.
import type { ScreenTexts } from './settings';

/** A text and what becomes of it. */
type KnownText = Readonly<{
  /** `screen.word` of messages/<language>/login.json. */
  words: readonly string[];
  /** What stands for Auth0's `${…}`, in the sentence of a catalogue. */
  places: Readonly<Record<string, string>>;
}>;

const APP = { clientName: '{app}' };
const ADDRESS = '<recipient>{address}</recipient>';

const says = (words: string | readonly string[], places: KnownText['places'] = {}): KnownText => ({
  words: typeof words === 'string' ? [words] : words,
  places,
});

/** Prompt, screen, text. */
const KNOWN: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, KnownText>>>>>> = {
  'login-id': {
    'login-id': {
      title: says('identifier.heading', APP),
      description: says([
        'identifier.leadEmail',
        'identifier.leadLink',
        'identifier.leadPhone',
        'identifier.leadEither',
      ]),
      buttonText: says('identifier.continue'),
      passkeyButtonText: says('passkey.signIn'),
      emailPlaceholder: says('identifier.email'),
      phonePlaceholder: says('identifier.phone'),
      phoneOrEmailPlaceholder: says('identifier.either'),
      'no-email': says('problem.identifierMissing'),
      'invalid-email-format': says('problem.identifierMalformed'),
      'no-phone': says('problem.phoneMissing'),
      'invalid-phone-format': says('problem.phoneMalformed'),
    },
  },
  'signup-id': {
    'signup-id': { title: says('identifier.signUpHeading', APP) },
  },
  'login-passwordless': {
    'login-passwordless-email-code': {
      title: says('code.heading'),
      description: says('code.lead', { email: ADDRESS }),
      buttonText: says('code.continue'),
      resendActionText: says('code.resend'),
      editText: says('code.change'),
      'invalid-verification-code': says('problem.codeWrong'),
      'passwordless-authenticator-error': says('problem.sendingFailed'),
    },
    'login-passwordless-email-link': {
      title: says('link.heading'),
      description: says('link.lead', { email: ADDRESS }),
      successTitle: says('done.heading'),
      errorTitle: says('deadLink.brokenHeading'),
    },
    'login-passwordless-sms-otp': {
      description: says('code.leadText', { phone_number: ADDRESS }),
    },
  },
  passkeys: {
    'passkey-enrollment': {
      title: says('passkey.heading'),
      createButtonText: says('passkey.create'),
      continueButtonText: says('passkey.later'),
    },
  },
  consent: {
    consent: {
      title: says('consent.heading', APP),
      acceptButtonText: says('consent.allow'),
      declineButtonText: says('consent.decline'),
    },
  },
  logout: {
    logout: {
      title: says('signOut.heading'),
      description: says('signOut.lead'),
      acceptButtonText: says('signOut.confirm'),
      declineButtonText: says('signOut.stay'),
    },
    'logout-complete': {
      title: says('signedOut.heading'),
      description: says('signedOut.lead'),
    },
  },
};

/** Prompts that have texts. */
export const PROMPTS_WITH_TEXTS = Object.keys(KNOWN);

/** A text that pages have, by screen and name. */
export type PromptText = Readonly<{
  screen: string;
  name: string;
  /** `screen.word` of the sentence it takes the place of; of the first, where it takes the place of several. */
  word: string;
  /** What it may hold, such as `${clientName}`. */
  placeholders: readonly string[];
}>;

/** Every text of a prompt; none for a name that is no prompt with texts. */
export function textsOfPrompt(prompt: string): readonly PromptText[] {
  return Object.entries(own(KNOWN, prompt) ?? {}).flatMap(([screen, texts]) =>
    Object.entries(texts).map(
      ([
        name,
        {
          words: [word = ''],
          places,
        },
      ]) => ({
        screen,
        name,
        word,
        placeholders: Object.keys(places).map((place) => `\${${place}}`),
      }),
    ),
  );
}

/** A sentence of ours as an operator would write it in place of itself. */
export function asCustomText(prompt: string, { screen, name }: PromptText, sentence: string): string {
  const places = own(own(own(KNOWN, prompt), screen), name)?.places ?? {};
  const written = Object.entries(places).reduce(
    (text, [place, ours]) => text.replaceAll(ours, `\${${place}}`),
    sentence,
  );
  // Quotation of ICU MessageFormat, counts that a text of an operator's does not have, and what it is not told.
  return written
    .replaceAll("''", "'")
    .replace(/\s*\{\w+, plural,.*$/s, '')
    .replace(/(?<!\$)\{\w+\}\.?/g, '…');
}

const TEXT_MAX_CHARACTERS = 1024;

/** What is wrong with a text; `path` names screen and text as far as they are names of ours. */
export type CustomTextProblem = Readonly<{ path: readonly string[]; sentence: string }>;

/** The first text that cannot take the place of one of ours; null where all can. */
export function findTextProblem(prompt: string, screens: ScreenTexts): CustomTextProblem | null {
  for (const [screen, texts] of Object.entries(screens)) {
    const known = own(own(KNOWN, prompt), screen);
    if (known === undefined) return { path: [screen], sentence: sentenceOfKnown(own(KNOWN, prompt) ?? {}) };
    for (const [key, text] of Object.entries(texts)) {
      const place = own(known, key);
      if (place === undefined) return { path: [screen, key], sentence: sentenceOfKnown(known) };
      const sentence = problemOf(text, place);
      if (sentence !== null) return { path: [screen, key], sentence };
    }
  }
  return null;
}

/** What was sent may be called like something that every object has. */
function own<Value>(record: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

function sentenceOfKnown(known: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(known);
  return names.length === 0
    ? 'is not on any page of this prompt: there is nothing to say otherwise'
    : `must be one of ${names.join(', ')}`;
}

function problemOf(text: string, { places }: KnownText): string | null {
  if (text.trim() === '') return 'must not be empty';
  if (text.length > TEXT_MAX_CHARACTERS) return `may hold ${TEXT_MAX_CHARACTERS} characters at most`;
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text)) return 'may not hold invisible characters';
  const unknown = [...text.matchAll(PLACEHOLDER)].some(([, name = '']) => !Object.hasOwn(places, name));
  if (!unknown) return null;
  const names = Object.keys(places).map((name) => `\${${name}}`);
  return names.length === 0 ? 'may hold no placeholder' : `may hold no placeholder but ${names.join(', ')}`;
}

const PLACEHOLDER = /\$\{\s*([^}]*?)\s*\}/g;

/** What these texts say in place of ours: a sentence in ICU MessageFormat by `screen.word`. */
export function wordsInstead(prompts: Readonly<Record<string, ScreenTexts>>): Map<string, string> {
  const instead = new Map<string, string>();
  for (const [prompt, screens] of Object.entries(prompts)) {
    for (const [screen, texts] of Object.entries(screens)) {
      for (const [key, text] of Object.entries(texts)) {
        const place = own(own(own(KNOWN, prompt), screen), key);
        for (const word of place?.words ?? []) instead.set(word, sentenceOf(text, place?.places ?? {}));
      }
    }
  }
  return instead;
}

function sentenceOf(text: string, places: KnownText['places']): string {
  let sentence = '';
  let from = 0;
  for (const { 0: whole, 1: name = '', index } of text.matchAll(PLACEHOLDER)) {
    sentence += quoted(text.slice(from, index)) + (places[name] ?? '');
    from = index + whole.length;
  }
  return sentence + quoted(text.slice(from));
}

/** So that it means itself. @see https://unicode-org.github.io/icu/userguide/format_parse/messages/#quotingescaping */
function quoted(text: string): string {
  const plain = text.replaceAll("'", "''");
  // A quotation opens at a mark only; it then holds all that is left, marks and doubled apostrophes alike.
  return plain.replace(/[{}<>].*$/s, (rest) => `'${rest}'`);
}
