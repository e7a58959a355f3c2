import fc from 'fast-check'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import {
  type CeremonyOptionsJSON,
  FaceSealError,
  generateServerKeys,
  importServerKeys,
  verifyOptions,
} from '../../../src/server'
import { hammingDistance } from '../../../src/server/hamming'
import { readReceipt } from '../../../src/server/ledger'
import { decodeClaim, decodeEnvelope, encodeClaim } from '../../../src/wire/envelope'
import { createDevice, randomTemplate } from './client'
import { codeOf, createWorld, start, type World } from './world'

// a shared two-core machine may be slow; what is measured here is right or wrong
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let world: World
let options: CeremonyOptionsJSON
let envelope: Uint8Array<ArrayBuffer>
let receipt: string

beforeAll(async () => {
  world = await createWorld()
  const device = await createDevice()
  options = await world.options('enrol', 'fuzzed')
  receipt = await device.receipt(options)
  await world.record([receipt])
  envelope = await world.response(device, options, randomTemplate())
})

const bytes = (max: number) => fc.uint8Array({ maxLength: max }).map((array) => new Uint8Array(array))
/** A well-formed start with a broken rest goes deeper than noise. */
const damaged = (original: () => Uint8Array) =>
  fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 }).map((changes) => {
    const copy = new Uint8Array(original())
    for (const [place, value] of changes) copy[place % copy.length] = value
    return copy
  })

/** Nothing but a FaceSealError with one of these codes may come out. */
function onlyTyped(work: () => unknown, codes: readonly string[]): void {
  try {
    work()
  } catch (cause) {
    if (!(cause instanceof FaceSealError) || !codes.includes(cause.code)) throw cause
  }
}

describe('whatever comes in, only coded errors come out', () => {
  test('decodeEnvelope', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          bytes(1100),
          damaged(() => envelope),
        ),
        (input) => onlyTyped(() => decodeEnvelope(input), ['envelope_malformed']),
      ),
      { numRuns: 2000 },
    )
  })

  test('decodeClaim, and what it takes it gives back', () => {
    const claim = () => {
      const key = new Uint8Array(65).fill(4)
      const signature = new Uint8Array(64).fill(1)
      const steps = ['blink', 'turn_left'] as const
      const rest = { quality: 1, spoofRisk: 2, injectionRisk: 3, steps, signature, devicePublicKey: key }
      return encodeClaim({ kind: 'verify', bits: 1024, template: randomTemplate(1024), ...rest })
    }
    fc.assert(
      fc.property(fc.oneof(bytes(420), damaged(claim)), (input) =>
        onlyTyped(() => expect(encodeClaim(decodeClaim(input))).toEqual(input), ['envelope_malformed']),
      ),
      { numRuns: 2000 },
    )
  })

  test('verifyOptions: any JSON, and any field of true options changed', async () => {
    const codes = ['options_invalid', 'options_signature', 'options_expired']
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        expect(codes).toContain(await codeOf(verifyOptions(value, { now: start })))
      }),
      { numRuns: 300 },
    )
    const fields = Object.keys(options) as (keyof CeremonyOptionsJSON)[]
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...fields), fc.jsonValue(), async (field, value) => {
        const changed = { ...options, [field]: value }
        const same = JSON.stringify(changed[field]) === JSON.stringify(options[field])
        const code = await codeOf(verifyOptions(changed, { now: start }))
        expect(same ? ['resolved'] : codes).toContain(code)
      }),
      { numRuns: 300 },
    )
  })

  test('verifyEnrolment: noise and damage', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          bytes(1100),
          damaged(() => envelope),
        ),
        async (input) => {
          const code = await codeOf(world.acceptEnrolment(input))
          if (!Buffer.from(input).equals(Buffer.from(envelope))) {
            expect(code).toMatch(/^(envelope|challenge|origin|device)_[a-z_]+$/)
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  test('receipts: any text, and true ones with a character changed', async () => {
    const edited = fc.tuple(fc.nat(), fc.constantFrom(...'ABCxyz019-_.')).map(([place, character]) => {
      const at = place % receipt.length
      return receipt.slice(0, at) + character + receipt.slice(at + 1)
    })
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), edited), async (text) => {
        const code = await codeOf(readReceipt(text))
        expect(text === receipt ? ['resolved'] : ['receipt_invalid']).toContain(code)
      }),
      { numRuns: 300 },
    )
  })

  test('importServerKeys: any JSON, and true keys with a field gone', async () => {
    const json = await generateServerKeys()
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        expect(await codeOf(importServerKeys(value))).toBe('configuration_invalid')
      }),
      { numRuns: 100 },
    )
    for (const field of Object.keys(json)) {
      expect(await codeOf(importServerKeys({ ...json, [field]: undefined }))).toBe('configuration_invalid')
    }
    const broken = { ...json, options: { ...json.options, jwk: { ...json.options.jwk, x: 'AAAA' } } }
    expect(await codeOf(importServerKeys(broken))).toBe('configuration_invalid')
  })
})

test('Hamming distance agrees with counting bit by bit', () => {
  const slow = (left: Uint8Array, right: Uint8Array) => {
    let distance = 0
    for (let i = 0; i < left.length * 8; i++) distance += ((left[i >> 3]! ^ right[i >> 3]!) >> (i & 7)) & 1
    return distance
  }
  const pair = fc
    .nat({ max: 256 })
    .chain((length) =>
      fc.tuple(
        fc.uint8Array({ minLength: length, maxLength: length }),
        fc.uint8Array({ minLength: length, maxLength: length }),
      ),
    )
  fc.assert(fc.property(pair, ([left, right]) => hammingDistance(left, right) === slow(left, right)))
  expect(() => hammingDistance(new Uint8Array(1), new Uint8Array(2))).toThrow(RangeError)
})
