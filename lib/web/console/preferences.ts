// How an operator likes the console: which scheme, which clock. In cookies that the page's own script writes; nothing hangs on
// them but looks, so they are read for what they are and anything odd is the default.
import 'server-only';
import { cookies } from 'next/headers';
import { cache } from 'react';
import { CONSOLE_PATH } from '@/lib/management/console-path';

export const PREFERENCE_COOKIES = {
  theme: 'console-theme',
  zone: 'console-zone',
  path: CONSOLE_PATH,
} as const;

export const THEMES = ['system', 'light', 'dark'] as const;

export type Preferences = Readonly<{
  theme: (typeof THEMES)[number];
  /** IANA name. */
  zone: string;
}>;

/** Once a request. */
export const consolePreferences = cache(async (): Promise<Preferences> => {
  const jar = await cookies();
  const theme = jar.get(PREFERENCE_COOKIES.theme)?.value;
  const zone = jar.get(PREFERENCE_COOKIES.zone)?.value ?? '';
  return { theme: THEMES.find((each) => each === theme) ?? 'system', zone: isZone(zone) ? zone : 'UTC' };
});

function isZone(zone: string): boolean {
  try {
    return /^[\w+/-]{1,64}$/.test(zone) && new Intl.DateTimeFormat('en', { timeZone: zone }) !== null;
  } catch {
    return false;
  }
}
