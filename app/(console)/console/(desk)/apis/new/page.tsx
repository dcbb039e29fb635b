// A new API: its identifier, and what tokens of it can be good for.
import type { Metadata } from 'next';
import { Card } from '@/components/console/card';
import { TextField } from '@/components/console/field';
import { Form, SubmitButton } from '@/components/console/form';
import { ListField } from '@/components/console/list-field';
import { PageHeader } from '@/components/console/page-header';
import { requireOperator } from '@/lib/web/console/operator';
import { t } from '@/lib/web/console/words';
import { createApi } from '../actions';
import { APIS } from '../path';

export const metadata: Metadata = { title: t('apis.new.title') };

export default async function NewApiPage() {
  await requireOperator('editor');
  return (
    <>
      <PageHeader
        trail={[{ label: t('apis.title'), href: APIS }]}
        trailLabel={t('frame.trail')}
        title={t('apis.new.title')}
        lead={t('apis.new.lead')}
      />
      <div className="grid max-w-[44rem]">
        <Card>
          <Form name="new-api" action={createApi}>
            <TextField name="name" label={t('apis.new.name')} autoComplete="off" maxLength={200} />
            <TextField
              name="identifier"
              label={t('apis.new.identifier')}
              hint={t('apis.new.identifierHint')}
              placeholder="https://api.example.com"
              autoComplete="off"
              spellCheck={false}
              required
            />
            <ListField
              name="scopes"
              label={t('apis.new.scopes')}
              hint={t('apis.scopesHint')}
              entries={[]}
              rows={4}
              lineWord={t.raw('list.entry')}
            />
            <div className="flex justify-end">
              <SubmitButton>{t('apis.new.submit')}</SubmitButton>
            </div>
          </Form>
        </Card>
      </div>
    </>
  );
}
