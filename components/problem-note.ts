// One sentence for every problem a person can meet: what happened and what to do, never whose account it is. Each step says
// only what is of its own: who goes back from the code is not told of the code again.
import type { Channel } from '@/lib/login/identifier';
import type { LoginProblem } from '@/lib/login/problems';
import { durationInWords } from './duration-in-words';
import type { FieldNote } from './field';
import type { Words } from './words';

/** What an identifier field takes, and how its problems name examples and countries. */
export type Asking = Readonly<{
  /** Not empty. */
  channels: readonly Channel[];
  /** A telephone number as strangers may write it; empty where none is asked for. */
  exampleNumber: string;
  /** The name of an ISO 3166-1 alpha-2 country in the language of the page. */
  countryName(country: string): string;
}>;

/**
 * What stands under the identifier: an error where typing something else helps, trouble where it does not. Null for a wait
 * that is over.
 *
 * @param now milliseconds since 1970, the moment the page is made
 */
export function identifierNote(
  t: Words,
  problem: LoginProblem,
  { asking, now }: { asking: Asking; now: number },
): FieldNote | null {
  const { channels, countryName } = asking;
  // Isolated: in a sentence that is read from the right its groups would change places.
  const example = `\u2066${asking.exampleNumber}\u2069`;
  const kind = channels.length > 1 ? 'either' : channels[0] === 'sms' ? 'phone' : 'identifier';
  switch (problem.kind) {
    case 'identifier_missing':
      return { kind: 'error', text: t(`problem.${kind}Missing`) };
    case 'identifier_malformed':
      return { kind: 'error', text: t(`problem.${kind}Malformed`, { example }) };
    case 'country_missing':
      return { kind: 'error', text: t('problem.countryMissing') };
    case 'country_not_served':
      return {
        kind: 'error',
        text: t('problem.countryNotServed', { country: countryName(problem.country) }),
      };
    case 'passkey_refused':
      return { kind: 'trouble', text: t('problem.passkeyRefused') };
    case 'wait':
      return waitNote(t, problem.until - now);
    case 'code_malformed':
    case 'code_wrong':
    case 'code_expired':
    case 'link_not_opened':
    case 'too_many_tries':
    case 'sending_failed':
      return null;
  }
}

/** The same for the code. */
export function codeNote(t: Words, problem: LoginProblem, now: number): FieldNote | null {
  switch (problem.kind) {
    case 'code_malformed':
      return { kind: 'error', text: t('problem.codeMalformed', { digits: problem.codeLength }) };
    case 'code_wrong':
      return { kind: 'error', text: t('problem.codeWrong', { triesLeft: problem.triesLeft }) };
    case 'code_expired':
      return { kind: 'error', text: t('problem.codeExpired') };
    case 'link_not_opened':
      return { kind: 'error', text: t('problem.linkNotOpened') };
    case 'too_many_tries':
      return { kind: 'trouble', text: t('problem.tooManyTries') };
    case 'sending_failed':
      return { kind: 'trouble', text: t('problem.sendingFailed') };
    case 'wait':
      return waitNote(t, problem.until - now);
    case 'identifier_missing':
    case 'identifier_malformed':
    case 'country_missing':
    case 'country_not_served':
    case 'passkey_refused':
      return null;
  }
}

/** What is said while a limit has no room; null once it has. */
export function waitNote(t: Words, milliseconds: number): FieldNote | null {
  if (milliseconds <= 0) return null;
  return { kind: 'trouble', text: t('problem.wait', { duration: durationInWords(t, milliseconds) }) };
}
