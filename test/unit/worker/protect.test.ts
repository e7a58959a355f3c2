import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deriveToken, deviceProtector, hammingDistance, protectWithToken, quantise } from '../../../src/worker/protect'
import { syntheticFaces } from '../bench/synthetic-faces'
import { readVectors, type SrhtVector } from './srht-vectors'

const vectors = readVectors()
const secretOf = ({ secret }: SrhtVector) => crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits'])

/** A unit vector out of a seed; the same for the same seed. */
function face(seed: number, size = 512): Float32Array {
  let state = seed >>> 0 || 1
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32 + 1e-9
  }
  const values = Array.from({ length: size }, () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next()))
  const length = Math.hypot(...values)
  return Float32Array.from(values, (value) => value / length)
}

const noMean = new Float32Array(512)
const token = (byte: number) => new Uint8Array(32).fill(byte)

describe('srht-sign/v1 known answers', () => {
  it.each(vectors)('$name', async (vector) => {
    const derived = await deriveToken(await secretOf(vector), vector.salt, vector.context)
    expect(Buffer.from(derived).toString('hex')).toBe(vector.token)
    expect([...quantise(vector.embedding, vector.mean).subarray(0, 8)]).toEqual(vector.quantised)
    const protector = deviceProtector(await secretOf(vector), vector.salt)
    const template = await protector.protect(vector.embedding, vector.mean, vector.context)
    expect(Buffer.from(template).toString('hex')).toBe(vector.template)
  })

  it('has vectors for several sizes and lengths', () => {
    expect(new Set(vectors.map(({ embedding }) => embedding.length)).size).toBeGreaterThan(3)
    expect(new Set(vectors.map(({ context }) => context.bits)).size).toBeGreaterThan(2)
  })
})

describe('srht-sign/v1 as protection', () => {
  it('makes strangers of one face under two tokens', async () => {
    const a = await protectWithToken(face(1), noMean, token(1), 2048)
    const b = await protectWithToken(face(1), noMean, token(2), 2048)
    expect(hammingDistance(a, b) / 2048).toBeGreaterThan(0.45)
    expect(hammingDistance(a, b) / 2048).toBeLessThan(0.55)
  })

  it.each(['tenant', 'origin', 'purpose', 'modelId'] as const)('binds the token to the %s', async (field) => {
    const vector = vectors[0]!
    const secret = await secretOf(vector)
    const other = { ...vector.context, [field]: `${vector.context[field]}x` }
    const token = await deriveToken(secret, vector.salt, vector.context)
    expect(await deriveToken(secret, vector.salt, other)).not.toEqual(token)
  })

  it('keeps the angle: the distance grows with it', async () => {
    const a = face(1)
    const b = face(2)
    const distances: number[] = []
    for (const share of [0, 0.2, 0.5, 1]) {
      const mixed = a.map((value, index) => (1 - share) * value + share * b[index]!)
      const length = Math.hypot(...mixed)
      const template = await protectWithToken(
        mixed.map((value) => value / length),
        noMean,
        token(3),
        2048,
      )
      distances.push(hammingDistance(template, await protectWithToken(a, noMean, token(3), 2048)))
    }
    expect(distances[0]).toBe(0)
    expect(distances).toEqual([...distances].sort((x, y) => x - y))
    expect(distances.at(-1)! / 2048).toBeCloseTo(0.5, 1)
  })

  it('takes the mean away first', async () => {
    const mean = face(9).map((value) => 5 * value)
    const shifted = face(1).map((value, index) => value + mean[index]!)
    const a = await protectWithToken(shifted, mean, token(4), 2048)
    const b = await protectWithToken(face(1), noMean, token(4), 2048)
    expect(hammingDistance(a, b)).toBeLessThan(4)
  })

  it('strangers differ in half of the bits because the mean is taken away, and would not without', async () => {
    // One picture of each of 40 made-up people, whose embeddings share most of their length as a face net's may.
    const { mean, images } = syntheticFaces({ people: 40, pictures: 1 })
    const impostorDistance = async (centre: Float32Array) => {
      const templates: Uint8Array[] = []
      for (const { embedding } of images.values()) {
        templates.push(await protectWithToken(embedding, centre, token(5), 2048))
      }
      const pairs = templates.flatMap((a, at) => templates.slice(at + 1).map((b) => hammingDistance(a, b) / 2048))
      return pairs.reduce((sum, distance) => sum + distance, 0) / pairs.length
    }
    expect(Math.abs((await impostorDistance(mean)) - 0.5)).toBeLessThan(0.03)
    expect(await impostorDistance(noMean)).toBeLessThan(0.3)
  })

  it('does not overflow for any direction', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(255), async (seed, byte) => {
        const sparse = new Float32Array(512)
        sparse[seed % 512] = 1
        const template = await protectWithToken(sparse, noMean, token(byte), 1024)
        const ones = template.reduce((sum, value) => sum + value.toString(2).replaceAll('0', '').length, 0)
        // An overflow would turn signs at random or all one way; a basis vector's bits are balanced.
        expect(ones).toBeGreaterThan(400)
        expect(ones).toBeLessThan(624)
      }),
      { numRuns: 20 },
    )
  })

  it('refuses a face that is the mean', async () => {
    await expect(protectWithToken(face(1), face(1), token(1), 1024)).rejects.toThrow(RangeError)
  })
})

describe('hammingDistance', () => {
  it('counts differing bits', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        (a, b) => {
          const bits = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
          const [left, right] = [bits(a), bits(b)]
          expect(hammingDistance(a, b)).toBe([...left].filter((bit, index) => bit !== right[index]).length)
        },
      ),
    )
  })

  it('refuses different lengths', () => {
    expect(() => hammingDistance(new Uint8Array(2), new Uint8Array(3))).toThrow(RangeError)
  })
})
