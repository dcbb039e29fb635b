// A new application: a name and a kind, and its secret where it has one.
import type { Metadata } from 'next';
import { Card } from '@/components/console/card';
import { ChoiceField } from '@/components/console/choice-field';
import { TextField } from '@/components/console/field';
import { SubmitButton } from '@/components/console/form';
import { ListField } from '@/components/console/list-field';
import { PageHeader } from '@/components/console/page-header';
import { SecretForm } from '@/components/console/secret-form';
import { APPLICATION_TYPES } from '@/lib/management/client-settings';
import { requireOperator } from '@/lib/web/console/operator';
import { t } from '@/lib/web/console/words';
import { checkAddresses, createApplication } from '../actions';
import { APPLICATIONS } from '../words';

export const metadata: Metadata = { title: t('applications.new.title') };

const USUAL_TYPE = 'regular_web';

export default async function NewApplicationPage() {
  await requireOperator('editor');
  return (
    <>
      <PageHeader
        trail={[{ label: t('applications.title'), href: APPLICATIONS }]}
        trailLabel={t('frame.trail')}
        title={t('applications.new.title')}
        lead={t('applications.new.lead')}
      />
      <div className="grid max-w-[44rem]">
        <Card>
          <SecretForm
            name="new-application"
            action={createApplication}
            words={{ label: t('applications.new.secret'), once: t('applications.new.once') }}
          >
            <TextField
              name="name"
              label={t('applications.new.name')}
              hint={t('applications.new.nameHint')}
              autoComplete="off"
              maxLength={100}
              required
            />
            <ChoiceField
              name="app_type"
              label={t('applications.new.type')}
              choices={APPLICATION_TYPES.map((type) => ({
                value: type,
                label: t(`applications.types.${type}`),
                lead: t(`applications.typeLeads.${type}`),
              }))}
              chosen={[USUAL_TYPE]}
            />
            {/* Nobody returns to a program that asks by itself. */}
            <div className="grid [form:has([value=non_interactive]:checked)_&]:hidden">
              <ListField
                name="callbacks"
                label={t('applications.new.callbacks')}
                hint={t('applications.new.callbacksHint')}
                entries={[]}
                placeholder="http://localhost:4000/callback"
                lineWord={t.raw('list.entry')}
                check={{ ask: checkAddresses, sent: { app_type: USUAL_TYPE, wildcards: 'no' } }}
              />
            </div>
            <div className="flex justify-end">
              <SubmitButton>{t('applications.new.submit')}</SubmitButton>
            </div>
          </SecretForm>
        </Card>
      </div>
    </>
  );
}
