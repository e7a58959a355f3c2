import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMemoryStore, type FaceSealStore } from '../../../src/server'
import { createPostgresStore, pgliteDatabase, pgPoolDatabase } from '../../../src/server/postgres'
import { startRealPostgres } from './real-postgres'

/** Runs the same tests on memory, PGlite and a real PostgreSQL, there in both isolation levels that engines default to. */
export async function describeEveryStore(tests: (open: () => FaceSealStore) => void): Promise<void> {
  describeOne('memory', async () => createMemoryStore(), tests)
  const pglite = async () => migrated(createPostgresStore({ database: pgliteDatabase(new PGlite()) }))
  describeOne('PGlite', pglite, tests)
  const server = await startRealPostgres()
  if (!server) {
    test('a real PostgreSQL server is there', () => {
      expect(process.env.CI, 'CI needs a PostgreSQL server: apt-get install postgresql').not.toBe('true')
    })
    return
  }
  afterAll(() => server.stop())
  const open = (name: string, settings?: string) => async () => {
    await server.createDatabase(name)
    return migrated(createPostgresStore({ database: pgPoolDatabase(server.pool(name, settings)) }))
  }
  describeOne('PostgreSQL', open('plain'), tests)
  const serializable = '-c default_transaction_isolation=serializable'
  describeOne('PostgreSQL, serializable', open('strict', serializable), tests)
}

async function migrated(store: FaceSealStore & { migrate(): Promise<void> }): Promise<FaceSealStore> {
  await store.migrate()
  return store
}

function describeOne(
  name: string,
  create: () => Promise<FaceSealStore>,
  tests: (open: () => FaceSealStore) => void,
): void {
  describe(name, () => {
    let store: FaceSealStore
    beforeAll(async () => {
      store = await create()
    }, 120_000)
    afterAll(() => store?.close())
    tests(() => store)
  })
}
