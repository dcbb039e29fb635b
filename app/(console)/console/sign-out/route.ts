// Ends the session at the console.
import { runtime } from '@/lib/runtime/boot';
import { signOut } from '@/lib/web/console/sign-in';

export async function POST(): Promise<Response> {
  return signOut(await runtime());
}
