// The words of a connection's messages, what people get of them, and a test.
import type { Metadata } from 'next';
import { Callout } from '@/components/console/callout';
import { Card } from '@/components/console/card';
import { HiddenFields } from '@/components/console/confirm-dialog';
import { ExampleCode } from '@/components/console/example-code';
import { TextField } from '@/components/console/field';
import { Form, SubmitButton } from '@/components/console/form';
import { InsertList } from '@/components/console/insert-list';
import { MessageEditor } from '@/components/console/message-editor';
import { LANGUAGES } from '@/lib/login/languages';
import type { MessagePreview } from '@/lib/login/preview-message';
import type { ConnectionDocument } from '@/lib/management/connections';
import { PREVIEW_PATH } from '@/lib/management/report-routes';
import { PREVIEW_KINDS } from '@/lib/management/reports';
import { askManagement, ManagementRefusal, managementPath } from '@/lib/web/console/ask';
import { EMAIL_EXAMPLES, SMS_EXAMPLES } from '@/lib/web/console/message-examples';
import { LANGUAGE, t } from '@/lib/web/console/words';
import { TestMessageForm } from '../../../test-message';
import { previewWords, restoreOptions, saveWords } from '../../actions';
import { connectionPath } from '../../path';
import { describePreview } from '../../words';
import { ConnectionHeader, type ConnectionProps, openConnection } from '../connection';

export const metadata: Metadata = { title: t('connections.tabs.message') };

export default async function MessagePage({ params }: ConnectionProps) {
  const opened = await openConnection(params);
  const { connection, caller, isEmail, mayEdit, visit } = opened;
  const first = await firstPreview(caller, connection);
  const kinds = PREVIEW_KINDS.filter((kind) =>
    isEmail ? kind !== 'change_phone_number' : kind === 'login' || kind === 'change_phone_number',
  );
  const languageNames = new Intl.DisplayNames(LANGUAGE, { type: 'language' });
  return (
    <>
      <ConnectionHeader connection={connection} view="message" />
      <MessageEditor
        ask={previewWords}
        framePath={isEmail ? connectionPath(connection.id, 'preview') : null}
        first={first}
        kinds={kinds.map((value) => ({ value, label: t(`connections.message.kindNames.${value}`) }))}
        languages={LANGUAGES.map((value) => ({ value, label: languageNames.of(value) ?? value }))}
        words={{
          title: t('connections.message.preview'),
          kind: t('connections.message.kind'),
          language: t('connections.message.language'),
          view: t('connections.message.views.label'),
          desktop: t('connections.message.views.desktop'),
          phone: t('connections.message.views.phone'),
          text: t('connections.message.views.text'),
          from: t('connections.message.previewFrom'),
          subject: t('connections.message.previewSubject'),
          fallback: t('connections.message.fallback'),
        }}
      >
        <Card
          title={t('connections.message.template')}
          lead={t('connections.message.templateLead', { count: LANGUAGES.length })}
        >
          {!mayEdit && <Callout>{t('applications.application.viewOnly')}</Callout>}
          <Form name="words" action={saveWords} undoAction={restoreOptions}>
            <HiddenFields fields={{ connection: connection.id }} />
            <fieldset disabled={!mayEdit} className="contents">
              <Words {...opened} />
            </fieldset>
            {mayEdit && (
              <>
                <Variables into={isEmail ? BODY : TEXT} />
                <div className="flex justify-end">
                  <SubmitButton>{t('list.save')}</SubmitButton>
                </div>
              </>
            )}
          </Form>
        </Card>
      </MessageEditor>
      {mayEdit && (
        <div className="grid max-w-[44rem]">
          <Card title={t('connections.message.test')} lead={t('connections.message.testLead')}>
            <TestMessageForm connectionId={connection.id} visit={visit} isText={!isEmail} />
          </Card>
        </div>
      )}
    </>
  );
}

/** A connection out of use has none until it is put right. */
async function firstPreview(caller: Parameters<typeof askManagement>[0], connection: ConnectionDocument) {
  try {
    const path = managementPath(PREVIEW_PATH, { id: connection.id });
    const preview = await askManagement<MessagePreview>(caller, { method: 'POST', path, body: {} });
    return await describePreview(preview, connection);
  } catch (problem) {
    if (problem instanceof ManagementRefusal) return {};
    throw problem;
  }
}

const BODY = 'options.email.body';
const TEXT = 'options.template';

function Words({ options, isEmail }: Awaited<ReturnType<typeof openConnection>>) {
  if (!isEmail) {
    return (
      <ExampleCode
        examplesLabel={t('connections.message.examples.label')}
        examples={[{ label: t('connections.message.examples.line'), source: SMS_EXAMPLES.line }]}
        name={TEXT}
        label={t('connections.message.template_')}
        language="liquid"
        rows={6}
        defaultValue={options.template ?? ''}
      />
    );
  }
  const line = { autoComplete: 'off', spellCheck: false } as const;
  return (
    <>
      <TextField
        {...line}
        name="options.email.from"
        label={t('connections.message.from')}
        hint={t('connections.message.fromHint')}
        defaultValue={options.email?.from ?? ''}
      />
      <TextField
        {...line}
        name="options.email.subject"
        label={t('connections.message.subject')}
        defaultValue={options.email?.subject ?? ''}
      />
      <ExampleCode
        examplesLabel={t('connections.message.examples.label')}
        examples={(['card', 'plain'] as const).map((name) => ({
          label: t(`connections.message.examples.${name}`),
          source: EMAIL_EXAMPLES[name],
        }))}
        name={BODY}
        label={t('connections.message.body')}
        language="liquid"
        rows={18}
        defaultValue={options.email?.body ?? ''}
      />
    </>
  );
}

/** As docs/messages.md has them. */
const VARIABLES = [
  'code',
  'link',
  'send',
  'email',
  'phone_number',
  'application.name',
  'request_language',
  'operation',
];

function Variables({ into }: { into: string }) {
  return (
    <details>
      <summary className="font-medium">{t('connections.message.variables')}</summary>
      <p className="my-2 text-muted">{t('connections.message.variablesLead')}</p>
      <InsertList
        label={t('connections.message.variables')}
        values={VARIABLES.map((name) => `{{ ${name} }}`)}
        into={into}
      />
    </details>
  );
}
