// Where the pages of connections are.
import { CONSOLE_PATH } from '@/lib/management/console-path';

export const CONNECTIONS = `${CONSOLE_PATH}/connections`;

/** Path of a connection's page. @param view left out: the first one */
export function connectionPath(id: string, view?: string): string {
  return [CONNECTIONS, encodeURIComponent(id), view].filter(Boolean).join('/');
}
