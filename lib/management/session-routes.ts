// Sessions as operators see and end them: `/api/v2/sessions`, and those of a user. auth0-contract §5.5; OWASP ASVS 7.4.5.
import { z } from 'zod';
import type { AccountRegister } from '@/lib/login/account-register';
import type { ListedSession, SessionRegister } from '@/lib/login/session-register';
import { type Caller, mayUse } from './caller';
import { fieldsOf, flag, instant, queryFlag, text } from './fields';
import { describeHeldMetadata, heldMetadata, heldMetadataDocument } from './metadata';
import { type OriginDeps, originOf } from './origin';
import { type Cursors, checkpointParameters, openCursor, sealCursor, TAKE_DEFAULT } from './paging';
import { insufficientScope, ManagementProblem } from './problem';
import { type Frozen, routeFor } from './route';
import { USERS_PATH } from './user-routes';
import { loadAccount } from './users';

export const SESSIONS_PATH = '/api/v2/sessions';
export const REVOKE_ACCESS_PATH = `${USERS_PATH}/{id}/revoke-access` as const;

export type SessionRoutesDeps = OriginDeps &
  Readonly<{ accounts: AccountRegister; sessionRegister: SessionRegister; cursors: Cursors }>;

/** Longer ids are none. */
export const SESSION_ID_MAX_LENGTH = 128;

// ---- On the wire ----------------------------------------------------------------------------------------------------

/** Where something was seen first, and last. */
export const deviceDocument = z.strictObject({
  initial_ip: z.string().nullable(),
  initial_user_agent: z.string().nullable(),
  last_ip: z.string().nullable(),
  last_user_agent: z.string().nullable(),
});

/** A session on the wire. The sign-ins before the last are not kept. */
export const sessionDocument = z.strictObject({
  id: z.string(),
  user_id: z.string(),
  created_at: instant(),
  updated_at: instant(),
  authenticated_at: instant(),
  idle_expires_at: instant(),
  expires_at: instant(),
  last_interacted_at: instant(),
  device: deviceDocument,
  clients: z.array(z.strictObject({ client_id: z.string() })),
  authentication: z.strictObject({
    methods: z.array(z.strictObject({ name: z.enum(['email', 'sms', 'passkey']), timestamp: instant() })),
  }),
  session_metadata: heldMetadataDocument(),
});

export type SessionDocument = Frozen<z.output<typeof sessionDocument>>;

/** Of whatever is seen now and then. */
export function describeDevice({
  initial,
  last,
}: Pick<ListedSession, 'initial' | 'last'>): Frozen<z.output<typeof deviceDocument>> {
  return {
    initial_ip: initial.ip,
    initial_user_agent: initial.userAgent,
    last_ip: last.ip,
    last_user_agent: last.userAgent,
  };
}

function describe(session: ListedSession): SessionDocument {
  return {
    id: session.id,
    user_id: session.accountId,
    created_at: session.createdAt.toISOString(),
    updated_at: session.lastSeenAt.toISOString(),
    authenticated_at: session.authenticatedAt.toISOString(),
    idle_expires_at: session.idleExpiresAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
    last_interacted_at: session.lastSeenAt.toISOString(),
    device: describeDevice(session),
    clients: session.clientIds.map((clientId) => ({ client_id: clientId })),
    authentication: {
      methods: [{ name: session.method, timestamp: session.authenticatedAt.toISOString() }],
    },
    session_metadata: describeHeldMetadata(session.metadata),
  };
}

// ---- The routes -----------------------------------------------------------------------------------------------------

const route = routeFor<SessionRoutesDeps>();

const LIST = 'sessions';

/** What lists that never have totals take. @see https://auth0.com/docs/api/management/v2/users/get-sessions-for-user */
export const checkpointQuery = z.strictObject({ ...checkpointParameters, include_totals: queryFlag(false) });

