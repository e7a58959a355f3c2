import { describe, expect, it } from 'vitest'
import { maxDistance, standardThresholds } from '../../../src/server/thresholds.ts'

describe('named levels', () => {
  it('tighten from convenient to strict, for each embedder and template length', () => {
    const rows = Object.values(standardThresholds).flatMap((lengths) => Object.values(lengths))
    expect(rows.length).toBeGreaterThanOrEqual(2)
    for (const { convenient, standard, strict } of rows) {
      expect(convenient).toBeGreaterThan(standard)
      expect(standard).toBeGreaterThan(strict)
      expect(strict).toBeGreaterThan(0.15)
    }
  })

  it('are stricter for shorter templates, whose distances scatter more', () => {
    const { 2048: long, 1024: short } = standardThresholds.mobilefacenet!
    for (const level of ['convenient', 'standard', 'strict'] as const) expect(short![level]).toBeLessThan(long![level])
  })

  it('are `standard` unless another is asked for, and whole bits', () => {
    const choice = { embedder: 'mobilefacenet', bits: 2048 } as const
    expect(maxDistance(choice)).toBe(maxDistance({ ...choice, level: 'standard' }))
    expect(Number.isInteger(maxDistance({ ...choice, level: 'strict' }))).toBe(true)
  })

  it('are refused where a given one makes no sense', () => {
    const thresholds = { mobilefacenet: { 2048: { convenient: 0.5, standard: 0.5, strict: 0.5 } } }
    expect(() => maxDistance({ embedder: 'mobilefacenet', bits: 2048, thresholds })).toThrowError(/thresholds/)
  })
})
