import { base64url } from 'jose'
import { expect, test, vi } from 'vitest'
import policy from '../../../demo/policy.json' with { type: 'json' }
import { verifyEvidence } from '../../../src/policy/evidence'
import {
  createHandler,
  exportRecord,
  type FaceSealStore,
  type InclusionAnswer,
  logEntryOf,
  type TreeHead,
  verifyConsistency,
  verifyInclusion,
  verifyTreeHead,
  withdraw,
} from '../../../src/server'
import { appendToLog } from '../../../src/server/evidence-log'
import { createDevice } from './client'
import { describeEveryStore } from './every-store'
import { createWorld, origin, scope, type World } from './world'

// a shared two-core machine may be slow; what is tested here is right or wrong
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

/** A backend with its public routes, as a stranger sees them. */
async function published(store: FaceSealStore) {
  const world = await createWorld(store)
  const { keys, now } = world
  const handler = createHandler({
    ...{ store, keys, policy, ...scope, expectedOrigin: origin, now: () => now },
    resolveSubject: async (request) => request.headers.get('x-account') ?? undefined,
  })
  const get = async (path: string) => {
    const response = await handler(new Request(`${origin}/face/evidence/${path}`))
    return { status: response.status, json: await response.json() }
  }
  const jwk = { ...keys.receipts.publicJwk, kid: keys.receipts.kid }
  // one database serves several tests here, each with keys of its own: the log keeps its first name
  const logId = await store.transaction((t) => t.readTree()).then((tree) => tree.logId ?? keys.receipts.thumbprint)
  const readHead = (head: string): Promise<TreeHead> =>
    verifyTreeHead({ head, keys: [jwk], expectedLogId: logId, now: world.now })
  return { world, handler, get, jwk, readHead }
}

const holds = async (
  statement: string,
  { index, size, proof }: Pick<InclusionAnswer, 'index' | 'size' | 'proof'>,
  head: TreeHead,
) =>
  size === head.treeSize &&
  verifyInclusion({
    leaf: base64url.decode(await logEntryOf(statement)),
    ...{ index, size, proof: proof.map((hash) => base64url.decode(hash)) },
    root: base64url.decode(head.rootHash),
  })

async function recordOne(world: World, account: string): Promise<string> {
  const receipt = await (await createDevice()).receipt(await world.options('verify', account))
  return (await world.record([receipt])).countersignatures[0]!
}

