// Where the pages of APIs are.
import { CONSOLE_PATH } from '@/lib/management/console-path';

export const APIS = `${CONSOLE_PATH}/apis`;

/** Path of an API's page. @param view left out: the first one */
export function apiPath(id: string, view?: string): string {
  return [APIS, encodeURIComponent(id), view].filter(Boolean).join('/');
}
