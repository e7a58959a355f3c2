import type { SqlDatabase, SqlSession } from './postgres-database'
import type { Migration } from './postgres-migrations'

/**
 * Brings one schema up to date. Each version is one transaction that first claims its row: of two processes that start
 * at once the second waits there, finds the row and goes on. Running it again changes nothing.
 */
export async function migrate(database: SqlDatabase, schema: string, migrations: readonly Migration[]): Promise<void> {
  await database.transaction(async (session) => {
    await session.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`, [])
    await session.query(
      `CREATE TABLE IF NOT EXISTS ${schema}.migrations (version integer PRIMARY KEY, applied_at timestamptz NOT NULL)`,
      [],
    )
  })
  for (const migration of migrations) {
    await database.transaction((session) => apply(session, schema, migration))
  }
}

async function apply(session: SqlSession, schema: string, { version, statements }: Migration): Promise<void> {
  const claimed = await session.query(
    `INSERT INTO ${schema}.migrations (version, applied_at) VALUES ($1, now()) ON CONFLICT DO NOTHING RETURNING version`,
    [version],
  )
  if (claimed.rows.length === 0) return
  for (const statement of statements) await session.query(statement, [])
}
