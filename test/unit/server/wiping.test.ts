import { beforeEach, expect, test, vi } from 'vitest'
import type { SealedClaim } from '../../../src/wire/envelope'
import { createDevice, randomTemplate, withFlippedBits } from './client'
import { codeOf, createWorld } from './world'

/** Every clear template that the backend got to see, as the very bytes that it worked on. */
const seen: Uint8Array[] = []

vi.mock('../../../src/wire/envelope', async (original) => {
  const real = await original<typeof import('../../../src/wire/envelope')>()
  return {
    ...real,
    decodeClaim(bytes: Uint8Array<ArrayBuffer>): SealedClaim {
      const claim = real.decodeClaim(bytes)
      seen.push(bytes, claim.template)
      return claim
    },
  }
})

const sign = crypto.subtle.sign.bind(crypto.subtle)
vi.spyOn(crypto.subtle, 'sign').mockImplementation((algorithm, key, data) => {
  // the digest by which a template is known again is the one HMAC over a whole template
  if (algorithm === 'HMAC' && data instanceof Uint8Array && data.length > 256) seen.push(data)
  return sign(algorithm, key, data)
})

beforeEach(() => {
  seen.length = 0
})

/** How many buffers there were; all have to be zero by now. */
function expectWiped(): number {
  for (const bytes of seen) expect(bytes.every((byte) => byte === 0)).toBe(true)
  return seen.length
}

test('L17 the clear template is wiped after enrolment, a match, a mismatch and a replay: envelope, claim and digest input', async () => {
  const world = await createWorld()
  const [device, face] = [await createDevice(), randomTemplate()]
  await world.enrol(device, 'a', face)
  expect((await world.verify(device, 'a', withFlippedBits(face, 3))).verified).toBe(true)
  expect((await world.verify(device, 'a', randomTemplate())).verified).toBe(false)
  expect(await codeOf(world.verify(device, 'a', face))).toBe('template_replay')
  expect(expectWiped()).toBe(4 * 3)
})

test('L17 and when the answer is refused before it is compared', async () => {
  const world = await createWorld()
  const [device, other] = [await createDevice(), await createDevice()]
  const refused = async (change: Parameters<typeof world.response>[3]) => {
    const options = await world.options('enrol', 'b')
    return codeOf(world.acceptEnrolment(await world.response(device, options, randomTemplate(), change)))
  }
  expect(await refused({ claim: { signature: new Uint8Array(64).fill(1) } })).toBe('device_signature')
  expect(await refused({ claim: { devicePublicKey: other.publicKey } })).toBe('device_signature')
  expect(await refused({ claim: { kind: 'verify' } })).toBe('envelope_malformed')
  expect(await refused({ header: { liveness: 'A'.repeat(43) } })).toBe('challenge_mismatch')
  expect(expectWiped()).toBe(4 * 2)
})
