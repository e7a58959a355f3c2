import { FaceSealError } from '../wire/errors'
import type { StoreTransaction } from './store'

/** A template digest is remembered this long: by then salts and devices have usually changed. */
export const replayWindowSeconds = 180 * 86_400

/**
 * Remembers a template by its keyed digest, enrolled person or not, so that the answer tells nothing about enrolment.
 * False when exactly these bits were seen before: a live capture never repeats bit for bit.
 */
export function markTemplate(transaction: StoreTransaction, digest: string, subject: string, now: number) {
  return transaction.markSpent({ digest: `template:${digest}`, subject, expiresAt: now + replayWindowSeconds })
}

export function replayed(): FaceSealError {
  return new FaceSealError('template_replay')
}
