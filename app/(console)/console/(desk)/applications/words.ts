// What the API's values of an application are called on the screen.
import { CONSOLE_PATH } from '@/lib/management/console-path';
import { PASSWORDLESS_OTP_GRANT } from '@/lib/oidc/vocabulary';

export const APPLICATIONS = `${CONSOLE_PATH}/applications`;

/** Path of an application's page. @param view left out: the first one */
export function applicationPath(clientId: string, view?: string): string {
  return [APPLICATIONS, encodeURIComponent(clientId), view].filter(Boolean).join('/');
}

/** A grant type as the catalogue calls it: Auth0's own is an address. */
export function grantWord(grant: string) {
  return (grant === PASSWORDLESS_OTP_GRANT ? 'passwordless' : grant) as
    | 'authorization_code'
    | 'refresh_token'
    | 'client_credentials'
    | 'implicit'
    | 'passwordless';
}
