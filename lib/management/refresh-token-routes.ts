// Refresh tokens as operators see and revoke them: `/api/v2/refresh-tokens`, those of a user, and the same under the name that
// Auth0 had for them first, device credentials. auth0-contract §5.5.
import { z } from 'zod';
import type { AccountRegister } from '@/lib/login/account-register';
import { userinfoAudience } from '@/lib/oidc/access-token';
import type {
  ListedRefreshToken,
  RefreshTokenRegister,
  RefreshTokensOf,
} from '@/lib/oidc/refresh-token-register';
import { clientId, fieldsOf, instant, oneOf, queryText, text } from './fields';
import { describeHeldMetadata, heldMetadata, heldMetadataDocument } from './metadata';
import { type OriginDeps, originOf } from './origin';
import {
  answerPage,
  type Cursors,
  checkpointParameters,
  listResult,
  openCursor,
  pageParameters,
  rangeOf,
  sealCursor,
  select,
  selectionParameters,
  TAKE_DEFAULT,
} from './paging';
import { ManagementProblem } from './problem';
import { badBody, badQuery, type Frozen, routeFor } from './route';
import {
  checkpointQuery,
  describeDevice,
  deviceDocument,
  isId,
  SESSION_ID_MAX_LENGTH,
} from './session-routes';
import { USERS_PATH } from './user-routes';
import { loadAccount } from './users';

export const REFRESH_TOKENS_PATH = '/api/v2/refresh-tokens';
export const DEVICE_CREDENTIALS_PATH = '/api/v2/device-credentials';

export type RefreshTokenRoutesDeps = OriginDeps &
  Readonly<{
    accounts: AccountRegister;
    refreshTokenRegister: RefreshTokenRegister;
    cursors: Cursors;
    issuer: string;
  }>;

/** Ids that may be named at once. Auth0's. */
const IDS_MAX = 100;
/** Auth0's. */
const CREDENTIALS_PER_PAGE = 50;
/** Device credentials that are listed of one user. Auth0's. */
const CREDENTIALS_MAX = 1000;

// ---- On the wire ----------------------------------------------------------------------------------------------------

/** A refresh token on the wire: what is known of it, never itself. */
export const refreshTokenDocument = z.strictObject({
  id: z.string(),
  user_id: z.string(),
  client_id: z.string(),
  session_id: z.string().nullable(),
  rotating: z.boolean(),
  created_at: instant(),
  idle_expires_at: instant().nullable(),
  expires_at: instant().nullable(),
  last_exchanged_at: instant().nullable(),
  device: deviceDocument,
  resource_servers: z.array(z.strictObject({ audience: z.string(), scopes: z.string() })),
  refresh_token_metadata: heldMetadataDocument(),
});

export type RefreshTokenDocument = Frozen<z.output<typeof refreshTokenDocument>>;

type Issuer = Pick<RefreshTokenRoutesDeps, 'issuer'>;

function describe({ issuer }: Issuer, token: ListedRefreshToken): RefreshTokenDocument {
  const { audience, scope } = token;
  return {
    id: token.id,
    user_id: token.accountId,
    client_id: token.clientId,
    session_id: token.sessionId,
    rotating: token.rotates,
    created_at: token.createdAt.toISOString(),
    idle_expires_at: token.idleExpiresAt?.toISOString() ?? null,
    expires_at: token.expiresAt?.toISOString() ?? null,
    last_exchanged_at: token.lastUsedAt?.toISOString() ?? null,
    device: describeDevice(token),
    resource_servers: [{ audience: audience ?? userinfoAudience(issuer), scopes: scope }],
    refresh_token_metadata: describeHeldMetadata(token.metadata),
  };
}

const CREDENTIAL_TYPES = ['refresh_token', 'rotating_refresh_token', 'public_key'] as const;

/** A refresh token under its older name. */
const credentialDocument = z.strictObject({
  id: z.string(),
  type: z.enum(['refresh_token', 'rotating_refresh_token']),
  device_name: z.string(),
  user_id: z.string(),
  client_id: z.string(),
});

function describeAsCredential(token: ListedRefreshToken): Frozen<z.output<typeof credentialDocument>> {
  return {
    id: token.id,
    type: token.rotates ? 'rotating_refresh_token' : 'refresh_token',
    device_name: token.initial.userAgent ?? '',
    user_id: token.accountId,
    client_id: token.clientId,
  };
}

/** What a text may hold that something is found by. */
const plain = (max: number) => text(1, max).regex(/^[^\p{C}]*$/u, 'may not hold control characters');

