// Where the operators' pages are.

/** Where the console begins, below the issuer. */
export const CONSOLE_PATH = '/console';

/** True for every path of the console's pages. */
export function isConsolePath(pathname: string): boolean {
  return pathname === CONSOLE_PATH || pathname.startsWith(`${CONSOLE_PATH}/`);
}
