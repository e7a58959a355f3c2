import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createMemoryStore, type FaceSealStore } from '../../../src/server'
import { createPostgresStore, pgliteDatabase, pgPoolDatabase } from '../../../src/server/postgres'
import { evidenceMigrations, identityMigrations, templateMigrations } from '../../../src/server/postgres-migrations'
import { describeAcceptance } from './acceptance-conformance'
import { type RealPostgres, startRealPostgres } from './real-postgres'
import { documentedSql, recordedDatabase, recordedStore, schemaNames, undocumented } from './sql-features'
import { describeStoreConformance } from './store-conformance'

// a shared two-core machine may be slow; what is measured here is right or wrong
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

function describeStore(name: string, create: () => Promise<FaceSealStore>): void {
  describe(name, () => {
    let store: FaceSealStore
    beforeAll(async () => {
      store = await create()
    }, 60_000)
    afterAll(() => store?.close())
    describeStoreConformance(() => store)
    describeAcceptance(() => store)
  })
}

describeStore('memory', async () => createMemoryStore())

describe('PGlite, every statement noted', () => {
  const pglite = new PGlite()
  const statements = new Set<string>()
  const { store, missing } = recordedStore(
    createPostgresStore({ database: recordedDatabase(pgliteDatabase(pglite), statements) }),
  )
  describeStore('PGlite', async () => {
    await store.migrate()
    return { ...store, close: async () => undefined } // the tests below look at it again
  })

  describe('SQL', () => {
    afterAll(() => pglite.close())

    const rowsOf = async (sql: string) => (await pglite.query<Record<string, string>>(sql)).rows
    const ours = "LIKE 'faceseal%'"

    test('the conformance tests call every method of a transaction', () => {
      expect(missing()).toEqual([])
    })

    test('no statement has a word that docs/databases.md does not allow', async () => {
      const columns = `SELECT table_schema, table_name, column_name FROM information_schema.columns WHERE table_schema ${ours}`
      const indexes = `SELECT indexname FROM pg_indexes WHERE schemaname ${ours}`
      const names = schemaNames([...(await rowsOf(columns)), ...(await rowsOf(indexes))])
      const documented = await documentedSql()
      const found = [...statements].map((sql) => ({ sql, words: undocumented(sql, documented, names) }))
      expect(found.filter(({ words }) => words.length > 0)).toEqual([])
      expect(statements.size).toBeGreaterThan(80)
      const lacking = [
        ...[
          'SELECT pg_advisory_xact_lock(1)',
          'LISTEN faceseal',
          "NOTIFY faceseal, 'x'",
          'LOCK TABLE ledger',
          'SAVEPOINT s',
        ],
        ...['SELECT sid FROM challenges FOR UPDATE SKIP LOCKED', 'CREATE TEMP TABLE spent (digest text)'],
        ...[
          'CREATE TABLE spent (digest serial)',
          "SELECT liveness ->> 'level' FROM challenges",
          'SELECT subject || sid',
        ],
        ...['SELECT nextval(1)', 'TRUNCATE ledger', 'CREATE TRIGGER name', 'DECLARE name CURSOR FOR SELECT sid'],
      ]
      for (const sql of lacking) expect(undocumented(sql, documented, names), sql).not.toEqual([])
    })

    test('every table has its place among shards, its column in each unique key', async () => {
      const { distribution } = await documentedSql()
      const tables = await rowsOf(`SELECT schemaname || '.' || tablename AS name FROM pg_tables
        WHERE schemaname ${ours} AND tablename <> 'migrations' ORDER BY 1`)
      expect([...distribution.keys()].sort()).toEqual(tables.map(({ name }) => name))
      const keys = await rowsOf(`SELECT n.nspname || '.' || t.relname AS name, (SELECT string_agg(a.attname, ' ')
          FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = ANY (i.indkey)) AS columns
        FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
        WHERE i.indisunique AND n.nspname ${ours}`)
      expect(keys.length).toBeGreaterThan(distribution.size)
      for (const { name, columns } of keys) {
        const column = distribution.get(name!)
        if (column !== undefined) expect(columns!.split(' '), name).toContain(column)
      }
    })

    test('each statement of a migration may run twice: where a schema change outlives its transaction, the next run goes on', async () => {
      for (const { statements: all } of [identityMigrations, templateMigrations, evidenceMigrations].flat()) {
        for (const sql of all) await pglite.query(sql)
      }
      expect((await rowsOf('SELECT count(*)::int AS rows FROM faceseal_evidence.tree'))[0]).toEqual({ rows: 1 })
    })
  })
})

const postgres = await startRealPostgres()

if (postgres) describeRealPostgres(postgres)
else {
  test('a real PostgreSQL server is there', () => {
    process.stderr.write(
      '\n*** NOT TESTED ON REAL POSTGRESQL: no initdb found. Debian: apt-get install postgresql ***\n\n',
    )
    expect(process.env.CI, 'CI needs a PostgreSQL server').not.toBe('true')
  })
}

function describeRealPostgres(server: RealPostgres): void {
  afterAll(() => server.stop())

  const open = async (database: string, settings?: string) => {
    await server.createDatabase(database)
    const store = createPostgresStore({ database: pgPoolDatabase(server.pool(database, settings)) })
    // two processes that start at once
    const second = createPostgresStore({ database: pgPoolDatabase(server.pool(database, settings)) })
    await Promise.all([store.migrate(), second.migrate(), store.migrate(), second.migrate()])
    return store
  }
  describeStore(`PostgreSQL ${server.version}`, () => open('plain'))
  // the default of CockroachDB and YugabyteDB: transactions fail and run again
  describeStore(`PostgreSQL ${server.version}, serializable`, () =>
    open('strict', '-c default_transaction_isolation=serializable'),
  )
}
