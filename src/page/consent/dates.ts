import type { PolicyConfiguration } from '../../policy/schema'
import type { LocaleTag } from '../../wire/locale'

/** Epoch seconds at which a stored digest is deleted at the latest; `null` when nothing is stored (L12, L29). */
export function retentionEnd({ retention }: PolicyConfiguration, now: number): number | null {
  if (retention.kind === 'days') return now + retention.days * 86_400
  return retention.kind === 'until' ? endOfDay(retention.until) : null
}

/** L09: end of the standing consent that the configuration offers; `null` when it offers none. */
export function standingEnd({ grantDuration }: PolicyConfiguration, now: number): number | null {
  if (grantDuration.kind === 'standing') return now + grantDuration.days * 86_400
  return grantDuration.kind === 'standing-until' ? endOfDay(grantDuration.until) : null
}

/** Epoch seconds of the end of a calendar day, `YYYY-MM-DD`, in the reader's time zone. */
function endOfDay(date: string): number {
  return Math.floor(new Date(`${date}T23:59:59`).getTime() / 1000)
}

/** A date in words: 2026年12月21日, December 21, 2026. */
export function dateIn(locale: LocaleTag, epoch: number): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long' }).format(epoch * 1000)
}

export function joinList(locale: LocaleTag, parts: readonly string[]): string {
  return new Intl.ListFormat(locale, { type: 'conjunction' }).format(parts)
}
