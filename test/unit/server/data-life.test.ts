import { compactVerify, importJWK } from 'jose'
import * as v from 'valibot'
import { describe, expect, test, vi } from 'vitest'
import {
  chinaYears,
  countLivingSubjects,
  createMemoryStore,
  expire,
  type FaceSealStore,
  filingStatus,
  markDeceased,
  type Processor,
  resumeDeletions,
  unmarkDeceased,
  verifyLocalStatement,
  withdraw,
  workingCalendar,
} from '../../../src/server'
import { consentHash } from '../../../src/wire/consent-hash'
import { type DeletionReceipt, deletionReceiptSchema } from '../../../src/wire/deletion-receipt'
import { createDevice, randomTemplate, withFlippedBits } from './client'
import { describeEveryStore } from './every-store'
import { codeOf, createWorld, origin, refusalOf, scope, type World } from './world'

// a shared two-core machine may be slow; what is tested here is right or wrong
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

/** A processor whose copies are names in a set, and that can be broken. */
function processor(name: string, copies: string[] = []) {
  const state = { broken: false, asked: [] as string[] }
  const asProcessor: Processor = {
    name,
    async delete(subject) {
      state.asked.push(subject)
      if (state.broken) throw new Error('out of reach')
      copies.splice(0, copies.length, ...copies.filter((copy) => copy !== subject))
    },
  }
  return Object.assign(asProcessor, { state, copies })
}

async function statementOf(world: World, jws: string): Promise<DeletionReceipt> {
  const { payload } = await compactVerify(jws, await importJWK(world.keys.receipts.publicJwk, 'ES256'))
  return v.parse(deletionReceiptSchema, JSON.parse(new TextDecoder().decode(payload)))
}

const deletionsOf = async (store: FaceSealStore, subject: string) =>
  (await store.transaction((t) => t.readLedger(subject))).filter(({ kind }) => kind === 'deletion')

const outcomeOf = ({ stores }: Pick<DeletionReceipt, 'stores'>, name: string) =>
  stores.find(({ store }) => store === name)?.outcome

