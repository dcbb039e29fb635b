// The keys that sign tokens: which one signs, which one will, which ones did; and how they are replaced.
import type { Metadata } from 'next';
import { Badge, type Tone } from '@/components/console/badge';
import { Card } from '@/components/console/card';
import { ConfirmDialog } from '@/components/console/confirm-dialog';
import { CopyButton } from '@/components/console/copy-button';
import { DataTable, type Row } from '@/components/console/data-table';
import { Moment } from '@/components/console/moment';
import { PageHeader } from '@/components/console/page-header';
import { mayUse } from '@/lib/management/caller';
import { SIGNING_KEYS_PATH } from '@/lib/management/signing-key-routes';
import type { SigningKeyDocument } from '@/lib/management/signing-keys';
import { PATHS } from '@/lib/oidc/vocabulary';
import { runtime } from '@/lib/runtime/boot';
import { readManagement } from '@/lib/web/console/ask';
import { consoleFormats, type Formats } from '@/lib/web/console/formats';
import { requireOperator } from '@/lib/web/console/operator';
import { t } from '@/lib/web/console/words';
import { revokeKey, rotateKeys } from './actions';

export const metadata: Metadata = { title: t('keys.page') };

export default async function KeysPage() {
  const { caller } = await requireOperator();
  const keys = await readManagement<SigningKeyDocument[]>(caller, { path: SIGNING_KEYS_PATH });
  const formats = await consoleFormats();
  const mayRotate = mayUse(caller, ['update:signing_keys']);
  const jwks = new URL(PATHS.jwks, (await runtime()).environment.issuer).href;
  const sorted = [...keys].sort((a, b) => STATES.indexOf(stateOf(a)) - STATES.indexOf(stateOf(b)));
  return (
    <>
      <PageHeader
        title={t('keys.title')}
        lead={t('keys.lead')}
        action={
          mayRotate && (
            <ConfirmDialog
              name="rotate"
              trigger={{ label: t('keys.rotate.button'), look: 'primary' }}
              action={rotateKeys}
              hidden={{}}
              words={{
                title: t('keys.rotate.title'),
                lead: t('keys.rotate.lead'),
                submit: t('keys.rotate.submit'),
              }}
            />
          )
        }
      />
      <DataTable
        caption={t('keys.caption')}
        columns={[
          { key: 'key', label: t('keys.columns.key') },
          { key: 'algorithm', label: t('keys.columns.algorithm') },
          { key: 'status', label: t('keys.columns.status') },
          { key: 'since', label: t('keys.columns.since') },
          { key: 'actions', label: '' },
        ]}
        rows={sorted.map((key) => rowOf(key, { formats, mayRotate }))}
      />
      <Card title={t('keys.jwks')}>
        <p className="flex items-center gap-2">
          <code className="min-w-0 font-mono text-table break-all">{jwks}</code>
          <CopyButton value={jwks} />
        </p>
      </Card>
    </>
  );
}

/** In the order they are listed. */
const STATES = ['current', 'next', 'previous', 'revoked'] as const;

const TONES: Record<(typeof STATES)[number], Tone> = {
  current: 'good',
  next: 'plain',
  previous: 'plain',
  revoked: 'bad',
};

function stateOf(key: SigningKeyDocument): (typeof STATES)[number] {
  return STATES.find((state) => key[state]) ?? 'previous';
}

function rowOf(
  key: SigningKeyDocument,
  { formats, mayRotate }: { formats: Formats; mayRotate: boolean },
): Row {
  const state = stateOf(key);
  const since = key.revoked_at ?? key.current_until ?? key.current_since;
  return {
    key: key.kid,
    cells: {
      key: <code className="font-mono break-all">{key.kid}</code>,
      algorithm: key.alg,
      status: (
        <span className="grid justify-items-start gap-1">
          <Badge tone={TONES[state]}>{t(`keys.status.${state}`)}</Badge>
          <span className="text-muted">{t(`keys.statusLeads.${state}`)}</span>
        </span>
      ),
      since: since === undefined ? '–' : <Moment moment={formats.moment(since)} />,
      actions: mayRotate && state === 'previous' && (
        <ConfirmDialog
          name={`revoke-${key.kid}`}
          trigger={{ label: t('keys.revoke.button'), look: 'bare', size: 'small' }}
          action={revokeKey}
          hidden={{ kid: key.kid }}
          wanted={key.kid.slice(0, 8)}
          words={{
            title: t('keys.revoke.title'),
            lead: t('keys.revoke.lead'),
            type: t('keys.revoke.type', { kid: key.kid.slice(0, 8) }),
            submit: t('keys.revoke.submit'),
          }}
        />
      ),
    },
  };
}
