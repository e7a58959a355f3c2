import { io } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { encodeFloat16, float16Bits } from '../../../models/float16.js'
import { startEngines } from './engines.js'

/** tfjs's own decoder, through its public door. */
function decodedByTfjs(bytes: Uint8Array): Float32Array {
  const quantization = { dtype: 'float16', original_dtype: 'float32' } as const
  const spec = [{ name: 'weight', shape: [bytes.length / 2], dtype: 'float32', quantization }] as never
  const { weight } = io.decodeWeights(new Uint8Array(bytes).buffer, spec)
  return weight!.dataSync() as Float32Array
}

/** All 63,488 finite float16 patterns, by the definition of IEEE 754. */
const finite = Array.from({ length: 0x10000 }, (_, bits) => {
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  const size = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25)
  return { bits, exponent, value: bits & 0x8000 ? -size : size }
}).filter(({ exponent }) => exponent !== 31)

beforeAll(startEngines)

describe('float16', () => {
  it('keeps every float16 value as it is', () => {
    expect(finite.filter(({ bits, value }) => float16Bits(value) !== bits)).toEqual([])
  })

  it('is decoded exactly by tfjs, subnormals included', () => {
    const values = Float32Array.from(finite, ({ value }) => value)
    const decoded = decodedByTfjs(encodeFloat16(values))
    expect(decoded.every((value, index) => value === values[index])).toBe(true)
  })

  it('rounds to the nearest, ties to even', () => {
    expect(float16Bits(1 + 2 ** -11)).toBe(0x3c00)
    expect(float16Bits(1 + 3 * 2 ** -11)).toBe(0x3c02)
    expect(float16Bits(1 + 2 ** -11 + 2 ** -20)).toBe(0x3c01)
    expect(float16Bits(2 ** -25)).toBe(0)
    expect(float16Bits(1.5 * 2 ** -25)).toBe(1)
    expect(float16Bits(-1e-30)).toBe(0x8000)
    expect(float16Bits(2 - 2 ** -12)).toBe(0x4000)
    expect(float16Bits(65519)).toBe(0x7bff)
  })

  it('rounds to fewer fraction bits, from the value itself', () => {
    expect(float16Bits(1 + 2 ** -7, 6)).toBe(0x3c00)
    expect(float16Bits(1 + 2 ** -7 + 2 ** -20, 6)).toBe(0x3c10)
    expect(float16Bits(1 + 3 * 2 ** -7, 6)).toBe(0x3c20)
    // Rounded to ten bits first, it would be a tie and go up.
    expect(float16Bits(1 + 3 * 2 ** -7 - 2 ** -20, 6)).toBe(0x3c10)
    expect(float16Bits(2 - 2 ** -9, 6)).toBe(0x4000)
    expect(float16Bits(2 ** -21, 6)).toBe(0)
    expect(float16Bits(3 * 2 ** -21, 6)).toBe(0x20)
    expect(float16Bits(-65279, 6)).toBe(0xfbf0)
    expect(() => float16Bits(65280, 6)).toThrow(RangeError)
  })

  it('is off by half of the last kept bit at most', () => {
    const normal = finite.filter(({ exponent }) => exponent > 0 && exponent < 30)
    const [worst] = normal
      .map(({ bits, value }) => {
        const kept = finite[float16Bits(value, 6) - (bits & 0x8000 ? 1024 : 0)]
        return { kept, off: Math.abs(kept!.value / value - 1) }
      })
      .sort((a, b) => b.off - a.off)
    expect(worst!.off).toBeLessThanOrEqual(2 ** -7)
    expect(worst!.off).toBeGreaterThan(2 ** -7.1)
  })

  it('refuses what float16 cannot hold', () => {
    for (const value of [65520, -1e6, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => float16Bits(value)).toThrow(RangeError)
  })
})
