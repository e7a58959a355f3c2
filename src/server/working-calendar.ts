import * as v from 'valibot'
import { FaceSealError } from '../wire/errors'
import { isDay, isWeekend } from './calendar-day'
import cn2025 from './calendars/cn-2025.json' with { type: 'json' }
import cn2026 from './calendars/cn-2026.json' with { type: 'json' }
import cn2027 from './calendars/cn-2027.json' with { type: 'json' }

const isoDate = v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/), v.check(isDay, 'no such day'))

/** One year of one country, as its notice gives it. Saturdays and Sundays are free unless they are make-up days. */
export const calendarYearSchema = v.strictObject({
  calendar: v.pipe(v.string(), v.regex(/^[A-Z]{2}$/)),
  year: v.pipe(v.number(), v.integer(), v.minValue(2000), v.maxValue(2199)),
  /** Offset in which a day begins and ends. */
  utcOffset: v.pipe(v.string(), v.regex(/^[+-]\d{2}:\d{2}$/)),
  /** `notice`: the yearly notice is out. `statute`: only the days that the statute fixes are known, so a count is provisional. */
  basis: v.picklist(['notice', 'statute']),
  source: v.strictObject({ title: v.string(), date: isoDate, url: v.exactOptional(v.string()) }),
  checkedOn: isoDate,
  confidence: v.picklist(['high', 'medium', 'low']),
  note: v.string(),
  /** From and to are both free. */
  holidays: v.array(v.strictObject({ name: v.string(), from: isoDate, to: isoDate })),
  /** Weekend days that are worked (调休上班). */
  makeUpDays: v.array(isoDate),
})
export type CalendarYear = v.InferOutput<typeof calendarYearSchema>

/** Years of one country by number. */
export interface WorkingCalendar {
  readonly name: string
  readonly years: ReadonlyMap<number, CalendarYear>
}

/**
 * Reads calendar years; a later one replaces an earlier one of the same year, so that an integrator can put the notice
 * in the place of what ships. Throws `configuration_invalid`.
 */
export function workingCalendar(years: readonly unknown[]): WorkingCalendar {
  const parsed = v.safeParse(v.pipe(v.array(calendarYearSchema), v.minLength(1)), years)
  if (!parsed.success) throw refused(`${v.getDotPath(parsed.issues[0]) ?? ''}: ${parsed.issues[0].message}`)
  const [name, another] = new Set(parsed.output.map(({ calendar }) => calendar))
  if (name === undefined || another !== undefined) throw refused('years of more than one country')
  for (const year of parsed.output) checkYear(year)
  return { name, years: new Map(parsed.output.map((year) => [year.year, year])) }
}

/** Mainland China: what ships with this version, in JSON files that name their source. */
export const chinaYears: readonly unknown[] = [cn2025, cn2026, cn2027]

/** A stray day would shift every due date after it without anyone seeing it. */
function checkYear({ year, holidays, makeUpDays }: CalendarYear): void {
  const free = (day: string) => holidays.some(({ from, to }) => from <= day && day <= to)
  for (const { from, to } of holidays) if (from > to || !from.startsWith(`${year}-`)) throw refused(`${from} to ${to}`)
  for (const day of makeUpDays) {
    if (free(day) || !isWeekend(day) || !day.startsWith(`${year}-`)) throw refused(`make-up day ${day}`)
  }
}

function refused(detail: string): FaceSealError {
  return new FaceSealError('configuration_invalid', { detail: `calendar: ${detail}` })
}
