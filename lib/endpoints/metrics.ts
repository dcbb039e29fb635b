// GET /metrics: for whoever watches this process. From this machine itself without a token, from elsewhere with one of the
// management API.
import { mayUse } from '@/lib/management/caller';
import { OAuthError } from '@/lib/oidc/errors';
import { PATHS } from '@/lib/oidc/vocabulary';
import type { Deps } from './deps';
import { answerApi, respondText } from './respond';

const SCOPE = 'read:stats';

export async function metrics(
  deps: Pick<Deps, 'operators' | 'isOwnMachine' | 'renderMetrics' | 'log'>,
  request: Request,
): Promise<Response> {
  return answerApi(deps, PATHS.metrics, async () => {
    if (!deps.isOwnMachine(request.headers)) await checkCaller(deps, request);
    const { contentType, text } = await deps.renderMetrics();
    const response = respondText(text);
    response.headers.set('Content-Type', contentType);
    return response;
  });
}

async function checkCaller({ operators }: Pick<Deps, 'operators'>, request: Request): Promise<void> {
  const caller = await operators.callerOf(request);
  if (caller === null)
    throw new OAuthError('invalid_token', 'Invalid token', { status: 401, wwwAuthenticate: 'Bearer' });
  if (caller.kind === 'person' || !mayUse(caller, [SCOPE]))
    throw new OAuthError('insufficient_scope', `Insufficient scope, expected any of: ${SCOPE}`, {
      status: 403,
    });
}
