import { CompactSign, compactVerify, decodeProtectedHeader, EmbeddedJWK, type JWK } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { readReceipt } from '../../../src/page/consent/ledger.ts'
import type { DeviceStore } from '../../../src/page/store.ts'
import { verifyEvidence } from '../../../src/policy/evidence.ts'
import { receiptType } from '../../../src/wire/receipt.ts'
import { append, bundleOf, fiveReceipts, scope, signAs, strangerKey } from './chain.ts'

let store: DeviceStore
let bundle: Awaited<ReturnType<typeof bundleOf>>
beforeAll(async () => {
  store = await fiveReceipts()
  bundle = await bundleOf(store)
})
const copy = () => structuredClone(bundle)
const faultsOf = async (changed: unknown) => (await verifyEvidence(changed)).faults.map(({ what }) => what).join('; ')

describe('L25: a bundle', () => {
  it('L25 holds: chained, countersigned, tail proved', async () => {
    const report = await verifyEvidence(bundle)
    expect(report).toMatchObject({ ok: true, faults: [], countersigned: 5, tailProved: true })
    expect(report.receipts.map(({ event }) => event)).toEqual(['grant', 'grant', 'withdraw', 'delete', 'refuse'])
  })

  it('L25 a receipt is ES256 by a key that cannot be exported, with the fields of ISO/IEC TS 27560', async () => {
    const { receipt } = bundle.receipts[0]!
    expect(decodeProtectedHeader(receipt)).toMatchObject({
      alg: 'ES256',
      typ: receiptType,
      jwk: { kty: 'EC', crv: 'P-256' },
    })
    await compactVerify(receipt, EmbeddedJWK)
    const { signing } = await store.recordKey(scope)
    expect(signing.extractable).toBe(false)
    await expect(crypto.subtle.exportKey('jwk', signing)).rejects.toThrow()
    const fields = Object.keys(readReceipt(receipt))
    for (const field of [
      'id',
      'event',
      'iat',
      'sequence',
      'previous',
      'subject',
      'processor',
      'purpose',
      'purposeText',
      'lawfulBasis',
      'jurisdictions',
      'scope',
      'policy',
      'notice',
      'locale',
      'ui',
      'form',
      'alternatives',
      'age',
      'pia',
      'kinds',
      'recipients',
      'retainUntil',
      'expires',
      'rightsUrl',
    ]) {
      expect(fields).toContain(field)
    }
  })

  it('L25 L26 no field of a record could hold face data or an identity', () => {
    const text = JSON.stringify(bundle.receipts.map(({ receipt }) => readReceipt(receipt)))
    expect(text).not.toMatch(/embedding|landmark|template"|image|phone|"name":"张/)
    for (const { receipt } of bundle.receipts) expect(receipt.length).toBeLessThan(4096)
  })

  it('L25 every single edited character of a receipt is found', async () => {
    for (const place of [0, 2, 4]) {
      for (const part of [0, 1, 2]) {
        const changed = copy()
        const parts = changed.receipts[place]!.receipt.split('.')
        const text = parts[part]!
        parts[part] = (text[0] === 'A' ? 'B' : 'A') + text.slice(1)
        changed.receipts[place]!.receipt = parts.join('.')
        expect(await faultsOf(changed)).not.toBe('')
      }
    }
  })

  it('L25 dropping, reordering, repeating or inserting is found', async () => {
    const dropped = copy()
    dropped.receipts.splice(1, 1)
    expect(await faultsOf(dropped)).toContain('dropped')
    const first = copy()
    first.receipts.shift()
    expect(await faultsOf(first)).toContain('sequence 1 where 0')
    const swapped = copy()
    swapped.receipts.splice(1, 2, swapped.receipts[2]!, swapped.receipts[1]!)
    expect(await faultsOf(swapped)).toContain('moved')
    const repeated = copy()
    repeated.receipts.splice(2, 0, repeated.receipts[1]!)
    expect(await faultsOf(repeated)).toContain('sequence')
  })

  it('L25 a cut tail is found by the published head', async () => {
    const cut = copy()
    cut.receipts.pop()
    expect(await faultsOf(cut)).toContain('the tail was cut')
    const { head, ...headless } = cut
    expect(await verifyEvidence(headless)).toMatchObject({ ok: true, tailProved: false })
    expect(await verifyEvidence(headless, { head })).toMatchObject({ ok: false })
  })

  it('L25 a rewritten tail, well signed by the device, is found by the head', async () => {
    const rewritten = await fiveReceipts()
    const other = await bundleOf(rewritten)
    expect(await faultsOf({ ...other, head: bundle.head })).toContain('another chain')
  })

  it('L25 the device itself cannot rewrite a record in the middle: the next one no longer follows', async () => {
    const { signing, publicJwk } = await store.recordKey(scope)
    const payload = { ...readReceipt(bundle.receipts[1]!.receipt), event: 'refuse', expires: null }
    const rewritten = await new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'ES256', typ: receiptType, jwk: publicJwk as JWK })
      .sign(signing)
    const { keys: _, head: __, ...changed } = copy()
    changed.receipts[1] = { receipt: rewritten } as (typeof changed.receipts)[number]
    expect(await faultsOf(changed)).toContain('does not follow the receipt before it')
  })

  it('L25 a receipt signed by another key does not fit the chain', async () => {
    const stranger = await strangerKey()
    const payload = { ...readReceipt(bundle.receipts[4]!.receipt), device: stranger.thumbprint }
    const forged = await new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'ES256', typ: receiptType, jwk: stranger.jwk })
      .sign(stranger.privateKey)
    const changed = copy()
    changed.receipts[4] = { ...changed.receipts[4]!, receipt: forged }
    expect(await faultsOf(changed)).toContain('another device key')
  })

  it('L25 a changed notice, and a missing one, are found', async () => {
    const changed = copy()
    const [hash] = Object.keys(changed.notices)
    expect(await faultsOf({ ...changed, notices: { [hash!]: 'another text' } })).toContain(
      'not the text that was shown',
    )
    expect(await faultsOf({ ...changed, notices: {} })).toContain('missing')
  })

  it('L25 a countersignature of another key or another receipt is found', async () => {
    const stranger = await strangerKey()
    const changed = copy()
    changed.receipts[0]!.countersignature = await signAs(
      'faceseal-countersignature+jwt',
      {},
      'receipts-1',
      stranger.privateKey,
    )
    expect(await faultsOf(changed)).toContain('countersignature')
    const exchanged = copy()
    exchanged.receipts[0]!.countersignature = bundle.receipts[1]!.countersignature
    expect(await faultsOf(exchanged)).toContain('another receipt')
  })

  it('says what is wrong with anything else', async () => {
    for (const input of [
      null,
      3,
      'x',
      {},
      { v: 1, receipts: [] },
      { v: 1, receipts: [{ receipt: 'a.b.c' }], notices: {} },
    ]) {
      expect((await verifyEvidence(input)).ok).toBe(false)
    }
  })

  it('L20 reads the export of the face settings as well', async () => {
    expect(await verifyEvidence({ v: 1, evidence: bundle })).toMatchObject({ ok: true })
  })
})

describe('two tabs that write at once', () => {
  it('L25 get two places in one chain', async () => {
    const busy = await fiveReceipts()
    await Promise.all(Array.from({ length: 8 }, () => append(busy, { event: 'refuse', chosen: 'card' })))
    const report = await verifyEvidence(await bundleOf(busy))
    expect(report).toMatchObject({ ok: true })
    expect(report.receipts).toHaveLength(13)
  })
})