await describeEveryStore((open) => {
  test('L25 every statement has its place; heads grow consistently and prove each entry', async () => {
    const { world, get, readHead } = await published(open())
    const heads: TreeHead[] = [await readHead((await get('head')).json.treeHead)]
    const statements: string[] = []
    for (let i = 0; i < 9; i++) {
      statements.push(await recordOne(world, `log-${i}`))
      heads.push(await readHead((await get('head')).json.treeHead))
    }
    expect(heads.map(({ treeSize }) => treeSize - heads[0]!.treeSize)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    for (const statement of statements) {
      const { json } = await get(`proof?entry=${await logEntryOf(statement)}`)
      expect(await holds(statement, json, await readHead(json.treeHead))).toBe(true)
      expect(await holds(`${statement}x`, json, await readHead(json.treeHead))).toBe(false)
    }
    for (const older of heads) {
      const newer = heads.at(-1)!
      const { json } = await get(`consistency?from=${older.treeSize}&to=${newer.treeSize}`)
      const proof = json.proof.map((hash: string) => base64url.decode(hash))
      const roots = { fromRoot: base64url.decode(older.rootHash), toRoot: base64url.decode(newer.rootHash) }
      expect(await verifyConsistency({ from: older.treeSize, to: newer.treeSize, ...roots, proof })).toBe(true)
    }
  })

  test('L25 writers that race: each line gets one leaf, none is lost, none shares a place', async () => {
    const { world, get, readHead } = await published(open())
    const before = (await readHead((await get('head')).json.treeHead)).treeSize
    const statements = await Promise.all(Array.from({ length: 24 }, (_, i) => recordOne(world, `race-${i}`)))
    const proofs = []
    for (const statement of statements) proofs.push((await get(`proof?entry=${await logEntryOf(statement)}`)).json)
    expect(new Set(proofs.map(({ index }) => index)).size).toBe(24)
    const head = await readHead(proofs[0].treeHead)
    expect(head.treeSize).toBe(before + 24)
    for (const [i, proof] of proofs.entries()) expect(await holds(statements[i]!, proof, head)).toBe(true)
  })

  test('L25 a transaction that fails leaves no leaf; a receipt sent again adds none', async () => {
    const { world, get } = await published(open())
    const device = await createDevice()
    const options = await world.options('verify', 'again')
    const first = await device.receipt(options)
    await world.record([first])
    const { json: before } = await get('head')
    await world.record([first])
    const late = open().transaction(async (t) => {
      await appendToLog(t, world.keys, ['statement.of.nobody'])
      throw new Error('on purpose')
    })
    await expect(late).rejects.toThrow('on purpose')
    expect((await get(`proof?entry=${await logEntryOf('statement.of.nobody')}`)).status).toBe(404)
    const gap = await device.receipt(options, { sequence: 7 })
    await expect(world.record([await device.receipt(options, { sequence: 1 }), gap])).rejects.toThrow('receipt_invalid')
    const payload = (jws: string) => JSON.parse(new TextDecoder().decode(base64url.decode(jws.split('.')[1]!)))
    expect(payload((await get('head')).json.treeHead)).toEqual(payload(before.treeHead))
  })

  test('L20 L25 a person’s export proves that its lines are in the log, the deletion too', async () => {
    const store = open()
    const { world, readHead } = await published(store)
    await recordOne(world, 'exports')
    const request = { store, keys: world.keys, ...scope, subject: { account: 'exports' }, now: world.now }
    await withdraw(request)
    const { ledger, log } = await exportRecord(request)
    expect(ledger.map(({ kind }) => kind)).toEqual(['receipt', 'deletion'])
    const head = await readHead(log!.treeHead)
    for (const [i, { countersignature }] of ledger.entries()) {
      expect(await holds(countersignature, log!.inclusion[i]!, head)).toBe(true)
    }
  })

  test('L25 the published head of a chain shows a cut tail', async () => {
    const { world, get, jwk } = await published(open())
    const device = await createDevice()
    const text = 'the notice'
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
    const notice = base64url.encode(new Uint8Array(digest))
    const options = await world.options('verify', 'cut')
    const receipts = [await device.receipt(options, { notice }), await device.receipt(options, { notice })]
    const { countersignatures } = await world.record(receipts)
    const whole = receipts.map((receipt, i) => ({ receipt, countersignature: countersignatures[i]! }))
    const bundle = (count: number) => ({
      v: 1,
      receipts: whole.slice(0, count),
      notices: { [notice]: text },
      keys: [jwk],
    })
    const { head } = (await get(`head?device=${device.thumbprint}`)).json
    expect(await verifyEvidence(bundle(2), { head })).toMatchObject({ ok: true, tailProved: true, countersigned: 2 })
    const cut = await verifyEvidence(bundle(1), { head })
    expect(cut.ok).toBe(false)
    expect(cut.faults.map(({ what }) => what).join()).toContain('the tail was cut')
  })

  test('what the log does not have, or does not understand, is refused', async () => {
    const { get } = await published(open())
    const stranger = base64url.encode(crypto.getRandomValues(new Uint8Array(32)))
    const cases = [
      [`proof?entry=${stranger}`, 404],
      [`head?device=${stranger}`, 404],
      ['proof', 400],
      ['proof?entry=x', 400],
      [`proof?entry=${stranger}&subject=s`, 400],
      ['consistency?from=0', 400],
      ['consistency?from=-1&to=1', 400],
      ['consistency?from=2&to=1', 400],
      ['consistency?from=0&to=999999999999999', 400],
    ] as const
    for (const [path, status] of cases) {
      const answer = await get(path)
      expect([path, answer.status, answer.json.code]).toEqual([path, status, 'request_invalid'])
    }
  })
})
