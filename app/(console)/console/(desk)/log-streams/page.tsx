// Log streams: where the log is sent as it is written, and how that goes.
import { Plus, RadioTower } from 'lucide-react';
import type { Metadata } from 'next';
import { Badge } from '@/components/console/badge';
import { ButtonLink, TextLink } from '@/components/console/button';
import { Card } from '@/components/console/card';
import { DataTable, type Row } from '@/components/console/data-table';
import { EmptyState } from '@/components/console/empty-state';
import { Moment } from '@/components/console/moment';
import { PageHeader } from '@/components/console/page-header';
import { LOG_STREAMS_PATH } from '@/lib/management/log-stream-routes';
import type { StreamDocument } from '@/lib/management/log-streams';
import { readManagement } from '@/lib/web/console/ask';
import { consoleFormats, type Formats } from '@/lib/web/console/formats';
import { requireOperator } from '@/lib/web/console/operator';
import { failureWords } from '@/lib/web/console/stream-words';
import { t } from '@/lib/web/console/words';
import { LOG_STREAMS, logStreamPath, receiverOf, STATE_TONES, stateOf } from './words';

export const metadata: Metadata = { title: t('logStreams.page') };

export default async function LogStreamsPage() {
  const { caller } = await requireOperator('owner');
  const streams = await readManagement<StreamDocument[]>(caller, { path: LOG_STREAMS_PATH });
  const formats = await consoleFormats();
  const create = (
    <ButtonLink href={`${LOG_STREAMS}/new`} look="primary">
      <Plus aria-hidden />
      {t('logStreams.new.button')}
    </ButtonLink>
  );
  return (
    <>
      <PageHeader
        title={t('logStreams.title')}
        lead={t('logStreams.lead')}
        action={streams.length > 0 && create}
      />
      {streams.length === 0 ? (
        <Card>
          <EmptyState icon={<RadioTower aria-hidden />} title={t('logStreams.empty.title')} action={create}>
            {t('logStreams.empty.lead')}
          </EmptyState>
        </Card>
      ) : (
        <DataTable
          caption={t('logStreams.caption')}
          columns={[
            { key: 'name', label: t('logStreams.columns.name') },
            { key: 'receiver', label: t('logStreams.columns.receiver') },
            { key: 'state', label: t('logStreams.columns.state') },
            { key: 'sent', label: t('logStreams.columns.sent') },
          ]}
          rows={streams.map((stream) => rowOf(stream, formats))}
        />
      )}
    </>
  );
}

function rowOf(stream: StreamDocument, formats: Formats): Row {
  const { id, name, last_failure: failure, last_sent_at: sentAt } = stream;
  const state = stateOf(stream);
  return {
    key: id,
    cells: {
      name: (
        <TextLink href={logStreamPath(id)}>
          <bdi>{name}</bdi>
        </TextLink>
      ),
      receiver: <bdi className="break-all">{receiverOf(stream)}</bdi>,
      state: (
        <span className="grid justify-items-end gap-1 sm:justify-items-start">
          <Badge tone={STATE_TONES[state]}>{t(`logStreams.states.${state}`)}</Badge>
          {failure !== undefined && state !== 'active' && (
            <span className="text-muted">{failureWords(failure)}</span>
          )}
        </span>
      ),
      sent: sentAt === undefined ? t('logStreams.never') : <Moment moment={formats.moment(sentAt)} />,
    },
  };
}
