// Where `oidc-provider` keeps everything it issues: one table, the payload as jsonb, beside it what is looked up by.
// The contract is that of the package's example adapters: `find` also returns what was consumed, and says so.

/** @param {import('pg').Pool} pool */
export function createAdapterClass(pool) {
  return class PostgresAdapter {
    /** @param {string} model such as `Session` or `AuthorizationCode` */
    constructor(model) {
      this.model = model;
    }

    async upsert(id, payload, expiresInSeconds) {
      await pool.query(
        `INSERT INTO oidc_payloads (model, id, payload, grant_id, uid, user_code, expires_at)
          VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
          ON CONFLICT (model, id) DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id,
            uid = excluded.uid, user_code = excluded.user_code, expires_at = excluded.expires_at`,
        [this.model, id, payload, payload.grantId, payload.uid, payload.userCode, expiresInSeconds ?? null],
      );
    }

    find(id) {
      return this.#findBy('id', id);
    }

    findByUid(uid) {
      return this.#findBy('uid', uid);
    }

    findByUserCode(userCode) {
      return this.#findBy('user_code', userCode);
    }

    async consume(id) {
      await pool.query('UPDATE oidc_payloads SET consumed_at = now() WHERE model = $1 AND id = $2', [
        this.model,
        id,
      ]);
    }

    async destroy(id) {
      await pool.query('DELETE FROM oidc_payloads WHERE model = $1 AND id = $2', [this.model, id]);
    }

    async revokeByGrantId(grantId) {
      await pool.query('DELETE FROM oidc_payloads WHERE model = $1 AND grant_id = $2', [this.model, grantId]);
    }

    async #findBy(column, value) {
      const { rows } = await pool.query(
        `SELECT payload, extract(epoch FROM consumed_at)::int AS consumed FROM oidc_payloads
          WHERE model = $1 AND ${column} = $2 AND (expires_at IS NULL OR expires_at > now())`,
        [this.model, value],
      );
      const [row] = rows;
      return row && { ...row.payload, ...(row.consumed !== null && { consumed: row.consumed }) };
    }
  };
}
