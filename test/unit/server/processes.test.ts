import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { base64url } from 'jose'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  type CeremonyOptionsJSON,
  type FaceSealStore,
  generateServerKeys,
  importServerKeys,
  type ServerKeys,
  unlockAddress,
  unlockSubject,
  verifyConsistency,
  verifyTreeHead,
} from '../../../src/server'
import { treeRoot } from '../../../src/server/merkle/proof'
import { sourceFromLeaves } from '../../../src/server/merkle/source'
import { createPostgresStore, pgPoolDatabase } from '../../../src/server/postgres'
import type { BackendReport, BackendTask, ExpireTask } from './backend-process'
import { createDevice, randomTemplate, type TestDevice, withFlippedBits } from './client'
import { expectInLog, expectWhole } from './footprint'
import { type RealPostgres, startRealPostgres } from './real-postgres'
import { createWorld, origin, scope, start } from './world'

// a shared two-core machine may be slow; what is tested here is right or wrong
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

const server = await startRealPostgres()
if (server) describeProcesses(server)
else {
  test('a real PostgreSQL server is there', () => {
    expect(process.env.CI, 'CI needs a PostgreSQL server').not.toBe('true')
  })
}

interface Backend {
  readonly child: ChildProcess
  readonly port: number
}

interface Call {
  readonly account?: string
  readonly address?: string
  readonly body?: string | Uint8Array<ArrayBuffer>
}

