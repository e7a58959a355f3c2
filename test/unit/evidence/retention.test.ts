import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expiryOf, isExpired, planExpiry, type RetentionRule } from '../../../src/server/retention'

const day = 86_400
const start = Date.parse('2026-03-01T00:00:00Z') / 1000
const record = { enrolledAt: start, lastUsedAt: start }

describe('retention (L12, L29)', () => {
  it('single use: what was stored by mistake is overdue at once', () => {
    expect(isExpired(record, { kind: 'single-use' }, start)).toBe(true)
    expect(isExpired({ enrolledAt: start, lastUsedAt: start + day }, { kind: 'single-use' }, start)).toBe(true)
  })

  it('days run from the last use, to the second', () => {
    const rule = { kind: 'days', days: 30 } as const
    const used = { enrolledAt: start, lastUsedAt: start + 10 * day }
    expect(expiryOf(used, rule)).toBe(start + 40 * day)
    expect(isExpired(used, rule, start + 40 * day - 1)).toBe(false)
    expect(isExpired(used, rule, start + 40 * day)).toBe(true)
  })

  it('until: the last day counts, and ends at midnight in Beijing unless told otherwise', () => {
    const rule = { kind: 'until', until: '2026-06-30' } as const
    expect(expiryOf(record, rule)).toBe(Date.parse('2026-06-30T16:00:00Z') / 1000)
    expect(expiryOf(record, rule, { utcOffset: 0 })).toBe(Date.parse('2026-07-01T00:00:00Z') / 1000)
  })

  it('the earlier of rule and promise holds', () => {
    const rule = { kind: 'days', days: 30 } as const
    expect(expiryOf({ ...record, retainUntil: start + day }, rule)).toBe(start + day)
    expect(expiryOf({ ...record, retainUntil: start + 99 * day }, rule)).toBe(start + 30 * day)
    expect(expiryOf({ ...record, retainUntil: null }, rule)).toBe(start + 30 * day)
  })

  it('the job wakes for the very next end, even a second away', () => {
    const later = { ...record, retainUntil: start + 5 }
    const plan = planExpiry([later, { ...record, retainUntil: start + 1 }, record], { kind: 'days', days: 1 }, start)
    expect(plan).toEqual({ expired: [], nextExpiry: start + 1 })
    const both = planExpiry([later, { ...record, retainUntil: start + 1 }], { kind: 'days', days: 1 }, start + 9)
    expect(both.expired.map(({ retainUntil }) => retainUntil)).toEqual([start + 1, start + 5])
  })

  it('a clock that was set back lengthens nothing', () => {
    const ahead = { enrolledAt: start, lastUsedAt: start + 500 * day }
    const rule = { kind: 'days', days: 30 } as const
    expect(planExpiry([ahead], rule, start).nextExpiry).toBe(start + 30 * day)
    expect(isExpired(ahead, rule, start + 30 * day)).toBe(false)
  })

  it('a rule without an end is refused (L12)', () => {
    const rules = [
      { kind: 'days', days: 0 },
      { kind: 'days', days: 1096 },
      { kind: 'days', days: Number.POSITIVE_INFINITY },
      { kind: 'until', until: 'never' },
      { kind: 'until', until: '2026-02-30' },
    ] as const
    for (const rule of rules) {
      expect(() => expiryOf(record, rule)).toThrowError(expect.objectContaining({ code: 'configuration_invalid' }))
    }
  })
})

describe('an expiry plan', () => {
  const rules = fc.oneof(
    fc.constant<RetentionRule>({ kind: 'single-use' }),
    fc.integer({ min: 1, max: 1095 }).map<RetentionRule>((days) => ({ kind: 'days', days })),
    fc.constantFrom<RetentionRule>({ kind: 'until', until: '2026-03-02' }, { kind: 'until', until: '2027-01-31' }),
  )
  const records = fc.array(
    fc.record({
      enrolledAt: fc.integer({ min: start - 900 * day, max: start }),
      lastUsedAt: fc.integer({ min: start - 900 * day, max: start + 90 * day }),
      retainUntil: fc.option(fc.integer({ min: start - 100 * day, max: start + 900 * day })),
    }),
    { maxLength: 20 },
  )

  it('names every overdue record once, none other, and wakes in time for the rest', () => {
    fc.assert(
      fc.property(records, rules, (all, rule) => {
        const { expired, nextExpiry } = planExpiry(all, rule, start)
        expect(new Set(expired).size).toBe(expired.length)
        for (const one of all) expect(expired.includes(one)).toBe(isExpired(one, rule, start))
        const kept = all.filter((one) => !expired.includes(one))
        expect(nextExpiry === null).toBe(kept.length === 0)
        if (nextExpiry === null) return
        expect(nextExpiry).toBeGreaterThan(start)
        expect(planExpiry(kept, rule, nextExpiry - 1).expired.filter((one) => one.lastUsedAt <= start)).toEqual([])
        const due = kept.filter((one) => one.lastUsedAt <= start)
        if (due.length === kept.length) expect(planExpiry(kept, rule, nextExpiry).expired.length).toBeGreaterThan(0)
      }),
    )
  })

  it('time only ever adds to what is expired', () => {
    fc.assert(
      fc.property(records, rules, fc.nat({ max: 900 * day }), (all, rule, later) => {
        const used = all.map((one) => ({ ...one, lastUsedAt: Math.min(one.lastUsedAt, start) }))
        const first = planExpiry(used, rule, start).expired
        const second = planExpiry(used, rule, start + later).expired
        for (const one of first) expect(second).toContain(one)
      }),
    )
  })
})
