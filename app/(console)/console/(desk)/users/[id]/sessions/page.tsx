// Where a user is signed in: browsers that hold a session, and applications that hold a refresh token.
import { MonitorSmartphone } from 'lucide-react';
import type { Metadata } from 'next';
import { Card } from '@/components/console/card';
import { ConfirmDialog } from '@/components/console/confirm-dialog';
import { DataTable, type Row } from '@/components/console/data-table';
import { EmptyState } from '@/components/console/empty-state';
import { Moment } from '@/components/console/moment';
import { type Caller, mayUse } from '@/lib/management/caller';
import { CLIENTS_PATH } from '@/lib/management/client-routes';
import type { RefreshTokenDocument } from '@/lib/management/refresh-token-routes';
import type { SessionDocument } from '@/lib/management/session-routes';
import type { UserDocument } from '@/lib/management/user-document';
import { USERS_PATH } from '@/lib/management/user-routes';
import { managementPath, readManagement } from '@/lib/web/console/ask';
import { browserWords } from '@/lib/web/console/event-words';
import { consoleFormats, type Formats } from '@/lib/web/console/formats';
import { callUser } from '@/lib/web/console/user-words';
import { t } from '@/lib/web/console/words';
import { endSession, revokeRefreshToken, signOutEverywhere } from '../actions';
import { requireUser, UserPage, type UserPageProps } from '../user-page';

export const metadata: Metadata = { title: t('users.one.tabs.sessions') };

/** Of each; who has more signs out everywhere. */
const SHOWN_MAX = 100;

type ClientNames = ReadonlyMap<string, string>;

export default async function UserSessionsPage({ params }: UserPageProps) {
  const { caller, user } = await requireUser(params);
  const of = (what: string) => managementPath(`${USERS_PATH}/{id}/${what}`, { id: user.user_id });
  const query = { take: SHOWN_MAX };
  const [{ sessions }, { tokens }, names, formats] = await Promise.all([
    readManagement<{ sessions: SessionDocument[] }>(caller, { path: of('sessions'), query }),
    readManagement<{ tokens: RefreshTokenDocument[] }>(caller, { path: of('refresh-tokens'), query }),
    readClientNames(caller),
    consoleFormats(),
  ]);
  const mayEnd = mayUse(caller, ['delete:sessions']);
  const isNowhere = sessions.length === 0 && tokens.length === 0;
  return (
    <UserPage
      caller={caller}
      user={user}
      view="sessions"
      action={!isNowhere && <SignOutEverywhere user={user} />}
    >
      {isNowhere && (
        <Card>
          <EmptyState icon={<MonitorSmartphone aria-hidden />} title={t('users.sessions.empty.title')}>
            {t('users.sessions.empty.lead')}
          </EmptyState>
        </Card>
      )}
      {sessions.length > 0 && (
        <section className="grid gap-3" aria-labelledby="sessions">
          <h2 id="sessions" className="text-base font-semibold">
            {t('users.sessions.title')}
          </h2>
          <DataTable
            caption={t('users.sessions.title')}
            columns={[
              { key: 'browser', label: t('users.sessions.columns.browser') },
              { key: 'seen', label: t('users.sessions.columns.seen') },
              { key: 'begun', label: t('users.sessions.columns.begun') },
              { key: 'applications', label: t('users.sessions.columns.applications') },
              ...(mayEnd ? [{ key: 'actions', label: '' }] : []),
            ]}
            rows={sessions.map((session) => rowOfSession(session, { user, names, formats }))}
          />
        </section>
      )}
      {tokens.length > 0 && (
        <section className="grid gap-3" aria-labelledby="tokens">
          <div className="grid gap-1">
            <h2 id="tokens" className="text-base font-semibold">
              {t('users.sessions.tokens.title')}
            </h2>
            <p className="text-pretty text-muted">{t('users.sessions.tokens.lead')}</p>
          </div>
          <DataTable
            caption={t('users.sessions.tokens.title')}
            columns={[
              { key: 'application', label: t('users.sessions.tokens.application') },
              { key: 'device', label: t('users.sessions.columns.browser') },
              { key: 'used', label: t('users.sessions.tokens.used') },
              { key: 'created', label: t('users.sessions.tokens.created') },
              ...(mayEnd ? [{ key: 'actions', label: '' }] : []),
            ]}
            rows={tokens.map((token) => rowOfToken(token, { user, names, formats }))}
          />
        </section>
      )}
    </UserPage>
  );
}

