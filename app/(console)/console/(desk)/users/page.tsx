// The users: searched and narrowed on the server, a page at a time.
import { Upload, UserPlus, UserRound } from 'lucide-react';
import type { Metadata } from 'next';
import { Badge } from '@/components/console/badge';
import { ButtonLink, TextLink } from '@/components/console/button';
import { Card } from '@/components/console/card';
import { type Column, DataTable, type Row } from '@/components/console/data-table';
import { EmptyState } from '@/components/console/empty-state';
import { FilterBar } from '@/components/console/filter-bar';
import { Moment } from '@/components/console/moment';
import { PageHeader } from '@/components/console/page-header';
import { type Caller, mayUse } from '@/lib/management/caller';
import type { UserDocument } from '@/lib/management/user-document';
import { USERS_PATH } from '@/lib/management/user-routes';
import { consoleFormats, type Formats } from '@/lib/web/console/formats';
import { requireOperator } from '@/lib/web/console/operator';
import { pathWith } from '@/lib/web/console/paging';
import { searchManagement, searchPageOf, searchPaging } from '@/lib/web/console/search';
import { addressQueryOf, USER_STATES, userQueryOf } from '@/lib/web/console/user-search';
import { callUser, USERS_PAGE, userPage } from '@/lib/web/console/user-words';
import { t } from '@/lib/web/console/words';
import { ListExport } from '../list-export';

type Asked = Readonly<Record<string, string | string[] | undefined>>;
type Props = Readonly<{ searchParams: Promise<Asked> }>;

export const metadata: Metadata = { title: t('users.page') };

const PROVIDERS = ['email', 'sms'] as const;
const SORTS = ['created_at', 'last_login', 'logins_count'] as const;
const NEWEST_FIRST = 'created_at:-1';

export default async function UsersPage({ searchParams }: Props) {
  const { caller } = await requireOperator();
  const wanted = readWanted(await searchParams);
  const search = (q: string | undefined) =>
    searchManagement<{ users: UserDocument[]; total: number }>(caller, {
      path: USERS_PATH,
      page: wanted.page,
      query: { q, sort: wanted.sort },
    });
  const holder = wanted.address === undefined ? null : await search(wanted.address);
  const { found, total, problem } = holder !== null && holder.total > 0 ? holder : await search(wanted.q);
  const users = found?.users ?? [];
  const formats = await consoleFormats();
  const isWhole = wanted.q === undefined;
  return (
    <>
      <PageHeader title={t('users.title')} lead={t('users.lead')} action={<Actions caller={caller} />} />
      {(total > 0 || !isWhole) && (
        <FilterBar
          path={USERS_PAGE}
          search={{
            name: 'q',
            label: t('users.search.label'),
            value: wanted.typed,
            problem,
            hint: t('users.search.hint'),
          }}
          selects={[
            {
              name: 'state',
              label: t('users.filters.state'),
              value: wanted.state ?? '',
              options: [
                { value: '', label: t('users.filters.states.all') },
                ...USER_STATES.map((value) => ({ value, label: t(`users.filters.states.${value}`) })),
              ],
            },
            {
              name: 'by',
              label: t('users.filters.provider'),
              value: wanted.provider ?? '',
              options: [
                { value: '', label: t('users.filters.providers.all') },
                ...PROVIDERS.map((value) => ({ value, label: t(`users.filters.providers.${value}`) })),
              ],
            },
          ]}
          kept={wanted.sort === NEWEST_FIRST ? {} : { sort: wanted.sort }}
        />
      )}
      {users.length > 0 ? (
        <DataTable
          caption={t('users.caption')}
          columns={columnsFor(wanted)}
          rows={users.map((user) => rowOf(user, formats))}
          paging={searchPaging({ page: wanted.page, total, isWhole }, addressOf(wanted))}
        />
      ) : (
        problem === null && <Nobody isWhole={isWhole} caller={caller} />
      )}
    </>
  );
}

// ---- What is asked ---------------------------------------------------------------------------------------------------

type Wanted = ReturnType<typeof readWanted>;

