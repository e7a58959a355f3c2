import { base64url, calculateJwkThumbprint, decodeProtectedHeader } from 'jose'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import policy from '../../../demo/policy.json' with { type: 'json' }
import {
  createHandler,
  createMemoryStore,
  type EvidenceExport,
  exportEvidence,
  generateServerKeys,
  importServerKeys,
  publishTreeHead,
  recordReceipts,
  rotateReceiptsKey,
  type ServerKeys,
  type ServerKeysJSON,
  type VerifyExportInit,
  verifyEvidenceExport,
  withdraw,
} from '../../../src/server'
import { publishedKeys } from '../../../src/server/keys'
import { keysOfLog } from '../../../src/server/succession'
import { readTreeHead } from '../../../src/server/tree-head'
import { createDevice, type TestDevice } from '../server/client'
import { createWorld, origin, scope, type World } from '../server/world'

// a shared two-core machine may be slow; what is tested here is right or wrong
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const notice = 'What the person was shown.'
let world: World
let subject: string
let json: ServerKeysJSON
let keys: ServerKeys
let older: string
let whole: EvidenceExport

async function act(device: TestDevice, account: string): Promise<string> {
  const options = await world.options('verify', account)
  const hash = base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(notice))))
  const receipts = await device.grants(options, { iat: world.now, notice: hash })
  const expected = { expectedTenant: scope.tenant, expectedOrigin: origin }
  await recordReceipts({ store: world.store, keys, receipts, ...expected, now: world.now })
  return options.subject
}

const read = (change: Partial<EvidenceExport> = {}, init: VerifyExportInit = {}) =>
  verifyEvidenceExport({ ...whole, ...change }, { now: world.now, ...init })
/** `line: what` of each fault. */
const faults = async (change: Partial<EvidenceExport>, init?: VerifyExportInit) =>
  (await read(change, init)).faults.map(({ line, what }) => `${line}: ${what}`)
const changed = <T>(list: readonly T[], at: number, change: (one: T) => T): T[] =>
  list.map((one, index) => (index === at ? change(one) : one))

beforeAll(async () => {
  world = await createWorld(createMemoryStore())
  json = await generateServerKeys()
  keys = await importServerKeys(json)
  const { store } = world
  const [first, second] = [await createDevice(), await createDevice()]
  subject = await act(first, 'somebody')
  await act(await createDevice(), 'another')
  older = await publishTreeHead({ store, keys, now: world.now })
  world.now += 100
  json = await rotateReceiptsKey(json, world.now)
  keys = await importServerKeys(json)
  await act(second, 'somebody')
  await act(first, 'somebody')
  await withdraw({ store, keys, subject, ...scope, now: world.now })
  world.now += 100
  keys = await importServerKeys(await rotateReceiptsKey(json, world.now))
  whole = await exportEvidence({ store, keys, subject, since: older, notices: [notice, 'of others'], now: world.now })
})

