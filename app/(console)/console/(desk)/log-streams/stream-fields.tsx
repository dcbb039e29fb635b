// What a log stream is told: where entries go, how they are written, which of them. The same fields make one and change one.
import { ChoiceField } from '@/components/console/choice-field';
import { SelectField, SwitchField, TextField } from '@/components/console/field';
import { CONTENT_FORMATS, type StreamDocument } from '@/lib/management/log-streams';
import { t } from '@/lib/web/console/words';
import { CATEGORY_CHOICES } from './words';

const LINE = { autoComplete: 'off', spellCheck: false } as const;

export function NameField({ name = '' }: { name?: string }) {
  return (
    <TextField
      {...LINE}
      name="name"
      label={t('logStreams.fields.name')}
      hint={t('logStreams.fields.nameHint')}
      defaultValue={name}
      maxLength={255}
      required
    />
  );
}

/** @param sink left out: of a stream that is to be made */
export function ReceiverFields({ sink = {} }: { sink?: StreamDocument['sink'] }) {
  const hasAuthorization = sink.httpAuthorization !== undefined;
  return (
    <>
      <TextField
        {...LINE}
        type="url"
        name="sink.httpEndpoint"
        label={t('logStreams.fields.endpoint')}
        hint={t('logStreams.fields.endpointHint')}
        placeholder="https://siem.example.com/latchkey"
        defaultValue={sink.httpEndpoint ?? ''}
      />
      <TextField
        {...LINE}
        autoComplete="new-password"
        type="password"
        name="sink.httpAuthorization"
        label={t('logStreams.fields.authorization')}
        hint={t(
          hasAuthorization ? 'logStreams.fields.authorizationKept' : 'logStreams.fields.authorizationHint',
        )}
        placeholder={sink.httpAuthorization ?? 'Bearer …'}
      />
      {hasAuthorization && (
        <SwitchField name="no_authorization" label={t('logStreams.fields.noAuthorization')} />
      )}
      <SelectField
        name="sink.httpContentFormat"
        label={t('logStreams.fields.format')}
        options={CONTENT_FORMATS.map((value) => ({ value, label: t(`logStreams.formats.${value}`) }))}
        defaultValue={sink.httpContentFormat ?? 'JSONARRAY'}
      />
    </>
  );
}

export function FilterFields({ filters = [] }: { filters?: StreamDocument['filters'] }) {
  return (
    <ChoiceField
      isSeveral
      name="filters"
      label={t('logStreams.fields.filters')}
      hint={t('logStreams.fields.filtersHint')}
      choices={CATEGORY_CHOICES}
      chosen={filters.map(({ name }) => name)}
    />
  );
}
