import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filingState } from '../../../src/server/filing'
import { chinaYears, workingCalendar } from '../../../src/server/working-calendar'
import { addWorkingDays, dayOf, isWorkingDay } from '../../../src/server/working-days'

const china = workingCalendar(chinaYears)
const add = (date: string, days: number) => addWorkingDays(date, days, china)

describe('working days of mainland China', () => {
  it('30 from 2025-06-01 end on 2025-07-14, as the regulator itself published (CAC, 2025-05-28) (L24)', () => {
    expect(add('2025-06-01', 30)).toEqual({ date: '2025-07-14', provisional: false })
  })

  it('holidays are free, make-up days are worked', () => {
    expect(isWorkingDay('2026-02-14', china)).toBe(true)
    expect(isWorkingDay('2026-02-15', china)).toBe(false)
    expect(isWorkingDay('2026-02-23', china)).toBe(false)
    expect(isWorkingDay('2026-02-24', china)).toBe(true)
    expect(isWorkingDay('2026-11-21', china)).toBe(false)
    expect(add('2026-02-13', 1).date).toBe('2026-02-14')
    expect(add('2026-02-14', 1).date).toBe('2026-02-24')
    expect(add('2026-09-18', 1).date).toBe('2026-09-20')
  })

  it.each([
    [2025, 248],
    [2026, 248],
  ])('%i has %i of them: 365 days, 104 weekend days, 13 holidays by statute', (year, expected) => {
    const days = Array.from({ length: 365 }, (_, index) =>
      new Date(Date.UTC(year, 0, 1 + index)).toISOString().slice(0, 10),
    )
    expect(days.filter((day) => isWorkingDay(day, china)).length).toBe(expected)
  })

  it('says so when a year has no notice yet', () => {
    expect(add('2026-11-20', 30)).toEqual({ date: '2027-01-04', provisional: true })
    expect(add('2026-11-20', 20)).toEqual({ date: '2026-12-18', provisional: false })
  })

  it('an unknown year is an error, never a guess', () => {
    for (const date of ['2024-12-30', '2027-12-31', '2031-01-01']) {
      expect(() => add(date, 40)).toThrowError(expect.objectContaining({ code: 'calendar_unknown' }))
    }
    expect(() => add('2028-01-03', 1)).toThrowError(expect.objectContaining({ detail: 'CN 2028' }))
  })

  it('what is no day or no number of days is refused', () => {
    for (const date of ['2026-02-30', '2026-2-3', 'today', '2026-01-01T00:00']) {
      expect(() => add(date, 1)).toThrowError(expect.objectContaining({ code: 'request_invalid', detail: 'date' }))
    }
    for (const days of [0, -1, 1.5, 1001, Number.NaN]) {
      expect(() => add('2026-01-01', days)).toThrowError(expect.objectContaining({ detail: 'days' }))
    }
  })

  it('ends on a working day, after as many as were asked for', () => {
    const start = fc
      .integer({ min: 0, max: 600 })
      .map((n) => new Date(Date.UTC(2025, 0, 1 + n)).toISOString().slice(0, 10))
    fc.assert(
      fc.property(start, fc.integer({ min: 1, max: 60 }), (from, days) => {
        const { date } = add(from, days)
        expect(isWorkingDay(date, china)).toBe(true)
        let count = 0
        for (let day = Date.parse(from) + 86_400_000; day <= Date.parse(date); day += 86_400_000) {
          if (isWorkingDay(new Date(day).toISOString().slice(0, 10), china)) count += 1
        }
        expect(count).toBe(days)
      }),
    )
  })

  it('a day begins at midnight in Beijing', () => {
    expect(dayOf(Date.parse('2026-11-20T15:59:59Z') / 1000, china)).toBe('2026-11-20')
    expect(dayOf(Date.parse('2026-11-20T16:00:00Z') / 1000, china)).toBe('2026-11-21')
  })
})

describe('calendar files', () => {
  const year = { ...(chinaYears[1] as Record<string, unknown>) }
  const refuses = (...years: unknown[]) =>
    expect(() => workingCalendar(years)).toThrowError(expect.objectContaining({ code: 'configuration_invalid' }))

  it('name their source, the day of checking and how sure they are', () => {
    for (const { source, checkedOn, confidence } of china.years.values()) {
      expect(source.title.length).toBeGreaterThan(10)
      expect(checkedOn).toMatch(/^\d{4}-\d\d-\d\d$/)
      expect(['high', 'medium', 'low']).toContain(confidence)
    }
    expect(china.years.get(2027)).toMatchObject({ basis: 'statute', confidence: 'low' })
  })

  it('a notice given by the integrator replaces what ships', () => {
    const notice = { ...(chinaYears[2] as object), basis: 'notice', makeUpDays: ['2027-01-02'] }
    const calendar = workingCalendar([...chinaYears, notice])
    expect(addWorkingDays('2026-12-31', 1, calendar)).toEqual({ date: '2027-01-02', provisional: false })
  })

  it('a file that contradicts itself is refused', () => {
    refuses()
    refuses({ ...year, makeUpDays: ['2026-01-05'] })
    refuses({ ...year, makeUpDays: ['2026-01-03'] })
    refuses({ ...year, makeUpDays: ['2025-01-04'] })
    refuses({ ...year, makeUpDays: ['2026-02-31'] })
    refuses({ ...year, holidays: [{ name: 'x', from: '2026-05-05', to: '2026-05-01' }] })
    refuses({ ...year, holidays: [{ name: 'x', from: '2025-05-05', to: '2025-05-06' }] })
    refuses({ ...year, holidays: [{ name: 'x', from: '2026-04-29', to: '2026-04-31' }] })
    refuses({ ...year, surplus: 1 })
    refuses(year, { ...year, calendar: 'TW' })
  })
})

describe('filing at 100,000 people (L24, O19 art. 15)', () => {
  const ask = (count: number, reachedOn: string | null = null, today = '2026-04-01') =>
    filingState({ count, reachedOn, today, calendar: china })

  it('89,999: none; from 90,000 a warning, up to 99,999', () => {
    expect(ask(0)).toEqual({ kind: 'none', count: 0, left: 100_000 })
    expect(ask(89_999)).toEqual({ kind: 'none', count: 89_999, left: 10_001 })
    expect(ask(90_000)).toEqual({ kind: 'warning', count: 90_000, left: 10_000 })
    expect(ask(99_999)).toEqual({ kind: 'warning', count: 99_999, left: 1 })
  })

  it('the 100,000th makes a task, due 30 working days later', () => {
    const task = { kind: 'filing', count: 100_000, reachedOn: '2026-03-02', due: '2026-04-14', provisional: false }
    expect(ask(100_000, '2026-03-02', '2026-04-14')).toEqual({ ...task, overdue: false })
    expect(ask(100_000, '2026-03-02', '2026-04-15')).toEqual({ ...task, overdue: true })
  })

  it('the duty stays when people are deleted afterwards', () => {
    expect(ask(12, '2026-03-02')).toMatchObject({ kind: 'filing', count: 12 })
  })

  it('does not guess the day, the number or the calendar', () => {
    expect(() => ask(100_000)).toThrowError(expect.objectContaining({ code: 'request_invalid', detail: 'reachedOn' }))
    for (const count of [-1, 0.5, Number.NaN])
      expect(() => ask(count)).toThrowError(expect.objectContaining({ detail: 'count' }))
    expect(() => ask(100_000, '2027-12-20')).toThrowError(expect.objectContaining({ code: 'calendar_unknown' }))
  })
})
