// The first visit, by the link that the start printed. Looking spends nothing; who signs in from here becomes the owner (ADM-1).
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { Button } from '@/components/console/button';
import { CodeBlock } from '@/components/console/code-block';
import { HiddenFields } from '@/components/console/confirm-dialog';
import { PlainPage } from '@/components/console/plain-page';
import { CONSOLE_PATH } from '@/lib/management/console-path';
import { runtime } from '@/lib/runtime/boot';
import { isNearConsole } from '@/lib/web/console/operator';
import { SIGN_IN_PATH } from '@/lib/web/console/sign-in';
import { t } from '@/lib/web/console/words';

type Props = Readonly<{ searchParams: Promise<Record<string, string | string[] | undefined>> }>;

export const metadata: Metadata = { title: { absolute: t('setup.title') } };

export default async function SetupPage({ searchParams }: Props) {
  if (!(await isNearConsole())) notFound();
  const { console: operatorConsole, environment, clock, readInbox } = await runtime();
  const { token } = await searchParams;
  const isGood = typeof token === 'string' && (await operatorConsole.door.isSetupOpen(token, clock()));
  if (!isGood) return <DeadLink />;
  const host = new URL(environment.issuer).host;
  return (
    <PlainPage
      title={t('setup.title')}
      lead={
        <>
          <p>{t('setup.lead', { host })}</p>
          <p>{t('setup.how')}</p>
        </>
      }
    >
      <form method="post" action={`${SIGN_IN_PATH}/begin`} className="grid">
        <HiddenFields fields={{ setup: token, to: `${CONSOLE_PATH}/welcome` }} />
        <Button type="submit" look="primary">
          {t('setup.button')}
        </Button>
      </form>
      {readInbox !== null && environment.inbox.email && !environment.inbox.operatorsOnly && (
        <p className="text-muted">
          {t.rich('setup.inbox', {
            inbox: (words) => (
              <a
                key="inbox"
                className="text-ink underline underline-offset-4"
                href="/inbox"
                target="_blank"
                rel="noopener"
              >
                {words}
              </a>
            ),
          })}
        </p>
      )}
    </PlainPage>
  );
}

/** The same for every link that is not good, whatever the reason: strangers learn nothing. */
function DeadLink() {
  return (
    <PlainPage title={t('setup.dead')} lead={<p>{t('setup.deadLead')}</p>}>
      <CodeBlock code="npx latchkey console link" label={t('setup.dead')} />
    </PlainPage>
  );
}
