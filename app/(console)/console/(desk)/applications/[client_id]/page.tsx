// The quickstart of an application: the lines to type, with its own values in them, and what is still to be allowed.
import type { Metadata } from 'next';
import { TextLink } from '@/components/console/button';
import { Callout } from '@/components/console/callout';
import { Card } from '@/components/console/card';
import { CodeBlock } from '@/components/console/code-block';
import { HiddenFields } from '@/components/console/confirm-dialog';
import { CopyButton } from '@/components/console/copy-button';
import { Form, SubmitButton } from '@/components/console/form';
import { Tabs } from '@/components/console/tabs';
import { type Caller, mayUse } from '@/lib/management/caller';
import { CLIENT_GRANTS_PATH } from '@/lib/management/client-grant-routes';
import type { ClientGrantDocument } from '@/lib/management/client-grants';
import type { ClientDocument } from '@/lib/management/client-settings';
import { runtime } from '@/lib/runtime/boot';
import { readManagement } from '@/lib/web/console/ask';
import {
  type Library,
  librariesFor,
  QUICKSTART_LISTS,
  type Quickstart,
  writeQuickstart,
} from '@/lib/web/console/quickstarts';
import { t } from '@/lib/web/console/words';
import { allowAddresses } from '../actions';
import { applicationPath } from '../words';
import { ApplicationHeader, type ApplicationProps, openApplication } from './application';

export const metadata: Metadata = { title: t('applications.tabs.quickstart') };

export default async function QuickstartPage({ params, searchParams }: ApplicationProps) {
  const { application, caller, mayEdit } = await openApplication(params);
  const { issuer } = (await runtime()).environment;
  const libraries = librariesFor(application);
  const asked = (await searchParams).for;
  const library = libraries.find((each) => each === asked) ?? libraries[0] ?? 'curl';
  const quickstart = writeQuickstart(library, application, {
    issuer,
    audience: await findAudience(caller, application),
  });
  return (
    <>
      <ApplicationHeader application={application} view="quickstart" mayEdit={mayEdit} />
      {libraries.length > 1 && (
        <Tabs
          label={t('applications.quickstart.label')}
          tabs={libraries.map((each) => ({
            label: t(`applications.quickstart.libraries.${each}`),
            href: `${applicationPath(application.client_id)}?for=${each}`,
            isCurrent: each === library,
          }))}
        />
      )}
      <div className="grid items-start gap-6 desk:grid-cols-[minmax(0,1fr)_20rem]">
        <Card
          title={t('applications.quickstart.title', {
            library: t(`applications.quickstart.libraries.${library}`),
          })}
          lead={t('applications.quickstart.lead')}
        >
          <ToDo application={application} quickstart={quickstart} mayEdit={mayEdit} />
          {quickstart.heed !== null && (
            <Callout
              tone={quickstart.heed === 'stand_in' ? 'plain' : 'heed'}
              title={t(`applications.quickstart.heed.${quickstart.heed}.title`)}
            >
              <p>{t(`applications.quickstart.heed.${quickstart.heed}.lead`)}</p>
            </Callout>
          )}
          <Steps {...{ quickstart, library }} />
          {quickstart.steps.some(({ code }) => code.includes('YOUR_CLIENT_SECRET')) && (
            <p className="text-muted">
              {t.rich('applications.quickstart.secret', {
                credentials: (words) => (
                  <TextLink key="credentials" href={applicationPath(application.client_id, 'credentials')}>
                    {words}
                  </TextLink>
                ),
              })}
            </p>
          )}
        </Card>
        <Values issuer={issuer} application={application} />
      </div>
    </>
  );
}

/** The API that a machine was granted first. */
async function findAudience(
  caller: Caller,
  { app_type: type, client_id: clientId }: ClientDocument,
): Promise<string | null> {
  if (type !== 'non_interactive' || !mayUse(caller, ['read:client_grants'])) return null;
  const [grant] = await readManagement<ClientGrantDocument[]>(caller, {
    path: CLIENT_GRANTS_PATH,
    query: { client_id: clientId, per_page: 1 },
  });
  return grant?.audience ?? null;
}

function Steps({ quickstart, library }: { quickstart: Quickstart; library: Library }) {
  return (
    <ol className="grid grid-cols-1 gap-5">
      {quickstart.steps.map(({ kind, name, code }) => (
        <li key={`${library} ${name}`} className="grid grid-cols-1 gap-2">
          <p className="font-medium">
            {kind === 'file' ? (
              <code className="font-mono text-table">{name}</code>
            ) : (
              t(`applications.quickstart.${kind}`)
            )}
          </p>
          <CodeBlock code={code} label={name} />
        </li>
      ))}
    </ol>
  );
}

/** What the lines need is allowed first, with a press. */
function ToDo({
  application,
  quickstart: { addresses },
  mayEdit,
}: {
  application: ClientDocument;
  quickstart: Quickstart;
  mayEdit: boolean;
}) {
  const missing = QUICKSTART_LISTS.flatMap((list) => {
    const address = addresses[list];
    return address === undefined || application[list].includes(address) ? [] : [{ list, address }];
  });
  if (missing.length === 0) return null;
  return (
    <Callout tone="heed" title={t('applications.quickstart.missing.title', { count: missing.length })}>
      <ul className="grid gap-2">
        {missing.map(({ list, address }) => (
          <li key={list} className="grid">
            <code className="font-mono text-table break-all">{address}</code>
            <span className="text-pretty">{t(`applications.quickstart.missing.${list}`)}</span>
          </li>
        ))}
      </ul>
      {mayEdit && (
        <Form name="allow-addresses" action={allowAddresses}>
          <HiddenFields
            fields={{
              client_id: application.client_id,
              ...Object.fromEntries(missing.map(({ list, address }) => [list, address])),
            }}
          />
          <div>
            <SubmitButton look="quiet">
              {t('applications.quickstart.allow', { count: missing.length })}
            </SubmitButton>
          </div>
        </Form>
      )}
    </Callout>
  );
}

function Values({ issuer, application }: { issuer: string; application: ClientDocument }) {
  const values = {
    domain: new URL(issuer).host,
    issuer,
    clientId: application.client_id,
    discovery: `${issuer}.well-known/openid-configuration`,
  };
  return (
    <Card title={t('applications.quickstart.values')}>
      <dl className="grid gap-3">
        {(['domain', 'clientId', 'issuer', 'discovery'] as const).map((name) => (
          <div key={name} className="grid gap-0.5">
            <dt className="text-table text-muted">{t(`applications.quickstart.${name}`)}</dt>
            <dd className="flex items-center justify-between gap-2">
              <code className="min-w-0 font-mono text-table break-all">{values[name]}</code>
              <CopyButton value={values[name]} />
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
