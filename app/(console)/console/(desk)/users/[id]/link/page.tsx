// Two users who are one person: the other one is looked for, what is kept and what ends stands side by side, and only then are
// they linked.
import { ArrowLeftRight, Search } from 'lucide-react';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { Badge } from '@/components/console/badge';
import { ButtonLink } from '@/components/console/button';
import { Callout } from '@/components/console/callout';
import { Card } from '@/components/console/card';
import { ConfirmDialog } from '@/components/console/confirm-dialog';
import { DataTable, type Row } from '@/components/console/data-table';
import { EmptyState } from '@/components/console/empty-state';
import { FilterBar } from '@/components/console/filter-bar';
import { PageHeader } from '@/components/console/page-header';
import { type Caller, mayUse } from '@/lib/management/caller';
import type { UserDocument } from '@/lib/management/user-document';
import { USERS_PATH } from '@/lib/management/user-routes';
import { managementPath, readManagement } from '@/lib/web/console/ask';
import { consoleFormats } from '@/lib/web/console/formats';
import { requireOperator } from '@/lib/web/console/operator';
import { pathWith } from '@/lib/web/console/paging';
import { searchManagement, searchPageOf, searchPaging } from '@/lib/web/console/search';
import { userQueryOf } from '@/lib/web/console/user-search';
import { callUser, linkPage, USERS_PAGE, userPage } from '@/lib/web/console/user-words';
import { t } from '@/lib/web/console/words';
import { linkUser } from '../actions';
import { requireUser, type UserPageProps } from '../user-page';

export const metadata: Metadata = { title: t('users.link.title') };

export default async function LinkPage({ params, searchParams }: UserPageProps) {
  await requireOperator('editor');
  const { caller, user } = await requireUser(params);
  if (!mayUse(caller, ['update:users'])) notFound();
  const asked = await searchParams;
  const chosen = typeof asked.with === 'string' ? asked.with : null;
  const who = callUser(user);
  return (
    <>
      <PageHeader
        trail={[
          { label: t('users.page'), href: USERS_PAGE },
          { label: who, href: userPage(user.user_id) },
        ]}
        trailLabel={t('frame.trail')}
        title={t('users.link.title')}
        lead={t('users.link.lead', { who })}
      />
      {user.blocked && <Callout tone="bad">{t('users.link.blocked', { who })}</Callout>}
      {chosen === null ? (
        <Choice {...{ caller, user, asked }} />
      ) : (
        <Comparison user={user} other={await loadOther(caller, chosen)} />
      )}
    </>
  );
}

function loadOther(caller: Caller, id: string): Promise<UserDocument> {
  return readManagement<UserDocument>(caller, { path: managementPath(`${USERS_PATH}/{id}`, { id }) });
}

// ---- Which one ------------------------------------------------------------------------------------------------------

async function Choice({
  caller,
  user,
  asked,
}: {
  caller: Caller;
  user: UserDocument;
  asked: Awaited<UserPageProps['searchParams']>;
}) {
  const typed = typeof asked.q === 'string' ? asked.q : '';
  const path = linkPage(user.user_id);
  const q = userQueryOf({ typed, state: null, provider: null });
  const page = searchPageOf(asked);
  const { found, total, problem } =
    q === undefined
      ? { found: null, total: 0, problem: null }
      : await searchManagement<{ users: UserDocument[]; total: number }>(caller, {
          path: USERS_PATH,
          page,
          query: { q },
        });
  const others = (found?.users ?? []).filter(({ user_id: id }) => id !== user.user_id);
  return (
    <>
      <FilterBar
        path={path}
        search={{
          name: 'q',
          label: t('users.search.label'),
          value: typed,
          problem,
          hint: t('users.link.searchHint'),
        }}
      />
      {others.length > 0 ? (
        <DataTable
          caption={t('users.link.caption')}
          columns={[
            { key: 'who', label: t('users.columns.who') },
            { key: 'logins', label: t('users.columns.logins'), isNumeric: true },
            { key: 'actions', label: '' },
          ]}
          rows={others.map((other) => rowOf(user, other))}
          paging={searchPaging({ page, total, isWhole: false }, pathWith(path, { q: typed }))}
        />
      ) : (
        problem === null && (
          <Card>
            <EmptyState
              icon={<Search aria-hidden />}
              title={t(typed === '' ? 'users.link.begin.title' : 'users.none.title')}
            >
              {t(typed === '' ? 'users.link.begin.lead' : 'users.none.lead')}
            </EmptyState>
          </Card>
        )
      )}
    </>
  );
}

