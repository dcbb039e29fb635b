// The audit log as a file, as the management API writes it.
import { LOGS_FILE_PATH } from '@/lib/management/log-routes';
import { runtime } from '@/lib/runtime/boot';
import { textOf } from '@/lib/web/answer';
import { fetchManagement, ManagementRefusal } from '@/lib/web/console/ask';
import { requireOperator } from '@/lib/web/console/operator';
import { requireSameOrigin } from '@/lib/web/next-door';

export { nothingHere as GET } from '@/lib/web/console/nothing-here';

export async function POST(request: Request): Promise<Response> {
  await requireSameOrigin(await runtime());
  const { caller } = await requireOperator();
  const form = await request.formData();
  const query = { format: textOf(form, 'format'), q: textOf(form, 'q') || undefined };
  try {
    return await fetchManagement(caller, { path: LOGS_FILE_PATH, query });
  } catch (problem) {
    if (!(problem instanceof ManagementRefusal)) throw problem;
    return new Response(problem.message, { status: problem.status });
  }
}
