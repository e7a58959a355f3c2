import { describe, expect, it } from 'vitest'
import { searchReport } from '../../../bench/protection/search'

const bits = 2048

/** A template of nothing but zeros, with ones in the given range. */
function template(from: number, to: number): Uint32Array {
  const words = new Uint32Array(bits / 32)
  for (let bit = from; bit < to; bit++) words[bit >> 5]! |= 1 << (bit & 31)
  return words
}

describe('false accept search', () => {
  it('counts who opens whom: one wolf near all, and sheep that are far from each other', () => {
    // Sheep k has its own 100 bits; two sheep differ in 200, the wolf (no bits) differs from each in 100.
    const sheep = Array.from({ length: 19 }, (_, index) => template(index * 100, (index + 1) * 100))
    const { levels, accounts } = searchReport([template(0, 0), ...sheep], { near: 0.05, wide: 0.2, closed: 0.01 }, bits)
    expect(accounts).toBe(20)
    expect(levels.closed).toMatchObject({ far: 0, opened: 0, medianTries: null })
    expect(levels.wide).toMatchObject({ far: 1, opened: 1, medianTries: 1 })
    expect(levels.near).toMatchObject({ opened: 1, perAccount: { median: 1, most: 19 } })
    expect(levels.near!.far).toBeCloseTo((2 * 19) / (20 * 19), 10)
    // One of nineteen in random order: the tenth on average.
    expect(levels.near!.medianTries).toBe(10)
    expect(levels.near!.dispersion).toBeGreaterThan(5)
  })

  it('best first is no worse than random order, on accounts it was not made on', () => {
    const templates = Array.from({ length: 40 }, (_, index) =>
      index % 4 === 0 ? template(0, index) : template(400 + index * 20, 900 + index * 20),
    )
    const { openedWithin } = searchReport(templates, { level: 0.2 }, bits).levels.level!
    expect(openedWithin.map(({ tries }) => tries)).toEqual([1, 5, 20])
    expect(openedWithin[1]!.bestFirst).toBeGreaterThanOrEqual(openedWithin[1]!.randomOrder)
    expect(openedWithin.at(-1)!.bestFirst).toBeGreaterThan(0)
  })
})
