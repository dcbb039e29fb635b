// The team: who may use the console, as what, and who is invited.
import type { Metadata } from 'next';
import { Badge, type Tone } from '@/components/console/badge';
import { ConfirmDialog, HiddenFields } from '@/components/console/confirm-dialog';
import { DataTable, type Row } from '@/components/console/data-table';
import { Dialog } from '@/components/console/dialog';
import { SelectField, TextField } from '@/components/console/field';
import { Form, SubmitButton } from '@/components/console/form';
import { Moment } from '@/components/console/moment';
import { PageHeader } from '@/components/console/page-header';
import { ROLES } from '@/lib/management/roles';
import type { OperatorDocument } from '@/lib/management/team';
import { OPERATORS_PATH } from '@/lib/management/team-routes';
import { readManagement } from '@/lib/web/console/ask';
import { consoleFormats, type Formats } from '@/lib/web/console/formats';
import { requireOperator } from '@/lib/web/console/operator';
import { pageOf, pagingOf } from '@/lib/web/console/paging';
import { t } from '@/lib/web/console/words';
import { changeRole, inviteOperator, removeOperator } from './actions';

type Props = Readonly<{ searchParams: Promise<Record<string, string | string[] | undefined>> }>;

export const metadata: Metadata = { title: t('team.page') };

const PER_PAGE = 50;

export default async function TeamPage({ searchParams }: Props) {
  const { caller, visit } = await requireOperator('owner');
  const page = pageOf(await searchParams);
  const { operators, total } = await readManagement<{ operators: OperatorDocument[]; total: number }>(
    caller,
    {
      path: OPERATORS_PATH,
      query: { page, per_page: PER_PAGE, include_totals: true },
    },
  );
  const formats = await consoleFormats();
  return (
    <>
      <PageHeader title={t('team.title')} lead={t('team.lead')} action={<Invite />} />
      <DataTable
        caption={t('team.caption')}
        columns={[
          { key: 'who', label: t('team.columns.who') },
          { key: 'role', label: t('team.columns.role') },
          { key: 'status', label: t('team.columns.status') },
          { key: 'seen', label: t('team.columns.seen') },
          { key: 'invitedBy', label: t('team.columns.invitedBy') },
          { key: 'actions', label: '' },
        ]}
        rows={operators.map((operator) => rowOf(operator, { formats, ownId: visit.operatorId }))}
        paging={pagingOf({ page, perPage: PER_PAGE, total }, `/console/team`)}
      />
    </>
  );
}

const TONES: Record<OperatorDocument['status'], Tone> = { active: 'good', invited: 'plain', expired: 'heed' };

function rowOf(operator: OperatorDocument, { formats, ownId }: { formats: Formats; ownId: string }): Row {
  const { id, role, status, last_seen_at: seenAt } = operator;
  const who = operator.name ?? operator.email ?? operator.user_id ?? id;
  return {
    key: id,
    cells: {
      who: (
        <span className="grid">
          <span className="flex flex-wrap items-center gap-2 font-medium">
            <bdi>{who}</bdi>
            {id === ownId && <Badge>{t('team.you')}</Badge>}
          </span>
          {operator.name !== null && operator.email !== null && (
            <bdi className="justify-self-start text-muted">{operator.email}</bdi>
          )}
        </span>
      ),
      role: t(`roles.${role}`),
      status: <Badge tone={TONES[status]}>{t(`team.status.${status}`)}</Badge>,
      seen: seenAt === null ? t('team.never') : <Moment moment={formats.moment(seenAt)} />,
      invitedBy: operator.invited_by === null ? '–' : <bdi>{operator.invited_by}</bdi>,
      actions: (
        <span className="flex flex-wrap justify-end gap-2">
          <ChangeRole id={id} who={who} role={role} />
          <Remove id={id} who={who} isInvited={status !== 'active'} />
        </span>
      ),
    },
  };
}

const ROLE_OPTIONS = ROLES.map((role) => ({
  value: role,
  label: `${t(`roles.${role}`)} – ${t(`team.roles.${role}`)}`,
}));

function Invite() {
  return (
    <Dialog
      trigger={{ label: t('team.invite.button'), look: 'primary' }}
      title={t('team.invite.title')}
      lead={t('team.invite.lead')}
    >
      <Form name="invite" action={inviteOperator} clearsWhenDone>
        <TextField
          name="email"
          type="email"
          label={t('team.invite.email')}
          autoComplete="off"
          spellCheck={false}
          required
        />
        <SelectField name="role" label={t('team.invite.role')} options={ROLE_OPTIONS} defaultValue="editor" />
        <div className="flex justify-end">
          <SubmitButton>{t('team.invite.submit')}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}

function ChangeRole({ id, who, role }: { id: string; who: string; role: OperatorDocument['role'] }) {
  return (
    <Dialog
      trigger={{ label: t('team.change.button'), size: 'small' }}
      title={t('team.change.title', { who })}
      lead={t('team.change.lead')}
    >
      <Form name={`role-${id}`} action={changeRole} undoAction={changeRole}>
        <HiddenFields fields={{ id, who, shown: role }} />
        <SelectField name="role" label={t('team.invite.role')} options={ROLE_OPTIONS} defaultValue={role} />
        <div className="flex justify-end">
          <SubmitButton>{t('team.change.submit')}</SubmitButton>
        </div>
      </Form>
    </Dialog>
  );
}

function Remove({ id, who, isInvited }: { id: string; who: string; isInvited: boolean }) {
  return (
    <ConfirmDialog
      name={`remove-${id}`}
      trigger={{ label: t('team.remove.button'), look: 'bare', size: 'small' }}
      action={removeOperator}
      hidden={{ id, who }}
      {...(!isInvited && { wanted: who })}
      words={{
        title: t('team.remove.title', { who }),
        lead: t(isInvited ? 'team.remove.leadInvited' : 'team.remove.lead'),
        type: t('team.remove.type', { who }),
        submit: t('team.remove.submit'),
      }}
    />
  );
}
