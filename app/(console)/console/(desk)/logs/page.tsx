// The audit log: searched, narrowed, followed as it is written, taken out as a file.
import { Pause, Play, ScrollText } from 'lucide-react';
import type { Metadata } from 'next';
import { Badge } from '@/components/console/badge';
import { ButtonLink, TextLink } from '@/components/console/button';
import { Card } from '@/components/console/card';
import { DataTable, type Row } from '@/components/console/data-table';
import { EmptyState } from '@/components/console/empty-state';
import { FilterBar } from '@/components/console/filter-bar';
import { Moment } from '@/components/console/moment';
import { PageHeader } from '@/components/console/page-header';
import { RefreshOften } from '@/components/console/refresh-often';
import { LOGS_PATH } from '@/lib/management/log-routes';
import type { LogDocument } from '@/lib/management/logs';
import { runtime } from '@/lib/runtime/boot';
import { browserWords, eventTone, eventWords, LOGS_PAGE, logPage } from '@/lib/web/console/event-words';
import { consoleFormats, type Formats } from '@/lib/web/console/formats';
import { LOG_KINDS, LOG_SPANS, type LogSpan, logQueryOf } from '@/lib/web/console/log-search';
import { requireOperator } from '@/lib/web/console/operator';
import { pathWith } from '@/lib/web/console/paging';
import { searchManagement, searchPageOf, searchPaging } from '@/lib/web/console/search';
import { userPage } from '@/lib/web/console/user-words';
import { t } from '@/lib/web/console/words';
import { ListExport } from '../list-export';

type Asked = Readonly<Record<string, string | string[] | undefined>>;
type Props = Readonly<{ searchParams: Promise<Asked> }>;

export const metadata: Metadata = { title: t('logs.page') };

const SPANS = Object.keys(LOG_SPANS) as LogSpan[];

export default async function LogsPage({ searchParams }: Props) {
  const { caller } = await requireOperator();
  const wanted = readWanted(await searchParams, (await runtime()).clock());
  const { found, total, problem } = await searchManagement<{ logs: LogDocument[]; total: number }>(caller, {
    path: LOGS_PATH,
    page: wanted.page,
    query: { q: wanted.q },
  });
  const logs = found?.logs ?? [];
  const formats = await consoleFormats();
  const isWhole = wanted.q === undefined;
  return (
    <>
      <PageHeader title={t('logs.title')} lead={t('logs.lead')} action={<Actions wanted={wanted} />} />
      <FilterBar
        path={LOGS_PAGE}
        search={{
          name: 'q',
          label: t('logs.search.label'),
          value: wanted.typed,
          problem,
          hint: t('logs.search.hint'),
        }}
        selects={[
          {
            name: 'kind',
            label: t('logs.filters.kind'),
            value: wanted.kind ?? '',
            options: [
              { value: '', label: t('logs.filters.kinds.all') },
              ...LOG_KINDS.map((value) => ({ value, label: t(`logs.filters.kinds.${value}`) })),
            ],
          },
          {
            name: 'span',
            label: t('logs.filters.span'),
            value: wanted.span ?? '',
            options: [
              { value: '', label: t('logs.filters.spans.all') },
              ...SPANS.map((value) => ({ value, label: t(`logs.filters.spans.${value}`) })),
            ],
          },
        ]}
        kept={wanted.isLive ? { live: 'on' } : {}}
      />
      {wanted.isLive && <RefreshOften />}
      {logs.length > 0 ? (
        <DataTable
          caption={t('logs.caption')}
          columns={[
            { key: 'what', label: t('logs.columns.what') },
            { key: 'who', label: t('logs.columns.who') },
            { key: 'application', label: t('logs.columns.application') },
            { key: 'from', label: t('logs.columns.from') },
            { key: 'when', label: t('logs.columns.when') },
          ]}
          rows={logs.map((entry) => rowOf(entry, formats))}
          paging={searchPaging(
            { page: wanted.page, total, isWhole },
            addressOf({ ...wanted, isLive: false }),
          )}
        />
      ) : (
        problem === null && (
          <Card>
            <EmptyState
              icon={<ScrollText aria-hidden />}
              title={t(isWhole ? 'logs.empty.title' : 'logs.none.title')}
              action={!isWhole && <ButtonLink href={LOGS_PAGE}>{t('logs.none.all')}</ButtonLink>}
            >
              {t(isWhole ? 'logs.empty.lead' : 'logs.none.lead')}
            </EmptyState>
          </Card>
        )
      )}
    </>
  );
}

// ---- What is asked ---------------------------------------------------------------------------------------------------

type Wanted = ReturnType<typeof readWanted>;

/** What is in the address; anything odd is left out. */
function readWanted(asked: Asked, now: Date) {
  const typed = typeof asked.q === 'string' ? asked.q : '';
  const kind = LOG_KINDS.find((each) => each === asked.kind) ?? null;
  const span = SPANS.find((each) => each === asked.span) ?? null;
  return {
    typed,
    kind,
    span,
    isLive: asked.live === 'on',
    page: searchPageOf(asked),
    q: logQueryOf({ typed, kind, span, now }),
  };
}

function addressOf({ typed, kind, span, isLive }: Omit<Wanted, 'q' | 'page'>): string {
  return pathWith(LOGS_PAGE, {
    ...(typed !== '' && { q: typed }),
    ...(kind && { kind }),
    ...(span && { span }),
    ...(isLive && { live: 'on' }),
  });
}

// ---- What is shown ---------------------------------------------------------------------------------------------------

function Actions({ wanted }: { wanted: Wanted }) {
  const { isLive } = wanted;
  return (
    <>
      <ListExport
        of="logs"
        path={`${LOGS_PAGE}/export`}
        formats={['csv', 'json']}
        hidden={wanted.q === undefined ? {} : { q: wanted.q }}
      />
      <ButtonLink href={addressOf({ ...wanted, isLive: !isLive })} look={isLive ? 'quiet' : 'primary'}>
        {isLive ? <Pause aria-hidden /> : <Play aria-hidden />}
        {t(isLive ? 'logs.live.stop' : 'logs.live.start')}
      </ButtonLink>
    </>
  );
}

function rowOf(entry: LogDocument, formats: Formats): Row {
  const { log_id: id, type, user_id: userId, user_name: masked, ip, user_agent: userAgent } = entry;
  return {
    key: id,
    cells: {
      what: (
        <span className="flex flex-wrap items-center gap-2">
          <TextLink href={logPage(id)}>{eventWords(entry)}</TextLink>
          <Badge tone={eventTone(type)}>{type}</Badge>
        </span>
      ),
      who:
        userId === undefined || userId.startsWith('deleted|') ? (
          <bdi>{masked ?? userId ?? '–'}</bdi>
        ) : (
          <TextLink href={userPage(userId)}>
            <bdi>{masked ?? userId}</bdi>
          </TextLink>
        ),
      application: entry.client_name ?? entry.client_id ?? '–',
      from: (
        <span className="grid" title={userAgent}>
          <span className="tabular-nums">{ip ?? '–'}</span>
          {userAgent !== undefined && <span className="text-muted">{browserWords(userAgent)}</span>}
        </span>
      ),
      when: <Moment moment={formats.moment(entry.date)} />,
    },
  };
}
