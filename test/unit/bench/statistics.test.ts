import { describe, expect, it } from 'vitest'
import { seededRandom, shuffled } from '../../../bench/common/random'
import { binOf, chanceLog10, histogramOf, ksDistance } from '../../../bench/protection/statistics'

describe('statistics of the attacks', () => {
  it('Kolmogorov-Smirnov: 0 for the same, 1 for disjoint values, by hand between', () => {
    expect(ksDistance([1, 2, 3], [3, 2, 1])).toBe(0)
    expect(ksDistance([1, 2, 3], [4, 5])).toBe(1)
    expect(ksDistance([1, 2, 3, 4], [3, 4, 5, 6])).toBe(0.5)
    // Ties must move both distributions at once.
    expect(ksDistance([1, 1, 1, 2], [1, 1, 1, 2])).toBe(0)
  })

  it('a histogram keeps what lies outside in its last bins', () => {
    expect(histogramOf([-5, 0.1, 0.6, 9], 0, 1, 2).counts).toEqual([2, 2])
    expect(binOf(1, 0, 1, 10)).toBe(9)
  })

  it('the chance of a template without the token is the binomial tail', () => {
    expect(chanceLog10(0, 8)).toBeCloseTo(Math.log10(1 / 256), 10)
    expect(chanceLog10(1, 8)).toBeCloseTo(Math.log10(9 / 256), 10)
    expect(chanceLog10(2048, 2048)).toBeCloseTo(0, 8)
    expect(chanceLog10(739, 2048)).toBeLessThan(-30)
  })

  it('draws the same numbers for the same seed, evenly, and loses nothing in shuffling', () => {
    const [a, b] = [seededRandom(7), seededRandom(7)]
    const drawn = Array.from({ length: 1000 }, () => a())
    expect(Array.from({ length: 1000 }, () => b())).toEqual(drawn)
    expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true)
    expect(drawn.reduce((sum, value) => sum + value, 0) / 1000).toBeCloseTo(0.5, 1)
    const list = Array.from({ length: 50 }, (_, index) => index)
    expect(shuffled(list, a).toSorted((x, y) => x - y)).toEqual(list)
  })
})
