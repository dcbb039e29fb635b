// Every page there is, once: the sidebar and the palette list it from here. A page is listed for operators who may ask the
// management API for what it shows; the page itself asks again.
import {
  AppWindow,
  KeySquare,
  LayoutDashboard,
  LogIn,
  MailCheck,
  Palette,
  RadioTower,
  ScrollText,
  Settings,
  UserRound,
  UsersRound,
  Waypoints,
} from 'lucide-react';
import type { ReactNode } from 'react';
import type { Command } from '@/components/console/command-palette';
import type { NavigationGroup } from '@/components/console/navigation';
import { type Caller, mayUse } from '@/lib/management/caller';
import { BRANDING_PAGE, CONSOLE_PATH } from '@/lib/management/console-path';
import { t } from '@/lib/web/console/words';

type Page = Readonly<{ path: string; label: string; icon: ReactNode; scope: string }>;

/** In the order of the sidebar; groups have a space between them, and a name where they need one. */
const PAGES: readonly Readonly<{ label: string | null; pages: readonly Page[] }>[] = [
  {
    label: null,
    pages: [
      {
        path: CONSOLE_PATH,
        label: t('overview.page'),
        icon: <LayoutDashboard aria-hidden />,
        scope: 'read:stats',
      },
      {
        path: `${CONSOLE_PATH}/applications`,
        label: t('applications.page'),
        icon: <AppWindow aria-hidden />,
        scope: 'read:clients',
      },
      {
        path: `${CONSOLE_PATH}/connections`,
        label: t('connections.page'),
        icon: <LogIn aria-hidden />,
        scope: 'read:connections',
      },
      {
        path: BRANDING_PAGE,
        label: t('branding.page'),
        icon: <Palette aria-hidden />,
        scope: 'read:branding',
      },
      {
        path: `${CONSOLE_PATH}/messages`,
        label: t('messages.page'),
        icon: <MailCheck aria-hidden />,
        scope: 'read:logs',
      },
      {
        path: `${CONSOLE_PATH}/apis`,
        label: t('apis.page'),
        icon: <Waypoints aria-hidden />,
        scope: 'read:resource_servers',
      },
      {
        path: `${CONSOLE_PATH}/keys`,
        label: t('keys.page'),
        icon: <KeySquare aria-hidden />,
        scope: 'read:signing_keys',
      },
    ],
  },
  {
    label: null,
    pages: [
      {
        path: `${CONSOLE_PATH}/users`,
        label: t('users.page'),
        icon: <UserRound aria-hidden />,
        scope: 'read:users',
      },
      {
        path: `${CONSOLE_PATH}/logs`,
        label: t('logs.page'),
        icon: <ScrollText aria-hidden />,
        scope: 'read:logs',
      },
    ],
  },
  {
    label: null,
    pages: [
      {
        path: `${CONSOLE_PATH}/team`,
        label: t('team.page'),
        icon: <UsersRound aria-hidden />,
        scope: 'read:operators',
      },
      {
        path: `${CONSOLE_PATH}/log-streams`,
        label: t('logStreams.page'),
        icon: <RadioTower aria-hidden />,
        scope: 'read:log_streams',
      },
      {
        path: `${CONSOLE_PATH}/settings`,
        label: t('settings.page'),
        icon: <Settings aria-hidden />,
        scope: 'read:tenant_settings',
      },
    ],
  },
];

/** The sidebar of that operator. */
export function navigationFor(caller: Caller): NavigationGroup[] {
  return PAGES.map(({ label, pages }) => ({
    label,
    items: pages
      .filter(({ scope }) => mayUse(caller, [scope]))
      .map(({ path, label, icon }) => ({ href: path, label, icon })),
  })).filter(({ items }) => items.length > 0);
}

/** What people come to do, and the scope that it takes. */
const TASKS = [
  { path: `${CONSOLE_PATH}/applications/new`, label: t('applications.new.submit'), scope: 'create:clients' },
  { path: `${CONSOLE_PATH}/users/new`, label: t('users.create.button'), scope: 'create:users' },
  { path: `${CONSOLE_PATH}/users/import`, label: t('users.import.title'), scope: 'create:users' },
  { path: `${CONSOLE_PATH}/apis/new`, label: t('apis.new.submit'), scope: 'create:resource_servers' },
  { path: `${CONSOLE_PATH}/log-streams/new`, label: t('logStreams.new.submit'), scope: 'create:log_streams' },
] as const;

/** Where the palette of that operator leads. */
export function commandsFor(caller: Caller): Command[] {
  const pages = navigationFor(caller).flatMap(({ items }) =>
    items.map(({ href, label }) => ({ id: href, group: t('palette.pages'), label, href })),
  );
  const tasks = TASKS.filter(({ scope }) => mayUse(caller, [scope])).map(({ path: href, label }) => ({
    id: href,
    group: t('palette.tasks'),
    label,
    href,
  }));
  return [...pages, ...tasks];
}
