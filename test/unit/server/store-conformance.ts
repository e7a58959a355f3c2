import { describe, expect, test, vi } from 'vitest'
import type { Challenge, Enrolment, FaceSealStore, LedgerEntry, PendingDeletion } from '../../../src/server'
import { passiveLiveness } from '../../../src/wire/liveness'
import { codeOf } from './world'

const challenge = (sid: string, change: Partial<Challenge> = {}): Challenge => ({
  ...{ sid, nonce: 'n', kind: 'verify', tenant: 't', origin: 'https://a.example', purpose: 'p', subject: 's' },
  ...{
    subjectSalt: 'salt',
    embedder: 'mobilefacenet',
    bits: 2048,
    suite: 'P256',
    kid: 'k',
    policyHash: 'h',
    liveness: passiveLiveness,
  },
  retainUntil: null,
  ...{ issuedAt: 1_800_000_000, expiresAt: 4_102_444_800 },
  ...change,
})

const enrolment = (subject: string, change: Partial<Enrolment> = {}): Enrolment => ({
  ...{ subject, tenant: 't', purpose: 'p', delivery: 'sealed', subjectSalt: 'salt', embedder: 'mobilefacenet' },
  ...{ model: 'mobilefacenet.00000000', bits: 2048, device: 'd', devicePublicKey: new Uint8Array(65).fill(7) },
  consent: 'c',
  template: {
    ...{ kid: 'k', keySeed: new Uint8Array(32).fill(1), iv: new Uint8Array(12).fill(2) },
    ciphertext: new Uint8Array(272).fill(3),
  },
  ...{ enrolledAt: 1_800_000_000, lastUsedAt: 1_800_000_000, retainUntil: 4_102_444_800 },
  ...change,
})

const line = (subject: string, seq: number, change: Partial<LedgerEntry> = {}): LedgerEntry => ({
  ...{ subject, seq, kind: 'receipt', at: 1_800_000_000, prev: 'p', hash: `h${seq}`, receipt: `r${seq}` },
  ...{ countersignature: 'c', device: { thumbprint: `device of ${subject}`, sequence: seq - 1 } },
  ...change,
})

/** A collision is tried again, as it may be a lost race: here it is none, so without the pauses. */
async function refused(answer: Promise<unknown>): Promise<string> {
  const immediately = vi.spyOn(Math, 'random').mockReturnValue(0)
  try {
    return await codeOf(answer)
  } finally {
    immediately.mockRestore()
  }
}

const zeros = { failures: 0, lockedUntil: 0, expiresAt: 0 }

