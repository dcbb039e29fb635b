// A token of the management API, asked for by endpoints outside it.
import { mayUse } from '@/lib/management/caller';
import { OAuthError } from '@/lib/oidc/errors';
import type { Deps } from './deps';

/**
 * Refuses whoever brings no token that is good for the scope; a person's own is not.
 *
 * @throws {OAuthError} 401, 403
 */
export async function requireOperatorToken(
  { operators }: Pick<Deps, 'operators'>,
  request: Request,
  scope: string,
): Promise<void> {
  const caller = await operators.callerOf(request);
  if (caller === null)
    throw new OAuthError('invalid_token', 'Invalid token', { status: 401, wwwAuthenticate: 'Bearer' });
  if (caller.kind === 'person' || !mayUse(caller, [scope]))
    throw new OAuthError('insufficient_scope', `Insufficient scope, expected any of: ${scope}`, {
      status: 403,
    });
}
