// The file of all users, as the management API writes it.
import { redirect } from 'next/navigation';
import { EXPORTS_PATH } from '@/lib/management/job-routes';
import type { JobDocument } from '@/lib/management/jobs';
import { EXPORT_FILE_PATH } from '@/lib/management/jobs';
import { runtime } from '@/lib/runtime/boot';
import { textOf } from '@/lib/web/answer';
import { askManagement, fetchManagement, ManagementRefusal, managementPath } from '@/lib/web/console/ask';
import { requireOperator } from '@/lib/web/console/operator';
import { signInPath } from '@/lib/web/console/sign-in';
import { USERS_PAGE } from '@/lib/web/console/user-words';
import { requireSameOrigin } from '@/lib/web/next-door';

export { nothingHere as GET } from '@/lib/web/console/nothing-here';

export async function POST(request: Request): Promise<Response> {
  await requireSameOrigin(await runtime());
  const { caller, isRecentlyProven } = await requireOperator();
  if (!isRecentlyProven) redirect(signInPath({ reason: 'proof', to: USERS_PAGE }));
  const body = { format: textOf(await request.formData(), 'format') };
  try {
    const { id } = await askManagement<JobDocument>(caller, { method: 'POST', path: EXPORTS_PATH, body });
    return await fetchManagement(caller, { path: managementPath(EXPORT_FILE_PATH, { id }) });
  } catch (problem) {
    if (!(problem instanceof ManagementRefusal)) throw problem;
    return new Response(problem.message, { status: problem.status });
  }
}
