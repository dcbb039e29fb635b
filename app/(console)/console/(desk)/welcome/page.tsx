// The first page of a new owner: three things that make a login people can use.
import type { Metadata } from 'next';
import { ButtonLink, buttonClass } from '@/components/console/button';
import { Card } from '@/components/console/card';
import { PageHeader } from '@/components/console/page-header';
import { CONNECTIONS_PATH } from '@/lib/management/connection-routes';
import type { ConnectionDocument } from '@/lib/management/connections';
import { CONSOLE_PATH } from '@/lib/management/console-path';
import { runtime } from '@/lib/runtime/boot';
import { readManagement } from '@/lib/web/console/ask';
import { requireOperator } from '@/lib/web/console/operator';
import { t } from '@/lib/web/console/words';
import { APPLICATIONS } from '../applications/words';
import { TestMessageForm } from '../test-message';

export const metadata: Metadata = { title: t('welcome.page') };

export default async function WelcomePage() {
  const { caller, visit } = await requireOperator('owner');
  const { demo, readInbox } = await runtime();
  const [connection] = await readManagement<ConnectionDocument[]>(caller, {
    path: CONNECTIONS_PATH,
    query: { strategy: 'email', per_page: 1 },
  });
  return (
    <>
      <PageHeader title={t('welcome.title')} lead={t('welcome.lead')} />
      <div className="grid max-w-[44rem] gap-4">
        {demo !== null && (
          <Card title={t('welcome.login.title')} lead={t('welcome.login.lead')}>
            <div>
              <a className={buttonClass()} href="/demo" target="_blank" rel="noopener">
                {t('welcome.login.button')}
              </a>
            </div>
          </Card>
        )}
        {connection && (
          <Card title={t('welcome.message.title')} lead={t('welcome.message.lead')}>
            <TestMessageForm connectionId={connection.id} visit={visit}>
              {readInbox !== null && (
                <a className="underline underline-offset-4" href="/inbox" target="_blank" rel="noopener">
                  {t('welcome.message.openInbox')}
                </a>
              )}
            </TestMessageForm>
          </Card>
        )}
        <Card title={t('welcome.application.title')} lead={t('welcome.application.lead')}>
          <div>
            <ButtonLink href={`${APPLICATIONS}/new`}>{t('applications.create')}</ButtonLink>
          </div>
        </Card>
        <div>
          <ButtonLink href={CONSOLE_PATH} look="primary">
            {t('welcome.done')}
          </ButtonLink>
        </div>
      </div>
    </>
  );
}
