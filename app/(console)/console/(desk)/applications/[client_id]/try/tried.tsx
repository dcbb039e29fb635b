// What came of a login that was tried: the outcome, and each claim of each token with what it means. No token is here.
import type { ReactNode } from 'react';
import { Callout } from '@/components/console/callout';
import { Card } from '@/components/console/card';
import { CodeBlock } from '@/components/console/code-block';
import { DataTable } from '@/components/console/data-table';
import { Moment } from '@/components/console/moment';
import type { TryOutcome } from '@/lib/endpoints/try-out';
import { consoleFormats, type Formats } from '@/lib/web/console/formats';
import { t } from '@/lib/web/console/words';
import words from '@/messages/en/console.json';
import { TryForm } from '../try-form';

/** @param again whether it can be tried once more as things are */
export async function Tried({ outcome, again }: { outcome: TryOutcome; again: boolean }) {
  const formats = await consoleFormats();
  const more = again && <TryForm clientId={outcome.clientId} isNewTab={false} look="primary" />;
  if (outcome.kind === 'refused') return <Refused outcome={outcome}>{more}</Refused>;
  const { idToken, accessToken, userinfo, expiresInSeconds } = outcome;
  return (
    <div className="grid gap-6">
      <Callout tone="good" title={t('applications.try.done')} isNews>
        <p>
          {t('applications.try.doneMore', {
            seconds: formats.seconds(Math.max(1, (outcome.returnedAt - outcome.begunAt) / 1000)),
            milliseconds: formats.number(outcome.endedAt - outcome.returnedAt),
          })}
        </p>
        <div className="mt-2">{more}</div>
      </Callout>
      <Claims
        title={t('applications.try.idToken')}
        lead={t('applications.try.idTokenLead', signatureOf(idToken.header))}
        header={idToken.header}
        claims={idToken.payload}
        formats={formats}
      />
      <Claims
        title={t('applications.try.accessToken')}
        lead={t('applications.try.accessTokenLead', {
          ...signatureOf(accessToken.header),
          time: formats.seconds(expiresInSeconds),
        })}
        header={accessToken.header}
        claims={accessToken.payload}
        formats={formats}
      />
      <Claims
        title={t('applications.try.userinfo')}
        lead={t('applications.try.userinfoLead')}
        claims={userinfo}
        formats={formats}
      />
    </div>
  );
}

function Refused({
  outcome: { error, description },
  children,
}: {
  outcome: Extract<TryOutcome, { kind: 'refused' }>;
  children: ReactNode;
}) {
  const known = words.applications.try.errors;
  return (
    <div className="grid max-w-[44rem] gap-6">
      <Callout tone="bad" title={t('applications.try.failed', { error })} isNews>
        <p>
          {Object.hasOwn(known, error)
            ? t(`applications.try.errors.${error as keyof typeof known}`)
            : t('applications.try.errorOther')}
        </p>
        {description && <p className="text-muted">{t('applications.try.says', { description })}</p>}
        <div className="mt-2">{children}</div>
      </Callout>
    </div>
  );
}

type JsonObject = Readonly<Record<string, unknown>>;

function Claims({
  title,
  lead,
  header,
  claims,
  formats,
}: {
  title: string;
  lead: string;
  header?: JsonObject;
  claims: JsonObject;
  formats: Formats;
}) {
  return (
    <Card title={title} lead={lead}>
      <DataTable
        caption={title}
        columns={[
          { key: 'claim', label: t('applications.try.claim') },
          { key: 'value', label: t('applications.try.value') },
          { key: 'meaning', label: t('applications.try.meaning') },
        ]}
        rows={Object.entries(claims).map(([claim, value]) => ({
          key: claim,
          cells: {
            claim: <code className="font-mono">{claim}</code>,
            value: <code className="font-mono break-all">{textOf(value)}</code>,
            meaning: <span className="text-muted">{meaningOf(claim, value, formats)}</span>,
          },
        }))}
      />
      <details>
        <summary className="w-fit rounded-sm text-table text-muted">{t('applications.try.json')}</summary>
        <div className="mt-3 grid gap-3">
          <CodeBlock
            label={t('applications.try.jsonOf', { title })}
            code={JSON.stringify(header === undefined ? claims : { header, payload: claims }, null, 2)}
          />
        </div>
      </details>
    </Card>
  );
}

function signatureOf({ alg = '', kid = '' }: JsonObject): { alg: string; kid: string } {
  return { alg: String(alg), kid: String(kid) };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Instants that tokens name in seconds since 1970. */
const INSTANTS = ['exp', 'iat', 'nbf', 'auth_time'] as const;

function meaningOf(claim: string, value: unknown, formats: Formats): ReactNode {
  const instant = INSTANTS.find((each) => each === claim);
  if (instant !== undefined && typeof value === 'number') {
    const moment = formats.moment(new Date(value * 1000).toISOString());
    return t.rich(`applications.try.claims.${instant}`, {
      moment: () => <Moment key="moment" moment={moment} />,
    });
  }
  const known = words.applications.try.claims;
  return Object.hasOwn(known, claim)
    ? t(`applications.try.claims.${claim as Exclude<keyof typeof known, (typeof INSTANTS)[number]>}`)
    : null;
}
