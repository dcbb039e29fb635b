// `/api/v2/users` and `/api/v2/users-by-email`: people as operators see them, and a little of what people may do with their
// own token.
import { z } from 'zod';
import { contextOf } from '@/lib/endpoints/request-context';
import { OLDEST_FIRST, SORT_FIELDS } from '@/lib/login/account-query';
import type { PasskeyStore } from '@/lib/login/passkey';
import type { Caller } from './caller';
import { CONNECTIONS_PATH } from './connection-routes';
import { queryText } from './fields';
import { type IdentitiesDeps, linkIdentity, newIdentityBody, unlinkIdentity } from './identities';
import { type AccountLog, describeLogEntry, logDocument } from './logs';
import { type OriginDeps, originOf } from './origin';
import {
  answerPage,
  checkpointParameters,
  listResult,
  pageParameters,
  rangeOf,
  select,
  selectionParameters,
  TAKE_DEFAULT,
} from './paging';
import { ManagementProblem } from './problem';
import { QUERY_MAX_LENGTH } from './query-reader';
import { badQuery, routeFor } from './route';
import { updateUser, userChangeBody } from './user-change';
import {
  describeMethods,
  identityDocument,
  methodDocument,
  type UserDocument,
  userDocument,
} from './user-document';
import { parseUserQuery } from './user-query';
import {
  createUser,
  deleteUser,
  deleteUserByEmail,
  listUsers,
  listUsersByEmail,
  listUsersFrom,
  loadAccount,
  loadUser,
  newUserBody,
  SEARCH_RESULTS_MAX,
  type UsersDeps,
} from './users';

export const USERS_PATH = '/api/v2/users';
export const METHODS_PATH = `${USERS_PATH}/{id}/authentication-methods` as const;
export const USERS_BY_EMAIL_PATH = '/api/v2/users-by-email';

/** Auth0's default. */
const USERS_PER_PAGE = 50;

export type UserRoutesDeps = UsersDeps &
  IdentitiesDeps &
  OriginDeps &
  Readonly<{ accountLog: AccountLog; passkeys: Pick<PasskeyStore, 'list' | 'remove'>; issuer: string }>;

const route = routeFor<UserRoutesDeps>();

const userList = listResult('users', userDocument);

