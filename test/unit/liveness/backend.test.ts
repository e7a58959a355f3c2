import { beforeEach, describe, expect, it } from 'vitest'
import policy from '../../../demo/policy.json' with { type: 'json' }
import { generateEnrolmentOptions, generateVerificationOptions, verifyVerification } from '../../../src/server'
import { decodeClaim, encodeClaim } from '../../../src/wire/envelope'
import type { LivenessStep } from '../../../src/wire/liveness'
import { createDevice, randomTemplate, type SealChange, type TestDevice, withFlippedBits } from '../server/client'
import { createWorld, origin, refusalOf, scope, type World } from '../server/world'

let world: World
let device: TestDevice
let template: Uint8Array<ArrayBuffer>
let flips = 0

beforeEach(async () => {
  world = await createWorld()
  device = await createDevice()
  template = randomTemplate()
  await world.enrol(device, 'person', template)
})

function request(substitutes = 0) {
  const { store, keys, now } = world
  const liveness = { level: 'active', steps: 2, substitutes } as const
  return { store, keys, subject: { account: 'person' }, ...scope, origin, policy, liveness, now }
}

async function verify(
  change: (asked: readonly LivenessStep[], instead: readonly LivenessStep[]) => SealChange,
  more = {},
) {
  const options = await generateVerificationOptions(request(1))
  const { steps, substitutes } = options.liveness!
  flips += 1
  const response = await world.response(device, options, withFlippedBits(template, flips), change(steps, substitutes))
  const { store, keys, now } = world
  return verifyVerification({ store, keys, response, expectedOrigin: origin, now, ...more })
}

describe('the backend, which asked for movements', () => {
  it('takes them, and a substitute just the same', async () => {
    expect(await verify((steps) => ({ claim: { steps } }))).toMatchObject({ verified: true, reason: 'match' })
    const substituted = await verify(([first], [instead]) => ({ claim: { steps: [first!, instead!] } }))
    expect(substituted).toMatchObject({ verified: true, reason: 'match' })
  })

  it.each([
    ['none', () => []],
    ['one missing', (steps: readonly LivenessStep[]) => steps.slice(1)],
    ['another order', (steps: readonly LivenessStep[]) => [...steps].reverse()],
    ['one too many', (steps: readonly LivenessStep[]) => [...steps, steps[0]!]],
  ])('does not verify without them: %s', async (_, done) => {
    expect(await verify((steps) => ({ claim: { steps: done(steps) } }))).toMatchObject({
      verified: false,
      reason: 'liveness',
    })
  })

  it('counts that as a failed try', async () => {
    for (let i = 0; i < 12; i++) {
      const refusal = await verify(() => ({})).then(
        ({ reason }) => reason,
        (error: { code?: string }) => error.code,
      )
      if (refusal === 'rate_limited') return
      expect(refusal).toBe('liveness')
    }
    throw new Error('never limited')
  })

  it('refuses a transcript that does not follow from challenge and claim', async () => {
    const forged = verify((steps) => ({ claim: { steps }, header: { liveness: 'A'.repeat(43) } }))
    expect(await refusalOf(forged)).toBe('challenge_mismatch: liveness')
  })

  it('does not enrol without them', async () => {
    const options = await generateEnrolmentOptions(request())
    const response = await world.response(device, options, randomTemplate())
    expect(await refusalOf(world.acceptEnrolment(response))).toBe('challenge_mismatch: liveness')
  })

  it('draws the line at a spoof risk where told to', async () => {
    const risky = (steps: readonly LivenessStep[]) => ({ claim: { steps, spoofRisk: 2 } })
    expect(await verify(risky)).toMatchObject({ verified: true })
    expect(await verify(risky, { maxSpoofRisk: 1 })).toMatchObject({ verified: false, reason: 'liveness' })
  })
})

describe('steps in the sealed claim', () => {
  const claim = {
    ...({ kind: 'verify', bits: 2048 } as const),
    ...{ template: new Uint8Array(256), quality: 0, spoofRisk: 0, injectionRisk: 0 },
    ...{ signature: new Uint8Array(64), devicePublicKey: new Uint8Array(65) },
  }

  it('come back in order', () => {
    const steps = ['move_closer', 'turn_left', 'blink', 'look_down'] as const
    expect(decodeClaim(encodeClaim({ ...claim, steps })).steps).toEqual(steps)
  })

  it.each([[[0, 1, 0, 0]], [[1, 0, 0, 2]], [[8, 0, 0, 0]]])(
    'a code that no step has, or a gap, is malformed: %s',
    (codes) => {
      const bytes = encodeClaim({ ...claim, steps: [] })
      bytes.set(codes, 393)
      expect(() => decodeClaim(bytes)).toThrow('claim steps')
    },
  )
})
