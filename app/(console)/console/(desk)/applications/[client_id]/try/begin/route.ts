// Begins a login that an operator tries: the tab that asked goes on to the login (docs/decisions/0046).
import { serializeCookie } from '@/lib/endpoints/cookies';
import { CLIENTS_PATH } from '@/lib/management/client-routes';
import { OAuthError } from '@/lib/oidc/errors';
import { runtime } from '@/lib/runtime/boot';
import { managementPath, readManagement } from '@/lib/web/console/ask';
import { nothingHere } from '@/lib/web/console/nothing-here';
import { requireOperator } from '@/lib/web/console/operator';
import { leaveFor } from '@/lib/web/console/sign-in';
import { requireSameOrigin } from '@/lib/web/next-door';
import { applicationPath } from '../../../words';

export { nothingHere as GET } from '@/lib/web/console/nothing-here';

export async function POST(
  _request: Request,
  { params }: { params: Promise<{ client_id: string }> },
): Promise<Response> {
  const latchkey = await runtime();
  await requireSameOrigin(latchkey);
  const { caller, visit } = await requireOperator('editor');
  const clientId = decodeURIComponent((await params).client_id);
  await readManagement(caller, {
    path: managementPath(`${CLIENTS_PATH}/{client_id}`, { client_id: clientId }),
  });
  const { operatorId } = visit;
  try {
    const begun = await latchkey.console.tryOut.begin({ clientId, operatorId });
    if (begun === null) return nothingHere();
    return leaveFor(begun.location, await held(begun.attempt));
  } catch (problem) {
    if (!(problem instanceof OAuthError)) throw problem;
    const at = latchkey.clock().getTime();
    const { error, description } = problem;
    const outcome = { kind: 'refused', clientId, operatorId, error, description } as const;
    const setCookies = await held({ ...outcome, begunAt: at, returnedAt: at, endedAt: at });
    return leaveFor(applicationPath(clientId, 'try'), setCookies);
  }

  async function held(tried: Parameters<typeof latchkey.cookies.holdTry>[0]): Promise<string[]> {
    const cookies = await latchkey.cookies.holdTry(tried);
    return cookies.map((cookie) => serializeCookie(latchkey.environment.issuer, cookie));
  }
}
