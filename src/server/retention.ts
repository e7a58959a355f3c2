import { FaceSealError } from '../wire/errors'
import { isDay } from './calendar-day'

/** L12, L29: always an end. The kinds of the policy's `retention`; `days` run from the last use. */
export type RetentionRule =
  | { readonly kind: 'single-use' }
  | { readonly kind: 'days'; readonly days: number }
  /** Last day (ISO 8601 date) on which it is kept. */
  | { readonly kind: 'until'; readonly until: string }

export interface RetainedRecord {
  /** Epoch seconds, as the other times here. */
  readonly enrolledAt: number
  readonly lastUsedAt: number
  /** What the consent receipt promised; the earlier of promise and rule holds. */
  readonly retainUntil?: number | null | undefined
}

export interface RetentionOptions {
  /** Minutes east of UTC at which the day of `until` ends; 480, mainland China. */
  readonly utcOffset?: number | undefined
}

const secondsPerDay = 86_400

/**
 * Moment at which a record has to go, epoch seconds. A single-use template should never have been stored, so it ends
 * when it began. Throws `configuration_invalid` for a rule without an end (L12).
 */
export function expiryOf(record: RetainedRecord, rule: RetentionRule, options: RetentionOptions = {}): number {
  const { retainUntil } = record
  const byRule = ruleExpiry(record, rule, options)
  return typeof retainUntil === 'number' ? Math.min(byRule, retainUntil) : byRule
}

function ruleExpiry(
  { enrolledAt, lastUsedAt }: RetainedRecord,
  rule: RetentionRule,
  options: RetentionOptions,
): number {
  switch (rule.kind) {
    case 'single-use':
      return enrolledAt
    case 'days':
      if (!Number.isInteger(rule.days) || rule.days < 1 || rule.days > 1095) throw endless('days')
      return Math.max(enrolledAt, lastUsedAt) + rule.days * secondsPerDay
    case 'until': {
      if (!isDay(rule.until)) throw endless('until')
      return Date.parse(`${rule.until}T00:00:00Z`) / 1000 + secondsPerDay - (options.utcOffset ?? 480) * 60
    }
  }
}

/** True from the moment of `expiryOf` on. */
export function isExpired(
  record: RetainedRecord,
  rule: RetentionRule,
  now: number,
  options: RetentionOptions = {},
): boolean {
  return now >= expiryOf(asOf(record, now), rule, options)
}

/** A last use in the future (a clock that was set back) must not lengthen the time. */
function asOf(record: RetainedRecord, now: number): RetainedRecord {
  return { ...record, lastUsedAt: Math.min(record.lastUsedAt, now) }
}

export interface ExpiryPlan<T> {
  /** To be deleted now, those overdue longest first. */
  readonly expired: readonly T[]
  /** Epoch seconds of the next end after now, `null` when nothing is left: when the job has to run again at the latest. */
  readonly nextExpiry: number | null
}

/** L29: what an expiry job has to do at `now`. Every record is in `expired` or counted in `nextExpiry`. */
export function planExpiry<T extends RetainedRecord>(
  records: readonly T[],
  rule: RetentionRule,
  now: number,
  options: RetentionOptions = {},
): ExpiryPlan<T> {
  const ends = records
    .map((record) => ({ record, end: expiryOf(asOf(record, now), rule, options) }))
    .sort((one, other) => one.end - other.end)
  const firstKept = ends.find(({ end }) => end > now)
  return {
    expired: ends.filter(({ end }) => end <= now).map(({ record }) => record),
    nextExpiry: firstKept?.end ?? null,
  }
}

function endless(field: string): FaceSealError {
  return new FaceSealError('configuration_invalid', { detail: `retention.${field}` })
}
