// Where the operators' pages are.

/** Where the console begins, below the issuer. */
export const CONSOLE_PATH = '/console';

/** Where the console's pages send a file of users, which is longer than anything else that is posted to a page. */
export const CONSOLE_UPLOAD_PATH = `${CONSOLE_PATH}/users/import/file`;

/** Where the login sends an operator back to who tries an application: what the application has to allow for it. */
export const CONSOLE_TRIED_PATH = `${CONSOLE_PATH}/tried`;

/** Where the look of the login is set. */
export const BRANDING_PAGE = `${CONSOLE_PATH}/branding`;

/** A page of the login as it would look, for frames of the page above. */
export const BRAND_PREVIEW_PATH = `${BRANDING_PAGE}/preview`;

/** True for every path of the console's pages. */
export function isConsolePath(pathname: string): boolean {
  return pathname === CONSOLE_PATH || pathname.startsWith(`${CONSOLE_PATH}/`);
}
