'use client';
// The operator's own menu: who is signed in, how the console looks, which clock it shows, and the way out.
import { ChevronsUpDown, LogOut } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Menu } from './menu';

export type AccountMenuWords = Readonly<{
  label: string;
  theme: string;
  themes: Readonly<Record<'system' | 'light' | 'dark', string>>;
  clock: string;
  utc: string;
  local: string;
  signOut: string;
}>;

/** Cookies that hold what an operator prefers; read by lib/web/console/preferences.ts. */
export type PreferenceCookies = Readonly<{ theme: string; zone: string; path: string }>;

export function AccountMenu({
  name,
  role,
  theme,
  zone,
  cookies,
  signOutPath,
  words,
}: {
  name: string;
  role: string;
  theme: 'system' | 'light' | 'dark';
  /** IANA name. */
  zone: string;
  cookies: PreferenceCookies;
  signOutPath: string;
  words: AccountMenuWords;
}) {
  const router = useRouter();
  const [chosenTheme, setChosenTheme] = useState<string>(theme);
  const remember = (cookie: string, value: string) => {
    const secure = location.protocol === 'https:' ? '; Secure' : '';
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
    document.cookie = `${cookie}=${encodeURIComponent(value)}; Path=${cookies.path}; Max-Age=31536000; SameSite=Lax${secure}`;
  };
  return (
    <Menu
      triggerClass="flex min-h-11 w-full items-center gap-3 rounded-control px-2 text-start hover:bg-hover"
      trigger={
        <>
          <span className="sr-only">{words.label}</span>
          <span
            className="grid size-7 shrink-0 place-items-center rounded-full bg-hover text-xs font-semibold"
            aria-hidden
          >
            {[...name][0]?.toLocaleUpperCase()}
          </span>
          <span className="grid min-w-0 flex-1">
            <span className="truncate font-medium">{name}</span>
            <span className="text-xs text-muted">{role}</span>
          </span>
          <ChevronsUpDown className="size-4 text-muted" aria-hidden />
        </>
      }
      entries={[
        {
          kind: 'choice',
          key: 'theme',
          label: words.theme,
          value: chosenTheme,
          options: (['system', 'light', 'dark'] as const).map((value) => ({
            value,
            label: words.themes[value],
          })),
          onChoose(value) {
            remember(cookies.theme, value);
            setChosenTheme(value);
            document.documentElement.dataset.theme = value;
          },
        },
        {
          kind: 'choice',
          key: 'clock',
          label: words.clock,
          value: zone === 'UTC' ? 'utc' : 'local',
          options: [
            { value: 'utc', label: words.utc },
            { value: 'local', label: words.local },
          ],
          onChoose(value) {
            const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
            remember(cookies.zone, value === 'utc' ? 'UTC' : timeZone);
            router.refresh();
          },
        },
        {
          kind: 'item',
          key: 'sign-out',
          label: words.signOut,
          icon: <LogOut aria-hidden />,
          onSelect() {
            const leaving = Object.assign(document.createElement('form'), {
              method: 'post',
              action: signOutPath,
            });
            document.body.append(leaving);
            leaving.submit();
          },
        },
      ]}
    />
  );
}
