import { describe, expect, test } from 'vitest'
import { expire, type FaceSealStore, subjectOf, verifyLocalStatement, withdraw } from '../../../src/server'
import { maxDistance } from '../../../src/server/thresholds'
import { consentHash } from '../../../src/wire/consent-hash'
import { createDevice, randomTemplate, withFlippedBits } from './client'
import { codeOf, createWorld, origin, scope } from './world'

/** Bits at which the standard level still says yes. */
const limit = maxDistance({ embedder: 'mobilefacenet', bits: 2048 })

/** Enrolment, verification and their end, as every store has to carry them. */
export function describeAcceptance(open: () => FaceSealStore): void {
  describe('acceptance', () => {
    test.each(['P256', 'X25519'] as const)('%s: A is A, B is not A, at the threshold and beyond', async (suite) => {
      const world = await createWorld(open())
      const [device, a, b] = [await createDevice(), randomTemplate(), randomTemplate()]
      const account = `threshold-${suite}`
      const options = await world.options('enrol', account, suite)
      const enrolled = await world.acceptEnrolment(await world.response(device, options, a))
      expect(enrolled).toMatchObject({ enrolled: true, renewed: false, subject: options.subject })
      const tries = [
        [withFlippedBits(a, 1), 'match'],
        [withFlippedBits(a, limit), 'match'],
        [withFlippedBits(a, limit + 1), 'mismatch'],
        [b, 'mismatch'],
      ] as const
      for (const [template, reason] of tries) {
        const again = await world.options('verify', account, suite)
        expect(again.subjectSalt).toBe(options.subjectSalt)
        const result = await world.acceptVerification(await world.response(device, again, template))
        expect(result).toMatchObject({ reason, verified: reason === 'match', subject: options.subject })
      }
    })

    test('100 copies of one response at once: exactly one is accepted', async () => {
      const world = await createWorld(open())
      const [device, a] = [await createDevice(), randomTemplate()]
      await world.enrol(device, 'replayed', a)
      const options = await world.options('verify', 'replayed')
      const response = await world.response(device, options, withFlippedBits(a, 100))
      const answers = await Promise.all(
        Array.from({ length: 100 }, () => codeOf(world.acceptVerification(response.slice()))),
      )
      expect(answers.filter((code) => code === 'resolved')).toHaveLength(1)
      expect(answers.filter((code) => code === 'challenge_consumed')).toHaveLength(99)
    })

    test('100 different responses to one challenge at once: exactly one is accepted', async () => {
      const world = await createWorld(open())
      const [device, a] = [await createDevice(), randomTemplate()]
      await world.enrol(device, 'raced', a)
      const options = await world.options('verify', 'raced')
      const receipts = await device.grants(options)
      await world.record(receipts)
      const responses = await Promise.all(
        Array.from({ length: 100 }, (_, i) => world.response(device, options, withFlippedBits(a, i + 1), { receipts })),
      )
      const answers = await Promise.all(responses.map((response) => codeOf(world.acceptVerification(response))))
      expect(answers.filter((code) => code === 'resolved')).toHaveLength(1)
      expect(answers.filter((code) => code === 'challenge_consumed')).toHaveLength(99)
    })

    test('100 enrolments with one response at once: exactly one is accepted', async () => {
      const world = await createWorld(open())
      const device = await createDevice()
      const response = await world.response(device, await world.options('enrol', 'enrolled-once'), randomTemplate())
      const answers = await Promise.all(
        Array.from({ length: 100 }, () => codeOf(world.acceptEnrolment(response.slice()))),
      )
      expect(answers.filter((code) => code === 'resolved')).toHaveLength(1)
    })

    test('exactly the same template again is a replay: the enrolled one, and one that was verified before', async () => {
      const world = await createWorld(open())
      const [device, a] = [await createDevice(), randomTemplate()]
      await world.enrol(device, 'repeats', a)
      expect(await codeOf(world.verify(device, 'repeats', a))).toBe('template_replay')
      const second = withFlippedBits(a, 50)
      expect((await world.verify(device, 'repeats', second)).verified).toBe(true)
      expect(await codeOf(world.verify(device, 'repeats', second))).toBe('template_replay')
      expect(await codeOf(world.enrol(device, 'repeats', second))).toBe('template_replay')
    })

    test('failures slow down, the lock is kept in the store, and ends with time', async () => {
      const world = await createWorld(open())
      const [device, a] = [await createDevice(), randomTemplate()]
      await world.enrol(device, 'guessed', a)
      for (let i = 0; i < 6; i++) expect((await world.verify(device, 'guessed', randomTemplate())).verified).toBe(false)
      await expect(world.options('verify', 'guessed')).rejects.toMatchObject({
        code: 'rate_limited',
        retryAfterSeconds: 30,
      })
      world.now += 29
      expect(await codeOf(world.options('verify', 'guessed'))).toBe('rate_limited')
      world.now += 1
      expect((await world.verify(device, 'guessed', randomTemplate())).verified).toBe(false)
      await expect(world.options('verify', 'guessed')).rejects.toMatchObject({ retryAfterSeconds: 60 })
      world.now += 60
      expect((await world.verify(device, 'guessed', withFlippedBits(a, 10))).verified).toBe(true)
      expect((await world.verify(device, 'guessed', randomTemplate())).reason).toBe('mismatch')
    })

    test('many wrong answers at once are all counted: the limit holds against a burst', async () => {
      const world = await createWorld(open())
      const device = await createDevice()
      await world.enrol(device, 'burst', randomTemplate())
      const responses: Uint8Array<ArrayBuffer>[] = []
      for (let i = 0; i < 12; i++) {
        responses.push(await world.response(device, await world.options('verify', 'burst'), randomTemplate()))
      }
      const answers = await Promise.all(responses.map((response) => codeOf(world.acceptVerification(response))))
      expect(answers.filter((code) => code === 'resolved')).toHaveLength(6)
      expect(answers.filter((code) => code === 'rate_limited')).toHaveLength(6)
    })

    test('renewal replaces template and salt: the old template is a stranger, a race with it loses', async () => {
      const world = await createWorld(open())
      const [device, old, renewed] = [await createDevice(), randomTemplate(), randomTemplate()]
      const first = await world.enrol(device, 'renews', old)
      const pending = await world.options('verify', 'renews')
      const second = await world.enrol(device, 'renews', renewed)
      expect(second).toEqual({ enrolled: true, renewed: true, subject: first.subject })
      expect((await world.options('verify', 'renews')).subjectSalt).not.toBe(pending.subjectSalt)
      expect((await world.verify(device, 'renews', withFlippedBits(old, 3))).reason).toBe('mismatch')
      const late = await world.response(device, pending, withFlippedBits(renewed, 3))
      expect((await world.acceptVerification(late)).reason).toBe('mismatch')
      expect((await world.verify(device, 'renews', withFlippedBits(renewed, 5))).verified).toBe(true)
    })

    test('two tenants know the same account under two pseudonyms and two salts', async () => {
      const [estate, clinic] = [await createWorld(open()), await createWorld(open(), 'clinic')]
      const device = await createDevice()
      const [atEstate, atClinic] = [randomTemplate(), randomTemplate()]
      const first = await estate.enrol(device, 'both', atEstate)
      const second = await clinic.enrol(await createDevice(), 'both', atClinic)
      expect(first.subject).not.toBe(second.subject)
      expect((await estate.options('verify', 'both')).subjectSalt).not.toBe(
        (await clinic.options('verify', 'both')).subjectSalt,
      )
      expect((await estate.verify(device, 'both', withFlippedBits(atClinic, 9))).reason).toBe('mismatch')
    })

    test('withdrawal empties every store, gives a receipt, and nothing is verified after it', async () => {
      const store = open()
      const world = await createWorld(store)
      const [device, a] = [await createDevice(), randomTemplate()]
      await world.enrol(device, 'withdraws', a)
      const pending = await world.response(device, await world.options('verify', 'withdraws'), withFlippedBits(a, 9))
      const request = { store, keys: world.keys, ...scope, subject: { account: 'withdraws' }, now: world.now }
      const result = await withdraw(request)
      expect(result.status).toBe('done')
      const outcomes = Object.fromEntries(result.stores.map(({ store: name, outcome }) => [name, outcome]))
      expect(outcomes).toMatchObject({
        ...{ templates: 'deleted', 'template-keys': 'deleted', 'salts-and-device-keys': 'deleted' },
        ...{ challenges: 'deleted', 'spent-digests': 'deleted', 'consent-records': 'kept' },
      })
      expect(await codeOf(world.acceptVerification(pending))).toBe('challenge_unknown')
      expect((await world.verify(device, 'withdraws', withFlippedBits(a, 11))).reason).toBe('not_enrolled')
      const again = await withdraw(request)
      expect(again.stores.find(({ store: name }) => name === 'templates')?.outcome).toBe('nothing-held')
      const subject = await subjectOf({ store, ...scope, subject: { account: 'withdraws' } })
      const ledger = await store.transaction((t) => t.readLedger(subject))
      expect(ledger.filter(({ kind }) => kind === 'deletion')).toHaveLength(2)
    })

    test('retention ends: no longer verified, then deleted once by whichever process comes, with a receipt', async () => {
      const store = open()
      const world = await createWorld(store)
      const [device, a] = [await createDevice(), randomTemplate()]
      const { subject } = await world.enrol(device, 'expires', a)
      world.now += 30 * 86_400 - 1
      expect((await world.verify(device, 'expires', withFlippedBits(a, 1))).verified).toBe(true)
      world.now += 1
      expect((await world.verify(device, 'expires', withFlippedBits(a, 2))).reason).toBe('not_enrolled')
      const job = () => expire({ store, keys: world.keys, now: world.now })
      await Promise.all([job(), job(), job()])
      const ledger = await store.transaction((t) => t.readLedger(subject))
      expect(ledger.filter(({ kind }) => kind === 'deletion')).toHaveLength(1)
      expect(await store.transaction((t) => t.readEnrolment(subject))).toBeUndefined()
      expect(await job()).toEqual({ enrolments: 0, challenges: 0, spentDigests: 0, grants: 0, failureCounters: 0 })
    })

    test('a local statement registers the device key and nothing from the face, and only that key is believed', async () => {
      const store = open()
      const world = await createWorld(store)
      const [device, stranger] = [await createDevice(), await createDevice()]
      const state = async (kind: 'enrol' | 'verify', from: typeof device, verified: boolean) => {
        const options = await world.options(kind, 'local')
        const receipt = await from.receipt(options, { scope: 'process', kinds: ['local-verdict'] })
        await world.record([receipt])
        const statement = await from.statement(options, verified, { consent: await consentHash([receipt]) })
        const request = { store, keys: world.keys, statement, expectedOrigin: origin, now: world.now }
        return [() => verifyLocalStatement(request)] as const
      }
      const [early] = await state('verify', device, true)
      expect(await codeOf(early())).toBe('device_unknown')
      const [enrol] = await state('enrol', device, true)
      const { subject } = await enrol()
      expect(await codeOf(enrol())).toBe('challenge_consumed')
      expect(await store.transaction((t) => t.readEnrolment(subject))).toMatchObject({
        delivery: 'local',
        template: null,
      })
      const [yes] = await state('verify', device, true)
      expect(await yes()).toEqual({ kind: 'verify', verified: true, subject })
      const [no] = await state('verify', device, false)
      expect((await no()).verified).toBe(false)
      const [other] = await state('verify', stranger, true)
      expect(await codeOf(other())).toBe('device_unknown')
      expect((await world.verify(device, 'local', randomTemplate())).reason).toBe('not_enrolled')
    })

    test('a consent is used once, ends with withdrawal, and does not serve another purpose or device', async () => {
      const world = await createWorld(open())
      const [device, other, a] = [await createDevice(), await createDevice(), randomTemplate()]
      const enrolOptions = await world.options('enrol', 'consents')
      const grants = await device.grants(enrolOptions)
      const unrecorded = await world.response(device, enrolOptions, a, { receipts: grants })
      expect(await codeOf(world.acceptEnrolment(unrecorded))).toBe('consent_evidence')
      await world.record(grants)
      await world.acceptEnrolment(unrecorded)

      let flips = 0
      const attempt = async (receipts: readonly string[], from = device) => {
        const options = await world.options('verify', 'consents')
        return codeOf(
          world.acceptVerification(await world.response(from, options, withFlippedBits(a, ++flips), { receipts })),
        )
      }
      expect(await attempt(grants)).toBe('consent_evidence')
      expect(await attempt(grants, other)).toBe('consent_evidence')
      const elsewhere = await device.grants(await world.options('verify', 'consents'), { purpose: 'marketing' })
      await world.record(elsewhere)
      expect(await attempt(elsewhere)).toBe('consent_evidence')
      const processOnly = [await device.receipt(await world.options('verify', 'consents'), { scope: 'process' })]
      await world.record(processOnly)
      expect(await attempt(processOnly)).toBe('consent_evidence')
      const id = 'AAAAAAAAAAAAAAAAAAAAAA'
      const standingOptions = await world.options('verify', 'consents')
      const standing = [
        await device.receipt(standingOptions, { scope: 'process', singleUse: false }),
        await device.receipt(standingOptions, { scope: 'transmit', singleUse: false, id }),
      ]
      await world.record(standing)
      expect(await attempt(standing)).toBe('resolved')
      const older = await device.grants(standingOptions, { policy: id.padEnd(43, 'A') })
      await world.record(older)
      expect(await attempt(older)).toBe('reconsent_required')
      await world.record([
        await device.receipt(await world.options('verify', 'consents'), {
          ...{ event: 'withdraw', concerns: id, expires: null, singleUse: false },
        }),
      ])
      expect(await attempt(standing)).toBe('consent_evidence')
    })
  })
}
