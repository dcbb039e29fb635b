// Who comes into the console, in PostgreSQL. The promises are those of lib/management/console-door.ts.
import type { KeyedHash } from '@/lib/login/keyed-hash';
import {
  CONSOLE_IDLE_SECONDS,
  CONSOLE_SESSION_SECONDS,
  CONSOLE_TOUCH_SECONDS,
  type ConsoleDoor,
  type ConsoleEntry,
  type OperatorVisit,
} from '@/lib/management/console-door';
import type { Role } from '@/lib/management/roles';
import { Prisma, type PrismaClient } from '@/prisma/generated/client';
import { insertLogEvent } from './log-events';

const SETUP_TOKEN = 'setup-link';
const SESSION_SECRET = 'operator-session';

export function createConsoleDoor(prisma: PrismaClient, keyedHash: KeyedHash): ConsoleDoor {
  /** Tokens of links are looked for under every secret there is. */
  const isLink = (token: string | null, now: Prisma.Sql) => Prisma.sql`
    token_hash = ANY(${token === null ? [] : keyedHash.hashes(SETUP_TOKEN, token)}::text[]) AND expires_at > ${now}`;

  async function admit(entry: ConsoleEntry): Promise<Role | null> {
    const now = Prisma.sql`${entry.now.toISOString()}::timestamptz`;
    const isGood = isLink(entry.setupToken, now);
    const rows = await prisma.$queryRaw<{ role: Role }[]>`
      WITH person AS (
        SELECT id FROM accounts WHERE id = ${entry.accountId}::text AND blocked_at IS NULL
      ),
      proven AS (
        SELECT i.identifier FROM person JOIN identities i ON i.account_id = person.id
        JOIN challenges c ON c.provider = i.provider AND c.identifier = i.identifier
        WHERE i.provider = 'email' AND c.session_id = ${entry.loginSessionId}::text AND c.proven_at IS NOT NULL
      ),
      listed AS (SELECT 1 FROM proven WHERE identifier = ANY(${[...entry.admins]}::text[])),
      -- Of those who come at once with a link, one takes the rows away, and the others find none.
      links AS (
        DELETE FROM setup_links
        WHERE EXISTS (SELECT 1 FROM listed)
          OR (EXISTS (SELECT 1 FROM person) AND EXISTS (SELECT 1 FROM setup_links WHERE ${isGood}))
        RETURNING token_hash, expires_at
      ),
      claim AS (
        SELECT 1 FROM listed
        UNION ALL SELECT 1 FROM links WHERE ${isGood} AND NOT EXISTS (${OWNER})
      ),
      known AS (
        UPDATE operators held SET last_seen_at = ${now},
          role = CASE WHEN EXISTS (SELECT 1 FROM claim) THEN 'owner' ELSE role END
        WHERE account_id IN (SELECT id FROM person)
        RETURNING id, role, role <> (SELECT role FROM operators WHERE id = held.id) AS is_news
      ),
      taken AS (
        UPDATE operators SET account_id = ${entry.accountId}::text, accepted_at = ${now}, expires_at = NULL,
          last_seen_at = ${now}, role = CASE WHEN EXISTS (SELECT 1 FROM claim) THEN 'owner' ELSE role END
        WHERE account_id IS NULL AND expires_at > ${now} AND invited_email IN (SELECT identifier FROM proven)
          AND NOT EXISTS (SELECT 1 FROM operators WHERE account_id = ${entry.accountId}::text)
        RETURNING id, role, true AS is_news
      ),
      made AS (
        INSERT INTO operators (id, account_id, role, created_at, accepted_at, last_seen_at)
        SELECT ${entry.operatorId}::text, person.id, 'owner', ${now}, ${now}, ${now} FROM person
        WHERE EXISTS (SELECT 1 FROM claim) AND NOT EXISTS (SELECT 1 FROM known) AND NOT EXISTS (SELECT 1 FROM taken)
        ON CONFLICT (account_id) DO NOTHING
        RETURNING id, role, true AS is_news
      ),
      operator AS (SELECT * FROM known UNION ALL SELECT * FROM taken UNION ALL SELECT * FROM made),
      session AS (
        INSERT INTO operator_sessions (secret_hash, operator_id, authenticated_at, created_at, last_seen_at, expires_at)
        SELECT ${keyedHash.hash(SESSION_SECRET, entry.sessionSecret)}::text, id, ${entry.authenticatedAt.toISOString()}::timestamptz, ${now}, ${now},
          ${now} + make_interval(secs => ${CONSOLE_SESSION_SECONDS}::int)
        FROM operator
      ),
      event AS (
        ${insertLogEvent(entry, {
          from: Prisma.sql`operator WHERE is_news`,
          type: Prisma.sql`'sapi'`,
          clientId: Prisma.sql`NULL`,
          accountId: Prisma.sql`${entry.accountId}::text`,
          description: Prisma.sql`'Became an operator of the console: ' || role`,
        })}
      )
      SELECT role FROM operator`;
    return rows[0]?.role ?? null;
  }

  return {
    // The same person may come twice at once, and become an operator only once: then the second look finds them.
    admit: async (entry) => (await admit(entry)) ?? admit(entry),

    async find(sessionSecret, at) {
      const now = Prisma.sql`${at.toISOString()}::timestamptz`;
      const [row] = await prisma.$queryRaw<OperatorVisit[]>`
        WITH alive AS (
          SELECT s.secret_hash, s.operator_id, s.authenticated_at, o.account_id, o.role, a.name
          FROM operator_sessions s JOIN operators o ON o.id = s.operator_id JOIN accounts a ON a.id = o.account_id
          WHERE s.secret_hash = ANY(${keyedHash.hashes(SESSION_SECRET, sessionSecret)}::text[]) AND s.expires_at > ${now} AND a.blocked_at IS NULL
            AND s.last_seen_at > ${now} - make_interval(secs => ${CONSOLE_IDLE_SECONDS}::int)
        ),
        touched AS (
          UPDATE operator_sessions SET last_seen_at = ${now} WHERE secret_hash IN (SELECT secret_hash FROM alive)
            AND last_seen_at < ${now} - make_interval(secs => ${CONSOLE_TOUCH_SECONDS}::int)
          RETURNING operator_id
        ),
        seen AS (
          UPDATE operators SET last_seen_at = ${now} WHERE id IN (SELECT operator_id FROM touched)
        )
        SELECT operator_id AS "operatorId", account_id AS "accountId", role,
          authenticated_at AS "authenticatedAt", COALESCE(name, address, '') AS name, address
        FROM alive LEFT JOIN LATERAL (
          SELECT typed_form AS address FROM identities i WHERE i.account_id = alive.account_id
          ORDER BY provider, created_at, user_id LIMIT 1) AS identity ON true`;
      return row ?? null;
    },

    async leave(sessionSecret) {
      const secretHash = { in: keyedHash.hashes(SESSION_SECRET, sessionSecret) };
      await prisma.operatorSession.deleteMany({ where: { secretHash } });
    },

    async openSetup({ token, createdAt, expiresAt }) {
      const opened = await prisma.$executeRaw`
        INSERT INTO setup_links (token_hash, created_at, expires_at)
        SELECT ${keyedHash.hash(SETUP_TOKEN, token)}::text, ${createdAt.toISOString()}::timestamptz,
          ${expiresAt.toISOString()}::timestamptz
        WHERE NOT EXISTS (${OWNER})`;
      return opened === 1;
    },

    async isSetupOpen(token, at) {
      const now = Prisma.sql`${at.toISOString()}::timestamptz`;
      const found = await prisma.$queryRaw<unknown[]>`
        SELECT 1 FROM setup_links WHERE ${isLink(token, now)} AND NOT EXISTS (${OWNER})`;
      return found.length > 0;
    },
  };
}

const OWNER = Prisma.sql`SELECT 1 FROM operators WHERE role = 'owner' AND account_id IS NOT NULL`;
