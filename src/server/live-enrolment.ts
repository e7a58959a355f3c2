import { FaceSealError } from '../wire/errors'
import type { Enrolment, StoreTransaction } from './store'
import { type Counters, clearFailures } from './throttle'

/**
 * The enrolment that may still verify: kept (L29, also before the job comes by) and of a living person (L27). The freeze
 * is asked for in any case, so that the work is the same for everyone.
 */
export async function readLiveEnrolment(
  transaction: StoreTransaction,
  subject: string,
  now: number,
): Promise<Enrolment | undefined> {
  const held = await transaction.readEnrolment(subject)
  const frozen = await transaction.isFrozen(subject)
  return held && held.retainUntil > now && !frozen ? held : undefined
}

/** After a yes: the failures before it were not in a row, and the time since the last use begins anew. */
export async function recordUse(
  transaction: StoreTransaction,
  counters: Counters,
  subject: string,
  now: number,
): Promise<void> {
  await clearFailures(transaction, counters)
  await transaction.touchEnrolment(subject, now)
}

/** L27: nothing is enrolled for one who was marked deceased: no consent of theirs can be in force. Throws `consent_evidence`. */
export async function requireLiving(transaction: StoreTransaction, subject: string): Promise<void> {
  if (await transaction.isFrozen(subject)) {
    throw new FaceSealError('consent_evidence', { detail: 'no recorded grant in force has this hash' })
  }
}
