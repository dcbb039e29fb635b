// What the audit log tells of a user.
import { ScrollText } from 'lucide-react';
import type { Metadata } from 'next';
import { Badge } from '@/components/console/badge';
import { Card } from '@/components/console/card';
import { DataTable, type Row } from '@/components/console/data-table';
import { EmptyState } from '@/components/console/empty-state';
import { Moment } from '@/components/console/moment';
import type { LogDocument } from '@/lib/management/logs';
import { USERS_PATH } from '@/lib/management/user-routes';
import { managementPath, readManagement } from '@/lib/web/console/ask';
import { browserWords, eventTone, eventWords } from '@/lib/web/console/event-words';
import { consoleFormats, type Formats } from '@/lib/web/console/formats';
import { pageOf, pagingOf } from '@/lib/web/console/paging';
import { userPage } from '@/lib/web/console/user-words';
import { t } from '@/lib/web/console/words';
import { requireUser, UserPage, type UserPageProps } from '../user-page';

export const metadata: Metadata = { title: t('users.one.tabs.log') };

const PER_PAGE = 50;

export default async function UserLogPage({ params, searchParams }: UserPageProps) {
  const { caller, user } = await requireUser(params);
  const page = pageOf(await searchParams);
  const { logs, total } = await readManagement<{ logs: LogDocument[]; total: number }>(caller, {
    path: managementPath(`${USERS_PATH}/{id}/logs`, { id: user.user_id }),
    query: { page, per_page: PER_PAGE, include_totals: true },
  });
  const formats = await consoleFormats();
  return (
    <UserPage caller={caller} user={user} view="log">
      {logs.length === 0 ? (
        <Card>
          <EmptyState icon={<ScrollText aria-hidden />} title={t('users.log.empty.title')}>
            {t('users.log.empty.lead')}
          </EmptyState>
        </Card>
      ) : (
        <DataTable
          caption={t('users.log.caption')}
          columns={[
            { key: 'what', label: t('users.log.columns.what') },
            { key: 'when', label: t('users.log.columns.when') },
            { key: 'application', label: t('users.log.columns.application') },
            { key: 'from', label: t('users.log.columns.from') },
          ]}
          rows={logs.map((entry) => rowOf(entry, formats))}
          paging={pagingOf({ page, perPage: PER_PAGE, total }, userPage(user.user_id, 'log'))}
        />
      )}
    </UserPage>
  );
}

function rowOf(entry: LogDocument, formats: Formats): Row {
  const words = eventWords(entry);
  const { description, ip, user_agent: userAgent } = entry;
  return {
    key: entry.log_id,
    cells: {
      what: (
        <span className="grid">
          <span className="flex flex-wrap items-center gap-2 font-medium">
            {words}
            <Badge tone={eventTone(entry.type)}>{entry.type}</Badge>
          </span>
          {description !== undefined && description.replace(/\.$/, '') !== words && (
            <span className="text-muted">{description}</span>
          )}
        </span>
      ),
      when: <Moment moment={formats.moment(entry.date)} />,
      application: entry.client_name ?? entry.client_id ?? '–',
      from: (
        <span className="grid" title={userAgent}>
          <span className="tabular-nums">{ip ?? '–'}</span>
          {userAgent !== undefined && <span className="text-muted">{browserWords(userAgent)}</span>}
        </span>
      ),
    },
  };
}