await describeEveryStore((open) => {
  test('L11 every processor is asked for the pseudonym, and is in the receipt', async () => {
    const store = open()
    const world = await createWorld(store)
    const { subject } = await world.enrol(await createDevice(), 'copied', randomTemplate())
    const [cdn, archive] = [processor('cdn', [subject, 'another']), processor('archive', [subject])]
    const request = { store, keys: world.keys, ...scope, subject: { account: 'copied' }, now: world.now }
    const result = await withdraw({ ...request, processors: [cdn, archive] })
    expect(result.status).toBe('done')
    expect([cdn.copies, archive.copies]).toEqual([['another'], []])
    const statement = await statementOf(world, result.receipt)
    expect([outcomeOf(statement, 'processor:cdn'), outcomeOf(statement, 'processor:archive')]).toEqual([
      'deleted',
      'deleted',
    ])
    expect(outcomeOf(statement, 'templates')).toBe('deleted')
    expect(await deletionsOf(store, subject)).toHaveLength(1)
  })

  test('L11 one that fails makes it partial, kept in the store, resumed until it has confirmed; never done before', async () => {
    const store = open()
    const world = await createWorld(store)
    const { subject } = await world.enrol(await createDevice(), 'partly', randomTemplate())
    const [good, bad] = [processor('good'), processor('bad', [subject])]
    const processors = [good, bad]
    bad.state.broken = true
    const run = { store, keys: world.keys, now: world.now }
    const request = { ...run, ...scope, subject: { account: 'partly' } }
    const first = await withdraw({ ...request, processors })
    expect(first.status).toBe('partial')
    expect(await statementOf(world, first.receipt)).toMatchObject({ status: 'partial', reason: 'withdrawn' })
    expect([outcomeOf(first, 'processor:good'), outcomeOf(first, 'processor:bad')]).toEqual(['deleted', 'failed'])
    expect(await store.transaction((t) => t.readEnrolment(subject))).toBeUndefined()

    expect(await resumeDeletions({ ...run, processors })).toEqual({ done: 0, pending: 1 })
    expect(await resumeDeletions({ ...run, processors: [good] })).toEqual({ done: 0, pending: 1 }) // no longer registered
    expect(await deletionsOf(store, subject)).toHaveLength(1)

    bad.state.broken = false
    const resumed = await Promise.all([1, 2, 3].map(() => resumeDeletions({ ...run, processors })))
    expect(resumed.map(({ done }) => done).sort()).toEqual([0, 0, 1])
    expect(bad.copies).toEqual([])
    expect(good.state.asked).toEqual([subject]) // confirmed once, not asked again
    const lines = await deletionsOf(store, subject)
    expect(lines).toHaveLength(2)
    const last = await statementOf(world, lines[1]!.receipt)
    expect(last.status).toBe('done')
    expect([outcomeOf(last, 'processor:good'), outcomeOf(last, 'processor:bad'), outcomeOf(last, 'templates')]).toEqual(
      ['deleted', 'deleted', 'deleted'],
    )
    expect(await resumeDeletions({ ...run, processors })).toEqual({ done: 0, pending: 0 })
  })

  test('L11 a crash between our stores and the processors: nothing is said to be done, and the job goes on', async () => {
    const inner = open()
    const world = await createWorld(inner)
    const { subject } = await world.enrol(await createDevice(), 'crashed', randomTemplate())
    const copy = processor('copy', [subject])
    let transactions = 0
    const crashing: FaceSealStore = {
      ...inner,
      transaction: (work) => (++transactions > 1 ? Promise.reject(new Error('power cut')) : inner.transaction(work)),
    }
    const run = { keys: world.keys, now: world.now, processors: [copy] }
    const request = { ...run, ...scope, subject, store: crashing }
    expect(await codeOf(withdraw(request))).toBe('Error: power cut')
    expect(await deletionsOf(inner, subject)).toEqual([])
    expect(await inner.transaction((t) => t.readEnrolment(subject))).toBeUndefined()
    expect(await resumeDeletions({ ...run, store: inner })).toEqual({ done: 1, pending: 0 })
    const [line] = await deletionsOf(inner, subject)
    expect(await statementOf(world, line!.receipt)).toMatchObject({ status: 'done', reason: 'withdrawn' })
  })

  test('L29 expiry asks the processors too', async () => {
    const store = open()
    const world = await createWorld(store)
    const { subject } = await world.enrol(await createDevice(), 'ages', randomTemplate())
    const copy = processor('copy', [subject])
    const now = world.now + 31 * 86_400
    expect((await expire({ store, keys: world.keys, now, processors: [copy] })).enrolments).toBeGreaterThanOrEqual(1)
    expect(copy.copies).toEqual([])
    const [line] = await deletionsOf(store, subject)
    expect(await statementOf(world, line!.receipt)).toMatchObject({ status: 'done', reason: 'expired' })
  })

  test('L27 marked deceased: answered as one who never enrolled, no enrolment, no standing consent; deleted on request', async () => {
    const store = open()
    const world = await createWorld(store)
    const [device, a] = [await createDevice(), randomTemplate()]
    const { subject } = await world.enrol(device, 'late', a)
    const request = { store, keys: world.keys, ...scope, subject: { account: 'late' }, now: world.now }
    const standing = await device.grants(await world.options('verify', 'late'), { singleUse: false })
    await world.record(standing)
    expect((await world.verify(device, 'late', withFlippedBits(a, 3))).verified).toBe(true)

    expect(await markDeceased(request)).toBe(true)
    expect(await markDeceased(request)).toBe(false)
    const options = await world.options('verify', 'late')
    const withStanding = await world.response(device, options, withFlippedBits(a, 4), { receipts: standing })
    expect(await codeOf(world.acceptVerification(withStanding))).toBe('consent_evidence')
    const frozen = await world.verify(device, 'late', withFlippedBits(a, 5))
    const never = await world.verify(await createDevice(), 'never', randomTemplate())
    expect(frozen).toEqual({ ...never, subject, receipt: expect.any(String) })
    expect([frozen.verified, frozen.reason]).toEqual([false, 'not_enrolled'])
    expect(await codeOf(world.enrol(device, 'late', randomTemplate()))).toBe('consent_evidence')

    expect(await store.transaction((t) => t.readEnrolment(subject))).toBeDefined() // frozen, under review
    const deletion = await withdraw({ ...request, reason: 'deceased' })
    expect(await statementOf(world, deletion.receipt)).toMatchObject({ status: 'done', reason: 'deceased', subject })
    expect(await codeOf(world.enrol(device, 'late', randomTemplate()))).toBe('consent_evidence')
  })

  test('L27 an error found in the review lifts the freeze', async () => {
    const store = open()
    const world = await createWorld(store)
    const [device, a] = [await createDevice(), randomTemplate()]
    await world.enrol(device, 'alive', a)
    const request = { store, ...scope, subject: { account: 'alive' }, now: world.now }
    await markDeceased(request)
    expect((await world.verify(device, 'alive', withFlippedBits(a, 1))).verified).toBe(false)
    expect(await unmarkDeceased(request)).toBe(true)
    expect(await unmarkDeceased(request)).toBe(false)
    expect((await world.verify(device, 'alive', withFlippedBits(a, 2))).verified).toBe(true)
  })

  test('L27 a statement of the device is not believed either', async () => {
    const store = open()
    const world = await createWorld(store)
    const device = await createDevice()
    const state = async (kind: 'enrol' | 'verify') => {
      const options = await world.options(kind, 'local-late')
      const receipt = await device.receipt(options, { scope: 'process', kinds: ['local-verdict'] })
      await world.record([receipt])
      const statement = await device.statement(options, true, { consent: await consentHash([receipt]) })
      return verifyLocalStatement({ store, keys: world.keys, statement, expectedOrigin: origin, now: world.now })
    }
    await state('enrol')
    expect((await state('verify')).verified).toBe(true)
    await markDeceased({ store, ...scope, subject: { account: 'local-late' }, now: world.now })
    expect(await codeOf(state('verify'))).toBe('device_unknown')
    expect(await codeOf(state('enrol'))).toBe('consent_evidence')
  })

  test('L24 people are counted, not pseudonyms, devices or renewals; nobody deleted or deceased', async () => {
    const store = open()
    const tenant = 'counted'
    const world = await createWorld(store, tenant)
    const count = (countLocal?: boolean) => countLivingSubjects({ store, tenant, countLocal })
    expect(await count()).toBe(0)
    for (const account of ['a', 'b', 'c']) await world.enrol(await createDevice(), account, randomTemplate())
    await world.enrol(await createDevice(), 'a', randomTemplate()) // renewed on another device
    expect(await count()).toBe(3)
    const enrolment = (await store.transaction((t) => t.listLiving({ tenant, after: '', limit: 1 })))[0]!
    const held = (await store.transaction((t) => t.readEnrolment(enrolment.subject)))!
    const other = await store.identity.assignSubject({ tenant, purpose: 'gate', account: 'b' }, 'b-at-the-gate', 1)
    await store.transaction((t) =>
      t.putEnrolment({ ...held, subject: other, purpose: 'gate', delivery: 'local', template: null }),
    )
    expect(await count()).toBe(3) // b again, for another purpose
    const local = await store.identity.assignSubject({ tenant, purpose: 'gate', account: 'd' }, 'd-at-the-gate', 1)
    await store.transaction((t) => t.putEnrolment({ ...held, subject: local, delivery: 'local', template: null }))
    expect([await count(), await count(false)]).toEqual([4, 3])
    const request = { store, keys: world.keys, purpose: scope.purpose, tenant, now: world.now }
    await markDeceased({ ...request, subject: { account: 'c' } })
    expect(await count()).toBe(3)
    await withdraw({ ...request, subject: { account: 'a' } })
    expect(await count()).toBe(2)
  })

  test('L24 the day on which the threshold was reached is kept once', async () => {
    const store = open()
    await store.transaction((t) => t.addFilingDay('kept', '2026-01-05'))
    await store.transaction((t) => t.addFilingDay('kept', '2026-02-05'))
    expect(await store.transaction((t) => t.readFilingDay('kept'))).toBe('2026-01-05')
    expect(await store.transaction((t) => t.readFilingDay('other'))).toBeUndefined()
  })
})

