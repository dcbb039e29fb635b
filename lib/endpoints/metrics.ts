// GET /metrics: for whoever watches this process. From this machine itself without a token, from elsewhere with one of the
// management API.
import { PATHS } from '@/lib/oidc/vocabulary';
import type { Deps } from './deps';
import { requireOperatorToken } from './operator-token';
import { answerApi, respondText } from './respond';

const SCOPE = 'read:stats';

export async function metrics(
  deps: Pick<Deps, 'operators' | 'isOwnMachine' | 'renderMetrics' | 'log'>,
  request: Request,
): Promise<Response> {
  return answerApi(deps, PATHS.metrics, async () => {
    if (!deps.isOwnMachine(request.headers)) await requireOperatorToken(deps, request, SCOPE);
    const { contentType, text } = await deps.renderMetrics();
    const response = respondText(text);
    response.headers.set('Content-Type', contentType);
    return response;
  });
}
