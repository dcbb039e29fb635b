// Is the process alive, and can it serve? Two questions, because an outage of storage must not get the process killed.

import { StorageUnavailable } from '@/lib/oidc/errors';
import { PATHS } from '@/lib/oidc/vocabulary';
import type { Deps } from './deps';
import { answerApi, respondJson } from './respond';

/** Always 200 while the process answers at all. */
export async function livez(): Promise<Response> {
  return respondJson({ status: 'ok' });
}

/** 200 while storage answers, else 503 with Retry-After. */
export async function readyz(deps: Pick<Deps, 'pingStorage' | 'log'>): Promise<Response> {
  return answerApi(deps, PATHS.readyz, async () => {
    try {
      await deps.pingStorage();
    } catch (cause) {
      throw cause instanceof StorageUnavailable ? cause : new StorageUnavailable(cause);
    }
    return respondJson({ status: 'ok' });
  });
}
