import { describe, expect, it } from 'vitest'
import { calibrates, operatingPoints, type Sample } from '../../../bench/eval/operating-points.ts'

const words = 64
const bits = 32 * words

/** A template that differs from the person's own in `flips` bits, so that distances are known. */
function template(person: number, flips: number, seed: number): Uint32Array {
  const own = Uint32Array.from({ length: words }, (_, index) => Math.imul(person * 2654435761 + index, 2246822519))
  for (let flip = 0; flip < flips; flip++) {
    const at = (flip * 37 + seed * 11) % bits
    own[at >> 5]! ^= 1 << (at & 31)
  }
  return own
}

const samples: readonly Sample[] = Array.from({ length: 120 }, (_, person) =>
  [0, 1, 2].map((shot) => ({ person: `p${person}`, template: template(person, 100 * shot, person) })),
).flat()

describe('operating points', () => {
  it('puts nobody into both halves', () => {
    const halves = new Map<string, boolean>()
    for (const { person } of samples) halves.set(person, calibrates(person))
    const calibrating = [...halves.values()].filter(Boolean).length
    expect(calibrating).toBeGreaterThan(30)
    expect(calibrating).toBeLessThan(90)
    const { calibration, report } = operatingPoints(samples)
    expect(calibration.people + report.people).toBe(120)
    expect(calibration.people).toBe(calibrating)
  })

  it('keeps the false accept rate on the calibrating half, and falls with the level', () => {
    const { points } = operatingPoints(samples)
    expect(points.convenient.threshold).toBeGreaterThanOrEqual(points.standard.threshold)
    expect(points.standard.threshold).toBeGreaterThanOrEqual(points.strict.threshold)
    expect(points.convenient.tar.rate).toBe(1)
    expect(points.convenient.far.low).toBeLessThanOrEqual(points.convenient.far.rate)
    expect(points.convenient.far.high).toBeGreaterThanOrEqual(points.convenient.far.rate)
  })

  it('chooses thresholds on one half only: changing the other half moves rates, never a threshold', () => {
    const shown = operatingPoints(samples)
    const spoilt = samples.map((sample) =>
      calibrates(sample.person) ? sample : { ...sample, template: template(1, 0, 0) },
    )
    const moved = operatingPoints(spoilt)
    expect(moved.points.strict.threshold).toBe(shown.points.strict.threshold)
    expect(moved.points.strict.far.rate).toBe(1)
  })

  it('counts a picture without a face as rejected in each of its pairs', () => {
    const missing = samples.map((sample, index) => (index % 3 === 0 ? { ...sample, template: undefined } : sample))
    const { points, report } = operatingPoints(missing)
    expect(report.genuine).toBe(3 * report.people)
    expect(points.convenient.tar.rate).toBeCloseTo(1 / 3)
  })
})