export const USER_ROUTES = [
  route({
    method: 'GET',
    path: USERS_PATH,
    summary: 'List or search users',
    description: [
      'Searches by `q`, in the part of Lucene’s syntax that Auth0’s search has; upper and lower case of names and addresses are',
      `the same. Pages lead through the first ${SEARCH_RESULTS_MAX} users; \`from\` and \`take\` through all of them, in the order`,
      `they were made. \`total\` is exact up to ${SEARCH_RESULTS_MAX}. Beyond, it is an estimate of all users, and for a search`,
      `${SEARCH_RESULTS_MAX} stands for that many or more.`,
    ].join('\n'),
    scope: 'read:users',
    query: z.strictObject({
      ...pageParameters(USERS_PER_PAGE),
      ...checkpointParameters,
      ...selectionParameters,
      q: queryText(QUERY_MAX_LENGTH).optional(),
      search_engine: z.literal('v3', { error: 'must be v3' }).optional(),
      sort: queryText()
        .regex(/^[a-z_]+:-?1$/, 'must be the name of a field, a colon, and 1 or -1')
        .meta({ wire: { type: 'string', description: `One of ${SORT_FIELDS.join(', ')}, with :1 or :-1.` } })
        .optional(),
    }),
    result: userList,
    async answer(deps, { query }) {
      const condition = query.q === undefined || query.q.trim() === '' ? null : parseUserQuery(query.q);
      const order = readOrder(query.sort);
      const chosen = (user: UserDocument) => select(user, query);
      if (query.from === undefined && query.take === undefined) {
        const range = rangeOf(query);
        const { items, total } = await listUsers(deps, {
          condition,
          order,
          range,
          isCounted: query.include_totals,
        });
        return answerPage('users', { items: items.map(chosen), total }, query);
      }
      const { from, take = TAKE_DEFAULT } = query;
      const { users, next } = await listUsersFrom(deps, { condition, order, from, take });
      return { users: users.map(chosen), ...(next !== null && { next }) };
    },
  }),
  route({
    method: 'POST',
    path: USERS_PATH,
    summary: 'Create a user',
    description: 'Also where sign-up is closed. Nobody is sent anything.',
    scope: 'create:users',
    body: newUserBody,
    status: 201,
    result: userDocument,
    answer: (deps, { body }) => createUser(deps, body),
  }),
  route({
    method: 'GET',
    path: `${USERS_PATH}/{id}`,
    summary: 'Get a user',
    scope: 'read:users',
    ownScope: 'read:current_user',
    query: z.strictObject(selectionParameters),
    result: userDocument,
    answer: async (deps, { params, query }) => select(await loadUser(deps, params.id), query),
  }),
  route({
    method: 'PATCH',
    path: `${USERS_PATH}/{id}`,
    summary: 'Update a user',
    description: [
      'Metadata is merged at the first level: null takes a key away, and an empty object all of them. Everything else is',
      'replaced. An address or a number that takes the place of another is not proven until somebody proves it, unless',
      '`email_verified` or `phone_verified` says so; what was on its way to the old one no longer works. With `verify_email` or',
      '`verify_phone_number` it only counts once it is proven: a code goes there, in the language of the header',
      '`x-request-language`, which is typed at `/change` within an hour. `blocked` ends sessions and tokens at once. A person may',
      'change their own `user_metadata`.',
    ].join('\n'),
    scope: 'update:users',
    ownScope: 'update:current_user_metadata',
    body: userChangeBody,
    result: userDocument,
    answer: (deps, { params, body, caller, request }) => {
      const { language } = contextOf(deps, request.headers);
      return updateUser(deps, { ...body, id: params.id, caller, language });
    },
  }),
  route({
    method: 'DELETE',
    path: `${USERS_PATH}/{id}`,
    summary: 'Delete a user',
    description: 'All there is of them. The audit log goes on under a pseudonym.',
    scope: 'delete:users',
    ownScope: 'delete:current_user',
    forgetsParams: true,
    answer: (deps, { params, caller, request }) =>
      deleteUser(deps, { id: params.id, origin: originOf(deps, caller, request) }),
  }),
  route({
    method: 'POST',
    path: `${USERS_PATH}/{id}/identities`,
    summary: 'Link a user',
    description: [
      'The other user becomes an identity of this one, which keeps its id, profile and metadata. The other one’s profile is kept as',
      '`profileData`; its metadata, sessions and tokens end. An operator names it by `provider` and `user_id`. A person sends an ID',
      'token of it as `link_with`, that the same client was given; both have to be proven within the last 10 minutes. Whoever proves',
      'an address for the first time that an operator linked unproven has it alone. The proven addresses that the user had are told, in',
      'the language of the header `x-request-language`.',
    ].join('\n'),
    scope: 'update:users',
    ownScope: 'update:current_user_identities',
    body: newIdentityBody,
    status: 201,
    result: z.array(identityDocument),
    answer: (deps, { params, body, caller, request }) =>
      linkIdentity(deps, { id: params.id, body, ...askerOf(deps, caller, request) }),
  }),
  route({
    method: 'DELETE',
    path: `${USERS_PATH}/{id}/identities/{provider}/{user_id}`,
    summary: 'Unlink an identity',
    description: [
      'It is a user of its own again, with the profile it came with and no metadata. Sessions that its channel may have begun end,',
      'and tokens with them. The main identity stays. The proven addresses that the user had are told, as of a link.',
    ].join('\n'),
    scope: 'update:users',
    ownScope: 'update:current_user_identities',
    status: 200,
    result: z.array(identityDocument),
    answer: (deps, { params, caller, request }) =>
      unlinkIdentity(deps, {
        id: params.id,
        provider: params.provider,
        userId: params.user_id,
        ...askerOf(deps, caller, request),
      }),
  }),
  route({
    method: 'GET',
    path: `${USERS_PATH}/{id}/logs`,
    summary: 'List what the audit log tells of a user',
    description: 'What happened to them, and what operators did. The newest first.',
    scope: ['read:logs', 'read:logs_users'],
    query: z.strictObject({
      ...pageParameters(USERS_PER_PAGE),
      sort: z.enum(['date:-1', 'date:1'], { error: 'must be date:-1 or date:1' }).default('date:-1'),
    }),
    result: listResult('logs', logDocument),
    async answer(deps, { params, query }) {
      const { id: accountId } = await loadAccount(deps, params.id);
      const asked = { accountId, ...rangeOf(query), descending: query.sort === 'date:-1' };
      const { entries, total } = await deps.accountLog.ofAccount(asked);
      return answerPage('logs', { items: entries.map(describeLogEntry), total }, query);
    },
  }),
  route({
    method: 'GET',
    path: METHODS_PATH,
    summary: 'List the ways a user proves who they are',
    description: 'The identities, the main one first, then the passkeys.',
    scope: 'read:authentication_methods',
    query: z.strictObject(pageParameters(USERS_PER_PAGE)),
    result: listResult('authenticators', methodDocument),
    async answer(deps, { params, query }) {
      const { offset, limit } = rangeOf(query);
      const account = await loadAccount(deps, params.id);
      const passkeys = await deps.passkeys.list(account.id);
      const methods = describeMethods(account, { ...deps, passkeys });
      return answerPage(
        'authenticators',
        { items: methods.slice(offset, offset + limit), total: methods.length },
        query,
      );
    },
  }),
  route({
    method: 'GET',
    path: `${METHODS_PATH}/{authentication_method_id}`,
    summary: 'Get a way a user proves who they are',
    scope: 'read:authentication_methods',
    result: methodDocument,
    async answer(deps, { params }) {
      const account = await loadAccount(deps, params.id);
      const passkeys = await deps.passkeys.list(account.id);
      const methods = describeMethods(account, { ...deps, passkeys });
      const method = methods.find(({ id }) => id === params.authentication_method_id);
      if (method === undefined) throw noSuchMethod('The user has no such authentication method.');
      return method;
    },
  }),
  route({
    method: 'DELETE',
    path: METHODS_PATH,
    summary: 'Remove the passkeys of a user',
    description: 'Identities stay: they are unlinked, or changed. Sessions that there are go on.',
    scope: 'delete:authentication_methods',
    async answer(deps, { params, caller, request }) {
      const { id: accountId } = await loadAccount(deps, params.id);
      await deps.passkeys.remove({ accountId, id: null }, originOf(deps, caller, request));
    },
  }),
  route({
    method: 'DELETE',
    path: `${METHODS_PATH}/{authentication_method_id}`,
    summary: 'Remove a passkey of a user',
    description: 'Sessions that there are go on. An identity is unlinked, or changed.',
    scope: 'delete:authentication_methods',
    async answer(deps, { params, caller, request }) {
      const { id: accountId } = await loadAccount(deps, params.id);
      const which = { accountId, id: params.authentication_method_id };
      if ((await deps.passkeys.remove(which, originOf(deps, caller, request))) === 0)
        throw noSuchMethod('The user has no such passkey.');
    },
  }),
  route({
    method: 'GET',
    path: USERS_BY_EMAIL_PATH,
    summary: 'Find the users of an e-mail address',
    description: 'In any spelling of it.',
    scope: 'read:users',
    query: z.strictObject({ ...selectionParameters, email: queryText() }),
    result: z.array(userDocument),
    answer: async (deps, { query }) =>
      (await listUsersByEmail(deps, query.email)).map((user) => select(user, query)),
  }),
  route({
    method: 'DELETE',
    path: `${CONNECTIONS_PATH}/{id}/users`,
    summary: 'Delete a user by their e-mail address',
    description:
      'Whose main identity is that address, in any spelling of it. All there is of them, as with “Delete a user”.',
    scope: 'delete:users',
    query: z.strictObject({ email: queryText() }),
    answer: (deps, { params, query, caller, request }) =>
      deleteUserByEmail(deps, {
        connectionId: params.id,
        email: query.email,
        origin: originOf(deps, caller, request),
      }),
  }),
];

function noSuchMethod(sentence: string): ManagementProblem {
  return new ManagementProblem(404, 'inexistent_authentication_method', sentence);
}

/** Who links or unlinks; as to notices, in which language. */
function askerOf(deps: UserRoutesDeps, caller: Caller, request: Request) {
  const { language } = contextOf(deps, request.headers);
  return { caller, language, origin: originOf(deps, caller, request) };
}

function readOrder(sort: string | undefined): typeof OLDEST_FIRST {
  if (sort === undefined) return OLDEST_FIRST;
  const [name, direction] = sort.split(':');
  const field = SORT_FIELDS.find((candidate) => candidate === name);
  if (field === undefined) throw badQuery(`sort must be by one of ${SORT_FIELDS.join(', ')}`);
  return { field, descending: direction === '-1' };
}
