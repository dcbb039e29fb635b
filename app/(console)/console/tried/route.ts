// Where the login sends an operator back to who tries an application. Nothing is here but for the operator who began it, in the
// browser that began it; whatever else comes along is not looked at (docs/decisions/0046, RED-1, COD-1).
import { serializeCookie } from '@/lib/endpoints/cookies';
import { runtime } from '@/lib/runtime/boot';
import { nothingHere } from '@/lib/web/console/nothing-here';
import { requireOperator } from '@/lib/web/console/operator';
import { leaveFor } from '@/lib/web/console/sign-in';
import { currentBrowser } from '@/lib/web/next-door';
import { applicationPath } from '../(desk)/applications/words';

export async function GET(request: Request): Promise<Response> {
  const latchkey = await runtime();
  const { visit } = await requireOperator('editor');
  const { cookies, headers } = await currentBrowser();
  const attempt = await latchkey.cookies.readTry(cookies);
  if (attempt?.kind !== 'begun' || attempt.operatorId !== visit.operatorId) return nothingHere();
  const outcome = await latchkey.console.tryOut.finish(attempt, {
    query: new URL(request.url).searchParams,
    askedFrom: { ip: latchkey.clientAddress(headers), userAgent: headers.get('user-agent') },
  });
  if (outcome === null) return nothingHere();
  const held = await latchkey.cookies.holdTry(outcome);
  // What came of it has an address of its own, without the code.
  return leaveFor(
    applicationPath(outcome.clientId, 'try'),
    held.map((cookie) => serializeCookie(latchkey.environment.issuer, cookie)),
  );
}
