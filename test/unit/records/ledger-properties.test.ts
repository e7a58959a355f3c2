import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expireLocalTemplate, honourStanding } from '../../../src/page/consent/standing.ts'
import { deleteHeld, liveGrants, receiptsOf, withdrawConsent } from '../../../src/page/consent/withdraw.ts'
import { type DeviceStore, memoryDeviceStore } from '../../../src/page/store.ts'
import { verifyEvidence } from '../../../src/policy/evidence.ts'
import { append, bundleOf, contextAt, scope } from './chain.ts'

type Event = 'grant' | 'refuse' | 'withdraw' | 'withdraw-transmit' | 'delete' | 'wait' | 'change-policy'
const lifetime = 1000

/** What the ledger must know, kept by hand. */
interface Model {
  now: number
  policy: string
  grant: { readonly until: number; readonly policy: string } | null
}

async function apply(event: Event, store: DeviceStore, model: Model): Promise<void> {
  const context = await contextAt(model.now, { policyHash: model.policy })
  switch (event) {
    case 'grant': {
      const expires = model.now + lifetime
      const { id, jws } = await append(store, { event: 'grant', expires, singleUse: false }, model.now)
      await store.putStanding(scope, 'process', {
        receiptId: id,
        jws,
        policyHash: model.policy,
        noticeHash: '',
        grantedAt: model.now,
        expiresAt: expires,
      })
      model.grant = { until: expires, policy: model.policy }
      break
    }
    case 'refuse':
      await append(store, { event: 'refuse', consent: 'transmit', chosen: 'card' }, model.now)
      break
    case 'withdraw':
      await withdrawConsent(store, context, 'process')
      model.grant = null
      break
    case 'withdraw-transmit':
      await withdrawConsent(store, context, 'transmit')
      break
    case 'delete':
      await deleteHeld(store, context, undefined)
      model.grant = null
      break
    case 'wait':
      model.now += lifetime / 2 + 1
      break
    case 'change-policy':
      model.policy = model.policy === `${'B'.repeat(42)}A` ? `${'C'.repeat(42)}A` : `${'B'.repeat(42)}A`
  }
}

describe('L01 L09 L10 L22: no sequence of events yields processing without a live grant', () => {
  it('a standing consent serves exactly while its grant is unended, in date and of this policy', async () => {
    const events = fc.array(
      fc.constantFrom<Event>('grant', 'refuse', 'withdraw', 'withdraw-transmit', 'delete', 'wait', 'change-policy'),
      { minLength: 1, maxLength: 8 },
    )
    await fc.assert(
      fc.asyncProperty(events, async (sequence) => {
        const store = memoryDeviceStore()
        const model: Model = { now: 1_800_000_000, policy: `${'B'.repeat(42)}A`, grant: null }
        for (const event of sequence) {
          await apply(event, store, model)
          const context = await contextAt(model.now, { policyHash: model.policy })
          const standing = await honourStanding(store, 'process', context)
          const mayRun = model.grant !== null && model.now < model.grant.until && model.grant.policy === model.policy
          expect(standing.state === 'live').toBe(mayRun)
          if (!mayRun) model.grant = null
          if (standing.state === 'live') {
            const receipts = await receiptsOf(store, context)
            expect(liveGrants(receipts, model.now).map(({ id }) => id)).toContain(standing.kept.receiptId)
          }
        }
        const { thumbprint } = await store.recordKey(scope)
        if ((await store.listReceipts(thumbprint)).length > 0)
          expect(await verifyEvidence(await bundleOf(store))).toMatchObject({ ok: true })
      }),
      { numRuns: 60 },
    )
  }, 120_000)
})

describe('L11: deletion', () => {
  it('L11 destroys the keys and says so store by store; what could not be asked is partial, never done', async () => {
    const store = memoryDeviceStore()
    const before = await store.deviceKeys(scope)
    await store.writeLocalTemplate(scope, {
      iv: new Uint8Array(12),
      ciphertext: new Uint8Array(8),
      model: 'mobilefacenet.00000000',
      bits: 2048,
    })
    const context = await contextAt(1_800_000_000)
    const done = await deleteHeld(store, context, undefined)
    expect(done.status).toBe('done')
    expect(done.stores).toContainEqual({ store: 'device:templates', outcome: 'deleted' })
    expect(done.stores).toContainEqual({ store: 'device:device-keys', outcome: 'deleted' })
    expect(await store.readLocalTemplate(scope)).toBeUndefined()
    const after = await store.deviceKeys(scope)
    expect(after.storage).not.toBe(before.storage)
    const sealed = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv: new Uint8Array(12) },
      before.storage,
      new Uint8Array(4),
    )
    await expect(
      crypto.subtle.decrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, after.storage, sealed),
    ).rejects.toThrow()

    await append(store, { event: 'grant', consent: 'transmit', expires: 1_900_000_000, singleUse: true })
    expect((await deleteHeld(store, context, undefined)).status).toBe('partial')
    const failing = async () => Promise.reject(new Error('offline'))
    expect((await deleteHeld(store, context, failing)).status).toBe('partial')
    const half = async () => ({
      status: 'partial' as const,
      stores: [{ store: 'templates', outcome: 'failed' as const }],
      receipt: 'a.b.c',
    })
    expect(await deleteHeld(store, context, half)).toMatchObject({
      status: 'partial',
      stores: expect.arrayContaining([{ store: 'backend:templates', outcome: 'failed' }]),
    })
    const receipts = await receiptsOf(store, context)
    expect(receipts.at(-1)).toMatchObject({ event: 'delete', reason: 'partial' })
    expect(await store.listDeletions(scope)).toEqual(['a.b.c'])
  })
})

describe('L29: the date of the notice', () => {
  it('L29 the template on this device is deleted when its date has passed, and the record says so', async () => {
    const store = memoryDeviceStore()
    const template = {
      iv: new Uint8Array(12),
      ciphertext: new Uint8Array(8),
      model: 'mobilefacenet.00000000',
      bits: 2048,
    } as const
    const enrolledAt = 1_800_000_000
    const enrolment = await append(store, { event: 'grant', expires: enrolledAt + 600 }, enrolledAt, {
      occasion: 'enrol',
    })
    await store.writeLocalTemplate(scope, template)
    const thirtyDays = 30 * 86_400
    expect(await expireLocalTemplate(store, await contextAt(enrolledAt + thirtyDays - 1))).toBe(false)
    expect(await store.readLocalTemplate(scope)).toBeDefined()
    expect(await expireLocalTemplate(store, await contextAt(enrolledAt + thirtyDays))).toBe(true)
    expect(await store.readLocalTemplate(scope)).toBeUndefined()
    const last = (await receiptsOf(store, await contextAt(enrolledAt))).at(-1)
    expect(last).toMatchObject({ event: 'expire', concerns: enrolment.id })
  })
})