function describeProcesses(postgres: RealPostgres): void {
  describe('three processes on one database', () => {
    let pool: pg.Pool
    let store: FaceSealStore
    let keys: ServerKeys
    const children: ChildProcess[] = []
    let backends: readonly Backend[]

    beforeAll(async () => {
      await postgres.createDatabase('shared')
      pool = postgres.pool('shared') // read committed: the weakest level, where only our own locks help
      const json = await generateServerKeys()
      keys = await importServerKeys(json)
      const { host } = pool.options
      const task: BackendTask = { host: host!, database: 'shared', keys: json, now: start }
      // all three find an empty database, and migrate it at once
      backends = await Promise.all([1, 2, 3].map(() => startBackend(task)))
      store = createPostgresStore({ database: pgPoolDatabase(pool) })
    })
    afterAll(async () => {
      for (const child of children) child.kill()
      await postgres.stop()
    })

    async function startBackend(task: BackendTask): Promise<Backend> {
      const child = fork(new URL('./backend-process.ts', import.meta.url), { execArgv: ['--import', 'tsx'] })
      children.push(child)
      child.send(task)
      const report = await reportOf(child)
      if (!('port' in report)) throw new Error('no port')
      return { child, port: report.port }
    }

    async function reportOf(child: ChildProcess): Promise<BackendReport> {
      const died = once(child, 'exit').then(() => Promise.reject(new Error('a backend ended')))
      const [report] = await Promise.race([once(child, 'message'), died])
      return report
    }

    /** POST to one of the three, the `turn` choosing it; GET without an account. */
    async function call(turn: number, path: string, { account, address, body = '{}' }: Call = {}) {
      const headers = {
        ...(account !== undefined && { 'x-account': account }),
        ...(address !== undefined && { 'x-client-address': address }),
        'content-type': typeof body === 'string' ? 'application/json' : 'application/octet-stream',
        origin,
      }
      const { port } = backends[turn % 3]!
      const init = account === undefined ? {} : { method: 'POST', headers, body }
      const response = await fetch(`http://127.0.0.1:${port}/face${path}`, init)
      return { status: response.status, json: await response.json() }
    }

    const optionsFor = async (turn: number, kind: 'enrol' | 'verify', account: string): Promise<CeremonyOptionsJSON> =>
      (await call(turn, `/${kind}/options`, { account })).json

    /** Options, receipts and the answer each from another process. */
    async function sealed(device: TestDevice, kind: 'enrol' | 'verify', account: string, face = randomTemplate()) {
      const options = await optionsFor(0, kind, account)
      const receipts = await device.grants(options)
      expect((await call(1, '/receipts', { account, body: JSON.stringify({ receipts }) })).status).toBe(200)
      return device.seal(options, face, { receipts })
    }

    test('100 copies of one response, spread over them at once: exactly one is accepted', async () => {
      const [device, face] = [await createDevice(), randomTemplate()]
      const account = 'replayed'
      const enrolment = await sealed(device, 'enrol', account, face)
      expect((await call(2, '/enrol', { account, body: enrolment })).json).toEqual({ enrolled: true })
      const body = await sealed(device, 'verify', account, withFlippedBits(face, 30))
      const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => call(i, '/verify', { account, body })))
      expect(answers.filter(({ json }) => json.verified === true)).toHaveLength(1)
      expect(answers.filter(({ json }) => json.code === 'challenge_consumed')).toHaveLength(99)
    })

    test('failures of a subject are counted together: a burst over all three stops where one would', async () => {
      const [device, account] = [await createDevice(), 'guessed']
      const bodies = []
      for (let i = 0; i < 9; i++) bodies.push(await sealed(device, 'verify', account))
      const answers = await Promise.all(bodies.map((body, i) => call(i, '/verify', { account, body })))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(6)
      expect(answers.filter(({ json }) => json.code === 'rate_limited')).toHaveLength(3)
      for (const turn of [0, 1, 2]) expect((await call(turn, '/verify/options', { account })).status).toBe(429)
      const subject = await store.identity.findSubject({ ...scope, account })
      expect(await unlockSubject({ store, subject: subject! })).toBe(true)
      for (const turn of [0, 1, 2]) expect((await call(turn, '/verify/options', { account })).status).toBe(200)
    })

    test('failures of an address are counted together, over accounts and devices, until the operator unlocks it', async () => {
      const address = '198.51.100.9'
      const attempt = async (turn: number, from: string) => {
        const account = `visitor-${turn}`
        const body = await sealed(await createDevice(), 'verify', account)
        return (await call(turn, '/verify', { account, address: from, body })).status
      }
      for (let turn = 0; turn < 5; turn++) expect(await attempt(turn, address)).toBe(200)
      for (const turn of [5, 6, 7]) expect(await attempt(turn, address)).toBe(429)
      expect(await attempt(8, '198.51.100.10')).toBe(200)
      expect(await unlockAddress({ store, keys, tenant: scope.tenant, address })).toBe(true)
      expect(await attempt(9, address)).toBe(200)
    })

    test('L25 receipts that come in at all three at once make one tree, whatever was sent twice', async () => {
      const headOf = async (turn: number) => {
        const { publicJwk, kid, thumbprint: expectedLogId } = keys.receipts
        const { json } = await call(turn, '/evidence/head')
        const request = { head: json.treeHead, keys: [{ ...publicJwk, kid }], expectedLogId, now: start }
        return verifyTreeHead(request)
      }
      const older = await headOf(0)
      const bundles = await Promise.all(
        Array.from({ length: 12 }, async (_, i) => {
          const account = `writer-${i % 6}` // two devices write into each person's chain
          const receipts = await (await createDevice()).grants(await optionsFor(i, 'verify', account))
          return { account, body: JSON.stringify({ receipts }) }
        }),
      )
      const answers = await Promise.all(
        bundles.flatMap((bundle, i) => [call(i, '/receipts', bundle), call(i + 1, '/receipts', bundle)]),
      )
      expect(answers.map(({ status }) => status)).toEqual(Array(24).fill(200))
      const countersignatures = new Set<string>(answers.flatMap(({ json }) => json.countersignatures))
      expect(countersignatures.size).toBe(24) // two receipts of each of 12 devices, however often they came

      const newer = await headOf(2)
      expect(newer.treeSize).toBe(older.treeSize + 24)
      const path = `/evidence/consistency?from=${older.treeSize}&to=${newer.treeSize}`
      const proof = (await call(1, path)).json.proof.map((hash: string) => base64url.decode(hash))
      const [fromRoot, toRoot] = [base64url.decode(older.rootHash), base64url.decode(newer.rootHash)]
      expect(await verifyConsistency({ from: older.treeSize, to: newer.treeSize, fromRoot, toRoot, proof })).toBe(true)
      // every hash above the leaves made anew from the leaves
      const { rows } = await pool.query('SELECT leaf, place::int FROM faceseal_evidence.tree_leaves ORDER BY place')
      expect(rows.map(({ place }) => place)).toEqual(Array.from({ length: newer.treeSize }, (_, i) => i))
      const leaves = rows.map(({ leaf }) => base64url.decode(leaf))
      const root = await treeRoot(
        sourceFromLeaves(async (from, to) => leaves.slice(from, to)),
        leaves.length,
      )
      expect(base64url.encode(root)).toBe(newer.rootHash)
      for (const statement of countersignatures) await expectInLog(pool, keys, statement, start)
    })

    test('receipts that another process takes between two of our statements are the same receipts', async () => {
      const device = await createDevice()
      const world = await createWorld(store, scope.tenant, keys)
      const receipts = await device.grants(await world.options('verify', 'overtaken'))
      let overtaken: Promise<unknown> | undefined
      const slow: FaceSealStore = {
        ...store,
        transaction: (work) =>
          store.transaction((inner) =>
            work({
              ...inner,
              async readDeviceChain(...chain) {
                const read = await inner.readDeviceChain(...chain)
                overtaken ??= world.record(receipts)
                await overtaken
                return read
              },
            }),
          ),
      }
      const ours = await (await createWorld(slow, scope.tenant, keys)).record(receipts)
      expect(overtaken).toBeDefined()
      expect(ours.countersignatures).toEqual((await world.record(receipts)).countersignatures)
    })

    test('L29 the expiry job in all three at once deletes each expired enrolment once', async () => {
      const world = await createWorld(store, scope.tenant, keys)
      const subjects: string[] = []
      for (let i = 0; i < 9; i++) {
        subjects.push((await world.enrol(await createDevice(), `expires-${i}`, randomTemplate())).subject)
      }
      await pool.query('UPDATE faceseal_templates.enrolments SET retain_until = $2 WHERE subject = ANY ($1)', [
        subjects,
        start - 1,
      ])
      const task: ExpireTask = { expireAt: start }
      const reports = await Promise.all(
        backends.map(({ child }) => {
          child.send(task)
          return reportOf(child)
        }),
      )
      const runs = reports.map((report) => ('expired' in report ? report : undefined))
      expect(runs.reduce((sum, run) => sum + run!.expired, 0)).toBe(subjects.length)
      expect(runs.flatMap((run) => run!.deleted).sort()).toEqual([...subjects].sort())
      for (const subject of subjects) {
        const ledger = await store.transaction((t) => t.readLedger(subject))
        expect(ledger.filter(({ kind }) => kind === 'deletion')).toHaveLength(1)
        expect(await store.transaction((t) => t.readEnrolment(subject))).toBeUndefined()
        await expectWhole(pool, keys, subject, start)
      }
    })
  })
}