export const SESSION_ROUTES = [
  route({
    method: 'GET',
    path: `${USERS_PATH}/{id}/sessions`,
    summary: 'List the sessions of a user',
    description:
      'Those that live, the newest first. `include_totals` changes nothing: `next` says where the list goes on.',
    scope: 'read:sessions',
    query: checkpointQuery,
    result: z.strictObject({ sessions: z.array(sessionDocument), next: z.string().optional() }),
    async answer(deps, { params, query }) {
      const { id: accountId } = await loadAccount(deps, params.id);
      const { from, take = TAKE_DEFAULT } = query;
      const list = `${LIST} of ${accountId}`;
      const after = openCursor(deps.cursors, { from, list, place: z.string() });
      const range = { after, limit: take + 1, now: deps.clock() };
      const found = await deps.sessionRegister.list(accountId, range);
      const part = found.slice(0, take);
      const last = found.length > take ? part.at(-1) : undefined;
      return {
        sessions: part.map(describe),
        ...(last !== undefined && { next: sealCursor(deps.cursors, { list, after: last.id }) }),
      };
    },
  }),
  route({
    method: 'DELETE',
    path: `${USERS_PATH}/{id}/sessions`,
    summary: 'End the sessions of a user',
    description: 'Refresh tokens live on. Applications that took part are told by their back channel.',
    scope: 'delete:sessions',
    status: 202,
    async answer(deps, { params, caller, request }) {
      const { id: accountId } = await loadAccount(deps, params.id);
      const of = { accountId, sessionId: null };
      await deps.sessionRegister.end({ of, revokesTokens: false, by: originOf(deps, caller, request) });
    },
  }),
  route({
    method: 'POST',
    path: REVOKE_ACCESS_PATH,
    summary: 'Sign a user out, with everything that sessions gave',
    description: [
      'All sessions, or the one of `session_id`. Refresh tokens of them end too, unless they are preserved; of all sessions',
      'also those that came without one. Needs `delete:refresh_tokens` besides, unless they are preserved.',
    ].join('\n'),
    scope: 'delete:sessions',
    body: fieldsOf({
      session_id: text(1, SESSION_ID_MAX_LENGTH).optional(),
      preserve_refresh_tokens: flag().default(false),
    }),
    status: 202,
    async answer(deps, { params, body, caller, request }) {
      const { id: accountId } = await loadAccount(deps, params.id);
      const revokesTokens = !body.preserve_refresh_tokens;
      if (revokesTokens) checkMayRevoke(caller);
      const of = { accountId, sessionId: body.session_id ?? null };
      await deps.sessionRegister.end({ of, revokesTokens, by: originOf(deps, caller, request) });
    },
  }),
  route({
    method: 'GET',
    path: `${SESSIONS_PATH}/{id}`,
    summary: 'Get a session',
    scope: 'read:sessions',
    result: sessionDocument,
    answer: async (deps, { params }) => describe(await loadSession(deps, params.id)),
  }),
  route({
    method: 'PATCH',
    path: `${SESSIONS_PATH}/{id}`,
    summary: 'Update a session',
    description:
      'What is sent takes the place of all of its metadata, up to 25 strings by name; null or an empty object takes it away.',
    scope: 'update:sessions',
    body: fieldsOf({ session_metadata: heldMetadata() }),
    result: sessionDocument,
    async answer(deps, { params, body }) {
      const { id: sessionId } = await loadSession(deps, params.id);
      const metadata = body.session_metadata ?? {};
      const session = await deps.sessionRegister.setMetadata({ sessionId, metadata }, deps.clock());
      return describe(session ?? noSuchSession());
    },
  }),
  route({
    method: 'DELETE',
    path: `${SESSIONS_PATH}/{id}`,
    summary: 'End a session',
    description: 'Refresh tokens live on. Applications that took part are told by their back channel.',
    scope: 'delete:sessions',
    status: 202,
    async answer(deps, { params, caller, request }) {
      const of = sessionOf(await loadSession(deps, params.id));
      await deps.sessionRegister.end({ of, revokesTokens: false, by: originOf(deps, caller, request) });
    },
  }),
  route({
    method: 'POST',
    path: `${SESSIONS_PATH}/{id}/revoke`,
    summary: 'End a session, with everything it gave',
    description: 'Its refresh and access tokens too. Needs `delete:refresh_tokens` besides.',
    scope: 'delete:sessions',
    status: 202,
    async answer(deps, { params, caller, request }) {
      const of = sessionOf(await loadSession(deps, params.id));
      checkMayRevoke(caller);
      await deps.sessionRegister.end({ of, revokesTokens: true, by: originOf(deps, caller, request) });
    },
  }),
];

/** @throws {ManagementProblem} 404 */
async function loadSession(
  { sessionRegister, clock }: Pick<SessionRoutesDeps, 'sessionRegister' | 'clock'>,
  id: string,
): Promise<ListedSession> {
  const session = isId(id) ? await sessionRegister.find(id, clock()) : null;
  return session ?? noSuchSession();
}

function noSuchSession(): never {
  throw new ManagementProblem(404, 'inexistent_session', 'The session does not exist.');
}

/** What the database takes for a text at all. */
export function isId(id: string): boolean {
  return id.length <= SESSION_ID_MAX_LENGTH && /^[\x21-\x7e]+$/.test(id);
}

function sessionOf({ id: sessionId, accountId }: ListedSession) {
  return { accountId, sessionId };
}

/** @throws {ManagementProblem} 403 */
function checkMayRevoke(caller: Caller): void {
  if (!mayUse(caller, [REVOKE_SCOPE])) throw insufficientScope([REVOKE_SCOPE]);
}

const REVOKE_SCOPE = 'delete:refresh_tokens';
