// Accounts that become one, and identities that become accounts. The promises are those of lib/login/account-links.ts.
import type {
  AccountLinkStore,
  AccountsLinked,
  IdentityName,
  IdentityUnlinked,
} from '@/lib/login/account-links';
import type { AccountRegister, ChangeOrigin } from '@/lib/login/account-register';
import type { IdentityNotices } from '@/lib/login/identity-notices';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';
import { accountIdOf, removeTraces } from './account-endings';
import { holdIdentities, lockMembership } from './account-locks';
import { insertIdentityNotices } from './identity-notices';
import { insertLogEvent } from './log-events';
import { endSessions } from './session-endings';
import { revokeTokens } from './token-endings';

export function createAccountLinkStore(
  prisma: PrismaClient,
  accounts: Pick<AccountRegister, 'find'>,
): AccountLinkStore {
  const holderOf = ({ provider, userId }: IdentityName) =>
    prisma.identity.findUnique({ where: { provider_userId: { provider, userId } } });

  /** Why nothing was linked. */
  async function reasonAgainst(accountId: string, secondary: IdentityName): Promise<AccountsLinked> {
    const secondaryId = accountIdOf(secondary);
    if (secondaryId === accountId) return { kind: 'same' };
    const pair = await prisma.account.findMany({ where: { id: { in: [accountId, secondaryId] } } });
    if (!pair.some(({ id }) => id === accountId)) return { kind: 'not_found' };
    if (pair.length === 2 && pair.some(({ blockedAt }) => blockedAt !== null)) return { kind: 'blocked' };
    return { kind: (await holderOf(secondary)) === null ? 'no_secondary' : 'already_linked' };
  }

  return {
    async link({ accountId, secondary, notices, origin }) {
      const secondaryId = accountIdOf(secondary);
      if (secondaryId === accountId) return { kind: 'same' };
      const [, , [row]] = await prisma.$transaction([
        lockMembership(prisma, [accountId, secondaryId]),
        holdIdentities(prisma, [accountId, secondaryId]),
        prisma.$queryRaw<[{ linked: boolean; told: string[] }]>(
          linkStatement({ accountId, secondaryId, notices, origin }),
        ),
        ...removeTraces(prisma, { accountIds: [secondaryId], now: origin.now }),
      ]);
      if (!row.linked) return reasonAgainst(accountId, secondary);
      const account = await accounts.find(accountId);
      return account === null ? { kind: 'not_found' } : { kind: 'linked', account, told: row.told };
    },

    async unlink({ accountId, identity, notices, origin }) {
      const ownId = accountIdOf(identity);
      if (ownId === accountId) return { kind: 'main' };
      const begun = sessionsBegunBy(accountId, identity);
      // This very transaction wrote its row.
      const isDone = Prisma.sql`EXISTS (
        SELECT 1 FROM accounts WHERE id = ${ownId}::text AND xmin = pg_current_xact_id()::xid)`;
      const [, , [row]] = await prisma.$transaction([
        lockMembership(prisma, [accountId, ownId]),
        holdIdentities(prisma, [accountId]),
        prisma.$queryRaw<[{ unlinked: boolean; told: string[] }]>(
          unlinkStatement({ accountId, identity, notices, origin }),
        ),
        ...revokeTokens(
          prisma,
          Prisma.sql`account_id = ${accountId}::text AND ${isDone}
            AND (session_id IS NULL OR session_id IN (SELECT id FROM sessions WHERE ${begun}))`,
          origin,
        ),
      ]);
      const account = await accounts.find(accountId);
      if (account === null) return { kind: 'not_found' };
      return row.unlinked
        ? { kind: 'unlinked', account, told: row.told }
        : ({ kind: 'not_linked' } satisfies IdentityUnlinked);
    },

    async findLastProof({ accountId, sessionId }) {
      if (sessionId === null)
        return (await prisma.account.findUnique({ where: { id: accountId } }))?.lastLoginAt ?? null;
      const session = await prisma.session.findFirst({ where: { id: sessionId, accountId } });
      return session?.authenticatedAt ?? null;
    },
  };
}

