import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createMemoryStore, type FaceSealStore } from '../../../src/server'
import { createPostgresStore, pgliteDatabase, pgPoolDatabase } from '../../../src/server/postgres'
import { describeAcceptance } from './acceptance-conformance'
import { type RealPostgres, startRealPostgres } from './real-postgres'
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

describeStore('PGlite', async () => {
  const store = createPostgresStore({ database: pgliteDatabase(new PGlite()) })
  await store.migrate()
  return store
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