describe('an export of evidence (L25)', () => {
  it('holds two devices, a deletion, two changes of key; everything is proved offline', async () => {
    const report = await read({}, { since: older })
    expect(report).toMatchObject({ ok: true, faults: [], tailsProved: 2, devices: 2, continues: true })
    expect(report.lines.map(({ receipt, deletion, inLog }) => [receipt?.scope ?? deletion, inLog])).toEqual([
      ...Array.from({ length: 3 }, () => [
        ['process', true],
        ['transmit', true],
      ]).flat(),
      ['done', true],
    ])
    expect(report.noticesMissing).toEqual([])
    expect(Object.values(whole.notices)).toEqual([notice])
    expect([whole.tenant, whole.purpose, whole.keys.length, whole.successions.length]).toEqual([
      ...[scope.tenant, scope.purpose, 4, 2],
    ])
  })

  it('holds nothing of a face and no account (L18, L26)', async () => {
    const text = JSON.stringify(whole)
    for (const word of ['somebody', '"template"', 'ciphertext', '"d"']) expect(text).not.toContain(word)
  })

  it('with the published keys of today, or another source, the same; with foreign keys nothing holds', async () => {
    expect((await read({}, { keys: publishedKeys(keys) })).ok).toBe(true)
    const stranger = publishedKeys(await importServerKeys(await generateServerKeys()))
    expect(await read({}, { keys: stranger })).toMatchObject({ ok: false, treeHead: null, tailsProved: 0 })
  })

  it('an old head is read with the key that was retired, and the new one continues it', async () => {
    expect((await read({}, { since: older })).continues).toBe(true)
    const [, ...later] = whole.successions
    expect(await faults({ successions: later })).toEqual([expect.stringContaining('no succession leads')])
    expect(await faults({ successions: [] })).toEqual([expect.stringContaining('no succession leads')])
    const retired = whole.keys.filter(({ kid }) => kid !== keys.retired[0]!.kid)
    expect((await read({ keys: retired }, { since: older })).ok).toBe(false)
  })

  it('a log that was rewritten does not continue the older head; without its proof it is not said', async () => {
    const [hash] = whole.consistency!.proof
    const forged = { older, proof: changed(whole.consistency!.proof, 0, () => whole.ledger[0]!.hash) }
    expect(hash).not.toBe(whole.ledger[0]!.hash)
    expect(await faults({ consistency: forged }, { since: older })).toEqual([
      expect.stringContaining('the log does not continue it'),
    ])
    const { consistency: _, ...bare } = whole
    const report = await verifyEvidenceExport(bare, { now: world.now, since: older })
    expect(report).toMatchObject({ ok: false, continues: false })
    expect(report.faults[0]!.what).toContain('--since')
    expect((await read()).continues).toBeNull()
  })

  it.each<[string, (bundle: EvidenceExport) => Partial<EvidenceExport>, RegExp]>([
    ['a line dropped', ({ ledger }) => ({ ledger: ledger.toSpliced(2, 1) }), /dropped, added or moved/],
    ['the first line dropped', ({ ledger }) => ({ ledger: ledger.slice(1) }), /dropped, added or moved/],
    [
      'the last line, a deletion, dropped',
      ({ ledger, inclusion }) => ({ ledger: ledger.slice(0, 6), inclusion: inclusion.slice(0, 6) }),
      /^end of the chain: line 7 is the last/,
    ],
    [
      'the last act of a device dropped',
      ({ ledger }) => ({ ledger: ledger.slice(0, 5) }),
      /names receipt 3 of its device/,
    ],
    ['two lines swapped', ({ ledger: [a, b, ...rest] }) => ({ ledger: [b!, a!, ...rest] }), /dropped, added or moved/],
    [
      'another time',
      ({ ledger }) => ({ ledger: changed(ledger, 1, (line) => ({ ...line, at: line.at + 1 })) }),
      /changed/,
    ],
    [
      'a receipt in the place of another',
      ({ ledger }) => ({ ledger: changed(ledger, 1, (line) => ({ ...line, receipt: ledger[0]!.receipt })) }),
      /another device|changed/,
    ],
    [
      'a countersignature of another receipt',
      ({ ledger }) => ({
        ledger: changed(ledger, 1, (line) => ({ ...line, countersignature: ledger[0]!.countersignature })),
      }),
      /countersigned for another one/,
    ],
    ['another pseudonym', () => ({ subject: base64url.encode(new Uint8Array(16)) }), /of another person/],
    ['another purpose', () => ({ purpose: 'lift' }), /of another person, service or purpose/],
    [
      'a place in the log of another line',
      ({ inclusion }) => ({ inclusion: changed(inclusion, 1, () => inclusion[0]!) }),
      /not in the log/,
    ],
    [
      'a place in a log of another size',
      ({ inclusion: [first, ...rest] }) => ({ inclusion: [{ ...first!, size: first!.size + 1 }, ...rest] }),
      /not in the log/,
    ],
    ['no word on a place', ({ inclusion }) => ({ inclusion: inclusion.slice(1) }), /no word on its place/],
    ['a missing head of a chain', ({ heads }) => ({ heads: heads.slice(1) }), /head of a device’s chain is missing/],
    [
      'the head of one device in the place of another’s',
      ({ heads }) => ({ heads: heads.map(() => heads[0]!) }),
      /head of a device’s chain is missing/,
    ],
    ['an older tree head', () => ({ treeHead: older }), /not in the log/],
    ['a tree head of nobody', () => ({ treeHead: 'a.b.c' }), /tree head: /],
    [
      'a notice that was not shown',
      () => ({ notices: { [base64url.encode(new Uint8Array(32))]: 'x' } }),
      /not the text/,
    ],
  ])('is refused with %s', async (_, change, what) => {
    const report = await read(change(whole))
    expect(report.ok).toBe(false)
    expect(report.faults.map((fault) => fault.what).join('\n')).toMatch(what)
  })

  it('says which notices it has no text of; another document is no export', async () => {
    expect(await read({ notices: {} })).toMatchObject({ ok: true, noticesMissing: [expect.any(String)] })
    const report = await verifyEvidenceExport({ v: 1, receipts: [] })
    expect(report).toMatchObject({ ok: false, lines: [] })
    expect(report.faults[0]!.what).toContain('not an export of evidence')
  })

  it('is not made for one without records, nor since a head of another log', async () => {
    const { store, now } = world
    const nobody = exportEvidence({ store, keys, subject: base64url.encode(new Uint8Array(16)), now })
    await expect(nobody).rejects.toMatchObject({ code: 'request_invalid', detail: 'subject: no record' })
    const other = await createWorld()
    const foreign = await publishTreeHead({ store: other.store, keys: other.keys, now })
    await expect(exportEvidence({ store, keys, subject, since: foreign, now })).rejects.toMatchObject({
      code: 'receipt_invalid',
    })
  })
})