function linkStatement(link: {
  accountId: string;
  secondaryId: string;
  notices: IdentityNotices | null;
  origin: ChangeOrigin;
}): Prisma.Sql {
  const { origin } = link;
  const [accountId, secondaryId] = [
    Prisma.sql`${link.accountId}::text`,
    Prisma.sql`${link.secondaryId}::text`,
  ];
  const now = Prisma.sql`${origin.now.toISOString()}::timestamptz`;
  const isOpen = (id: Prisma.Sql) =>
    Prisma.sql`EXISTS (SELECT 1 FROM accounts WHERE id = ${id} AND blocked_at IS NULL)`;
  const { ctes, told } = insertIdentityNotices(link.notices, {
    accountId,
    onlyIf: Prisma.sql`EXISTS (SELECT 1 FROM joined)`,
  });
  return Prisma.sql`
    WITH joined AS (
      UPDATE identities SET account_id = ${accountId}, linked_at = ${now},
        profile = CASE WHEN linked_at IS NULL THEN (
          SELECT jsonb_build_object('name', name, 'nickname', nickname, 'givenName', given_name,
            'familyName', family_name, 'picture', picture)
          FROM accounts WHERE id = ${secondaryId}) ELSE profile END
      WHERE account_id = ${secondaryId} AND ${isOpen(accountId)} AND ${isOpen(secondaryId)}
      RETURNING provider, user_id
    ),
    account AS (
      UPDATE accounts SET updated_at = ${now} WHERE id = ${accountId} AND EXISTS (SELECT 1 FROM joined)
    ),
    -- Its grants go with it. What looks for identities of it afterwards sees that they are elsewhere.
    secondary AS (DELETE FROM accounts WHERE id = ${secondaryId} AND EXISTS (SELECT 1 FROM joined)),
    ${ctes}
    event AS (
      ${insertLogEvent(origin, {
        from: Prisma.sql`(VALUES (${accountId}, 'An identity was linked.'), (${secondaryId}, 'Linked to another account, and ended.'))
          AS told (account_id, description) WHERE EXISTS (SELECT 1 FROM joined)`,
        type: Prisma.sql`'sapi'`,
        clientId: Prisma.sql`${origin.clientId}::text`,
        accountId: Prisma.sql`account_id`,
        description: Prisma.sql`description`,
      })}
    )
    SELECT EXISTS (SELECT 1 FROM joined) AS linked, ${told} AS told`;
}

function unlinkStatement(unlink: {
  accountId: string;
  identity: IdentityName;
  notices: IdentityNotices | null;
  origin: ChangeOrigin;
}): Prisma.Sql {
  const { identity, origin } = unlink;
  const accountId = Prisma.sql`${unlink.accountId}::text`;
  const now = Prisma.sql`${origin.now.toISOString()}::timestamptz`;
  const { ctes, told } = insertIdentityNotices(unlink.notices, {
    accountId,
    onlyIf: Prisma.sql`EXISTS (SELECT 1 FROM parted)`,
  });
  return Prisma.sql`
    WITH parted AS (
      UPDATE identities SET account_id = provider || '|' || user_id, linked_at = NULL
      WHERE provider = ${identity.provider}::text AND user_id = ${identity.userId}::text AND account_id = ${accountId}
      RETURNING account_id, profile
    ),
    own AS (
      INSERT INTO accounts (id, name, nickname, given_name, family_name, picture, blocked_at, created_at, updated_at)
      SELECT parted.account_id, profile->>'name', profile->>'nickname', profile->>'givenName', profile->>'familyName',
        profile->>'picture', a.blocked_at, ${now}, ${now}
      FROM parted, accounts a WHERE a.id = ${accountId}
      RETURNING id
    ),
    account AS (UPDATE accounts SET updated_at = ${now} WHERE id = ${accountId} AND EXISTS (SELECT 1 FROM parted)),
    ${ctes}
    ${endSessions(
      Prisma.sql`${sessionsBegunBy(unlink.accountId, identity)} AND EXISTS (SELECT 1 FROM parted)`,
      { initiator: 'session-revoked', now },
    )},
    event AS (
      ${insertLogEvent(origin, {
        from: Prisma.sql`(VALUES (${accountId}, 'An identity was unlinked.'), (${accountIdOf(identity)}::text, 'Unlinked from another account.'))
          AS told (account_id, description) WHERE EXISTS (SELECT 1 FROM parted)`,
        type: Prisma.sql`'sapi'`,
        clientId: Prisma.sql`${origin.clientId}::text`,
        accountId: Prisma.sql`account_id`,
        description: Prisma.sql`description`,
      })}
    )
    SELECT EXISTS (SELECT 1 FROM parted) AS unlinked, ${told} AS told`;
}

/**
 * A session knows by which channel it was begun, not by which identity of it. RFC 8176 has no name for e-mail; one that a passkey
 * began ('pop') may be of either.
 */
function sessionsBegunBy(accountId: string, { provider }: IdentityName): Prisma.Sql {
  return Prisma.sql`account_id = ${accountId}::text
    AND ('pop' = ANY(amr) OR ('sms' = ANY(amr)) = ${provider === 'sms'}::boolean)`;
}
