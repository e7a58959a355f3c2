import { beforeAll, describe, expect, test, vi } from 'vitest'
import { verifyEnrolment, verifyVerification } from '../../../src/server'
import { concat } from '../../../src/server/digest'
import { encodeClaim } from '../../../src/wire/envelope'
import { createDevice, randomTemplate, type SealChange, sealBytes, type TestDevice, withFlippedBits } from './client'
import { codeOf, createWorld, origin, refusalOf, type World } from './world'

// a shared two-core machine may be slow; what is measured here is right or wrong
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let world: World
let device: TestDevice
let template: Uint8Array<ArrayBuffer>

beforeAll(async () => {
  world = await createWorld()
  device = await createDevice()
  template = randomTemplate()
  await world.enrol(device, 'person', template)
})

/** A verification that would be accepted, but for one change. */
async function changed(change: SealChange): Promise<string> {
  const options = await world.options('verify', 'person')
  const response = await world.response(device, options, withFlippedBits(template, 40, ++offset), change)
  return refusalOf(world.acceptVerification(response))
}
let offset = 0

describe('each wrong field is refused with its own code', () => {
  test('nothing changed: accepted', async () => {
    expect(await changed({})).toBe('resolved')
  })

  const later = { iat: 1_800_000_000 + 400, exp: 1_800_000_000 + 500 }
  const cases: readonly (readonly [string, SealChange, string])[] = [
    ['unknown key', { header: { kid: 'p256-00000000' } }, 'envelope_key_unknown: p256-00000000'],
    ['another origin', { header: { origin: 'https://evil.example' } }, 'origin_mismatch: https://evil.example'],
    ['an end long past', { now: 1_800_000_000 - 1000 }, 'envelope_expired: exp is in the past'],
    ['a time to come', { header: later }, 'envelope_expired: iat is in the future'],
    ['unknown challenge', { header: { sid: 'AAAAAAAAAAAAAAAAAAAAAA' } }, 'challenge_unknown'],
    ['another nonce', { header: { nonce: 'AAAAAAAAAAAAAAAAAAAAAA' } }, 'challenge_mismatch: nonce'],
    ['another tenant', { header: { tenant: 'clinic' } }, 'challenge_mismatch: tenant'],
    ['another purpose', { header: { purpose: 'payroll' } }, 'challenge_mismatch: purpose'],
    ['another embedder', { header: { model: 'face-api.00112233' } }, 'challenge_mismatch: model'],
    ['another length', { header: { bits: 1024 }, claim: { bits: 1024 } }, 'challenge_mismatch: bits'],
    [
      'another device in the header',
      { header: { device: 'A'.repeat(43) } },
      'device_signature: the key in the claim is not the one in the header',
    ],
    ['a claim of another kind', { claim: { kind: 'enrol' } }, 'envelope_malformed: claim and header differ'],
    ['no signature', { claim: { signature: new Uint8Array(64) } }, 'device_signature: the signature does not verify'],
    [
      'a key off the curve',
      { claim: { devicePublicKey: new Uint8Array(65).fill(4) } },
      'device_signature: the key in the claim is not the one in the header',
    ],
    ['no consent', { receipts: [] }, 'consent_evidence: no recorded grant in force has this hash'],
  ]
  test.each(cases)('%s', async (_, change, refusal) => {
    expect(await changed(change)).toBe(refusal)
  })

  test('an answer to the other kind of ceremony', async () => {
    const options = await world.options('verify', 'person')
    const response = await world.response(device, options, randomTemplate())
    expect(await refusalOf(world.acceptEnrolment(response))).toBe('challenge_mismatch: kind')
    const enrolment = await world.response(device, await world.options('enrol', 'person'), randomTemplate())
    expect(await refusalOf(world.acceptVerification(enrolment))).toBe('challenge_mismatch: kind')
  })

  test('another person, tenant or purpose than the session expects', async () => {
    const { store, keys, now } = world
    const options = await world.options('verify', 'person')
    const response = await world.response(device, options, randomTemplate())
    const request = { store, keys, response, expectedOrigin: [origin], now }
    expect(await refusalOf(verifyVerification({ ...request, expectedSubject: 'other' }))).toBe(
      'challenge_mismatch: subject',
    )
    expect(await refusalOf(verifyVerification({ ...request, expectedTenant: 'other' }))).toBe(
      'challenge_mismatch: tenant',
    )
    expect(await refusalOf(verifyVerification({ ...request, expectedPurpose: 'other' }))).toBe(
      'challenge_mismatch: purpose',
    )
    expect(await refusalOf(verifyVerification({ ...request, expectedOrigin: [] }))).toBe(`origin_mismatch: ${origin}`)
  })

  test('a challenge past its time, though the envelope is young', async () => {
    const options = await world.options('verify', 'person')
    const before = world.now
    world.now = options.exp
    const response = await world.response(device, options, randomTemplate(), { now: world.now })
    expect(await codeOf(world.acceptVerification(response))).toBe('challenge_expired')
    world.now = before
  })

  test('a device that is not the enrolled one is no, with the reason for the backend only', async () => {
    const stranger = await createDevice()
    const result = await world.verify(stranger, 'person', withFlippedBits(template, 33))
    expect(result).toMatchObject({ verified: false, reason: 'device_unknown' })
  })

  test('another version of the model is no, and asks for a renewal', async () => {
    const options = await world.options('verify', 'person')
    const change = { header: { model: 'mobilefacenet.ffffffff' } }
    const response = await world.response(device, options, withFlippedBits(template, 34), change)
    expect(await world.acceptVerification(response)).toMatchObject({ verified: false, reason: 'model_changed' })
    await world.verify(device, 'person', withFlippedBits(template, 35)) // a success clears the failures
  })

  test('a plaintext with a set bit where zeros belong', async () => {
    const options = await world.options('verify', 'person')
    const honest = await world.response(device, options, randomTemplate())
    const headerLength = (honest[3]! << 8) | honest[4]!
    const claim = {
      kind: 'verify',
      bits: 2048,
      template,
      quality: 0,
      spoofRisk: 0,
      injectionRisk: 0,
      steps: [],
    } as const
    const plaintext = encodeClaim({ ...claim, signature: new Uint8Array(64), devicePublicKey: device.publicKey })
    plaintext[399] = 1
    const response = await sealBytes(options, honest.slice(5, 5 + headerLength), plaintext)
    expect(await refusalOf(world.acceptVerification(response))).toBe('envelope_malformed: claim padding')
  })
})

