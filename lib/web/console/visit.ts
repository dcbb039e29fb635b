// The operator behind a request, whichever door it came by: Next's (operator.ts) or the front's.
import { parseCookies } from '@/lib/endpoints/cookies';
import type { OperatorVisit } from '@/lib/management/console-door';
import type { Runtime } from '@/lib/runtime/compose';

/** Null for anybody else, and from where the console is not open (ADM-6). One statement. */
export async function findVisit(
  { console: operatorConsole, clientAddress, clock }: Runtime,
  headers: Headers,
): Promise<OperatorVisit | null> {
  if (!operatorConsole.isOpenTo(clientAddress(headers))) return null;
  const sealed = parseCookies(headers.get('cookie')).get(operatorConsole.cookieName('session'));
  const secret = sealed === undefined ? null : await operatorConsole.seal.readSession(sealed);
  return secret === null ? null : operatorConsole.door.find(secret, clock());
}
