// Operators and invitations in PostgreSQL. The promises are those of lib/management/operator-register.ts.
import type { Operator, OperatorChange, OperatorRegister } from '@/lib/management/operator-register';
import type { Role } from '@/lib/management/roles';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';

export function createOperatorRegister(prisma: PrismaClient): OperatorRegister {
  return {
    async list({ offset, limit }) {
      const [operators, total] = await Promise.all([
        prisma.$queryRaw<Operator[]>`
          ${DESCRIBED} ORDER BY o.account_id IS NULL, o.created_at, o.id OFFSET ${offset}::int LIMIT ${limit}::int`,
        prisma.operator.count(),
      ]);
      return { operators, total };
    },

    async find(id) {
      const [operator] = await prisma.$queryRaw<Operator[]>`${DESCRIBED} WHERE o.id = ${id}::text`;
      return operator ?? null;
    },

    async invite({ id, email, role, invitedBy, createdAt, expiresAt }) {
      const now = Prisma.sql`${createdAt.toISOString()}::timestamptz`;
      const invited = await prisma.$executeRaw`
        INSERT INTO operators AS held (id, role, invited_email, invited_by, created_at, expires_at)
        SELECT ${id}::text, ${role}::text, ${email}::text, ${invitedBy}::text, ${now},
          ${expiresAt.toISOString()}::timestamptz
        WHERE NOT EXISTS (
          SELECT 1 FROM operators o JOIN identities i ON i.account_id = o.account_id
          WHERE i.provider = 'email' AND i.identifier = ${email}::text)
        ON CONFLICT (invited_email) DO UPDATE SET id = excluded.id, role = excluded.role,
          invited_by = excluded.invited_by, created_at = excluded.created_at, expires_at = excluded.expires_at
        WHERE held.account_id IS NULL AND held.expires_at <= ${now}`;
      return invited === 1;
    },

    async changeRole({ id, role }) {
      const [row] = await prisma.$queryRaw<ChangeRow[]>`
        WITH ${OWNERS},
        changed AS (
          UPDATE operators SET role = ${role}::text
          WHERE id = ${id}::text AND (${role}::text = 'owner' OR ${anotherOwner(id)}) RETURNING id
        )
        ${toldOf(id)}`;
      return changeFrom(row);
    },

    async remove(id) {
      const [row] = await prisma.$queryRaw<ChangeRow[]>`
        WITH ${OWNERS},
        changed AS (DELETE FROM operators WHERE id = ${id}::text AND ${anotherOwner(id)} RETURNING id)
        ${toldOf(id)}`;
      return changeFrom(row);
    },

    async findRole(accountId) {
      const held = await prisma.operator.findUnique({ where: { accountId }, select: { role: true } });
      return (held?.role ?? null) as Role | null;
    },
  };
}

const DESCRIBED = Prisma.sql`
  SELECT o.id, o.role, o.account_id AS "accountId", a.name, COALESCE(o.invited_email, mine.address) AS email,
    COALESCE(host.name, hosts.address) AS "invitedBy", o.created_at AS "createdAt", o.accepted_at AS "acceptedAt",
    o.expires_at AS "expiresAt", o.last_seen_at AS "lastSeenAt"
  FROM operators o
  LEFT JOIN accounts a ON a.id = o.account_id
  LEFT JOIN LATERAL (${addressOf(Prisma.sql`o.account_id`)}) mine ON true
  LEFT JOIN accounts host ON host.id = o.invited_by
  LEFT JOIN LATERAL (${addressOf(Prisma.sql`o.invited_by`)}) hosts ON true`;

/** The oldest e-mail address of an account. */
function addressOf(accountId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    SELECT typed_form AS address FROM identities WHERE account_id = ${accountId} AND provider = 'email'
    ORDER BY created_at, user_id LIMIT 1`;
}

/**
 * `owners`: those there are, held until the statement ends. Whoever waited for one of them looks at it again, so that of two
 * owners who remove each other the second finds itself the last.
 */
const OWNERS = Prisma.sql`
  owners AS (
    SELECT id FROM operators WHERE role = 'owner' AND account_id IS NOT NULL ORDER BY id FOR NO KEY UPDATE
  )`;

/** Whether there is an owner without that one, or it is none. */
function anotherOwner(id: string): Prisma.Sql {
  return Prisma.sql`(EXISTS (SELECT 1 FROM owners WHERE owners.id <> ${id}::text)
    OR NOT EXISTS (SELECT 1 FROM owners WHERE owners.id = ${id}::text))`;
}

type ChangeRow = { isDone: boolean; isKnown: boolean };

function toldOf(id: string): Prisma.Sql {
  return Prisma.sql`
    SELECT EXISTS (SELECT 1 FROM changed) AS "isDone",
      EXISTS (SELECT 1 FROM operators WHERE id = ${id}::text) AS "isKnown"`;
}

function changeFrom(row: ChangeRow | undefined): OperatorChange {
  if (row?.isDone) return 'done';
  return row?.isKnown ? 'last_owner' : 'unknown';
}