describe('every flipped bit is refused', () => {
  test.each(['P256', 'X25519'] as const)('%s: verification', { timeout: 120_000 }, async (suite) => {
    const options = await world.options('verify', 'person', suite)
    const honest = await world.response(device, options, withFlippedBits(template, suite === 'P256' ? 60 : 61))
    const codes = new Map<string, number>()
    for (let bit = 0; bit < honest.length * 8; bit++) {
      const response = honest.slice()
      response[bit >> 3]! ^= 1 << (bit & 7)
      const code = await codeOf(world.acceptVerification(response))
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
    // every refusal has a code of the wire, none was accepted, none was an accident
    expect([...codes.keys()].sort()).toEqual([
      ...['challenge_mismatch', 'challenge_unknown', 'envelope_expired', 'envelope_key_unknown', 'envelope_malformed'],
      ...['envelope_unopened', 'origin_mismatch'],
    ])
    // the honest one still counts: no refusal used the challenge up
    expect((await world.acceptVerification(honest)).verified).toBe(true)
  })

  test('cut or longer by one byte', async () => {
    const options = await world.options('verify', 'person')
    const honest = await world.response(device, options, randomTemplate())
    for (let length = 0; length < honest.length; length += 13) {
      expect(await codeOf(world.acceptVerification(honest.slice(0, length)))).toBe('envelope_malformed')
    }
    expect(await codeOf(world.acceptVerification(concat(honest, new Uint8Array(1))))).toBe('envelope_malformed')
  })
})

test('without consent evidence only where the integrator says that it keeps the records', async () => {
  const { store, keys, now } = world
  const options = await world.options('enrol', 'elsewhere')
  const response = await world.response(device, options, randomTemplate(), { receipts: [] })
  const request = { store, keys, response, expectedOrigin: origin, now }
  expect(await codeOf(verifyEnrolment(request))).toBe('consent_evidence')
  expect(await codeOf(verifyEnrolment({ ...request, requireConsentEvidence: false }))).toBe('resolved')
})

test('receipts may come along with the answer', async () => {
  const { store, keys, now } = world
  const fresh = await createDevice()
  const options = await world.options('enrol', 'along')
  const receipts = await fresh.grants(options)
  const response = await fresh.seal(options, randomTemplate(), { receipts })
  const request = { store, keys, response, expectedOrigin: origin, now }
  expect((await verifyEnrolment({ ...request, consentEvidence: receipts })).enrolled).toBe(true)
})
