// Takes a file of users and hands it on to the management API as it comes: it is too long to be kept whole anywhere. Answers the
// page's own script.
import { IMPORTS_PATH } from '@/lib/management/job-routes';
import type { JobDocument } from '@/lib/management/jobs';
import { runtime } from '@/lib/runtime/boot';
import { refusedState } from '@/lib/web/console/action';
import { fetchManagement, ManagementRefusal } from '@/lib/web/console/ask';
import { requireOperator } from '@/lib/web/console/operator';
import { USERS_PAGE } from '@/lib/web/console/user-words';
import { requireSameOrigin } from '@/lib/web/next-door';

export { nothingHere as GET } from '@/lib/web/console/nothing-here';

export async function POST(request: Request): Promise<Response> {
  await requireSameOrigin(await runtime());
  const { caller } = await requireOperator('editor');
  const headers = { 'content-type': request.headers.get('content-type') ?? '' };
  try {
    const response = await fetchManagement(caller, {
      method: 'POST',
      path: IMPORTS_PATH,
      sent: { body: request.body, headers },
    });
    const { id } = (await response.json()) as JobDocument;
    return Response.json({ kind: 'done', said: '', goTo: `${USERS_PAGE}/import/${id}` });
  } catch (problem) {
    if (!(problem instanceof ManagementRefusal)) throw problem;
    return Response.json(refusedState(problem));
  }
}
