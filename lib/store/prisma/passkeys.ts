// Passkeys: found, used once an answer, kept, removed. The promises are those of lib/login/passkey.ts. Whose a passkey is, its
// identity says: it moves with that, ends with it, and is worth nothing once the identity was proven anew by somebody else.

import type { Channel } from '@/lib/login/identifier';
import type { KeyedHash } from '@/lib/login/keyed-hash';
import {
  PASSKEYS_MAX,
  type Passkey,
  type PasskeyDeviceType,
  type PasskeySignIn,
  type PasskeyStore,
  type PasskeyUsed,
} from '@/lib/login/passkey';
import { Prisma, type PrismaClient, type Passkey as Row } from '@/prisma/generated/client';
import { insertAuthorizationCode, insertTokenFamily } from './authorizations';
import { permittedOf } from './grants';
import { insertLogEvent } from './log-events';
import { NO_SESSION, writeSession } from './session-beginnings';
import { endSessions } from './session-endings';

/** A passkey `p` that opens the account of its identity `i`: nobody has proven that anew since it was made. */
const isGood = Prisma.sql`i.provider = p.provider AND i.user_id = p.user_id AND i.verified_at <= p.created_at`;

export function createPasskeyStore(prisma: PrismaClient, keyedHash: KeyedHash): PasskeyStore {
  return {
    async findKey(credentialId) {
      const [row] = await prisma.$queryRaw<Pick<Row, 'publicKey' | 'userHandle'>[]>`
        SELECT p.public_key AS "publicKey", p.user_handle AS "userHandle"
        FROM passkeys p JOIN identities i ON ${isGood} WHERE p.credential_id = ${credentialId}::text`;
      return row === undefined ? null : { ...row, credentialId };
    },

    async signIn(signIn) {
      const { context, session, authorization, challenge, credentialId } = signIn;
      const now = Prisma.sql`${context.now.toISOString()}::timestamptz`;
      const count = Prisma.sql`${signIn.signCount}::bigint`;
      const strategies = Prisma.sql`${signIn.offered.map(({ strategy }) => strategy)}::text[]`;
      const names = Prisma.sql`${signIn.offered.map(({ name }) => name)}::text[]`;
      const mine = heldSession(keyedHash, signIn.replacedSessionSecret);
      const [row] = await prisma.$queryRaw<SignInRow[]>`
        WITH person AS (
          -- The account before its passkey, as where it is removed (account-endings.ts).
          SELECT a.id, a.blocked_at IS NOT NULL AS is_blocked FROM passkeys p JOIN identities i ON ${isGood}
            JOIN accounts a ON a.id = i.account_id
          WHERE p.credential_id = ${credentialId}::text FOR NO KEY UPDATE OF a
        ),
        held AS (
          SELECT p.id AS passkey_id, p.sign_count, i.provider, i.identifier, person.id AS account_id,
            (${names})[array_position(${strategies}, i.provider)] AS connection, is_blocked
          FROM person, passkeys p JOIN identities i ON ${isGood}
          WHERE p.credential_id = ${credentialId}::text AND i.account_id = person.id
            AND i.provider = ANY(${strategies})
          FOR UPDATE OF p
        ),
        answered AS (
          INSERT INTO passkey_answers (challenge, expires_at)
          SELECT ${challenge}::text, ${signIn.challengeExpiresAt.toISOString()}::timestamptz FROM held
          ON CONFLICT (challenge) DO NOTHING RETURNING 1 AS first
        ),
        proven AS (
          SELECT held.* FROM held, answered WHERE held.sign_count < ${count} OR (held.sign_count = 0 AND ${count} = 0)
        ),
        used AS (
          UPDATE passkeys SET sign_count = ${count}, is_backed_up = ${signIn.isBackedUp}::boolean, last_used_at = ${now}
          FROM proven WHERE passkeys.id = proven.passkey_id AND NOT is_blocked
          RETURNING account_id
        ),
        account AS (
          UPDATE accounts SET last_login_at = ${now}, last_ip = ${context.ip}::text, logins_count = logins_count + 1
          FROM used WHERE accounts.id = used.account_id
          RETURNING accounts.id
        ),
        continued AS (
          ${
            mine === null
              ? NO_SESSION
              : Prisma.sql`SELECT s.id, s.account_id FROM sessions s JOIN account ON s.account_id = account.id
            WHERE ${mine} AND s.ended_at IS NULL AND s.expires_at > ${now} AND s.idle_expires_at > ${now}`
          }
        ),
        ${endSessions(
          mine === null
            ? Prisma.sql`false`
            : Prisma.sql`id IN (SELECT s.id FROM sessions s WHERE ${mine} AND EXISTS (SELECT 1 FROM account))
                AND id IS DISTINCT FROM (SELECT id FROM continued)`,
          {
            initiator: 'rp-logout',
            now,
            // The same person's, grown too old to go on with: nothing ends that anybody thinks is there.
            unheard: Prisma.sql`account_id = (SELECT id FROM account)`,
          },
        )},
        permitted AS (${permittedOf(Prisma.sql`(SELECT id AS account_id FROM account)`, signIn.consent)}),
        ${writeSession(keyedHash, { session, clientIds: Prisma.sql`ARRAY(SELECT ${signIn.clientId}::text FROM permitted)`, context })},
        signed_in AS (
          SELECT session.id, permitted.account_id, ${now} AS authenticated_at, permitted.grant_id
          FROM session, permitted
        ),
        family AS (
          ${insertTokenFamily(authorization.tokenFamily, { from: Prisma.sql`signed_in`, now, seenFrom: context })}
        ),
        code AS (
          ${insertAuthorizationCode(keyedHash, authorization.authorizationCode, { from: Prisma.sql`signed_in`, now })}
        ),
        event AS (
          ${insertLogEvent(context, {
            from: Prisma.sql`held JOIN answered ON true LEFT JOIN account ON true`,
            type: Prisma.sql`CASE WHEN account.id IS NULL THEN 'f' ELSE 's' END`,
            clientId: Prisma.sql`${signIn.clientId}::text`,
            accountId: Prisma.sql`held.account_id`,
            connection: Prisma.sql`held.connection`,
            description: Prisma.sql`CASE WHEN account.id IS NOT NULL THEN 'Signed in with a passkey.'
              WHEN EXISTS (SELECT 1 FROM proven) THEN 'user is blocked'
              ELSE 'The count of the passkey did not go on: it may have been copied.' END`,
            details: Prisma.sql`jsonb_build_object('passkey', held.passkey_id)`,
          })}
        )
        SELECT account.id AS "accountId", (SELECT id FROM session) AS "sessionId", proven.provider, proven.identifier,
          EXISTS (SELECT 1 FROM permitted) AS "isPermitted"
        FROM proven LEFT JOIN account ON true`;
      return usedFrom(row);
    },

    async add({
      id,
      name,
      userHandle,
      credential,
      accountId,
      identity,
      clientId,
      logged,
      context,
      ...added
    }) {
      const now = Prisma.sql`${context.now.toISOString()}::timestamptz`;
      const [, rows] = await prisma.$transaction([
        // Whoever adds to the account at the same time is done, so that what they added is counted.
        prisma.$executeRaw`SELECT 1 FROM accounts WHERE id = ${accountId}::text FOR NO KEY UPDATE`,
        prisma.$queryRaw<unknown[]>`
          WITH person AS (
            SELECT id FROM accounts WHERE id = ${accountId}::text AND blocked_at IS NULL
          ),
          proven AS (
            SELECT i.provider, i.user_id, i.verified_at FROM identities i JOIN person ON i.account_id = person.id
            WHERE i.provider = ${identity.channel}::text AND i.identifier = ${identity.canonical}::text
              AND i.verified_at IS NOT NULL
              AND (SELECT count(*) FROM passkeys p JOIN identities i ON ${isGood} JOIN person ON person.id = i.account_id)
                < ${PASSKEYS_MAX}::int
          ),
          answered AS (
            INSERT INTO passkey_answers (challenge, expires_at)
            SELECT ${credential.challenge}::text, ${added.challengeExpiresAt.toISOString()}::timestamptz FROM proven
            ON CONFLICT (challenge) DO NOTHING RETURNING 1 AS first
          ),
          added AS (
            INSERT INTO passkeys (id, credential_id, public_key, sign_count, transports, device_type, is_backed_up, aaguid,
              name, user_handle, user_agent, provider, user_id, created_at)
            SELECT ${id}::text, ${credential.credentialId}::text, ${credential.publicKey}::bytea,
              ${credential.signCount}::bigint, ${[...credential.transports]}::text[], ${credential.deviceType}::text,
              ${credential.isBackedUp}::boolean, ${credential.aaguid}::text, ${name}::text, ${userHandle}::text,
              left(${context.userAgent}::text, 512), provider, user_id,
              -- Another process may have taken the proof, by a clock that is a little ahead.
              GREATEST(${now}, verified_at)
            FROM proven, answered
            ON CONFLICT (credential_id) DO NOTHING RETURNING provider
          ),
          event AS (
            ${insertLogEvent(context, {
              from: Prisma.sql`added`,
              type: Prisma.sql`'passkey_created'`,
              clientId: Prisma.sql`${clientId}::text`,
              accountId: Prisma.sql`${accountId}::text`,
              ...logged,
              description: Prisma.sql`'Created a passkey.'`,
            })}
          )
          SELECT 1 FROM added`,
      ]);
      return rows.length === 1;
    },

    async list(accountId) {
      const rows = await prisma.passkey.findMany({
        where: { identity: { accountId } },
        include: { identity: { select: { verifiedAt: true } } },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      });
      // As isGood has it.
      return rows.flatMap(({ identity: { verifiedAt }, ...row }) =>
        verifiedAt !== null && verifiedAt <= row.createdAt ? [passkeyOf(row)] : [],
      );
    },

    async remove({ accountId, id }, by) {
      const named = id === null ? Prisma.sql`true` : Prisma.sql`p.id = ${id}::text`;
      const rows = await prisma.$queryRaw<unknown[]>`
        WITH removed AS (
          DELETE FROM passkeys p USING identities i
          WHERE i.provider = p.provider AND i.user_id = p.user_id AND i.account_id = ${accountId}::text AND ${named}
          RETURNING p.id
        ),
        event AS (
          ${insertLogEvent(by, {
            from: Prisma.sql`removed`,
            type: Prisma.sql`'passkey_removed'`,
            clientId: Prisma.sql`NULL`,
            accountId: Prisma.sql`${accountId}::text`,
            description: Prisma.sql`'Removed a passkey.'`,
          })}
        )
        SELECT 1 FROM removed`;
      return rows.length;
    },

    async exist() {
      return (await prisma.passkey.findFirst({ select: { id: true } })) !== null;
    },
  };
}

type SignInRow = {
  accountId: string | null;
  sessionId: string | null;
  provider: string;
  identifier: string;
  isPermitted: boolean;
};

/** The session that this browser holds, of `sessions s`; null where it holds none. */
function heldSession(
  keyedHash: KeyedHash,
  secret: PasskeySignIn['replacedSessionSecret'],
): Prisma.Sql | null {
  return secret === null
    ? null
    : Prisma.sql`s.secret_hash = ANY(${keyedHash.hashes('session', secret)}::text[])`;
}

function usedFrom(row: SignInRow | undefined): PasskeyUsed {
  if (row === undefined) return { kind: 'refused' };
  const { accountId, sessionId, provider, identifier, isPermitted } = row;
  if (accountId === null || sessionId === null) return { kind: 'blocked' };
  return {
    kind: 'signed_in',
    accountId,
    sessionId,
    identifier: { channel: provider as Channel, canonical: identifier },
    isPermitted,
  };
}

function passkeyOf(row: Row): Passkey {
  const { provider, userId, ...passkey } = row;
  return {
    ...passkey,
    deviceType: row.deviceType as PasskeyDeviceType,
    identity: { provider: provider as Channel, userId },
  };
}
