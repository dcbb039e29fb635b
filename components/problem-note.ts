// One sentence for every problem a person can meet: what happened and what to do, never whose account it is.
import type { LoginProblem } from '@/lib/login/problems';
import { durationInWords } from './duration-in-words';
import type { FieldNote } from './field';
import type { Words } from './words';

/**
 * What stands under the field: an error where typing something else helps, trouble where it does not. Null for a wait
 * that is over.
 *
 * @param now milliseconds since 1970, the moment the page is made
 */
export function problemNote(t: Words, problem: LoginProblem, now: number): FieldNote | null {
  switch (problem.kind) {
    case 'identifier_missing':
      return { kind: 'error', text: t('problem.identifierMissing') };
    case 'identifier_malformed':
      return { kind: 'error', text: t('problem.identifierMalformed') };
    case 'code_malformed':
      return { kind: 'error', text: t('problem.codeMalformed', { digits: problem.codeLength }) };
    case 'code_wrong':
      return { kind: 'error', text: t('problem.codeWrong', { triesLeft: problem.triesLeft }) };
    case 'code_expired':
      return { kind: 'error', text: t('problem.codeExpired') };
    case 'too_many_tries':
      return { kind: 'trouble', text: t('problem.tooManyTries') };
    case 'wait': {
      const milliseconds = problem.until - now;
      if (milliseconds <= 0) return null;
      return { kind: 'trouble', text: t('problem.wait', { duration: durationInWords(t, milliseconds) }) };
    }
    case 'sending_failed':
      return { kind: 'trouble', text: t('problem.sendingFailed') };
  }
}
