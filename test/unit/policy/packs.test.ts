import { describe, expect, it } from 'vitest'
import { guards } from '../../../src/policy/guards.ts'
import { rulePack, rulesOf } from '../../../src/policy/packs.ts'

describe('rule packs', () => {
  it('cn is whole and in order, each rule with clause, source, confidence and date', () => {
    const ids = rulePack('cn').rules.map(({ id }) => id)
    expect(ids).toEqual(Array.from({ length: 30 }, (_, index) => `L${String(index + 1).padStart(2, '0')}`))
    for (const rule of rulesOf(['cn', 'eu', 'us-il'])) {
      expect(rule.clause.length).toBeGreaterThan(0)
      expect(rule.checkedOn).toBe('2026-11-21')
    }
  })
  it('ids are unique over all packs, and every guard is demanded by a rule', () => {
    const rules = rulesOf(['cn', 'eu', 'us-il'])
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length)
    const demanded = new Set(rules.flatMap(({ demands }) => demands.flow))
    for (const guard of Object.keys(guards)) expect(demanded).toContain(guard)
  })
  it('names that are no pack give no rules', () => {
    expect(rulesOf(['mars', 3])).toEqual([])
  })
})
