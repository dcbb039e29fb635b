// A log stream: how it goes, what it is told, what its batches are signed by, and its end.
import type { Metadata } from 'next';
import { Badge } from '@/components/console/badge';
import { Callout } from '@/components/console/callout';
import { Card } from '@/components/console/card';
import { ConfirmDialog, HiddenFields } from '@/components/console/confirm-dialog';
import { DescriptionList } from '@/components/console/description-list';
import { Form, SubmitButton } from '@/components/console/form';
import { Moment } from '@/components/console/moment';
import { PageHeader } from '@/components/console/page-header';
import { SecretForm } from '@/components/console/secret-form';
import { LOG_STREAMS_PATH } from '@/lib/management/log-stream-routes';
import type { StreamDocument } from '@/lib/management/log-streams';
import { managementPath, readManagement } from '@/lib/web/console/ask';
import { consoleFormats } from '@/lib/web/console/formats';
import { requireOperator } from '@/lib/web/console/operator';
import { failureWords } from '@/lib/web/console/stream-words';
import { t } from '@/lib/web/console/words';
import { SettingsPart } from '../../settings-part';
import {
  changeLogStream,
  deleteLogStream,
  pauseLogStream,
  restoreLogStream,
  resumeLogStream,
  rotateStreamSecret,
} from '../actions';
import { FilterFields, NameField, PeopleFields, ReceiverFields } from '../stream-fields';
import { LOG_STREAMS, receiverOf, STATE_TONES, stateOf } from '../words';

export const metadata: Metadata = { title: t('logStreams.page') };

type Props = { params: Promise<{ stream_id: string }> };

export default async function LogStreamPage({ params }: Props) {
  const { caller } = await requireOperator('owner');
  const { stream_id: id } = await params;
  const stream = await readManagement<StreamDocument>(caller, {
    path: managementPath(`${LOG_STREAMS_PATH}/{id}`, { id: decodeURIComponent(id) }),
  });
  const state = stateOf(stream);
  return (
    <>
      <PageHeader
        trail={[{ label: t('logStreams.title'), href: LOG_STREAMS }]}
        trailLabel={t('frame.trail')}
        title={stream.name}
        badge={<Badge tone={STATE_TONES[state]}>{t(`logStreams.states.${state}`)}</Badge>}
        lead={<bdi className="break-all">{receiverOf(stream)}</bdi>}
        action={<Pause stream={stream} />}
      />
      <div className="grid max-w-[44rem] gap-6">
        <Health stream={stream} />
        <Settings stream={stream} />
        {stream.type === 'http' && <SigningSecret stream={stream} />}
        <Delete stream={stream} />
      </div>
    </>
  );
}

type PartProps = Readonly<{ stream: StreamDocument }>;

const named = ({ id, name }: StreamDocument) => ({ stream: id, name });

/** Or go on: one that was paused, or that is not tried any more. */
function Pause({ stream }: PartProps) {
  const isActive = stream.status === 'active';
  return (
    <Form
      name="pause"
      action={isActive ? pauseLogStream : resumeLogStream}
      undoAction={isActive ? resumeLogStream : pauseLogStream}
    >
      <HiddenFields fields={named(stream)} />
      <SubmitButton look={isActive ? 'quiet' : 'primary'}>
        {t(isActive ? 'logStreams.paused.button' : 'logStreams.active.button')}
      </SubmitButton>
    </Form>
  );
}

async function Health({ stream }: PartProps) {
  const formats = await consoleFormats();
  const { last_failure: failure, failing_since: failingSince, last_sent_at: sentAt } = stream;
  const state = stateOf(stream);
  return (
    <Card title={t('logStreams.health.title')} lead={t(`logStreams.health.leads.${state}`)}>
      {failure !== undefined && (
        <Callout tone={state === 'suspended' ? 'bad' : 'heed'} title={t('logStreams.health.why')}>
          <p>{failureWords(failure)}</p>
        </Callout>
      )}
      <DescriptionList
        facts={[
          {
            name: t('logStreams.health.sent'),
            value: sentAt === undefined ? t('logStreams.never') : <Moment moment={formats.moment(sentAt)} />,
          },
          {
            name: t('logStreams.health.failingSince'),
            value: failingSince && <Moment moment={formats.moment(failingSince)} />,
          },
        ]}
      />
    </Card>
  );
}

function Settings({ stream }: PartProps) {
  const { name, type, sink, filters, pii_config: pii } = stream;
  return (
    <SettingsPart
      name="settings"
      title={t('logStreams.settings.title')}
      lead={t('logStreams.settings.lead')}
      action={changeLogStream}
      undoAction={restoreLogStream}
      hidden={{ stream: stream.id }}
      mayEdit
    >
      <NameField name={name} />
      {type === 'http' && <ReceiverFields sink={sink} />}
      <FilterFields filters={filters} />
      <PeopleFields {...(pii && { pii })} />
    </SettingsPart>
  );
}

function SigningSecret({ stream }: PartProps) {
  return (
    <Card title={t('logStreams.secret.label')} lead={t('logStreams.secret.lead')}>
      <SecretForm
        name="rotate-secret"
        action={rotateStreamSecret}
        words={{ label: t('logStreams.secret.label'), once: t('logStreams.secret.once') }}
      >
        <HiddenFields fields={named(stream)} />
        <div>
          <SubmitButton look="quiet">{t('logStreams.secret.rotate')}</SubmitButton>
        </div>
      </SecretForm>
    </Card>
  );
}

function Delete({ stream }: PartProps) {
  const { name } = stream;
  return (
    <Card
      title={t('logStreams.delete.title')}
      lead={t('logStreams.delete.lead')}
      action={
        <ConfirmDialog
          name="delete"
          trigger={{ label: t('logStreams.delete.button'), look: 'danger' }}
          action={deleteLogStream}
          hidden={named(stream)}
          wanted={name}
          words={{
            title: t('logStreams.delete.ask', { name }),
            lead: t('logStreams.delete.lead'),
            type: t('logStreams.delete.type', { name }),
            submit: t('logStreams.delete.submit'),
          }}
        />
      }
    />
  );
}
