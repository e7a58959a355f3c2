import { compactVerify, decodeProtectedHeader, importJWK } from 'jose'
import * as v from 'valibot'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { type LedgerEntry, recordReceipts, subjectOf, verifyLedger, withdraw } from '../../../src/server'
import type { SigningKey } from '../../../src/server/keys'
import type { CeremonyOptionsJSON } from '../../../src/wire/ceremony-options'
import { deletionReceiptSchema, deletionReceiptType } from '../../../src/wire/deletion-receipt'
import { countersignatureSchema, countersignatureType, headSchema, headType } from '../../../src/wire/receipt'
import { createDevice, type TestDevice } from './client'
import { createWorld, origin, refusalOf, scope, start, type World } from './world'

// a shared two-core machine may be slow; what is measured here is right or wrong
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let world: World
let device: TestDevice
let options: CeremonyOptionsJSON

beforeEach(async () => {
  world = await createWorld()
  device = await createDevice()
  options = await world.options('verify', 'person')
})

/** What a reader with the public key alone can check. */
async function readStatement(key: SigningKey, jws: string, typ: string): Promise<unknown> {
  expect(decodeProtectedHeader(jws)).toEqual({ alg: 'ES256', kid: key.kid, typ })
  const { payload } = await compactVerify(jws, await importJWK(key.publicJwk, 'ES256'))
  return JSON.parse(new TextDecoder().decode(payload))
}

describe('receipts', () => {
  test('are countersigned with the time and place at which they were seen', async () => {
    const [first, second] = await device.grants(options)
    const { countersignatures, head } = await world.record([first!, second!])
    const statements = await Promise.all(
      countersignatures.map(async (jws) =>
        v.parse(countersignatureSchema, await readStatement(world.keys.receipts, jws, countersignatureType)),
      ),
    )
    expect(statements.map(({ sequence }) => sequence)).toEqual([0, 1])
    expect(statements[0]).toMatchObject({ device: device.thumbprint, tenant: scope.tenant, iat: start })
    const headStatement = v.parse(headSchema, await readStatement(world.keys.receipts, head, headType))
    expect(headStatement).toMatchObject({ sequence: 1, device: device.thumbprint, receipt: statements[1]!.receipt })
  })

  test('sent again get the same countersignature and no second line', async () => {
    const receipts = await device.grants(options)
    const before = await world.record(receipts)
    world.now += 50
    expect((await world.record(receipts)).countersignatures).toEqual(before.countersignatures)
    expect(await world.store.transaction((t) => t.readLedger(options.subject))).toHaveLength(2)
  })

  test('all or none: one bad receipt keeps the good ones out', async () => {
    const good = await device.receipt(options)
    expect(await refusalOf(world.record([good, `${good}x`]))).toBe('receipt_invalid: the signature does not verify')
    expect(await world.store.transaction((t) => t.readLedger(options.subject))).toEqual([])
    await world.record([good])
  })

  const cases = [
    ['a gap', { sequence: 4 }, 'sequence 4, expected 1'],
    ['a fork', { sequence: 0 }, 'sequence 0 is taken by another receipt'],
    ['a broken link', { previous: 'A'.repeat(43) }, 'previous'],
    ['no link', { previous: null }, 'previous'],
    ['another device named', { device: 'A'.repeat(43) }, 'device'],
    ['another tenant', { tenant: 'clinic' }, 'tenant'],
    ['another origin', { origin: 'https://evil.example' }, 'origin'],
    ['a time to come', { iat: start + 301 }, 'iat is in the future'],
    ['a field too many', { photo: 'AAAA' }, 'photo'],
    ['a kind that does not exist (L16)', { kinds: ['image'] }, 'kinds.0'],
    ['an id that is taken', { id: 'AAAAAAAAAAAAAAAAAAAAAA' }, 'id is taken'],
  ] as const
  test.each(cases)('refuses %s', async (_, change, detail) => {
    await world.record([await device.receipt(options, { id: 'AAAAAAAAAAAAAAAAAAAAAA' })])
    const receipt = await device.receipt(options, change as object)
    expect(await refusalOf(world.record([receipt]))).toBe(`receipt_invalid: ${detail}`)
  })

  test('one receipt from many calls at once is one line; two for one place are one line and one refusal', async () => {
    const receipt = await device.receipt(options)
    const all = await Promise.all(Array.from({ length: 10 }, () => world.record([receipt])))
    expect(new Set(all.map(({ countersignatures }) => countersignatures[0])).size).toBe(1)
    const [left, right] = [await device.receipt(options), await device.receipt(options, { sequence: 1 })]
    const answers = await Promise.all([refusalOf(world.record([left])), refusalOf(world.record([right]))])
    expect(answers.filter((answer) => answer === 'resolved')).toHaveLength(1)
  })

  test('nothing at all is refused', async () => {
    const request = { store: world.store, keys: world.keys, expectedTenant: scope.tenant, expectedOrigin: origin }
    expect(await refusalOf(recordReceipts({ ...request, receipts: [] }))).toBe('receipt_invalid: no receipt')
  })
})

describe("a subject's ledger", () => {
  async function ledger(): Promise<LedgerEntry[]> {
    await world.record(await device.grants(options))
    await world.record([await device.receipt(options, { event: 'withdraw', expires: null, singleUse: false })])
    await withdraw({ store: world.store, keys: world.keys, ...scope, subject: { account: 'person' }, now: start })
    const subject = await subjectOf({ store: world.store, ...scope, subject: { account: 'person' } })
    return [...(await world.store.transaction((t) => t.readLedger(subject)))]
  }

  test('verifies from its first line', async () => {
    const entries = await ledger()
    expect(entries.map(({ kind }) => kind)).toEqual(['receipt', 'receipt', 'receipt', 'deletion'])
    await verifyLedger(entries)
  })

  test('an edited, dropped, added or reordered line is found, and named', async () => {
    const entries = await ledger()
    const [a, b, c, d] = entries as [LedgerEntry, LedgerEntry, LedgerEntry, LedgerEntry]
    const forgeries: [LedgerEntry[], number][] = [
      [[a, { ...b, at: b.at + 1 }, c, d], 2],
      [[a, { ...b, receipt: a.receipt }, c, d], 2],
      [[a, { ...b, countersignature: a.countersignature }, c, d], 2],
      [[a, c, d], 2],
      [[b, c, d], 1],
      [[a, c, b, d], 2],
      [[a, b, b, c, d], 3],
      [[a, b, c, { ...d, kind: 'receipt' }], 4],
    ]
    for (const [forged, place] of forgeries) {
      expect(await refusalOf(verifyLedger(forged))).toBe(`receipt_invalid: ledger line ${place}`)
    }
  })

  test('the deletion receipt is a proof of its own: signed, typed, complete, without identity', async () => {
    const request = { store: world.store, keys: world.keys, ...scope, subject: { account: 'person' }, now: start }
    const { receipt, stores } = await withdraw(request)
    const statement = await readStatement(world.keys.receipts, receipt, deletionReceiptType)
    expect(v.parse(deletionReceiptSchema, statement)).toEqual({
      ...{ v: 1, id: expect.any(String), event: 'delete', iat: start, ...scope, subject: options.subject },
      ...{ reason: 'withdrawn', status: 'done', stores },
    })
    expect(JSON.stringify(statement)).not.toContain('person')
  })
})
