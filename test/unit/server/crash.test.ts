import { fork } from 'node:child_process'
import { once } from 'node:events'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  expire,
  type FaceSealStore,
  generateServerKeys,
  importServerKeys,
  markDeceased,
  resumeDeletions,
  type ServerKeys,
  verifyVerification,
  withdraw,
} from '../../../src/server'
import { createPostgresStore, pgPoolDatabase } from '../../../src/server/postgres'
import { createDevice, randomTemplate, withFlippedBits } from './client'
import type { CrashTask } from './crash-child'
import { type Fate, faultyPool, type Statement } from './faulty-pool'
import { expectWhole, footprintOf } from './footprint'
import { type RealPostgres, startRealPostgres } from './real-postgres'
import { codeOf, createWorld, origin, scope, start } from './world'

// a shared two-core machine may be slow; what is tested here is right or wrong
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

/** A subject that is ready for one act, and that act. */
interface Scene {
  readonly subject: string
  /** Thumbprint. */
  readonly device: string
  act(store: FaceSealStore): Promise<unknown>
  /** What a client or the next run of the job does after a crash; `act` again where nothing else is said. */
  again?(store: FaceSealStore): Promise<unknown>
}

const later = start + 10
const copy = { name: 'copy', delete: async () => undefined }
const processors = [copy]

const server = await startRealPostgres()
if (server) describeCrashes(server)
else {
  test('a real PostgreSQL server is there', () => {
    expect(process.env.CI, 'CI needs a PostgreSQL server').not.toBe('true')
  })
}

