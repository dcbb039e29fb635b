// Mounts the protocol as route files, for hosts without our front server (Vercel). The same functions, another door.
import 'server-only';
import { runtime } from '@/lib/runtime/boot';

/** Answers whatever method a route file exports it under; the table in lib/endpoints/routes.ts decides. */
export async function answerProtocol(request: Request): Promise<Response> {
  return (await runtime()).answer(request);
}