/** Which are meant: some, or those of a user, of a client, or of both together, and of one API at most. */
const revocationBody = fieldsOf({
  ids: z
    .array(plain(SESSION_ID_MAX_LENGTH), { error: 'must be a list of strings' })
    .min(1, 'must not be empty')
    .max(IDS_MAX, `may hold ${IDS_MAX} entries at most`)
    .optional(),
  user_id: plain(1024).optional(),
  client_id: clientId().optional(),
  audience: plain(600).optional(),
});

/** @throws {ManagementProblem} 400 */
function readRevocation({
  ids,
  user_id: accountId,
  client_id: clientId,
  audience,
}: z.output<typeof revocationBody>): RefreshTokensOf {
  const isByOwner = accountId !== undefined || clientId !== undefined;
  if (ids !== undefined) {
    if (isByOwner || audience !== undefined) throw badBody('ids', 'must be there alone');
    return { ids };
  }
  if (!isByOwner) throw badBody('the body', 'must hold ids, user_id or client_id');
  if (audience !== undefined && (accountId === undefined || clientId === undefined))
    throw badBody('audience', 'goes with user_id and client_id');
  if (accountId === undefined) return { clientId: clientId ?? '' };
  return {
    accountId,
    ...(clientId !== undefined && { clientId }),
    ...(audience !== undefined && { audience }),
  };
}

// ---- The routes -----------------------------------------------------------------------------------------------------

const route = routeFor<RefreshTokenRoutesDeps>();

/** What a list that goes on from a place is answered with. */
const tokenList = z.strictObject({ tokens: z.array(refreshTokenDocument), next: z.string().optional() });

const printable = (max: number) =>
  queryText(max).regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without blanks');

