import { FaceSealError } from '../wire/errors'
import { isDay, isWeekend, nextDay } from './calendar-day'
import type { CalendarYear, WorkingCalendar } from './working-calendar'

/** Days are ISO 8601 dates (`2026-11-21`) of the calendar's own country. */
export interface DueDate {
  readonly date: string
  /**
   * True when a year that was counted through has no notice yet: days in lieu and make-up days may still move the date,
   * by a few days to either side.
   */
  readonly provisional: boolean
}

/**
 * The `days`-th working day after `date`. The day itself does not count (民法典 art. 201): with what the regulator
 * published for O19 art. 15, thirty working days from 2025-06-01 end on 2025-07-14. Throws `calendar_unknown`,
 * `request_invalid`.
 */
export function addWorkingDays(date: string, days: number, calendar: WorkingCalendar): DueDate {
  if (!Number.isInteger(days) || days < 1 || days > 1000) throw new FaceSealError('request_invalid', { detail: 'days' })
  checkDay(date)
  let [day, left, provisional] = [date, days, false]
  while (left > 0) {
    day = nextDay(day)
    provisional ||= yearOf(day, calendar).basis === 'statute'
    if (isWorkingDay(day, calendar)) left -= 1
  }
  return { date: day, provisional }
}

/** A make-up day is worked; a holiday is not; else Monday to Friday. Throws `calendar_unknown`, `request_invalid`. */
export function isWorkingDay(date: string, calendar: WorkingCalendar): boolean {
  checkDay(date)
  const { holidays, makeUpDays } = yearOf(date, calendar)
  if (makeUpDays.includes(date)) return true
  return !isWeekend(date) && !holidays.some(({ from, to }) => from <= date && date <= to)
}

/** The day that a moment (epoch seconds) falls on in the calendar's country. Throws `calendar_unknown`. */
export function dayOf(moment: number, calendar: WorkingCalendar): string {
  const utc = new Date(moment * 1000)
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(yearOf(utc.toISOString(), calendar).utcOffset)!
  const seconds = (Number(hours) * 60 + Number(minutes)) * 60 * (sign === '-' ? -1 : 1)
  return new Date((moment + seconds) * 1000).toISOString().slice(0, 10)
}

function yearOf(date: string, { name, years }: WorkingCalendar): CalendarYear {
  const year = years.get(Number(date.slice(0, 4)))
  if (!year) throw new FaceSealError('calendar_unknown', { detail: `${name} ${date.slice(0, 4)}` })
  return year
}

function checkDay(date: string): void {
  if (!isDay(date)) throw new FaceSealError('request_invalid', { detail: 'date' })
}
