// What the operator's applications keep with a user, as JSON.
import type { Metadata } from 'next';
import { Card } from '@/components/console/card';
import { CodeBlock } from '@/components/console/code-block';
import { CodeEditor } from '@/components/console/code-editor';
import { HiddenFields } from '@/components/console/confirm-dialog';
import { Form, SubmitButton } from '@/components/console/form';
import { mayUse } from '@/lib/management/caller';
import type { UserDocument } from '@/lib/management/user-document';
import { t } from '@/lib/web/console/words';
import { changeMetadata } from '../actions';
import { requireUser, UserPage, type UserPageProps } from '../user-page';

export const metadata: Metadata = { title: t('users.one.tabs.metadata') };

export default async function UserMetadataPage({ params }: UserPageProps) {
  const { caller, user } = await requireUser(params);
  const isEditable = mayUse(caller, ['update:users']);
  return (
    <UserPage caller={caller} user={user} view="metadata">
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <Editor
          user={user}
          field="user_metadata"
          title={t('users.metadata.users')}
          lead={t('users.metadata.usersLead')}
          isEditable={isEditable}
        />
        <Editor
          user={user}
          field="app_metadata"
          title={t('users.metadata.apps')}
          lead={t('users.metadata.appsLead')}
          isEditable={isEditable}
        />
      </div>
    </UserPage>
  );
}

/** Lines that are there before it scrolls. */
const ROWS_MAX = 24;

function Editor({
  user,
  field,
  title,
  lead,
  isEditable,
}: {
  user: UserDocument;
  field: 'user_metadata' | 'app_metadata';
  title: string;
  lead: string;
  isEditable: boolean;
}) {
  const written = JSON.stringify(user[field], null, 2);
  return (
    <Card title={title} lead={lead}>
      {isEditable ? (
        <Form name={field} action={changeMetadata}>
          <HiddenFields fields={{ id: user.user_id, field, shown: JSON.stringify(user[field]) }} />
          <CodeEditor
            // What others changed meanwhile is what is written over next.
            key={written}
            name={field}
            label={t('users.metadata.json')}
            hint={t('users.metadata.hint')}
            defaultValue={written}
            rows={Math.min(ROWS_MAX, Math.max(8, written.split('\n').length + 2))}
            language="json"
          />
          <div className="flex justify-end">
            <SubmitButton>{t('users.metadata.submit')}</SubmitButton>
          </div>
        </Form>
      ) : (
        <CodeBlock code={written} label={title} />
      )}
    </Card>
  );
}
