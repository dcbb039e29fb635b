// Many users at once, from a file.
import type { Metadata } from 'next';
import { Card } from '@/components/console/card';
import { CodeBlock } from '@/components/console/code-block';
import { SelectField, SwitchField, TextField } from '@/components/console/field';
import { PageHeader } from '@/components/console/page-header';
import { UploadForm } from '@/components/console/upload-form';
import { CONNECTIONS_PATH } from '@/lib/management/connection-routes';
import type { ConnectionDocument } from '@/lib/management/connections';
import { CONSOLE_UPLOAD_PATH } from '@/lib/management/console-path';
import { readManagement } from '@/lib/web/console/ask';
import { requireOperator } from '@/lib/web/console/operator';
import { USERS_PAGE } from '@/lib/web/console/user-words';
import { t } from '@/lib/web/console/words';

export const metadata: Metadata = { title: t('users.import.page') };

/** What most files hold, and what people ask for. */
const EXAMPLE = [
  '{"email": "ann@acme.test", "email_verified": true, "name": "Ann"}',
  '{"email": "ada@example.com", "app_metadata": {"plan": "pro"}, "created_at": "2024-05-01T09:00:00Z"}',
].join('\n');

export default async function ImportPage() {
  const { caller } = await requireOperator('editor');
  const connections = await readManagement<ConnectionDocument[]>(caller, { path: CONNECTIONS_PATH });
  return (
    <>
      <PageHeader
        trail={[{ label: t('users.page'), href: USERS_PAGE }]}
        trailLabel={t('frame.trail')}
        title={t('users.import.title')}
        lead={t('users.import.lead')}
      />
      <div className="grid max-w-[44rem] gap-6">
        <Card>
          <UploadForm
            path={CONSOLE_UPLOAD_PATH}
            words={{
              submit: t('users.import.submit'),
              sending: t('users.import.sending', { share: '{share}' }),
              reading: t('users.import.reading'),
              broken: t('users.import.broken'),
            }}
          >
            <SelectField
              name="connection_id"
              label={t('users.import.connection')}
              options={connections.map(({ id, name }) => ({ value: id, label: name }))}
            />
            <TextField
              name="users"
              type="file"
              accept=".json,.ndjson,.jsonl,application/json,application/x-ndjson"
              label={t('users.import.file')}
            />
            <SwitchField
              name="upsert"
              value="true"
              label={t('users.import.upsert')}
              hint={t('users.import.upsertHint')}
            />
          </UploadForm>
        </Card>
        <Card title={t('users.import.example')} lead={t('users.import.exampleLead')}>
          <CodeBlock code={EXAMPLE} label={t('users.import.example')} />
        </Card>
      </div>
    </>
  );
}