/** What is in the address; anything odd is left out. */
function readWanted(asked: Asked) {
  const typed = typeof asked.q === 'string' ? asked.q : '';
  const state = USER_STATES.find((each) => each === asked.state) ?? null;
  const provider = PROVIDERS.find((each) => each === asked.by) ?? null;
  const address = addressQueryOf(typed);
  const sorts = SORTS.flatMap((field) => [`${field}:1`, `${field}:-1`]);
  return {
    typed,
    state,
    provider,
    sort: sorts.find((each) => each === asked.sort) ?? NEWEST_FIRST,
    page: searchPageOf(asked),
    q: userQueryOf({ typed, state, provider }),
    /** The same, where an address was typed, of its holder alone. */
    address: address === null ? undefined : userQueryOf({ typed: address, state, provider }),
  };
}

function addressOf({ typed, state, provider, sort }: Omit<Wanted, 'q' | 'address' | 'page'>): string {
  return pathWith(USERS_PAGE, {
    ...(typed !== '' && { q: typed }),
    ...(state && { state }),
    ...(provider && { by: provider }),
    ...(sort !== NEWEST_FIRST && { sort }),
  });
}

// ---- What is shown ---------------------------------------------------------------------------------------------------

function columnsFor(wanted: Wanted): Column[] {
  const [field, direction] = wanted.sort.split(':');
  /** The greatest first, and at the second press the least. */
  const sortBy = (by: (typeof SORTS)[number]): NonNullable<Column['sort']> => ({
    href: addressOf({ ...wanted, sort: wanted.sort === `${by}:-1` ? `${by}:1` : `${by}:-1` }),
    now: field !== by ? null : direction === '1' ? 'ascending' : 'descending',
  });
  return [
    { key: 'who', label: t('users.columns.who') },
    { key: 'state', label: t('users.columns.state') },
    { key: 'lastLogin', label: t('users.columns.lastLogin'), sort: sortBy('last_login') },
    { key: 'logins', label: t('users.columns.logins'), isNumeric: true, sort: sortBy('logins_count') },
    { key: 'created', label: t('users.columns.created'), sort: sortBy('created_at') },
  ];
}

function rowOf(user: UserDocument, formats: Formats): Row {
  const called = callUser(user);
  const { name, last_login: lastLogin } = user;
  return {
    key: user.user_id,
    cells: {
      who: (
        <span className="grid">
          <TextLink href={userPage(user.user_id)}>
            <bdi>{called}</bdi>
          </TextLink>
          {name !== undefined && name !== called && (
            <bdi className="line-clamp-2 justify-self-start text-muted">{name}</bdi>
          )}
        </span>
      ),
      state: <State user={user} />,
      lastLogin: lastLogin === undefined ? t('users.never') : <Moment moment={formats.moment(lastLogin)} />,
      logins: formats.number(user.logins_count),
      created: <Moment moment={formats.moment(user.created_at)} />,
    },
  };
}

function State({ user }: { user: UserDocument }) {
  if (user.blocked) return <Badge tone="bad">{t('users.states.blocked')}</Badge>;
  const isProven = user.email_verified !== false && user.phone_verified !== false;
  return isProven ? (
    <Badge tone="good">{t('users.states.active')}</Badge>
  ) : (
    <Badge tone="heed">{t('users.states.unproven')}</Badge>
  );
}

function Actions({ caller }: { caller: Caller }) {
  return (
    <>
      <ListExport of="users" path={`${USERS_PAGE}/export`} formats={['json', 'csv']} />
      {mayUse(caller, ['create:users']) && (
        <>
          <ButtonLink href={`${USERS_PAGE}/import`}>
            <Upload aria-hidden />
            {t('users.import.button')}
          </ButtonLink>
          <ButtonLink href={`${USERS_PAGE}/new`} look="primary">
            <UserPlus aria-hidden />
            {t('users.create.button')}
          </ButtonLink>
        </>
      )}
    </>
  );
}

function Nobody({ isWhole, caller }: { isWhole: boolean; caller: Caller }) {
  return (
    <Card>
      <EmptyState
        icon={<UserRound aria-hidden />}
        title={t(isWhole ? 'users.empty.title' : 'users.none.title')}
        action={
          isWhole ? (
            mayUse(caller, ['create:users']) && (
              <ButtonLink href={`${USERS_PAGE}/new`}>{t('users.create.button')}</ButtonLink>
            )
          ) : (
            <ButtonLink href={USERS_PAGE}>{t('users.none.all')}</ButtonLink>
          )
        }
      >
        {t(isWhole ? 'users.empty.lead' : 'users.none.lead')}
      </EmptyState>
    </Card>
  );
}
