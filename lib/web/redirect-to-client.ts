// The one redirect that leaves our origin. Next answers an action's redirect with 303, so a posted code is not posted on.
import 'server-only';
import { redirect } from 'next/navigation';

/** @param location absolute, made by lib/oidc/authorization-response.ts from a registered redirect URI */
export function redirectToClient(location: string): never {
  redirect(location);
}
