// What a client is given because somebody signed in: rows that the statements of a login and of a session write.
import type { NewAuthorization } from '@/lib/login/authorization';
import type { NewAuthorizationCode } from '@/lib/login/challenge';
import type { KeyedHash } from '@/lib/login/keyed-hash';
import type { NewTokenFamily } from '@/lib/oidc/grants/passwordless-otp';
import type { Whereabouts } from '@/lib/oidc/whereabouts';
import { Prisma } from '@/prisma/generated/client';

/**
 * The code of a session, or nothing where there is none to write.
 * @param written.from rows with the session's `id`, its `account_id`, its `authenticated_at` and, or null, the `grant_id` of
 *   what the person allowed, under an alias
 */
export function insertAuthorizationCode(
  keyedHash: KeyedHash,
  code: NewAuthorizationCode | null,
  { from, now }: { from: Prisma.Sql; now: Prisma.Sql },
): Prisma.Sql {
  if (code === null) return NOTHING;
  return Prisma.sql`
    INSERT INTO authorization_codes (code_hash, client_id, account_id, session_id, redirect_uri, requested_redirect_uri,
      scope, audience, nonce, code_challenge, authenticated_at, auth_time_requested, family_id, grant_id, created_at, expires_at)
    SELECT ${keyedHash.hash('authorization-code', code.code)}::text, ${code.clientId}::text, account_id, id,
      ${code.redirectUri}::text, ${code.requestedRedirectUri}::text, ${code.scope}::text, ${code.audience}::text,
      ${code.nonce}::text, ${code.codeChallenge}::text, authenticated_at, ${code.authTimeRequested}::boolean,
      ${code.familyId}::text, grant_id, ${now}, ${code.expiresAt.toISOString()}::timestamptz
    FROM ${from}`;
}

/**
 * Those of the rows of a CTE (with the `id` of a session) whose session has not ended, with its `client_ids`. Nobody ends it
 * meanwhile, so that whoever is given something in it has been told of its end, or is not given it.
 */
export function holdSession(people: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    SELECT a.*, s.client_ids FROM ${people} a JOIN sessions s ON s.id = a.id WHERE s.ended_at IS NULL
    FOR NO KEY UPDATE OF s`;
}

/**
 * From now on the client of a code, or of tokens, takes part in the session.
 * @param from what {@link holdSession} gave
 */
export function joinSession(
  { authorizationCode, tokenFamily }: NewAuthorization,
  from: Prisma.Sql,
): Prisma.Sql {
  const client = authorizationCode ?? tokenFamily;
  if (client === null) return NOTHING;
  return Prisma.sql`
    UPDATE sessions SET client_ids = sessions.client_ids || ${client.clientId}::text FROM ${from} a
    WHERE sessions.id = a.id AND NOT ${client.clientId}::text = ANY(a.client_ids)`;
}

/**
 * The family of tokens that are handed out at once, while their client is there; nothing where none are.
 * @param written.from as above; its `id` may be null, where no browser of ours is signed in
 */
export function insertTokenFamily(
  family: NewTokenFamily | null,
  { from, now, seenFrom }: { from: Prisma.Sql; now: Prisma.Sql; seenFrom: Whereabouts | null },
): Prisma.Sql {
  if (family === null) return NOTHING;
  const { refresh } = family;
  const accessTokensExpireAt = Prisma.sql`${family.accessTokensExpireAt.toISOString()}::timestamptz`;
  const [idleExpiresAt, expiresAt] = [refresh?.idleExpiresAt, refresh?.expiresAt].map(
    (instant) => Prisma.sql`${instant?.toISOString() ?? null}::timestamptz`,
  );
  // The last access token may be given for the last refresh token; of one that has no end nobody knows when that is.
  const lastExpiresAt =
    refresh === null
      ? accessTokensExpireAt
      : Prisma.sql`COALESCE(${expiresAt}, ${idleExpiresAt}) + (${accessTokensExpireAt} - ${now})`;
  return Prisma.sql`
    INSERT INTO token_families (id, client_id, account_id, session_id, scope, audience, grant_id, authenticated_at,
      refresh_sequence, refresh_idle_expires_at, refresh_expires_at, ip, user_agent, created_at, expires_at)
    SELECT ${family.id}::text, c.client_id, account_id, id, ${family.scope}::text, ${family.audience}::text, grant_id,
      authenticated_at, ${refresh === null ? null : 0}::int, ${idleExpiresAt}, ${expiresAt},
      ${seenFrom?.ip ?? null}::text, left(${seenFrom?.userAgent ?? null}::text, 512), ${now}, ${lastExpiresAt}
    FROM ${from}, clients c WHERE c.client_id = ${family.clientId}::text`;
}

/** In place of an INSERT that nothing is to be done by. */
export const NOTHING = Prisma.sql`SELECT NULL::text AS recipient WHERE false`;
