import { FaceSealError } from '../wire/errors'
import type { WorkingCalendar } from './working-calendar'
import { addWorkingDays } from './working-days'

/** O19 art. 15: people whose face information is stored, from which the filing duty begins. */
export const filingThreshold = 100_000

/** Part of the threshold from which the operator is warned, so that the papers can be made ready. */
const warningShare = 0.9

/** O19 art. 15: working days from the day the number was reached. */
const filingDays = 30

export interface FilingQuestion {
  /** Distinct living subjects with a live enrolment: nobody twice, nobody deleted or marked deceased. */
  readonly count: number
  /** Day on which the count first reached the threshold; `null` when it never did. Once reached, the duty stays. */
  readonly reachedOn: string | null
  /** Today in the calendar's country. */
  readonly today: string
  readonly calendar: WorkingCalendar
}

/** Whether the number of living subjects asks for a filing, and until when (L24). */
export type FilingState =
  | { readonly kind: 'none'; readonly count: number; readonly left: number }
  | { readonly kind: 'warning'; readonly count: number; readonly left: number }
  | {
      readonly kind: 'filing'
      readonly count: number
      readonly reachedOn: string
      /** Last day to file with the provincial cyberspace administration. */
      readonly due: string
      /** The calendar of a year in between is not final: see `DueDate`. */
      readonly provisional: boolean
      readonly overdue: boolean
    }

/**
 * L24: nothing below 90,000, a warning from there, a filing task from 100,000. The law counts people, so whether
 * templates kept on devices alone count is for the integrator to decide. Throws `calendar_unknown`, and
 * `request_invalid` when the day on which the threshold was reached is not given though it was.
 */
export function filingState({ count, reachedOn, today, calendar }: FilingQuestion): FilingState {
  if (!Number.isSafeInteger(count) || count < 0) throw new FaceSealError('request_invalid', { detail: 'count' })
  const left = filingThreshold - count
  if (reachedOn === null) {
    if (left <= 0) throw new FaceSealError('request_invalid', { detail: 'reachedOn' })
    return { kind: count >= filingThreshold * warningShare ? 'warning' : 'none', count, left }
  }
  const { date: due, provisional } = addWorkingDays(reachedOn, filingDays, calendar)
  return { kind: 'filing', count, reachedOn, due, provisional, overdue: today > due }
}