export const REFRESH_TOKEN_ROUTES = [
  route({
    method: 'GET',
    path: `${USERS_PATH}/{id}/refresh-tokens`,
    summary: 'List the refresh tokens of a user',
    description:
      'Those that live, the newest first. `include_totals` changes nothing: `next` says where the list goes on.',
    scope: 'read:refresh_tokens',
    query: checkpointQuery,
    result: tokenList,
    async answer(deps, { params, query }) {
      const { id: accountId } = await loadAccount(deps, params.id);
      return listFrom(deps, { accountId }, query);
    },
  }),
  route({
    method: 'DELETE',
    path: `${USERS_PATH}/{id}/refresh-tokens`,
    summary: 'Revoke the refresh tokens of a user',
    description: 'With everything that came of them. Sessions live on.',
    scope: 'delete:refresh_tokens',
    status: 202,
    async answer(deps, { params, caller, request }) {
      const { id: accountId } = await loadAccount(deps, params.id);
      await deps.refreshTokenRegister.revoke({ accountId }, originOf(deps, caller, request));
    },
  }),
  route({
    method: 'GET',
    path: REFRESH_TOKENS_PATH,
    summary: 'List refresh tokens',
    description: 'Those of a user that live, the newest first; of one application, if it is named.',
    scope: 'read:refresh_tokens',
    query: z.strictObject({
      ...checkpointParameters,
      ...selectionParameters,
      user_id: queryText(),
      client_id: printable(64).optional(),
    }),
    result: tokenList,
    async answer(deps, { query }) {
      const { id: accountId } = await loadAccount(deps, query.user_id);
      const of = { accountId, ...(query.client_id !== undefined && { clientId: query.client_id }) };
      const { tokens, ...place } = await listFrom(deps, of, query);
      return { tokens: tokens.map((token) => select(token, query)), ...place };
    },
  }),
  route({
    method: 'POST',
    path: `${REFRESH_TOKENS_PATH}/revoke`,
    summary: 'Revoke refresh tokens',
    description: [
      'With everything that came of them: those of `ids`, of `user_id`, of `client_id`, or of both together, where `audience`',
      'may name one API. What is revoked already stays so.',
    ].join('\n'),
    scope: 'delete:refresh_tokens',
    body: revocationBody,
    status: 202,
    async answer(deps, { body, caller, request }) {
      const of = readRevocation(body);
      await deps.refreshTokenRegister.revoke(of, originOf(deps, caller, request));
    },
  }),
  route({
    method: 'GET',
    path: `${REFRESH_TOKENS_PATH}/{id}`,
    summary: 'Get a refresh token',
    description: 'What is known of it. The id proves nothing.',
    scope: 'read:refresh_tokens',
    result: refreshTokenDocument,
    answer: async (deps, { params }) => describe(deps, await loadRefreshToken(deps, params.id)),
  }),
  route({
    method: 'PATCH',
    path: `${REFRESH_TOKENS_PATH}/{id}`,
    summary: 'Update a refresh token',
    description:
      'What is sent takes the place of all of its metadata, up to 25 strings by name; null or an empty object takes it away. It stays when the token rotates.',
    scope: 'update:refresh_tokens',
    body: fieldsOf({ refresh_token_metadata: heldMetadata() }),
    result: refreshTokenDocument,
    async answer(deps, { params, body }) {
      const { id } = await loadRefreshToken(deps, params.id);
      const metadata = body.refresh_token_metadata ?? {};
      const token = await deps.refreshTokenRegister.setMetadata({ id, metadata }, deps.clock());
      return describe(deps, token ?? noSuchToken());
    },
  }),
  route({
    method: 'DELETE',
    path: `${REFRESH_TOKENS_PATH}/{id}`,
    summary: 'Revoke a refresh token',
    description: 'With everything that came of it.',
    scope: 'delete:refresh_tokens',
    status: 202,
    async answer(deps, { params, caller, request }) {
      const { id } = await loadRefreshToken(deps, params.id);
      await deps.refreshTokenRegister.revoke({ ids: [id] }, originOf(deps, caller, request));
    },
  }),
  route({
    method: 'GET',
    path: DEVICE_CREDENTIALS_PATH,
    summary: 'List the refresh tokens of a user as device credentials',
    description: [
      'For tools that know them by this name; `refresh-tokens` tells more. Without `type` it is those that do not rotate, as at',
      `Auth0. The newest ${CREDENTIALS_MAX} are looked at. There are no public keys.`,
    ].join('\n'),
    scope: 'read:device_credentials',
    query: z.strictObject({
      ...pageParameters(CREDENTIALS_PER_PAGE),
      ...selectionParameters,
      user_id: queryText(),
      client_id: printable(64).optional(),
      type: oneOf(CREDENTIAL_TYPES).default('refresh_token'),
    }),
    result: listResult('device_credentials', credentialDocument),
    async answer(deps, { query }) {
      const { user_id: accountId, client_id: clientId, type } = query;
      const { offset, limit } = rangeOf(query);
      if (offset + limit > CREDENTIALS_MAX) throw badQuery(`there are ${CREDENTIALS_MAX} at most`);
      await loadAccount(deps, accountId);
      const all = await deps.refreshTokenRegister.list(
        { accountId, ...(clientId !== undefined && { clientId }) },
        { after: null, limit: CREDENTIALS_MAX, now: deps.clock() },
      );
      const fitting = all.map(describeAsCredential).filter((credential) => credential.type === type);
      const items = fitting.slice(offset, offset + limit).map((credential) => select(credential, query));
      return answerPage('device_credentials', { items, total: fitting.length }, query);
    },
  }),
  route({
    method: 'DELETE',
    path: `${DEVICE_CREDENTIALS_PATH}/{id}`,
    summary: 'Revoke a refresh token that was listed as a device credential',
    scope: 'delete:device_credentials',
    async answer(deps, { params, caller, request }) {
      const { id } = await loadRefreshToken(deps, params.id);
      await deps.refreshTokenRegister.revoke({ ids: [id] }, originOf(deps, caller, request));
    },
  }),
];

/** @throws {ManagementProblem} 400 */
async function listFrom(
  deps: RefreshTokenRoutesDeps,
  of: Readonly<{ accountId: string; clientId?: string }>,
  { from, take = TAKE_DEFAULT }: Readonly<{ from?: string | undefined; take?: number | undefined }>,
) {
  const list = `refresh tokens of ${of.accountId}`;
  const after = openCursor(deps.cursors, { from, list, place: z.string() });
  const found = await deps.refreshTokenRegister.list(of, { after, limit: take + 1, now: deps.clock() });
  const part = found.slice(0, take);
  const last = found.length > take ? part.at(-1) : undefined;
  return {
    tokens: part.map((token) => describe(deps, token)),
    ...(last !== undefined && { next: sealCursor(deps.cursors, { list, after: last.id }) }),
  };
}

/** @throws {ManagementProblem} 404 */
async function loadRefreshToken(
  { refreshTokenRegister, clock }: Pick<RefreshTokenRoutesDeps, 'refreshTokenRegister' | 'clock'>,
  id: string,
): Promise<ListedRefreshToken> {
  const token = isId(id) ? await refreshTokenRegister.find(id, clock()) : null;
  return token ?? noSuchToken();
}

function noSuchToken(): never {
  throw new ManagementProblem(404, 'inexistent_refresh_token', 'The refresh token does not exist.');
}