function rowOf(user: UserDocument, other: UserDocument): Row {
  const called = callUser(other);
  const { user_id: id, name } = other;
  const reason = reasonAgainst(other);
  return {
    key: id,
    cells: {
      who: (
        <span className="grid">
          <bdi className="font-medium">{called}</bdi>
          {name !== undefined && name !== called && (
            <bdi className="line-clamp-2 justify-self-start text-muted">{name}</bdi>
          )}
        </span>
      ),
      logins: other.logins_count,
      actions:
        reason === null ? (
          <span className="flex justify-end">
            <ButtonLink size="small" href={linkPage(user.user_id, id)}>
              {t('users.link.choose')}
              <span className="sr-only">{called}</span>
            </ButtonLink>
          </span>
        ) : (
          <span className="flex justify-end">
            <Badge tone="heed">{t(`users.link.not.${reason}`)}</Badge>
          </span>
        ),
    },
  };
}

/** Why the API would not link them. */
function reasonAgainst({ blocked, identities }: UserDocument): 'blocked' | 'several' | null {
  if (blocked) return 'blocked';
  return identities.length > 1 ? 'several' : null;
}

// ---- What comes of it -----------------------------------------------------------------------------------------------

async function Comparison({ user, other }: { user: UserDocument; other: UserDocument }) {
  const formats = await consoleFormats();
  const [who, ended] = [callUser(user), callUser(other)];
  const reason = reasonAgainst(other);
  const facts = (each: UserDocument) =>
    t('users.link.facts', {
      logins: each.logins_count,
      since: formats.moment(each.created_at).said,
    });
  const lost = [...Object.keys(other.user_metadata ?? {}), ...Object.keys(other.app_metadata ?? {})];
  return (
    <>
      <div className="grid gap-6 sm:grid-cols-2">
        <Card title={who} lead={facts(user)} action={<Badge tone="good">{t('users.link.stays')}</Badge>}>
          <p>{t('users.link.kept', { other: ended })}</p>
        </Card>
        <Card title={ended} lead={facts(other)} action={<Badge tone="bad">{t('users.link.ends')}</Badge>}>
          <p>{t('users.link.lost')}</p>
          <p>
            {lost.length === 0
              ? t('users.link.noMetadata')
              : t('users.link.metadata', { names: lost.join(', ') })}
          </p>
        </Card>
      </div>
      {reason !== null && <Callout tone="bad">{t(`users.link.reasons.${reason}`, { who: ended })}</Callout>}
      <div className="flex flex-wrap items-center justify-end gap-2">
        <ButtonLink href={linkPage(user.user_id)}>{t('users.link.another')}</ButtonLink>
        <ButtonLink href={linkPage(other.user_id, user.user_id)}>
          <ArrowLeftRight aria-hidden />
          {t('users.link.swap')}
        </ButtonLink>
        {reason === null && !user.blocked && (
          <ConfirmDialog
            name="link"
            trigger={{ label: t('users.link.button'), look: 'danger' }}
            action={linkUser}
            hidden={{ id: user.user_id, other: other.user_id, who: ended }}
            wanted={ended}
            words={{
              title: t('users.link.ask', { who, other: ended }),
              lead: t('users.link.askLead'),
              type: t('users.link.type', { other: ended }),
              submit: t('users.link.submit'),
            }}
          />
        )}
      </div>
    </>
  );
}