describe('a change of the receipts key', () => {
  it('keeps every other secret, publishes the old public key alone, and its last word names the next', async () => {
    const before = await generateServerKeys()
    const after = await rotateReceiptsKey(before, world.now)
    const { receipts, retired, ...rest } = after
    const { receipts: old, ...restBefore } = before
    expect(rest).toEqual(restBefore)
    expect([receipts.kid === old.kid, retired!.length, Object.keys(retired![0]!.jwk)]).toEqual([
      ...[false, 1, ['kty', 'crv', 'x', 'y']],
    ])
    expect(JSON.stringify(after)).not.toContain(old.jwk.d)
    expect(publishedKeys(await importServerKeys(after)).map(({ kid }) => kid)).toEqual([
      ...[before.options.kid, receipts.kid, old.kid],
    ])
  })

  it('without a restart: the log keeps its name, old heads stay checkable with what GET /keys publishes', async () => {
    let ring = await generateServerKeys()
    const provider = { keys: () => importServerKeys(ring) }
    const handler = createHandler({
      ...{ store: createMemoryStore(), keys: provider, policy, ...scope, expectedOrigin: origin },
      resolveSubject: async () => undefined,
    })
    const get = async (path: string) => (await handler(new Request(`${origin}/face${path}`))).json()
    const before = await get('/evidence/head')
    ring = await rotateReceiptsKey(ring)
    const after = await get('/evidence/head')
    const { keys: published, successions, expectedSigner } = await get('/keys')
    expect([published.length, successions.length, expectedSigner]).toEqual([
      ...[3, 1, (await importServerKeys(ring)).expectedSigner],
    ])
    const heads = await Promise.all([before, after].map(({ treeHead }) => readTreeHead(treeHead, published)))
    expect(heads[1]!.logId).toBe(heads[0]!.logId)
    const signers = [before, after].map(({ treeHead }) => decodeProtectedHeader(treeHead).kid)
    expect(signers).toEqual([published[2].kid, published[1].kid])
    const trusted = await keysOfLog(heads[0]!.logId, successions, published)
    expect([...trusted]).toEqual([heads[0]!.logId, await calculateJwkThumbprint(published[1])])
    expect([...(await keysOfLog(heads[0]!.logId, ['a.b.c', after.treeHead], published))]).toEqual([heads[0]!.logId])
  })
})
