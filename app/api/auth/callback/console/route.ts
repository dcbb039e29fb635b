// Where our own login sends operators back to. Beside next-auth's own routes, which are the demo's.
import { runtime } from '@/lib/runtime/boot';
import { finishSignIn } from '@/lib/web/console/sign-in';

export async function GET(request: Request): Promise<Response> {
  return finishSignIn(await runtime(), request);
}
