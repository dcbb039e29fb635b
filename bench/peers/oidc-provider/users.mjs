// People and the codes they are sent. A code is kept as a keyed hash; guesses are counted by the statement that compares.
import { createHmac, randomInt, randomUUID } from 'node:crypto';

const CODE_LIFETIME_SECONDS = 600;
const MAX_GUESSES = 5;

/** @param {import('pg').Pool} pool */
export async function createSchema(pool) {
  await pool.query(`
    CREATE TABLE IF NOT EXISTS oidc_payloads (
      model text NOT NULL, id text NOT NULL, payload jsonb NOT NULL, grant_id text, uid text, user_code text,
      expires_at timestamptz, consumed_at timestamptz, PRIMARY KEY (model, id)
    );
    CREATE INDEX IF NOT EXISTS oidc_payloads_grant ON oidc_payloads (grant_id) WHERE grant_id IS NOT NULL;
    CREATE UNIQUE INDEX IF NOT EXISTS oidc_payloads_uid ON oidc_payloads (model, uid) WHERE uid IS NOT NULL;
    CREATE UNIQUE INDEX IF NOT EXISTS oidc_payloads_user_code ON oidc_payloads (user_code) WHERE user_code IS NOT NULL;
    CREATE INDEX IF NOT EXISTS oidc_payloads_expiry ON oidc_payloads (expires_at);
    CREATE TABLE IF NOT EXISTS accounts (id uuid PRIMARY KEY, email text NOT NULL UNIQUE, created_at timestamptz DEFAULT now());
    CREATE TABLE IF NOT EXISTS login_codes (
      interaction text PRIMARY KEY, email text NOT NULL, code_hash text NOT NULL, guesses int NOT NULL DEFAULT 0,
      proven_at timestamptz, expires_at timestamptz NOT NULL
    );`);
}

/** @param {import('pg').Pool} pool @param {string} secret keys the hashes of codes */
export function createUsers(pool, secret) {
  const hashCode = (interaction, code) =>
    createHmac('sha256', secret).update(`${interaction}|${code}`).digest('base64url');

  return {
    /** A new code for that interaction; an earlier one stops working. */
    async startCode(interaction, email) {
      const code = String(randomInt(1_000_000)).padStart(6, '0');
      await pool.query(
        `INSERT INTO login_codes (interaction, email, code_hash, expires_at)
          VALUES ($1, $2, $3, now() + make_interval(secs => ${CODE_LIFETIME_SECONDS}))
          ON CONFLICT (interaction) DO UPDATE SET email = excluded.email, code_hash = excluded.code_hash,
            expires_at = excluded.expires_at`,
        [interaction, email, hashCode(interaction, code)],
      );
      return code;
    },

    /** The account of whoever typed the right code, made at the first login; null for a wrong or late one. */
    async verifyCode(interaction, code) {
      const { rows } = await pool.query(
        `UPDATE login_codes SET guesses = guesses + 1, proven_at = CASE WHEN code_hash = $2 THEN now() END
          WHERE interaction = $1 AND proven_at IS NULL AND guesses < ${MAX_GUESSES} AND expires_at > now()
          RETURNING email, proven_at`,
        [interaction, hashCode(interaction, code)],
      );
      if (!rows[0]?.proven_at) return null;
      const account = await pool.query(
        `INSERT INTO accounts (id, email) VALUES ($1, $2)
          ON CONFLICT (email) DO UPDATE SET email = excluded.email RETURNING id`,
        [randomUUID(), rows[0].email],
      );
      return account.rows[0].id;
    },

    async findEmail(id) {
      const { rows } = await pool.query('SELECT email FROM accounts WHERE id = $1', [id]);
      return rows[0]?.email ?? null;
    },
  };
}
