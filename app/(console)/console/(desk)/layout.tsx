// The frame around the pages: sidebar, palette, account, messages. It asks who is there like every page does; that it did is
// no reason for a page not to ask (NXT-2).
import { Menu as MenuIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { AccountMenu } from '@/components/console/account-menu';
import { CommandPalette } from '@/components/console/command-palette';
import { FocusKeeper } from '@/components/console/focus-keeper';
import { Mark } from '@/components/console/mark';
import { Navigation } from '@/components/console/navigation';
import { Shortcuts } from '@/components/console/shortcuts';
import { Toasts } from '@/components/console/toasts';
import { mayUse } from '@/lib/management/caller';
import { CONSOLE_PATH } from '@/lib/management/console-path';
import { runtime } from '@/lib/runtime/boot';
import { requireOperator } from '@/lib/web/console/operator';
import { consolePreferences, PREFERENCE_COOKIES } from '@/lib/web/console/preferences';
import { USERS_PAGE } from '@/lib/web/console/user-words';
import { t } from '@/lib/web/console/words';
import { commandsFor, navigationFor } from '../pages';

const SIDEBAR = 'sidebar';

export default async function DeskLayout({ children }: { children: ReactNode }) {
  const { visit, caller } = await requireOperator();
  const { environment } = await runtime();
  const { theme, zone } = await consolePreferences();
  const host = new URL(environment.issuer).host;
  return (
    <Toasts>
      <a
        href="#page"
        className="sr-only focus:not-sr-only focus:fixed focus:inset-bs-2 focus:inset-s-2 focus:z-50 focus:rounded-control focus:bg-card focus:p-3"
      >
        {t('frame.skip')}
      </a>
      <div className="desk:grid desk:grid-cols-[15rem_minmax(0,1fr)]">
        <header className="sticky inset-bs-0 z-10 flex items-center gap-3 border-b border-line bg-card px-4 py-2 desk:hidden">
          <button
            type="button"
            popoverTarget={SIDEBAR}
            aria-label={t('frame.menu')}
            className="grid size-11 place-items-center rounded-control hover:bg-hover"
          >
            <MenuIcon className="size-5" aria-hidden />
          </button>
          <Mark />
          <span className="truncate font-semibold">{host}</span>
        </header>
        <aside id={SIDEBAR} popover="auto" className="sidebar" aria-label={t('frame.menu')}>
          <p className="flex items-center gap-3 px-1">
            <Mark />
            <span className="grid min-w-0">
              <span className="font-semibold">{t('frame.name')}</span>
              <span className="truncate text-xs text-muted" dir="ltr">
                {host}
              </span>
            </span>
          </p>
          <CommandPalette
            commands={commandsFor(caller)}
            search={mayUse(caller, ['read:users']) ? { path: USERS_PAGE, parameter: 'q' } : undefined}
            words={{
              open: t('palette.open'),
              title: t('palette.title'),
              placeholder: t('palette.placeholder'),
              none: t('palette.none'),
              recent: t('palette.recent'),
              search: t('palette.search', { typed: '{typed}' }),
            }}
          />
          <Navigation
            label={t('frame.pages')}
            groups={navigationFor(caller)}
            root={CONSOLE_PATH}
            sidebarId={SIDEBAR}
          />
          <div className="mt-auto">
            <AccountMenu
              name={visit.name}
              role={t(`roles.${visit.role}`)}
              theme={theme}
              zone={zone}
              cookies={PREFERENCE_COOKIES}
              signOutPath={`${CONSOLE_PATH}/sign-out`}
              words={{
                label: t('frame.account'),
                theme: t('frame.theme'),
                themes: {
                  system: t('frame.themes.system'),
                  light: t('frame.themes.light'),
                  dark: t('frame.themes.dark'),
                },
                clock: t('frame.clock'),
                utc: t('frame.utc'),
                local: t('frame.local'),
                signOut: t('frame.signOut'),
              }}
            />
          </div>
        </aside>
        <main
          id="page"
          tabIndex={-1}
          className="mx-auto grid w-full max-w-[70rem] grid-cols-1 content-start gap-6 px-4 py-6 sm:px-8 desk:py-10"
        >
          {children}
        </main>
      </div>
      <Shortcuts />
      <FocusKeeper />
    </Toasts>
  );
}
