// next-auth's own routes, for the demo application.
import type { NextRequest } from 'next/server';
import NextAuth from 'next-auth';
import { runtime } from '@/lib/runtime/boot';
import { demoAuthOptions } from '@/lib/web/demo-auth';

async function answer(
  request: NextRequest,
  context: { params: Promise<{ nextauth: string[] }> },
): Promise<Response> {
  const options = demoAuthOptions(await runtime());
  return options === null ? new Response(null, { status: 404 }) : NextAuth(request, context, options);
}

export { answer as GET, answer as POST };