describe('L24 the filing duty', () => {
  test('99,999: a warning; the 100,000th: a task with its due date, which stays; duplicates are not counted', async () => {
    const store = createMemoryStore()
    const { subject: first } = await (await createWorld(store)).enrol(await createDevice(), 'p0', randomTemplate())
    const held = store.tables.enrolments.get(first)!
    const add = (subject: string, account: string, purpose: string = scope.purpose) => {
      store.tables.subjects.set(JSON.stringify([scope.tenant, purpose, account]), subject)
      store.tables.enrolments.set(subject, { ...held, subject, purpose })
    }
    for (let i = 1; i < 99_999; i++) add(`s${i}`, `p${i}`)
    const calendar = workingCalendar(chinaYears)
    const request = { store, tenant: scope.tenant, calendar }
    const now = Date.parse('2026-03-02T04:00:00Z') / 1000
    expect(await filingStatus({ ...request, now })).toEqual({ kind: 'warning', count: 99_999, left: 1 })
    add('s-again', 'p7', 'gate')
    expect(await filingStatus({ ...request, now })).toEqual({ kind: 'warning', count: 99_999, left: 1 })
    add('s99999', 'p99999')
    const filing = await filingStatus({ ...request, now })
    expect(filing).toMatchObject({ kind: 'filing', count: 100_000, reachedOn: '2026-03-02', overdue: false })
    store.tables.enrolments.delete('s99999')
    const later = await filingStatus({ ...request, now: now + 120 * 86_400 })
    expect(later).toMatchObject({ kind: 'filing', count: 99_999, reachedOn: '2026-03-02', overdue: true })
  })
})

test('a processor needs a name that a receipt can hold, and its own', async () => {
  const world = await createWorld()
  const request = { store: world.store, keys: world.keys, ...scope, subject: { account: 'names' } }
  for (const names of [['A b'], [''], ['x', 'x'], ['y'.repeat(51)]]) {
    const processors = names.map((name) => processor(name))
    expect(await refusalOf(withdraw({ ...request, processors }))).toBe(
      `configuration_invalid: processors: ${names.at(-1)}`,
    )
  }
})
