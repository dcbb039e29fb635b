// One sentence for every problem a person can meet: what happened and what to do, never whose account it is.
import type { LoginProblem } from '@/lib/login/problems';
import { durationInWords } from './duration-in-words';
import type { Words } from './words';

/**
 * The sentence that stands under the field, or null for a wait that is over.
 *
 * @param now milliseconds since 1970, the moment the page is made
 */
export function problemInWords(t: Words, problem: LoginProblem, now: number): string | null {
  switch (problem.kind) {
    case 'identifier_missing':
      return t('problem.identifierMissing');
    case 'identifier_malformed':
      return t('problem.identifierMalformed');
    case 'code_malformed':
      return t('problem.codeMalformed', { digits: problem.codeLength });
    case 'code_wrong':
      return t('problem.codeWrong', { triesLeft: problem.triesLeft });
    case 'code_expired':
      return t('problem.codeExpired');
    case 'too_many_tries':
      return t('problem.tooManyTries');
    case 'wait':
      return problem.until > now
        ? t('problem.wait', { duration: durationInWords(t, problem.until - now) })
        : null;
    case 'sending_failed':
      return t('problem.sendingFailed');
  }
}
