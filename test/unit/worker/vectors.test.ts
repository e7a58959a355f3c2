import { afterEach, expect, it, vi } from 'vitest'
import { meanDirection } from '../../../src/worker/vision/vectors'

afterEach(() => vi.restoreAllMocks())

it('L17 of the mean of embeddings nothing is left but the answer, also where there is none', () => {
  const copies = vi.spyOn(Float32Array, 'from')
  const mean = meanDirection([Float32Array.of(1, 0), Float32Array.of(0, 1)])
  expect([...mean]).toEqual([Math.fround(Math.SQRT1_2), Math.fround(Math.SQRT1_2)])
  expect(() => meanDirection([Float32Array.of(Number.POSITIVE_INFINITY, 1)])).toThrow(RangeError)
  const left = copies.mock.results.map(({ value }) => [...(value as Float32Array)])
  expect(left).toEqual([
    [0, 0],
    [0, 0],
  ])
})
