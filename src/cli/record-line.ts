import type { ReceiptPayload } from '../wire/receipt'

/** One receipt on a line. */
export function recordLine({ sequence, event, scope, iat, purpose, locale, form, chosen }: ReceiptPayload): string {
  return `  ${String(sequence).padStart(3)}  ${timeOf(iat)}  ${event.padEnd(8)} ${scope.padEnd(8)} purpose ${purpose}, ${locale}, ${form}${chosen ? `, instead: ${chosen}` : ''}`
}

/** `YYYY-MM-DD HH:MM:SSZ` of epoch seconds. */
export function timeOf(seconds: number): string {
  return new Date(seconds * 1000)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z')
}