function describeCrashes(postgres: RealPostgres): void {
  let pool: pg.Pool
  let keys: ServerKeys
  let keysJSON: Awaited<ReturnType<typeof generateServerKeys>>
  let sound: FaceSealStore
  let scenes = 0

  beforeAll(async () => {
    await postgres.createDatabase('crash')
    pool = postgres.pool('crash')
    const store = createPostgresStore({ database: pgPoolDatabase(pool) })
    await store.migrate()
    sound = store
    keysJSON = await generateServerKeys()
    keys = await importServerKeys(keysJSON)
  })
  afterAll(() => postgres.stop())

  const storeWith = (fate: (statement: Statement) => Fate | Promise<Fate>) =>
    createPostgresStore({ database: pgPoolDatabase(faultyPool(pool, fate)) })
  const worldOf = async (store: FaceSealStore, now = start) =>
    Object.assign(await createWorld(store, scope.tenant, keys), { now })
  const footprint = ({ subject, device }: Scene) => footprintOf(pool, subject, device)
  const expectSound = ({ subject }: Scene) => expectWhole(pool, keys, subject, later)

  /** What is held after each commit of the act, when nothing goes wrong. */
  async function stagesOf(scene: Scene): Promise<{ statements: readonly string[]; stages: readonly unknown[] }> {
    const statements: string[] = []
    const stages = [await footprint(scene)]
    const store = storeWith(async ({ sql }): Promise<Fate> => {
      if (statements.at(-1) === 'COMMIT') stages.push(await footprint(scene))
      statements.push(sql)
      return 'sent'
    })
    await scene.act(store)
    stages.push(await footprint(scene))
    await expectSound(scene)
    return { statements, stages }
  }

  /** Stops at statement `at`. True when the database holds something new then. */
  async function crash(scene: Scene, stages: readonly unknown[], at: number, fate: Fate): Promise<boolean> {
    let commits = 0
    const store = storeWith(({ number, sql }) => {
      const decided = number === at ? fate : 'sent'
      if (sql === 'COMMIT' && decided !== 'crash') commits += 1
      return decided
    })
    await expect(scene.act(store), `statement ${at}`).rejects.toMatchObject({ code: 'store_unavailable' })
    const held = await footprint(scene)
    expect(held, `${fate} at statement ${at}`).toEqual(stages[commits])
    return JSON.stringify(held) !== JSON.stringify(stages[0])
  }

  async function repeat(scene: Scene, stages: readonly unknown[]): Promise<void> {
    await (scene.again ?? scene.act)(sound)
    expect(await footprint(scene)).toEqual(stages.at(-1))
    await expectSound(scene)
  }

  /** A crash before every statement, and after every commit before its answer came: returns how many statements. */
  async function crashEverywhere(prepare: () => Promise<Scene>): Promise<number> {
    const { statements, stages } = await stagesOf(await prepare())
    const crashes = statements.flatMap((sql, index): [number, Fate][] =>
      sql === 'COMMIT'
        ? [
            [index + 1, 'crash'],
            [index + 1, 'answer-lost'],
          ]
        : [[index + 1, 'crash']],
    )
    let scene = await prepare()
    for (const [at, fate] of crashes) {
      if (!(await crash(scene, stages, at, fate))) continue // as if nothing had been: the next crash may have it
      await expectSound(scene)
      await repeat(scene, stages)
      scene = await prepare()
    }
    await repeat(scene, stages)
    expect(stages.at(-1)).not.toEqual(stages[0])
    return statements.length
  }

  /** An enrolled person, and what is needed for the next answer. */
  async function enrolled(enrol = true) {
    const world = await worldOf(sound)
    const account = `scene-${++scenes}`
    const [device, face] = [await createDevice(), randomTemplate()]
    const { subject } = await world.options('enrol', account)
    if (enrol) await world.enrol(device, account, face)
    return { world, account, device, face, subject, thumbprint: device.thumbprint }
  }

  /** A second sending after a crash: taken, or refused because the first one was. */
  const takenOnce = async (answer: Promise<unknown>) =>
    expect(['resolved', 'challenge_consumed']).toContain(await codeOf(answer))

  const enrolmentScene = async (renewal: boolean): Promise<Scene> => {
    const { world, account, device, subject, thumbprint } = await enrolled(renewal)
    const response = await world.response(device, await world.options('enrol', account), randomTemplate())
    const accept = async (store: FaceSealStore) => (await worldOf(store, later)).acceptEnrolment(response)
    return { subject, device: thumbprint, act: accept, again: (store) => takenOnce(accept(store)) }
  }

  /** With the receipts that a right answer brings along these are two transactions. */
  const verificationScene = async (right: boolean): Promise<Scene> => {
    const { world, account, device, face, subject, thumbprint } = await enrolled()
    const options = await world.options('verify', account)
    const receipts = await device.grants(options)
    const template = right ? withFlippedBits(face, 9) : randomTemplate()
    const response = await device.seal(options, template, { now: start, receipts })
    if (!right) await world.record(receipts)
    const consentEvidence = right ? receipts : []
    const accept = (store: FaceSealStore) =>
      verifyVerification({ store, keys, response, expectedOrigin: origin, consentEvidence, now: later })
    return { subject, device: thumbprint, act: accept, again: (store) => takenOnce(accept(store)) }
  }

  const deletionScene = async (): Promise<Scene> => {
    const { subject, thumbprint, world, device, account } = await enrolled()
    await world.verify(device, account, randomTemplate())
    const act = (store: FaceSealStore) => withdraw({ store, keys, ...scope, subject, processors, now: later })
    return {
      ...{ subject, device: thumbprint, act },
      async again(store) {
        await resumeDeletions({ store, keys, processors, now: later })
        if (await store.transaction((t) => t.readEnrolment(subject))) await act(store)
      },
    }
  }

  const acts: Readonly<Record<string, () => Promise<Scene>>> = {
    enrolment: () => enrolmentScene(false),
    renewal: () => enrolmentScene(true),
    'verification that succeeds': () => verificationScene(true),
    'verification that fails': () => verificationScene(false),
    async 'receipts into ledger and Merkle tree'() {
      const { world, account, device, subject, thumbprint } = await enrolled()
      const receipts = await device.grants(await world.options('verify', account))
      return {
        ...{ subject, device: thumbprint },
        act: async (store) => (await worldOf(store)).record(receipts),
      }
    },
    'withdrawal with a processor': deletionScene,
    async 'deletion resumed'() {
      const { subject, thumbprint } = await enrolled()
      const broken = { ...copy, delete: () => Promise.reject(new Error('out of reach')) }
      const request = { store: sound, keys, ...scope, subject, now: later }
      expect((await withdraw({ ...request, processors: [broken] })).status).toBe('partial')
      return {
        ...{ subject, device: thumbprint },
        act: (store) => resumeDeletions({ store, keys, processors, now: later }),
      }
    },
    async 'expiry job'() {
      const { subject, thumbprint } = await enrolled()
      const sql = 'UPDATE faceseal_templates.enrolments SET retain_until = $2 WHERE subject = $1'
      await pool.query(sql, [subject, start - 1])
      const run = { keys, processors, now: later }
      return {
        ...{ subject, device: thumbprint },
        act: (store) => expire({ ...run, store }),
        async again(store) {
          await expire({ ...run, store })
          await resumeDeletions({ ...run, store })
        },
      }
    },
    async 'freeze (L27)'() {
      const { world, account, device, subject, thumbprint } = await enrolled()
      await world.record(await device.grants(await world.options('verify', account), { singleUse: false }))
      return {
        ...{ subject, device: thumbprint },
        act: (store) => markDeceased({ store, ...scope, subject, now: later }),
      }
    },
  }

  test.each(Object.entries(acts))(
    'L11, L25 a crash at any statement leaves the old or the new state: %s',
    async (_, prepare) => {
      expect(await crashEverywhere(prepare)).toBeGreaterThan(3)
    },
  )

  test('a migration that dies at each statement in turn goes on where it was, to the same schema', async () => {
    await postgres.createDatabase('migrating')
    const schemaOf = async (database: pg.Pool) => {
      const columns = `SELECT table_schema, table_name, column_name, data_type, is_nullable, column_default
        FROM information_schema.columns WHERE table_schema LIKE 'faceseal%' ORDER BY 1, 2, 3`
      const indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname LIKE 'faceseal%' ORDER BY 1"
      return [(await database.query(columns)).rows, (await database.query(indexes)).rows]
    }
    const fresh = postgres.pool('migrating')
    let deaths = 0
    for (let died = true; died; ) {
      died = false
      // the transaction that is due moves on by one statement each time, until its COMMIT comes through
      const dying = faultyPool(fresh, ({ number }) => {
        if (number <= deaths) return 'sent'
        died = true
        return 'crash'
      })
      const outcome = await codeOf(createPostgresStore({ database: pgPoolDatabase(dying) }).migrate())
      expect(outcome).toBe(died ? 'store_unavailable' : 'resolved')
      deaths += 1
    }
    expect(deaths).toBeGreaterThan(20)
    expect(await schemaOf(fresh)).toEqual(await schemaOf(pool))
  })

  describe('a process that is really killed (SIGKILL)', () => {
    test('between two statements of a withdrawal: old, half-way with the processor still owed, or new', async () => {
      const { statements, stages } = await stagesOf(await deletionScene())
      const [first, second] = [statements.indexOf('COMMIT') + 1, statements.lastIndexOf('COMMIT') + 1]
      expect(second).toBeGreaterThan(first)
      const { host } = pool.options
      await Promise.all(
        [first - 4, first, first + 1, second].map(async (at) => {
          const scene = await deletionScene()
          const child = fork(new URL('./crash-child.ts', import.meta.url), { execArgv: ['--import', 'tsx'] })
          const task: CrashTask = {
            host: host!,
            database: 'crash',
            keys: keysJSON,
            subject: scene.subject,
            now: later,
            at,
          }
          child.send(task)
          const [, signal] = await once(child, 'exit')
          expect(signal).toBe('SIGKILL')
          const commits = statements.slice(0, at - 1).filter((sql) => sql === 'COMMIT').length
          await vi.waitFor(async () => expect(await footprint(scene)).toEqual(stages[commits]))
          await expectSound(scene)
          await withdraw({ store: sound, keys, ...scope, subject: scene.subject, now: later })
        }),
      )
      expect((await resumeDeletions({ store: sound, keys, processors, now: later })).pending).toBe(0)
    })
  })

  describe('the server refuses', () => {
    /** Attempt n of a transaction is refused at its statement n: all are refused once, one after another. */
    const eachOnce = () => {
      let attempt = 0
      let refusals = 0
      const fate = ({ place }: Statement): Fate => {
        if (place === 1) attempt += 1
        if (place !== attempt) return 'sent'
        refusals += 1
        return { code: refusals % 2 === 0 ? '40P01' : '40001' }
      }
      return { fate, count: () => refusals }
    }

    test.each([
      'enrolment',
      'receipts into ledger and Merkle tree',
      'verification that fails',
      'withdrawal with a processor',
    ])('serialization failure and deadlock at every statement: run again, done once: %s', async (name) => {
      const immediately = vi.spyOn(Math, 'random').mockReturnValue(0) // the pause between two attempts
      const prepare = acts[name]!
      const { stages } = await stagesOf(await prepare())
      const scene = await prepare()
      const { fate, count } = eachOnce()
      await scene.act(storeWith(fate))
      immediately.mockRestore()
      expect(count()).toBeGreaterThan(8)
      expect(await footprint(scene)).toEqual(stages.at(-1))
      await expectSound(scene)
    })

    test('without end: store_unavailable with the code, and nothing has changed', async () => {
      const immediately = vi.spyOn(Math, 'random').mockReturnValue(0)
      const scene = await enrolmentScene(false)
      const before = await footprint(scene)
      const refusing = storeWith(({ sql }) => (sql === 'COMMIT' ? { code: '40001' } : 'sent'))
      await expect(scene.act(refusing)).rejects.toMatchObject({ code: 'store_unavailable', detail: '40001' })
      immediately.mockRestore()
      expect(await footprint(scene)).toEqual(before)
    })

    test('anything else once: it may have been done', async () => {
      const scene = await enrolmentScene(false)
      let transactions = 0
      const store = storeWith(({ sql }) => {
        if (sql === 'BEGIN') transactions += 1
        return sql === 'COMMIT' ? { code: '40003' } : 'sent' // statement_completion_unknown
      })
      await expect(scene.act(store)).rejects.toMatchObject({ code: 'store_unavailable', detail: '40003' })
      expect(transactions).toBe(1)
    })
  })
}
