// What a log stream is told: where entries go, how they are written, which of them. The same fields make one and change one.
import { ChoiceField } from '@/components/console/choice-field';
import { SelectField, SwitchField, TextField } from '@/components/console/field';
import { HeaderFields } from '@/components/console/header-fields';
import { PII_METHODS } from '@/lib/management/log-pii';
import { HEADERS_MAX } from '@/lib/management/log-stream-headers';
import { CONTENT_FORMATS, type StreamDocument } from '@/lib/management/log-streams';
import { t } from '@/lib/web/console/words';
import { CATEGORY_CHOICES, PEOPLE_FIELDS, STARTS } from './words';

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
  const headers = (sink.httpCustomHeaders ?? []).map(({ header }) => header);
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
      <TextField
        {...LINE}
        name="sink.httpContentType"
        label={t('logStreams.fields.contentType')}
        defaultValue={sink.httpContentType ?? 'application/json'}
      />
      <HeaderFields
        // What was typed for one that is kept now is not here any more.
        key={headers.join()}
        name="sink.httpCustomHeaders"
        label={t('logStreams.headers.label')}
        hint={t('logStreams.headers.hint')}
        kept={headers}
        max={HEADERS_MAX}
        words={{
          row: t('logStreams.headers.row', { number: '{number}' }),
          header: t('logStreams.headers.header'),
          value: t('logStreams.headers.value'),
          kept: t('logStreams.headers.kept'),
          add: t('logStreams.headers.add'),
          remove: t('logStreams.headers.remove'),
        }}
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

/** What is kept back of people. The method is asked for where anything is. */
export function PeopleFields({ pii }: { pii?: StreamDocument['pii_config'] }) {
  const fields: readonly string[] = pii?.log_fields ?? [];
  return (
    <div className="group grid gap-5">
      <ChoiceField
        isSeveral
        name="pii_config.log_fields"
        label={t('logStreams.people.label')}
        hint={t('logStreams.people.hint')}
        choices={PEOPLE_FIELDS.map((value) => ({ value, label: t(`logStreams.people.fields.${value}`) }))}
        chosen={fields.includes('username') ? PEOPLE_FIELDS : fields}
      />
      <div className="hidden group-has-[input:checked]:block">
        <SelectField
          name="pii_config.method"
          label={t('logStreams.people.method')}
          options={PII_METHODS.map((value) => ({ value, label: t(`logStreams.people.methods.${value}`) }))}
          defaultValue={pii?.method ?? 'mask'}
        />
      </div>
    </div>
  );
}

/** Which entry a stream that is to be made begins with. */
export function StartField() {
  return (
    <SelectField
      name="startFrom"
      label={t('logStreams.start.label')}
      hint={t('logStreams.start.hint')}
      options={STARTS.map((value) => ({ value, label: t(`logStreams.start.values.${value}`) }))}
    />
  );
}
