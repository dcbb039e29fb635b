import pg from 'pg';
import { expect, it } from 'vitest';
import { createDatabase, readStatements, resetStatements } from './database';

it('hands out empty databases of a real PostgreSQL 18 that do not see each other', async () => {
  const [one, other] = await Promise.all([createDatabase('one of two'), createDatabase('one of two')]);
  expect(one).not.toBe(other);
  await withClient(one, async (client) => {
    await client.query('CREATE TABLE person (id int)');
    expect((await client.query('SHOW server_version')).rows[0]?.server_version).toMatch(/^18/);
  });
  await withClient(other, async (client) => {
    await expect(client.query('SELECT * FROM person')).rejects.toThrow('does not exist');
  });
});

it('counts the statements of one database', async () => {
  const url = await createDatabase('counting');
  await withClient(url, async (client) => {
    await client.query('SELECT 0 AS forgotten');
    await resetStatements(url);
    for (const value of [1, 2, 3]) await client.query('SELECT $1::int AS counted', [value]);
  });
  expect(await readStatements(url)).toEqual([{ query: 'SELECT $1::int AS counted', calls: 3 }]);
});

async function withClient(
  connectionString: string,
  use: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await use(client).finally(() => client.end());
}
