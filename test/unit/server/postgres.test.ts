import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type FaceSealStore, withdraw } from '../../../src/server'
import { createPostgresStore, pgPoolDatabase, roleStatements, type SqlDatabase } from '../../../src/server/postgres'
import { createDevice, randomTemplate, withFlippedBits } from './client'
import { type RealPostgres, startRealPostgres } from './real-postgres'
import { codeOf, createWorld, refusalOf, scope } from './world'

// a shared two-core machine may be slow; what is measured here is right or wrong
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const server = await startRealPostgres()

if (server) describePostgres(server)
else {
  test('a real PostgreSQL server is there', () => {
    process.stderr.write(
      '\n*** NOT TESTED ON REAL POSTGRESQL: no initdb found. Debian: apt-get install postgresql ***\n\n',
    )
    expect(process.env.CI, 'CI needs a PostgreSQL server').not.toBe('true')
  })
}

function describePostgres(postgres: RealPostgres): void {
  afterAll(() => postgres.stop())

  describe('roles (L18)', () => {
    let store: FaceSealStore
    beforeAll(async () => {
      await postgres.createDatabase('roles')
      const owner = postgres.pool('roles')
      await createPostgresStore({ database: pgPoolDatabase(owner) }).migrate()
      for (const name of ['face_side', 'name_side']) await owner.query(`CREATE ROLE ${name} LOGIN`)
      for (const statement of roleStatements({ identity: 'name_side', templates: 'face_side' })) {
        await owner.query(statement)
      }
      store = createPostgresStore({
        database: pgPoolDatabase(postgres.pool('roles', '', 'face_side')),
        identityDatabase: pgPoolDatabase(postgres.pool('roles', '', 'name_side')),
      })
    }, 60_000)

    test('the backend works with two roles that cannot read each other', async () => {
      const world = await createWorld(store)
      const [device, a] = [await createDevice(), randomTemplate()]
      await world.enrol(device, 'roles', a)
      expect((await world.verify(device, 'roles', withFlippedBits(a, 5))).verified).toBe(true)
      await withdraw({ store, keys: world.keys, ...scope, subject: { account: 'roles' }, now: world.now })

      const [face, name] = [postgres.pool('roles', '', 'face_side'), postgres.pool('roles', '', 'name_side')]
      const denied = '42501' // insufficient_privilege
      expect(await codeOf(face.query('SELECT * FROM faceseal_identity.subjects'))).toBe(denied)
      for (const table of ['enrolments', 'key_seeds', 'challenges', 'spent', 'throttles']) {
        expect(await codeOf(name.query(`SELECT * FROM faceseal_templates.${table}`))).toBe(denied)
      }
      expect(await codeOf(name.query('SELECT * FROM faceseal_evidence.ledger'))).toBe(denied)
    })

    test('not even the backend rewrites or deletes a record (L25)', async () => {
      const face = postgres.pool('roles', '', 'face_side')
      expect((await face.query('SELECT count(*)::int AS n FROM faceseal_evidence.ledger')).rows[0].n).toBeGreaterThan(3)
      expect(await codeOf(face.query("UPDATE faceseal_evidence.ledger SET receipt = ''"))).toBe('42501')
      expect(await codeOf(face.query('DELETE FROM faceseal_evidence.ledger'))).toBe('42501')
    })

    test('a role name is an identifier and nothing more', () => {
      expect(() => roleStatements({ identity: 'a; DROP SCHEMA public', templates: 'b' })).toThrow(RangeError)
    })
  })

  test('no statement uses what the distributed engines lack', async () => {
    await postgres.createDatabase('features')
    const plain = pgPoolDatabase(postgres.pool('features'))
    const statements = new Set<string>()
    const watched: SqlDatabase = {
      close: () => plain.close(),
      transaction: (work) =>
        plain.transaction((session) =>
          work({
            query(sql, params) {
              statements.add(sql)
              return session.query(sql, params)
            },
          }),
        ),
    }
    const store = createPostgresStore({ database: watched })
    await store.migrate()
    const world = await createWorld(store)
    const [device, a] = [await createDevice(), randomTemplate()]
    await world.enrol(device, 'features', a)
    await world.verify(device, 'features', withFlippedBits(a, 5))
    await world.verify(device, 'features', randomTemplate())
    await withdraw({ store, keys: world.keys, ...scope, subject: { account: 'features' }, now: world.now })
    expect(statements.size).toBeGreaterThan(25)
    const lacking =
      /advisory|\bLISTEN\b|\bNOTIFY\b|LOCK TABLE|SKIP LOCKED|\bSERIAL\b|CREATE SEQUENCE|TRIGGER|FUNCTION|DEFERR|\bTEMP(?:ORARY)?\b|CURSOR|\bDO \$|SAVEPOINT|ctid|xmin|INHERIT|EXTENSION|ADVISORY/i
    expect([...statements].filter((sql) => lacking.test(sql))).toEqual([])
  })

  test('four processes that migrate at once, and again, leave one schema', async () => {
    await postgres.createDatabase('migrations')
    const stores = [1, 2, 3, 4].map(() =>
      createPostgresStore({ database: pgPoolDatabase(postgres.pool('migrations')) }),
    )
    await Promise.all(stores.map((store) => store.migrate()))
    await Promise.all(stores.map((store) => store.migrate()))
    const { rows } = await postgres
      .pool('migrations')
      .query('SELECT version FROM faceseal_templates.migrations ORDER BY version')
    expect(rows).toEqual([1, 2, 3, 4, 5].map((version) => ({ version })))
  })

  test('a database that goes away is store_unavailable, and comes back', async () => {
    await postgres.createDatabase('away')
    const pool = postgres.pool('away')
    const store = createPostgresStore({ database: pgPoolDatabase(pool) })
    expect(await refusalOf(store.transaction((t) => t.readEnrolment('s')))).toBe('store_unavailable: 42P01')
    await store.migrate()
    await store.ping()
    const kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'away'"
    const cut = store.transaction(async (t) => {
      await t.readEnrolment('s')
      await postgres.pool().query(kill)
      return t.readEnrolment('s')
    })
    expect(await codeOf(cut)).toBe('store_unavailable')
    await store.ping()
  })
}
