// Begins a sign-in: from the sign-in page, from the set-up, or from a form that takes a recent proof.
import { runtime } from '@/lib/runtime/boot';
import { textOf } from '@/lib/web/answer';
import { findOperator, isNearConsole } from '@/lib/web/console/operator';
import { beginSignIn, parseDestination } from '@/lib/web/console/sign-in';

export async function POST(request: Request): Promise<Response> {
  if (!(await isNearConsole())) return new Response(null, { status: 404 });
  const latchkey = await runtime();
  const form = await request.formData();
  const operator = textOf(form, 'fresh') === 'yes' ? await findOperator() : null;
  return beginSignIn(latchkey, {
    to: parseDestination(latchkey, textOf(form, 'to')),
    fresh: operator?.visit ?? null,
    setupToken: textOf(form, 'setup') || null,
  });
}