async function readClientNames(caller: Caller): Promise<ClientNames> {
  const clients = await readManagement<{ client_id: string; name: string }[]>(caller, {
    path: CLIENTS_PATH,
    query: { fields: 'client_id,name', per_page: 100 },
  });
  return new Map(clients.map(({ client_id, name }) => [client_id, name]));
}

type Shared = Readonly<{ user: UserDocument; names: ClientNames; formats: Formats }>;

function rowOfSession(session: SessionDocument, { user, names, formats }: Shared): Row {
  const { id, device, clients, authentication } = session;
  const [method] = authentication.methods;
  return {
    key: id,
    cells: {
      browser: <Device device={device} />,
      seen: <Moment moment={formats.moment(session.last_interacted_at)} />,
      begun: (
        <span className="grid">
          <Moment moment={formats.moment(session.authenticated_at)} />
          {method && <span className="text-muted">{t(`users.sessions.by.${method.name}`)}</span>}
        </span>
      ),
      applications: clients.map(({ client_id: client }) => names.get(client) ?? client).join(', ') || '–',
      actions: (
        <span className="flex justify-end">
          <ConfirmDialog
            name={`session-${id}`}
            trigger={{ label: t('users.sessions.end.button'), size: 'small' }}
            action={endSession}
            hidden={{ id: user.user_id, session: id }}
            words={{
              title: t('users.sessions.end.title'),
              lead: t('users.sessions.end.lead'),
              submit: t('users.sessions.end.submit'),
            }}
          />
        </span>
      ),
    },
  };
}

function rowOfToken(token: RefreshTokenDocument, { user, names, formats }: Shared): Row {
  const { id, client_id: client, last_exchanged_at: used } = token;
  return {
    key: id,
    cells: {
      application: <span className="font-medium">{names.get(client) ?? client}</span>,
      device: <Device device={token.device} />,
      used: used === null ? t('users.never') : <Moment moment={formats.moment(used)} />,
      created: <Moment moment={formats.moment(token.created_at)} />,
      actions: (
        <span className="flex justify-end">
          <ConfirmDialog
            name={`token-${id}`}
            trigger={{ label: t('users.sessions.revoke.button'), size: 'small' }}
            action={revokeRefreshToken}
            hidden={{ id: user.user_id, token: id }}
            words={{
              title: t('users.sessions.revoke.title'),
              lead: t('users.sessions.revoke.lead'),
              submit: t('users.sessions.revoke.submit'),
            }}
          />
        </span>
      ),
    },
  };
}

/** As it was seen last, or else first. */
function Device({ device }: { device: SessionDocument['device'] }) {
  const userAgent = device.last_user_agent ?? device.initial_user_agent;
  return (
    <span className="grid" title={userAgent ?? undefined}>
      <span className="font-medium">
        {userAgent === null ? t('users.sessions.unknown') : browserWords(userAgent)}
      </span>
      <span className="text-muted tabular-nums">{device.last_ip ?? device.initial_ip}</span>
    </span>
  );
}

function SignOutEverywhere({ user }: { user: UserDocument }) {
  const who = callUser(user);
  return (
    <ConfirmDialog
      name="sign-out"
      trigger={{ label: t('users.sessions.all.button') }}
      action={signOutEverywhere}
      hidden={{ id: user.user_id, who }}
      words={{
        title: t('users.sessions.all.title', { who }),
        lead: t('users.sessions.all.lead'),
        submit: t('users.sessions.all.submit'),
      }}
    />
  );
}