/** What every adapter keeps. Each test uses names of its own, so the store may be shared. */
export function describeStoreConformance(open: () => FaceSealStore): void {
  const inTransaction: FaceSealStore['transaction'] = (work) => open().transaction(work)
  const failing = new Error('on purpose')

  describe('store conformance', () => {
    test('a pseudonym is assigned once, also when calls race', async () => {
      const { identity } = open()
      const key = { tenant: 't', purpose: 'p', account: 'racing' }
      expect(await identity.findSubject(key)).toBeUndefined()
      const assigned = await Promise.all([1, 2, 3, 4].map((i) => identity.assignSubject(key, `candidate ${i}`, 1)))
      expect(new Set(assigned).size).toBe(1)
      expect(await identity.findSubject(key)).toBe(assigned[0])
      expect(await identity.findSubject({ ...key, purpose: 'other' })).toBeUndefined()
      expect(await identity.findSubject({ ...key, tenant: 'other' })).toBeUndefined()
      expect(await identity.removeSubject(key)).toBe(true)
      expect(await identity.removeSubject(key)).toBe(false)
    })

    test('a challenge comes back as it went in, and is consumed once', async () => {
      const stored = challenge('challenge')
      await inTransaction((t) => t.addChallenge(stored))
      expect(await inTransaction((t) => t.readChallenge('challenge'))).toEqual({ ...stored, consumed: false })
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => inTransaction((t) => t.consumeChallenge('challenge', 5))),
      )
      expect(answers.filter(Boolean)).toHaveLength(1)
      expect(await inTransaction((t) => t.readChallenge('challenge'))).toEqual({ ...stored, consumed: true })
      expect(await inTransaction((t) => t.consumeChallenge('unknown', 5))).toBe(false)
      expect(await inTransaction((t) => t.readChallenge('unknown'))).toBeUndefined()
    })

    test('challenges go by subject or by age', async () => {
      await inTransaction(async (t) => {
        await t.addChallenge(challenge('old', { expiresAt: 1_600_000_000, subject: 'old' }))
        await t.addChallenge(challenge('hers', { subject: 'hers' }))
      })
      expect(await inTransaction((t) => t.removeChallenges({ before: 1_700_000_000 }))).toBe(1)
      expect(await inTransaction((t) => t.removeChallenges({ subject: 'hers' }))).toBe(1)
      expect(await inTransaction((t) => t.removeChallenges({ subject: 'hers' }))).toBe(0)
    })

    test('an enrolment comes back as it went in; a second replaces it; without a template the seed is gone', async () => {
      const first = enrolment('enrolled')
      await inTransaction((t) => t.putEnrolment(first))
      expect(await inTransaction((t) => t.readEnrolment('enrolled'))).toEqual(first)
      const second = enrolment('enrolled', {
        subjectSalt: 'new',
        template: { ...first.template!, keySeed: new Uint8Array(32).fill(9) },
      })
      await inTransaction((t) => t.putEnrolment(second))
      expect(await inTransaction((t) => t.readEnrolment('enrolled'))).toEqual(second)
      const local = enrolment('enrolled', { delivery: 'local', template: null })
      await inTransaction((t) => t.putEnrolment(local))
      expect(await inTransaction((t) => t.readEnrolment('enrolled'))).toEqual(local)
      await inTransaction((t) => t.touchEnrolment('enrolled', 1_900_000_000))
      expect((await inTransaction((t) => t.readEnrolment('enrolled')))?.lastUsedAt).toBe(1_900_000_000)
      expect(await inTransaction((t) => t.removeEnrolment('enrolled'))).toBe(true)
      expect(await inTransaction((t) => t.removeEnrolment('enrolled'))).toBe(false)
      expect(await inTransaction((t) => t.readEnrolment('enrolled'))).toBeUndefined()
    })

    test('enrolments past their retention are found, oldest first, as many as asked for', async () => {
      await inTransaction(async (t) => {
        for (const retainUntil of [1_500_000_003, 1_500_000_001, 1_500_000_002]) {
          await t.putEnrolment(enrolment(`ends ${retainUntil}`, { retainUntil }))
        }
      })
      const found = await inTransaction((t) => t.findExpired(1_500_000_002, 10))
      expect(found.map(({ subject }) => subject)).toEqual(['ends 1500000001', 'ends 1500000002'])
      expect(found[0]).toMatchObject({ tenant: 't', purpose: 'p' })
      expect(await inTransaction((t) => t.findExpired(1_500_000_003, 1))).toHaveLength(1)
      for (const n of [1, 2, 3]) await inTransaction((t) => t.removeEnrolment(`ends 150000000${n}`))
    })

    test('a spent value is spent once, also when calls race', async () => {
      const mark = { digest: 'spent', subject: 'spender', expiresAt: 1_600_000_000 }
      const answers = await Promise.all(Array.from({ length: 20 }, () => inTransaction((t) => t.markSpent(mark))))
      expect(answers.filter(Boolean)).toHaveLength(1)
      expect(await inTransaction((t) => t.removeSpent({ subject: 'spender' }))).toBe(1)
      expect(await inTransaction((t) => t.markSpent(mark))).toBe(true)
      expect(await inTransaction((t) => t.removeSpent({ before: 1_700_000_000 }))).toBe(1)
    })

    test('a grant is in force until it ends, and ends once, also when calls race', async () => {
      const grant = { subject: 'granter', device: 'd', id: 'g', expiresAt: 1_900_000_000, receipt: 'jws' }
      await inTransaction(async (t) => {
        await t.addGrant(grant)
        await t.addGrant({ ...grant, id: 'ended', expiresAt: 1_600_000_000 })
      })
      expect(await inTransaction((t) => t.readGrants('granter', 1_800_000_000))).toEqual([grant])
      expect(await inTransaction((t) => t.endGrant({ device: 'other', id: 'g' }))).toBe(false)
      const answers = await Promise.all(Array.from({ length: 20 }, () => inTransaction((t) => t.endGrant(grant))))
      expect(answers.filter(Boolean)).toHaveLength(1)
      expect(await inTransaction((t) => t.readGrants('granter', 1_800_000_000))).toEqual([])
      expect(await inTransaction((t) => t.removeGrants({ before: 1_700_000_000 }))).toBe(1)
      expect(await inTransaction((t) => t.removeGrants({ subject: 'granter' }))).toBe(0)
    })

    test('no failure is lost when many count at once', async () => {
      const count = () =>
        inTransaction(async (t) => {
          const { failures } = await t.lockThrottle('busy')
          await t.putThrottle('busy', { failures: failures + 1, lockedUntil: 1_800_000_000, expiresAt: 1_600_000_000 })
        })
      await Promise.all(Array.from({ length: 20 }, count))
      const counted = { failures: 20, lockedUntil: 1_800_000_000, expiresAt: 1_600_000_000 }
      expect(await inTransaction((t) => t.lockThrottle('busy'))).toEqual(counted)
      expect(await inTransaction((t) => t.readThrottle('busy'))).toEqual(counted)
      expect(await inTransaction((t) => t.removeThrottle('busy'))).toBe(true)
      expect(await inTransaction((t) => t.removeThrottle('busy'))).toBe(false)
      expect(await inTransaction((t) => t.lockThrottle('busy'))).toEqual(zeros)
      expect(await inTransaction((t) => t.readThrottle('nobody'))).toEqual(zeros)
      await count()
      expect(await inTransaction((t) => t.removeThrottles(1_600_000_000))).toBe(0)
      expect(await inTransaction((t) => t.removeThrottles(1_600_000_001))).toBe(1)
      expect(await inTransaction((t) => t.readThrottle('busy'))).toEqual(zeros)
    })

    test('the ledger keeps order by subject and by device, and takes no place twice', async () => {
      await inTransaction(async (t) => {
        await t.appendLedger(line('writer', 1))
        await t.appendLedger(line('writer', 2))
        await t.appendLedger(line('writer', 3, { kind: 'deletion', device: null }))
      })
      const read = await inTransaction((t) => t.readLedger('writer'))
      expect(read).toEqual([
        line('writer', 1),
        line('writer', 2),
        line('writer', 3, { kind: 'deletion', device: null }),
      ])
      expect((await inTransaction((t) => t.readLedgerHead('writer')))?.seq).toBe(3)
      expect((await inTransaction((t) => t.readDeviceChain('device of writer')))?.seq).toBe(2)
      expect((await inTransaction((t) => t.readDeviceChain('device of writer', 0)))?.seq).toBe(1)
      expect(await inTransaction((t) => t.readDeviceChain('device of writer', 9))).toBeUndefined()
      expect(await inTransaction((t) => t.readDeviceChain('nobody'))).toBeUndefined()
      const forged = line('writer', 2, { hash: 'forged' })
      expect(await refused(inTransaction((t) => t.appendLedger(forged)))).not.toBe('resolved')
      expect((await inTransaction((t) => t.readLedger('writer')))[1]?.hash).toBe('h2')
    })

    test('a deletion under way is kept as it stands, oldest first, until it is done', async () => {
      const deletion = (id: string, requestedAt: number): PendingDeletion => ({
        ...{ id, tenant: 't', purpose: 'p', subject: 'leaving', reason: 'withdrawn', requestedAt },
        stores: [{ store: 'templates', outcome: 'deleted' }],
        ...{ remaining: ['archive', 'copy'], confirmed: [] },
      })
      const [older, newer] = [deletion('older', 1_500_000_000), deletion('newer', 1_500_000_001)]
      for (const each of [newer, older]) await inTransaction((t) => t.putPendingDeletion(each))
      expect(await inTransaction((t) => t.findPendingDeletions(10))).toEqual([older, newer])
      expect(await inTransaction((t) => t.findPendingDeletions(1))).toEqual([older])
      const further = { ...older, remaining: ['copy'], confirmed: ['archive'] }
      await inTransaction((t) => t.putPendingDeletion(further))
      expect(await inTransaction((t) => t.lockPendingDeletion('older'))).toEqual(further)
      for (const id of ['older', 'newer']) {
        expect(await inTransaction((t) => t.removePendingDeletion(id))).toBe(true)
        expect(await inTransaction((t) => t.removePendingDeletion(id))).toBe(false)
        expect(await inTransaction((t) => t.lockPendingDeletion(id))).toBeUndefined()
      }
    })

    test('the frozen are not among the living; a filing day is kept once; pseudonyms lead back to accounts', async () => {
      const tenant = 'living'
      for (const subject of ['c', 'a', 'b', 'd']) {
        await inTransaction((t) => t.putEnrolment(enrolment(subject, { tenant })))
      }
      expect(await inTransaction((t) => t.freeze('b', 5))).toBe(true)
      expect(await inTransaction((t) => t.freeze('b', 6))).toBe(false)
      expect(await inTransaction((t) => t.isFrozen('b'))).toBe(true)
      const names = async (after: string, limit: number) =>
        (await inTransaction((t) => t.listLiving({ tenant, after, limit }))).map(({ subject }) => subject)
      expect([await names('', 2), await names('c', 2), await names('d', 2)]).toEqual([['a', 'c'], ['d'], []])
      expect(await inTransaction((t) => t.unfreeze('b'))).toBe(true)
      expect(await inTransaction((t) => t.unfreeze('b'))).toBe(false)
      expect(await names('a', 9)).toEqual(['b', 'c', 'd'])
      for (const subject of ['a', 'b', 'c', 'd']) await inTransaction((t) => t.removeEnrolment(subject))

      expect(await inTransaction((t) => t.readFilingDay(tenant))).toBeUndefined()
      for (const day of ['2026-01-05', '2026-02-05']) await inTransaction((t) => t.addFilingDay(tenant, day))
      expect(await inTransaction((t) => t.readFilingDay(tenant))).toBe('2026-01-05')

      const { identity } = open()
      await identity.assignSubject({ tenant, purpose: 'p', account: 'ada' }, 'pseudonym of ada', 1)
      expect(await identity.accountsOf(tenant, ['pseudonym of ada', 'nobody'])).toEqual([
        { subject: 'pseudonym of ada', account: 'ada' },
      ])
      expect(await identity.accountsOf('other', ['pseudonym of ada'])).toEqual([])
    })

    test('the evidence log grows, and takes no place and no leaf twice', async () => {
      const [one, two] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
      const before = await inTransaction((t) => t.readTree())
      const place = before.frontier.size
      const grow = (leaf: string, index: number) =>
        inTransaction(async (t) => {
          const { logId } = await t.lockTree()
          const frontier = { size: place + 1, hashes: [one] }
          await t.growTree([{ leaf, nodes: [{ level: 40, index, hash: two }] }], { frontier, logId })
        })
      await grow('leaf', place)
      expect((await inTransaction((t) => t.readTree())).frontier).toEqual({ size: place + 1, hashes: [one] })
      expect(await inTransaction((t) => t.readTreeNode(40, place))).toEqual(two)
      expect(await inTransaction((t) => t.readTreeNode(40, place + 1))).toBeUndefined()
      expect(await inTransaction((t) => t.findLeaf('leaf'))).toBe(place)
      expect(await inTransaction((t) => t.findLeaf('other'))).toBeUndefined()
      expect(await refused(grow('leaf', place + 1))).not.toBe('resolved')
      await inTransaction(async (t) => t.growTree([], { ...before, logId: (await t.lockTree()).logId }))
      expect((await inTransaction((t) => t.readTree())).frontier).toEqual(before.frontier)
    })

    test('a transaction that fails leaves nothing, whatever it did', async () => {
      await inTransaction(async (t) => {
        await t.putEnrolment(enrolment('kept'))
        await t.addChallenge(challenge('kept challenge', { subject: 'kept' }))
      })
      const work = inTransaction(async (t) => {
        await t.consumeChallenge('kept challenge', 5)
        await t.putEnrolment(enrolment('kept', { subjectSalt: 'lost' }))
        await t.putEnrolment(enrolment('lost'))
        await t.addChallenge(challenge('lost challenge'))
        await t.markSpent({ digest: 'lost mark', subject: 's', expiresAt: 1_900_000_000 })
        await t.lockThrottle('lost throttle')
        await t.putThrottle('lost throttle', { failures: 3, lockedUntil: 0, expiresAt: 1_900_000_000 })
        await t.appendLedger(line('lost', 1))
        await t.removeEnrolment('kept')
        throw failing
      })
      await expect(work).rejects.toBe(failing)
      const after = await inTransaction(async (t) => ({
        kept: await t.readEnrolment('kept'),
        lost: await t.readEnrolment('lost'),
        consumed: (await t.readChallenge('kept challenge'))?.consumed,
        challenge: await t.readChallenge('lost challenge'),
        fresh: await t.markSpent({ digest: 'lost mark', subject: 's', expiresAt: 1_900_000_000 }),
        throttle: await t.lockThrottle('lost throttle'),
        ledger: await t.readLedger('lost'),
      }))
      expect(after).toEqual({
        ...{ kept: enrolment('kept'), lost: undefined, consumed: false, challenge: undefined, fresh: true },
        ...{ throttle: zeros, ledger: [] },
      })
    })

    test('answers a ping', async () => {
      await open().ping()
    })
  })
}
