// A new log stream: where the log goes, and what is signed there, shown once.
import type { Metadata } from 'next';
import { Card } from '@/components/console/card';
import { ChoiceField } from '@/components/console/choice-field';
import { SubmitButton } from '@/components/console/form';
import { PageHeader } from '@/components/console/page-header';
import { SecretForm } from '@/components/console/secret-form';
import { STREAM_TYPES } from '@/lib/management/log-streams';
import { requireOperator } from '@/lib/web/console/operator';
import { t } from '@/lib/web/console/words';
import { createLogStream } from '../actions';
import { FilterFields, NameField, PeopleFields, ReceiverFields, StartField } from '../stream-fields';
import { LOG_STREAMS } from '../words';

export const metadata: Metadata = { title: t('logStreams.new.title') };

export default async function NewLogStreamPage() {
  await requireOperator('owner');
  return (
    <>
      <PageHeader
        trail={[{ label: t('logStreams.title'), href: LOG_STREAMS }]}
        trailLabel={t('frame.trail')}
        title={t('logStreams.new.title')}
        lead={t('logStreams.new.lead')}
      />
      <div className="grid max-w-[44rem]">
        <Card>
          <SecretForm
            name="new-log-stream"
            action={createLogStream}
            words={{ label: t('logStreams.secret.label'), once: t('logStreams.secret.once') }}
          >
            <NameField />
            <ChoiceField
              name="type"
              label={t('logStreams.fields.type')}
              choices={STREAM_TYPES.map((value) => ({
                value,
                label: t(`logStreams.types.${value}`),
                lead: t(`logStreams.typeLeads.${value}`),
              }))}
              chosen={['http']}
            />
            {/* A stream to the server's own output has no receiver to be told of. */}
            <div className="grid gap-5 [form:has([value=stdout]:checked)_&]:hidden">
              <ReceiverFields />
            </div>
            <FilterFields />
            <PeopleFields />
            <StartField />
            <div className="flex justify-end">
              <SubmitButton>{t('logStreams.new.submit')}</SubmitButton>
            </div>
          </SecretForm>
        </Card>
      </div>
    </>
  );
}
