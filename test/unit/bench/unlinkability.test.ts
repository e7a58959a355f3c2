import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../bench/common/random'
import { type LinkScore, unlinkabilityOf } from '../../../bench/protection/unlinkability'

const people = 100

/** Scores around a place, evenly wide. */
function scores(count: number, centre: number, seed: number): readonly LinkScore[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, (_, index) => ({
    score: centre + random() - 0.5,
    left: index % people,
    right: (index * 7 + 1) % people,
  }))
}

const measured = (mated: readonly LinkScore[], count = 20_000) =>
  unlinkabilityOf({ mated, nonMated: scores(count, 0, 2), control: scores(count, 0, 3) }, people, { samples: 40 })

describe('D_sys (Gomez-Barrero et al. 2018)', () => {
  it('is near 0 for two samples of one distribution, and no more than the control', () => {
    const { dSys, nothingToFind } = measured(scores(20_000, 0, 1))
    expect(dSys).toBeLessThan(0.03)
    expect(Math.abs(dSys - nothingToFind)).toBeLessThan(0.01)
  })

  it('is 1 for scores that never meet', () => {
    const { dSys, low, high } = measured(scores(20_000, 2, 1))
    expect(dSys).toBeCloseTo(1, 6)
    expect(high - low).toBeLessThan(1e-6)
  })

  it('is what can be computed by hand between', () => {
    // Even distributions that overlap by half: half of the mated scores are surely linked, the other half not at all.
    const { dSys, low, high } = measured(scores(20_000, 0.5, 1))
    expect(dSys).toBeGreaterThan(0.48)
    expect(dSys).toBeLessThan(0.53)
    expect(low).toBeLessThan(dSys)
    expect(high).toBeGreaterThan(dSys)
  })

  it('sees links on either side: templates that are too far apart give a person away as well', () => {
    expect(measured(scores(20_000, -2, 1)).dSys).toBeCloseTo(1, 6)
  })

  it('the interval is of people: few people with many scores make it wide', () => {
    // Half of the people are always linked, the others never: what is found hangs on who was drawn.
    const random = seededRandom(9)
    const mated = Array.from({ length: 20_000 }, (_, index) => {
      const person = index % people
      return { score: (person % 2) * 5 + random() - 0.5, left: person, right: person }
    })
    const wide = measured(mated)
    expect(wide.dSys).toBeCloseTo(0.5, 1)
    expect(wide.high - wide.low).toBeGreaterThan(0.1)
  })
})
